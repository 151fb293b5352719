import Domain
import JSON
import Services

extension Department: Resource {
    static let path = "/v1/departments"
    static let schemaName = "Department"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("is_default", .boolean),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.string(name)
            writer.key("is_default")
            writer.bool(isDefault)
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
        }
    }
}

/// `/v1/departments`: where tickets belong.
struct DepartmentRoutes {
    let helpdesk: Helpdesk

    private static let creation = Schema.object([
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("is_default", .boolean, required: false),
    ])
    private static let patch = Schema.object([
        Schema.property("name", .string(maximumLength: 200), required: false),
        Schema.property("is_default", .boolean, required: false),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<Department>(reading: .readSettings, writing: .writeSettings, &routes)
        resource.list(&routes, "Lists the departments.") { listing, _, access in
            { try await helpdesk.listDepartments(after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One department.") { try await helpdesk.readDepartment($0, $1) }
        resource.create(&routes, "Makes a department.", body: Self.creation, example: ["name": "Billing"]) { json, access, once in
            var fields = try Fields(json)
            let name = fields.name(required: true)
            let isDefault = fields.boolean("is_default") ?? false
            try fields.finish()
            return try await helpdesk.createDepartment(named: name ?? "", isDefault: isDefault, access, once: once)
        }
        resource.update(
            &routes, "Renames a department, or makes it the default one.", body: Self.patch, example: ["name": "Invoices"]
        ) { id, json, access, ifMatch in
            var fields = try Fields(json)
            let patch = DepartmentPatch(name: fields.name(), isDefault: fields.boolean("is_default"))
            try fields.finish()
            return try await helpdesk.updateDepartment(id, patch, access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Removes a department in which no visible ticket is.") {
            try await helpdesk.removeDepartment($0, $1, ifMatch: $2)
        }
    }
}
