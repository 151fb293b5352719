import Domain
import Hummingbird
import JSON
import Services

extension Agent: Resource {
    static let path = "/v1/agents"
    static let schemaName = "Agent"
    static let schema = Schema.object(members)

    fileprivate static let members = [
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .string(maximumLength: 200)),
        Schema.property("email", .string()),
        Schema.property("admin", .boolean),
        Schema.property("state", .oneOf(State.allCases.map(\.rawValue))),
        Schema.property("all_departments", .boolean),
        Schema.property("departments", .array(DepartmentGrant.schema)),
        Schema.property("team_ids", .array(.integer(minimum: 1))),
        Schema.property("permission_group_ids", .array(.integer(minimum: 1))),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
    ]

    func write(to writer: inout JSONWriter) { write(to: &writer) { _ in } }

    fileprivate func write(to writer: inout JSONWriter, also: (inout JSONWriter) -> Void) {
        writer.object { writer in
            writer.key("id")
            writer.number(id.value)
            writer.key("name")
            writer.string(name)
            writer.key("email")
            writer.string(email.text)
            writer.key("admin")
            writer.bool(isAdmin)
            writer.key("state")
            writer.string(state.rawValue)
            writer.key("all_departments")
            writer.bool(hasAllDepartments)
            writer.key("departments")
            writer.array(departments.sorted { $0.key < $1.key }) { writer, grant in
                writer.object { writer in
                    writer.key("department_id")
                    writer.number(grant.key.value)
                    writer.key("access")
                    writer.string(grant.value.rawValue)
                }
            }
            writer.key("team_ids")
            writer.array(teamIDs) { $0.number($1.value) }
            writer.key("permission_group_ids")
            writer.array(permissionGroupIDs) { $0.number($1.value) }
            writer.key("version")
            writer.number(version)
            writer.key("created_at")
            writer.string(plain: createdAt.utf8)
            also(&writer)
        }
    }
}

/// `/v1/agents` and `/v1/invitations`: who works here, and how they come to.
struct AgentRoutes {
    let helpdesk: Helpdesk

    private static let token = Schema.string(description: "Shown this once.")
    private static let placement = [
        Schema.property("admin", .boolean, required: false),
        Schema.property("all_departments", .boolean, required: false),
        Schema.property("departments", .array(DepartmentGrant.schema), required: false),
        Schema.property("team_ids", .array(.integer(minimum: 1)), required: false),
        Schema.property("permission_group_ids", .array(.integer(minimum: 1)), required: false),
    ]
    private static let invitation = Schema.object(
        [Schema.property("email", .string()), Schema.property("name", .string(maximumLength: 200))] + placement)
    private static let patch = Schema.object(
        [
            Schema.property("email", .string(), required: false),
            Schema.property("name", .string(maximumLength: 200), required: false),
            Schema.property("suspended", .boolean, required: false),
        ] + placement)
    private static let acceptance = Schema.object([Schema.property("name", .string(maximumLength: 200), required: false)])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        let resource = ResourceRoutes<Agent>(reading: .readPeople, writing: .writePeople, &routes)
        resource.list(&routes, "Lists the agents.") { listing, _, access in
            { try await helpdesk.listAgents(after: listing.after, limit: listing.limit, access) }
        }
        resource.read(&routes, "One agent.") { try await helpdesk.readAgent($0, $1) }
        resource.update(
            &routes, "Changes an agent, what they may do, or suspends them.", body: Self.patch, example: ["name": "Mo Haddad"]
        ) { id, json, access, ifMatch in
            var fields = try Fields(json)
            let patch = AgentPatch(
                name: fields.name(), email: fields.email(required: fields.has("email")), isSuspended: fields.boolean("suspended"),
                placement: try fields.placement())
            try fields.finish()
            return try await helpdesk.updateAgent(id, patch, access, ifMatch: ifMatch)
        }
        addInvitations(to: &routes)
    }

    /// What these answer is shown once, so it is not kept with an idempotency key either; see Services/People/InviteAgent.swift.
    private func addInvitations(to routes: inout Routes) {
        let helpdesk = helpdesk

        routes.tenant(
            Endpoint(
                method: .post, path: Agent.path, summary: "Invites an agent. No mail is sent: pass the token on.", needs: .tenantToken,
                scope: .writePeople, callers: .admins, body: Self.invitation,
                example: ["email": "mo@helpdesk.example", "name": "Mo Haddad", "permission_group_ids": [1]],
                success: [
                    Endpoint.Success(
                        status: 201, description: "The agent, and the token to take up the invitation with, good for seven days",
                        schema: .object(Agent.members + [Schema.property("invitation_token", Self.token)]))
                ], showsSecret: true, problems: [409])
        ) { context in
            var fields = try Fields(context.request.json())
            let email = fields.email(required: true)
            let name = fields.name(required: true)
            let placement = try fields.placement()
            try fields.finish()
            guard let email, let name else { throw Refusal.invalid(fields.faults) }
            let (agent, invitation) = try await helpdesk.inviteAgent(email, named: name, placement, context.access)
            var answer = Answer.resource(agent, status: 201)
            answer.body = JSONWriter.bytes { writer in
                agent.write(to: &writer) { writer in
                    writer.key("invitation_token")
                    writer.string(invitation.text)
                }
            }
            return answer
        }

        routes.tenant(
            Endpoint(
                method: .post, path: Agent.path + "/{id}/invitation", summary: "Invites an agent anew; earlier invitations are void.",
                needs: .tenantToken, scope: .writePeople, callers: .admins,
                success: [
                    Endpoint.Success(
                        status: 200, description: "The token to take up the invitation with, good for seven days",
                        schema: .object([Schema.property("invitation_token", Self.token)]))
                ], showsSecret: true, problems: [409])
        ) { context in
            let invitation = try await helpdesk.renewInvitation(of: context.request.id(), context.access)
            return Answer(
                body: JSONWriter.bytes { writer in
                    writer.object { writer in
                        writer.key("invitation_token")
                        writer.string(invitation.text)
                    }
                })
        }

        routes.tenant(
            Endpoint(
                method: .post, path: "/v1/invitations/accept", summary: "Takes up the invitation that the token is, once.",
                needs: .tenantToken, scope: .acceptInvitation, body: Self.acceptance, example: ["name": "Mo Haddad"], bodyIsOptional: true,
                success: [
                    Endpoint.Success(
                        status: 200, description: "The agent, and the token to work with from now on",
                        schema: .object([Schema.property("agent", .reference(Agent.schemaName)), Schema.property("token", Self.token)]))
                ], showsSecret: true, problems: [409])
        ) { context in
            var name: String?
            if let json = try context.request.optionalJSON() {
                var fields = try Fields(json)
                name = fields.name()
                try fields.finish()
            }
            let (agent, token) = try await helpdesk.acceptInvitation(named: name, context.access)
            return Answer(
                body: JSONWriter.bytes { writer in
                    writer.object { writer in
                        writer.key("agent")
                        agent.write(to: &writer)
                        writer.key("token")
                        writer.string(token.text)
                    }
                })
        }
    }
}

extension JSONWriter {
    fileprivate static func bytes(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter(capacity: 512)
        write(&writer)
        return writer.bytes
    }
}

extension DepartmentGrant {
    fileprivate static let schema = Schema.object([
        Schema.property("department_id", .integer(minimum: 1)),
        Schema.property("access", .oneOf(DepartmentAccess.allCases.map(\.rawValue))),
    ])

    fileprivate init(_ json: JSONValue, at place: String) throws {
        var fields = try Fields(json, prefix: place + ".")
        let department = fields.id("department_id", of: Department.self)
        let access = fields.oneOf("access", DepartmentAccess.self)
        for name in ["department_id", "access"] where fields.value(name)?.isNull ?? true {
            fields.fault(name, "required", "must be given")
        }
        try fields.finish()
        guard let department, let access else { throw Refusal.invalid(fields.faults) }
        self.init(departmentID: department, access: access)
    }
}

extension Fields {
    fileprivate mutating func email(required: Bool) -> EmailAddress? {
        parse("email", required: required, "an e-mail address") { EmailAddress($0) }
    }

    fileprivate mutating func placement() throws -> AgentPlacement {
        AgentPlacement(
            isAdmin: boolean("admin"), hasAllDepartments: boolean("all_departments"), departments: try departmentGrants(),
            teamIDs: ids("team_ids"), permissionGroupIDs: ids("permission_group_ids"))
    }

    private mutating func departmentGrants() throws -> [DepartmentGrant]? {
        guard let value = value("departments"), !value.isNull else { return nil }
        guard let items = value.array else {
            fault("departments", "type", "must be a list")
            return nil
        }
        var grants: [DepartmentGrant] = []
        for (index, item) in items.prefix(1000).enumerated() {
            let place = "departments[\(index)]"
            do {
                let grant = try DepartmentGrant(item, at: place)
                if grants.contains(where: { $0.departmentID == grant.departmentID }) {
                    fault(place + ".department_id", "twice", "is in the list already")
                }
                grants.append(grant)
            } catch Refusal.invalid(let faults) {
                add(faults)
            }
        }
        if items.count > 1000 { fault("departments", "too_long", "at most 1000") }
        return grants
    }
}
