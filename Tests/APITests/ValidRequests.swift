import JSON
import Support
import Testing

/// A valid body for each operation that takes one. A test counts them, so that no route goes unwatched by the tests that walk all of them.
let validBodies: [String: JSONValue] = [
    "POST /v1/tickets": ["subject": "Knock", "text": "Anybody there?", "user": ["email": "knock@customer.example"]],
    "PATCH /v1/tickets/{id}": ["urgency": 7, "subject": "Knock"],
    "POST /v1/tickets/{id}/replies": ["text": "Anybody there?"],
    "POST /v1/tickets/{id}/notes": ["text": "Anybody there?"],
    "POST /v1/tickets/{id}/restore": ["status": "pending"],
    "POST /operator/v1/tenants": ["slug": "nobody-may-make-this", "name": "Knock", "time_zone": "Europe/London"],
    "PATCH /operator/v1/tenants/{slug}": ["state": "closing"],
]

extension Contract.Operation {
    /// `GET /v1/tickets/{id}`.
    var name: String { "\(method) \(path)" }
    var takesBody: Bool { json["requestBody"] != nil }
    var namesTicket: Bool { path.hasPrefix("/v1/tickets/{id}") }
}

extension TestServer {
    /// Calls an operation as it is described, with a valid body if it takes one.
    func call(_ operation: Contract.Operation, id: Int64 = 1, slug: String = "nobody", token: String?) async throws -> Answered {
        let path = operation.path.replacing("{id}", with: String(id)).replacing("{slug}", with: slug)
        try #require(!path.contains("{"), "say here what goes into \(operation.path)")
        var body: JSONValue?
        if operation.takesBody {
            body = try #require(validBodies[operation.name] as JSONValue?, "give \(operation.name) a body in validBodies")
        }
        return try await send(operation.method, path, token: token, body)
    }
}

@Suite("The table of valid bodies")
struct ValidRequestsTests {
    @Test("It holds exactly the operations that take a body")
    func complete() async throws {
        let server = try await TestServer.shared.value
        let taking = Set(server.contract.operations.filter(\.takesBody).map(\.name))
        #expect(Set(validBodies.keys) == taking)
        #expect(!taking.isEmpty)
    }

    @Test("Each of them is taken from somebody who may send it")
    func valid() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let ticket = try await server.openTicket(tenant)
            for operation in server.contract.operations where operation.takesBody && operation.name != "POST /operator/v1/tenants" {
                let token = operation.isOperators ? asOperator : tenant.agent.token
                if operation.name == "POST /v1/tickets/{id}/restore" {
                    _ = try await server.send("POST", "/v1/tickets/\(ticket.id)/spam", token: tenant.agent.token)
                }
                let answered = try await server.call(operation, id: ticket.id, slug: tenant.tenant.slug.text, token: token)
                #expect((200..<300).contains(answered.status), "\(operation.name): \(answered.json)")
                if operation.isOperators { _ = try await tenant.installation.setState(of: tenant.tenant.slug, .active) }
            }
        }
    }
}
