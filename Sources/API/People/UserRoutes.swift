import Domain
import Hummingbird
import JSON
import Services

extension User: Resource {
    static let path = "/v1/users"
    static let schemaName = "User"
    static let schema = Schema.object([
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .nullable(.string(maximumLength: 200))),
        Schema.property("email", .string()),
        Schema.property("organization_id", .nullable(.integer(minimum: 1))),
        Schema.property("registered", .boolean),
        Schema.property("state", .oneOf(State.allCases.map(\.rawValue))),
        Schema.property("usergroup_ids", .array(.integer(minimum: 1))),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ])

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.optional(name)
            writer.key("email")
            writer.string(email.text)
            writer.key("organization_id")
            writer.optional(organizationID?.value)
            writer.key("registered")
            writer.bool(isRegistered)
            writer.key("state")
            writer.string(state.rawValue)
            writer.key("usergroup_ids")
            writer.array(usergroupIDs) { $0.number($1.value) }
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
        }
    }
}

/// `/v1/users`: the customers of the helpdesk.
struct UserRoutes {
    let helpdesk: Helpdesk

    private static let user = Endpoint.Success(status: 200, description: "The user", schema: .reference(User.schemaName))
    private static let filters = [
        Endpoint.Parameter(name: "email", place: .query, schema: .string(), description: "Who has this address."),
        Endpoint.Parameter(name: "organization_id", place: .query, schema: .integer(minimum: 1), description: "Who comes from there."),
        Endpoint.Parameter(
            name: "state", place: .query, schema: .oneOf(User.State.allCases.map(\.rawValue)),
            description: "In this state; all but `merged` if not given."),
    ]
    private static let creation = Schema.object([
        Schema.property("email", .string()),
        Schema.property("name", .nullable(.string(maximumLength: 200)), required: false),
        Schema.property("organization_id", .nullable(.integer(minimum: 1)), required: false),
        Schema.property("usergroup_ids", .array(.integer(minimum: 1)), required: false),
    ])
    private static let patch = Schema.object([
        Schema.property("name", .string(maximumLength: 200), required: false),
        Schema.property("email", .string(), required: false),
        Schema.property("organization_id", .nullable(.integer(minimum: 1)), required: false),
        Schema.property("usergroup_ids", .array(.integer(minimum: 1)), required: false),
        Schema.property("suspended", .boolean, required: false),
    ])
    private static let merge = Schema.object([
        Schema.property("into", .integer(minimum: 1, description: "The user who takes over everything."))
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<User>(reading: .readPeople, writing: .writePeople, &routes)
        resource.list(
            &routes, "Lists the users. Those who were merged into others only with `state=merged`.", parameters: Self.filters
        ) { listing, query, access in
            let states = User.State.allCases.map(\.rawValue).joined(separator: ", ")
            let filter = UserFilter(
                email: query.parse("email", "an e-mail address") { EmailAddress($0) },
                organizationID: query.parse("organization_id", "a whole number") { Int64($0).map { ID($0) } },
                state: query.parse("state", "one of \(states)") { User.State(rawValue: $0) })
            return { try await helpdesk.listUsers(filter, after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One user, or where to find who they were merged into.") { try await helpdesk.readUser($0, $1) }
        resource.create(
            &routes, "Makes a user with an account.", body: Self.creation, example: ["email": "grace@example.org", "name": "Grace"]
        ) { json, access, once in
            try await helpdesk.createUser(Self.draft(json), access, once: once)
        }
        resource.update(
            &routes, "Changes a user, suspends them or lets them in again.", body: Self.patch, example: ["name": "Ada Lovelace"]
        ) { id, json, access, ifMatch in
            try await helpdesk.updateUser(id, Self.patch(json), access, ifMatch: ifMatch)
        }

        routes.tenant(
            Endpoint(
                method: .post, path: User.path + "/{id}/merge",
                summary: "Merges a user into another, who gets their tickets and their address, and is the answer.", needs: .tenantToken,
                scope: .writePeople, callers: .admins, body: Self.merge, example: ["into": 2], success: [Self.user], problems: [409])
        ) { context in
            let answer: @Sendable (User) -> Answer = { .resource($0) }
            return answer(
                try await helpdesk.mergeUser(
                    context.request.id(), into: Self.target(context.request.json()), context.access, once: context.request.once(answer)))
        }

        routes.tenant(
            Endpoint(
                method: .post, path: User.path + "/{id}/anonymise",
                summary: "Takes away what says who a user was. Tickets and messages stay, their texts as they are.", needs: .tenantToken,
                scope: .writePeople, callers: .admins, success: [Self.user], problems: [409])
        ) { context in
            let answer: @Sendable (User) -> Answer = { .resource($0) }
            return answer(
                try await helpdesk.anonymiseUser(context.request.id(), context.access, once: context.request.once(answer)))
        }
    }

    private static func draft(_ json: JSONValue) throws -> UserDraft {
        var fields = try Fields(json)
        let email = fields.parse("email", required: true, "an e-mail address") { EmailAddress($0) }
        let name = fields.parse("name", "1 to 200 characters on one line") { personName($0) }
        let organization = fields.id("organization_id", of: Organization.self)
        let groups = fields.ids("usergroup_ids", of: Usergroup.self)
        try fields.finish()
        guard let email else { throw Refusal.invalid(fields.faults) }
        return UserDraft(email: email, name: name, organizationID: organization, usergroupIDs: groups ?? [])
    }

    private static func patch(_ json: JSONValue) throws -> UserPatch {
        var fields = try Fields(json)
        let patch = UserPatch(
            name: fields.name(),
            email: fields.parse("email", required: fields.has("email"), "an e-mail address") { EmailAddress($0) },
            organizationID: fields.idOrNull("organization_id"), usergroupIDs: fields.ids("usergroup_ids"),
            isSuspended: fields.boolean("suspended"))
        try fields.finish()
        return patch
    }

    private static func target(_ json: JSONValue) throws -> ID<User> {
        var fields = try Fields(json)
        let target = fields.id("into", of: User.self)
        if target == nil, fields.faults.isEmpty { fields.fault("into", "required", "must be given") }
        try fields.finish()
        guard let target else { throw Refusal.invalid(fields.faults) }
        return target
    }
}
