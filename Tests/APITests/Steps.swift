import Domain
import Foundation
import JSON
import Services
import Support
import Testing

/// Runs `body` with the server and a helpdesk of its own behind it.
func withDesk(_ body: (TestServer, TestTenant) async throws -> Void) async throws {
    let server = try await TestServer.shared.value
    let tenant = try await TestInstallation.shared.value.makeTenant()
    try await body(server, tenant)
}

/// An operator's token.
func makeOperatorToken(_ tenant: TestTenant) async throws -> String {
    let (token, _) = try await tenant.installation.createOperatorToken(named: "test")
    return token.text
}

extension TestServer {
    /// A ticket that the helpdesk's user opens over HTTP.
    func openTicket(_ tenant: TestTenant, _ subject: String = "It does not work") async throws -> Answered {
        let answered = try await send(
            "POST", "/v1/tickets", token: tenant.user.token, ["subject": .string(subject), "text": "Please help"])
        try #require(answered.status == 201)
        return answered
    }

    /// The ticket as an agent sees it.
    func read(_ id: Int64, _ tenant: TestTenant, include: String? = nil) async throws -> Answered {
        let answered = try await send("GET", "/v1/tickets/\(id)" + (include.map { "?include=\($0)" } ?? ""), token: tenant.agent.token)
        try #require(answered.status == 200)
        return answered
    }
}

extension Answered {
    /// The member at a path such as `ticket.user.email`.
    func member(_ path: String) -> JSONValue? {
        var value: JSONValue? = json
        for name in path.split(separator: ".") { value = value?[String(name)] }
        return value
    }

    func word(_ path: String) -> String? { member(path)?.string }
    func number(_ path: String) -> Int64? { member(path)?.integer }
    func isNull(_ path: String) -> Bool { member(path)?.isNull ?? false }
    func truth(_ path: String) -> Bool? {
        if case .bool(let value) = member(path) { value } else { nil }
    }

    var items: [JSONValue] { json["items"]?.array ?? [] }
    var nextCursor: String? { json["next_cursor"]?.string }
    /// The ids of a list's items.
    var ids: [Int64] { items.compactMap { $0["id"]?.integer } }
}

extension TestTenant {
    /// An agent who sees what one is assigned to or follows, and what these rights show.
    func narrowAgent(_ server: TestServer, rights: [String] = []) async throws -> (id: Int64, token: String) {
        let group = try await server.send(
            "POST", "/v1/permission-groups", token: admin.token,
            ["name": .string(UUID().uuidString), "rights": .array((["reply"] + rights).map { .string($0) })])
        let address = try #require(EmailAddress("\(UUID().uuidString.lowercased())@helpdesk.example"))
        let id = try await installation.createAgent(address, name: "Narrow", isAdmin: false, in: tenant.slug).id
        let patched = try await server.send(
            "PATCH", "/v1/agents/\(id)", token: admin.token, ["permission_group_ids": [.integer(group.id)]])
        try #require(patched.status == 200, "\(patched.json)")
        let token = try await installation.createToken(for: .agent(id), named: "test", in: tenant.slug).0.text
        return (id.value, token)
    }

    /// Another user, who has no organization.
    func anotherUser() async throws -> String {
        let address = try #require(EmailAddress("\(UUID().uuidString.lowercased())@customer.example"))
        let id = try await installation.createUser(address, name: "Grace", in: tenant.slug).id
        return try await installation.createToken(for: .user(id), named: "test", in: tenant.slug).0.text
    }
}

/// Expects a problem document of this status that says what is wrong, and nothing of how we work inside.
func expectProblem(
    _ answered: Answered, _ status: Int, naming fields: Set<String>? = nil, sourceLocation: SourceLocation = #_sourceLocation
) {
    let detail = answered.word("detail") ?? ""
    let title = answered.word("title") ?? ""
    let leaks = ["insert into", "from helpdesk", "update helpdesk", ".swift", "Optional(", "PostgresError", "SQLSTATE"]
    #expect(answered.status == status, "\(detail)", sourceLocation: sourceLocation)
    #expect(answered.header("Content-Type") == "application/problem+json", sourceLocation: sourceLocation)
    #expect(answered.number("status") == Int64(status), sourceLocation: sourceLocation)
    #expect(answered.word("type") == "/docs#\(status)", sourceLocation: sourceLocation)
    #expect(!title.isEmpty, sourceLocation: sourceLocation)
    #expect(!detail.isEmpty, sourceLocation: sourceLocation)
    #expect(!leaks.contains { detail.contains($0) }, "\(detail)", sourceLocation: sourceLocation)
    if let fields { #expect(answered.faultyFields == fields, sourceLocation: sourceLocation) }
    if status == 401 { #expect(answered.header("WWW-Authenticate") == "Bearer", sourceLocation: sourceLocation) }
}
