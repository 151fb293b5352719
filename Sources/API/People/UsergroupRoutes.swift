import Domain
import JSON
import Services

extension Usergroup: Resource {
    static let path = "/v1/usergroups"
    static let schemaName = "Usergroup"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("builtin", .nullable(.oneOf(Builtin.allCases.map(\.rawValue)))),
        Schema.property("rights", .array(.oneOf(UserRight.allCases.map(\.rawValue)))),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

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

/// `/v1/usergroups`: what users may do.
struct UsergroupRoutes {
    let helpdesk: Helpdesk

    private static let rights = Schema.array(.oneOf(UserRight.allCases.map(\.rawValue)))
    private static let creation = Schema.object([
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("rights", rights),
    ])
    private static let patch = Schema.object([
        Schema.property("name", .string(maximumLength: 200), required: false),
        Schema.property("rights", rights, required: false),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<Usergroup>(reading: .readPeople, writing: .writePeople, &routes)
        resource.list(&routes, "Lists the usergroups, the built-in ones first.") { listing, _, access in
            { try await helpdesk.listUsergroups(after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One usergroup.") { try await helpdesk.readUsergroup($0, $1) }
        resource.create(
            &routes, "Makes a usergroup.", body: Self.creation, example: ["name": "Partners", "rights": ["view_organization"]]
        ) { json, access, once in
            var fields = try Fields(json)
            let name = fields.name(required: true)
            if fields.value("rights")?.isNull ?? true {
                fields.fault("rights", "required", "must be given; a list without any is one, too")
            }
            let rights = fields.words("rights", UserRight.self)
            try fields.finish()
            return try await helpdesk.createUsergroup(named: name ?? "", rights: rights ?? [], access, once: once)
        }
        resource.update(
            &routes, "Renames a usergroup, or changes what its users may do, from their next request on.", body: Self.patch,
            example: ["rights": ["open_tickets", "view_own"]]
        ) { id, json, access, ifMatch in
            var fields = try Fields(json)
            let patch = UsergroupPatch(name: fields.name(), rights: fields.words("rights"))
            try fields.finish()
            return try await helpdesk.updateUsergroup(id, patch, access, ifMatch: ifMatch)
        }
        resource.remove(&routes, "Removes a usergroup that nobody is in.") {
            try await helpdesk.removeUsergroup($0, $1, ifMatch: $2)
        }
    }
}
