import Domain
import JSON
import Services

struct PeopleRoutes {
    let helpdesk: Helpdesk

    private static let id = Schema.integer(minimum: 1)
    private static let me = Schema.object([
        Schema.property("kind", .oneOf(["admin", "agent", "user"])),
        Schema.property("id", id),
        Schema.property("name", .nullable(.string())),
        Schema.property("email", .string()),
        Schema.property("scopes", .array(.oneOf(TokenScope.allCases.map(\.rawValue)))),
        Schema.property("rights", .array(.oneOf(AgentRight.allCases.map(\.rawValue) + UserRight.allCases.map(\.rawValue)))),
        Schema.property("team_ids", .array(id)),
        // Null: full access to all of them.
        Schema.property(
            "departments",
            .nullable(
                .array(
                    .object([
                        Schema.property("department_id", id),
                        Schema.property("access", .oneOf(DepartmentAccess.allCases.map(\.rawValue))),
                    ])))),
        Schema.property("organization_id", .nullable(id)),
        Schema.property(
            "token",
            .object([
                Schema.property("id", id),
                Schema.property("name", .string(maximumLength: 200)),
                Schema.property("expires_at", .nullable(.time)),
            ])),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/me", summary: "Who the token belongs to, and what it is good for.", needs: .tenantToken,
                callers: .everybody,
                success: [Endpoint.Success(status: 200, description: "You", schema: Self.me)])
        ) { context in
            var writer = JSONWriter(capacity: 512)
            writer.me(try await helpdesk.me(context.access))
            return Answer(body: writer.bytes)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func me(_ me: Me) {
        object { writer in
            switch me.person {
            case .agent(let agent): writer.person(agent.isAdmin ? "admin" : "agent", agent.id.value, agent.name, agent.email)
            case .user(let user): writer.person("user", user.id.value, user.name, user.email)
            }
            writer.key("scopes")
            writer.words(me.token.scopes)
            switch me.rights {
            case .agent(let rights): writer.rights(rights)
            case .user(let rights): writer.rights(rights)
            }
            writer.key("token")
            writer.object { writer in
                writer.key("id")
                writer.number(me.token.id.value)
                writer.key("name")
                writer.string(me.token.name)
                writer.key("expires_at")
                writer.optional(me.token.expiresAt)
            }
        }
    }

    private mutating func person(_ kind: String, _ id: Int64, _ name: String?, _ email: EmailAddress) {
        key("kind")
        string(kind)
        key("id")
        number(id)
        key("name")
        optional(name)
        key("email")
        string(email.text)
    }

    private mutating func rights(_ rights: AgentRights) {
        key("rights")
        words(AgentRight.allCases.filter(rights.allows))
        key("team_ids")
        array(rights.teams.sorted()) { $0.number($1.value) }
        key("departments")
        if let departments = rights.departments, !rights.isAdmin {
            array(departments.sorted { $0.key < $1.key }) { writer, department in
                writer.object { writer in
                    writer.key("department_id")
                    writer.number(department.key.value)
                    writer.key("access")
                    writer.string(department.value.rawValue)
                }
            }
        } else {
            null()
        }
        key("organization_id")
        null()
    }

    /// Teams and departments are the helpdesk's own business.
    private mutating func rights(_ rights: UserRights) {
        key("rights")
        words(UserRight.allCases.filter(rights.allows))
        key("team_ids")
        array([Int64]()) { $0.number($1) }
        key("departments")
        array([Int64]()) { $0.number($1) }
        key("organization_id")
        optional(rights.organizationID?.value)
    }

    private mutating func words(_ words: some Sequence<some RawRepresentable<String>>) {
        array(words.map(\.rawValue).sorted()) { $0.string($1) }
    }
}
