import Domain
import JSON
import Services

extension PermissionGroup: Resource {
    static let path = "/v1/permission-groups"
    static let schemaName = "PermissionGroup"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("builtin", .nullable(.oneOf(Builtin.allCases.map(\.rawValue)))),
        Schema.property("rights", rightsSchema),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

    fileprivate static let rightsSchema = Schema.array(.oneOf(AgentRight.allCases.map(\.rawValue)))

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.string(name)
            writer.key("builtin")
            writer.optional(builtin?.rawValue)
            writer.key("rights")
            writer.array(rights.map(\.rawValue).sorted()) { $0.string($1) }
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
        }
    }
}

/// `/v1/permission-groups`: what agents may do.
struct PermissionGroupRoutes {
    let helpdesk: Helpdesk

    private static let creation = Schema.object([
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("rights", PermissionGroup.rightsSchema),
    ])
    private static let patch = Schema.object([
        Schema.property("name", .string(maximumLength: 200), required: false),
        Schema.property("rights", PermissionGroup.rightsSchema, required: false),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<PermissionGroup>(reading: .readPeople, writing: .writePeople, &routes)
        resource.list(&routes, "Lists the permission groups.") { listing, _, access in
            { try await helpdesk.listPermissionGroups(after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One permission group.") { try await helpdesk.readPermissionGroup($0, $1) }
        resource.create(
            &routes, "Makes a permission group. Marking spam needs the right to delete.", body: Self.creation,
            example: ["name": "First line", "rights": ["view_unassigned", "reply"]]
        ) {
            json, access, once in
            var fields = try Fields(json)
            let name = fields.name(required: true)
            let rights = fields.words("rights", AgentRight.self)
            if fields.value("rights")?.isNull ?? true { fields.fault("rights", "required", "must be given") }
            try fields.finish()
            return try await helpdesk.createPermissionGroup(named: name ?? "", rights: rights ?? [], access, once: once)
        }
        resource.update(
            &routes, "Renames a permission group, or says anew what it grants.", body: Self.patch,
            example: ["rights": ["view_unassigned", "reply", "set_status"]]
        ) {
            id, json, access, ifMatch in
            var fields = try Fields(json)
            let patch = PermissionGroupPatch(name: fields.name(), rights: fields.words("rights"))
            try fields.finish()
            return try await helpdesk.updatePermissionGroup(id, patch, access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Removes a permission group that nobody is in.") {
            try await helpdesk.removePermissionGroup($0, $1, ifMatch: $2)
        }
    }
}
