import Domain
import JSON
import Services

extension Team: Resource {
    static let path = "/v1/teams"
    static let schemaName = "Team"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("member_ids", .array(.integer(minimum: 1))),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.string(name)
            writer.key("member_ids")
            writer.array(memberIDs) { $0.number($1.value) }
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
        }
    }
}

/// `/v1/teams`: agents who work tickets together.
struct TeamRoutes {
    let helpdesk: Helpdesk

    private static let creation = Schema.object([
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("member_ids", .array(.integer(minimum: 1)), required: false),
    ])
    private static let patch = Schema.object([
        Schema.property("name", .string(maximumLength: 200), required: false),
        Schema.property("member_ids", .array(.integer(minimum: 1)), required: false),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<Team>(reading: .readPeople, writing: .writePeople, &routes)
        resource.list(&routes, "Lists the teams.") { listing, _, access in
            { try await helpdesk.listTeams(after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One team.") { try await helpdesk.readTeam($0, $1) }
        resource.create(&routes, "Makes a team.", body: Self.creation, example: ["name": "Night shift"]) { json, access, once in
            var fields = try Fields(json)
            let name = fields.name(required: true)
            let members = fields.ids("member_ids", of: Agent.self) ?? []
            try fields.finish()
            return try await helpdesk.createTeam(named: name ?? "", memberIDs: members, access, once: once)
        }
        resource.update(&routes, "Renames a team, or says anew who is in it.", body: Self.patch, example: ["name": "Late shift"]) {
            id, json, access, ifMatch in
            var fields = try Fields(json)
            let patch = TeamPatch(name: fields.name(), memberIDs: fields.ids("member_ids"))
            try fields.finish()
            return try await helpdesk.updateTeam(id, patch, access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Removes a team. Its tickets keep its number; its members lose the sight it gave them.") {
            try await helpdesk.removeTeam($0, $1, ifMatch: $2)
        }
    }
}
