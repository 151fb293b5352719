import Domain
import JSON
import Services

extension Organization: Resource {
    static let path = "/v1/organizations"
    static let schemaName = "Organization"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.string(name)
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
        }
    }
}

/// `/v1/organizations`: the companies users come from.
struct OrganizationRoutes {
    let helpdesk: Helpdesk

    private static let creation = Schema.object([Schema.property("name", .string(maximumLength: 200))])
    private static let patch = Schema.object([Schema.property("name", .string(maximumLength: 200), required: false)])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<Organization>(reading: .readPeople, writing: .writePeople, &routes)
        resource.list(&routes, "Lists the organizations.") { listing, _, access in
            { try await helpdesk.listOrganizations(after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One organization.") { try await helpdesk.readOrganization($0, $1) }
        resource.create(&routes, "Makes an organization.", body: Self.creation, example: ["name": "Analytical Engines"]) {
            json, access, once in
            var fields = try Fields(json)
            let name = fields.name(required: true)
            try fields.finish()
            return try await helpdesk.createOrganization(named: name ?? "", access, once: once)
        }
        resource.update(
            &routes, "Renames an organization.", body: Self.patch, example: ["name": "Analytical Engines Ltd"]
        ) { id, json, access, ifMatch in
            var fields = try Fields(json)
            let patch = OrganizationPatch(name: fields.name())
            try fields.finish()
            return try await helpdesk.updateOrganization(id, patch, access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Removes an organization. Its users belong to none from then on; tickets keep its number.", problems: []) {
            try await helpdesk.removeOrganization($0, $1, ifMatch: $2)
        }
    }
}
