import Domain
import Hummingbird
import JSON
import Services

struct PeopleRoutes {
    let helpdesk: Helpdesk

    private static let me = Schema.object([
        Schema.property("kind", .oneOf(["admin", "agent", "user"])),
        Schema.property("id", .integer(minimum: 1)),
        Schema.property("name", .nullable(.string())),
        Schema.property("email", .string()),
        Schema.property("scopes", .array(.oneOf(TokenScope.allCases.map(\.rawValue)))),
    ])

    func add(to routes: inout Routes) {
        let helpdesk = helpdesk
        routes.tenant(
            Endpoint(
                method: .get, path: "/v1/me", summary: "Who the token belongs to.", needs: .tenantToken,
                success: [Endpoint.Success(status: 200, description: "You", schema: Self.me)])
        ) { context in
            var writer = JSONWriter(capacity: 256)
            switch try await helpdesk.me(context.access) {
            case .agent(let agent, let scopes):
                writer.me(agent.isAdmin ? "admin" : "agent", agent.id.value, agent.name, agent.email, scopes)
            case .user(let user, let scopes):
                writer.me("user", user.id.value, user.name, user.email, scopes)
            }
            return Answer(body: writer.bytes)
        }
    }
}

extension JSONWriter {
    fileprivate mutating func me(_ kind: String, _ id: Int64, _ name: String?, _ email: EmailAddress, _ scopes: Set<TokenScope>) {
        object { writer in
            writer.key("kind")
            writer.string(kind)
            writer.key("id")
            writer.number(id)
            writer.key("name")
            writer.optional(name)
            writer.key("email")
            writer.string(email.text)
            writer.key("scopes")
            writer.array(scopes.map(\.rawValue).sorted()) { $0.string($1) }
        }
    }
}
