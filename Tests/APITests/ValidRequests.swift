import JSON
import Support
import Testing

extension Contract.Operation {
    /// `GET /v1/tickets/{id}`.
    var name: String { "\(method) \(path)" }
    var takesBody: Bool { json["requestBody"] != nil }
    /// Answers as long as there is something to tell.
    var isStream: Bool { json["responses"]?["200"]?["content"]?["text/event-stream"] != nil }
    var namesTicket: Bool { path.hasPrefix("/v1/tickets/{id}") }
    var namesSomething: Bool { path.contains("{id}") }

    /// What kind of thing it is called on: `tickets`; nil when on none.
    var kind: String? {
        guard isTenants, namesSomething else { return nil }
        return path.split(separator: "/").dropFirst().first.map(String.init)
    }

    /// What can stand in its query.
    var queryParameters: [String] { parameters(in: "query").compactMap { $0["name"]?.string } }

    /// A path of it with a query: what must be in there, as the document shows it, and `more`.
    func address(at path: String? = nil, asking more: [String] = []) -> String {
        let needed = parameters(in: "query").filter { $0["required"] == true }.compactMap { parameter -> String? in
            guard let name = parameter["name"]?.string, let example = parameter["example"]?.string else { return nil }
            return more.contains { $0.hasPrefix(name + "=") } ? nil : "\(name)=\(example)"
        }
        let query = (more + needed).joined(separator: "&")
        return (path ?? self.path) + (query.isEmpty ? "" : "?" + query)
    }

    /// A word that can stand in its path, where only some can.
    func word(for name: String) -> String? {
        parameters(in: "path").first { $0["name"]?.string == name }?["schema"]?["enum"]?.array?.first?.string
    }

    private func parameters(in place: String) -> [JSONValue] {
        (json["parameters"]?.array ?? []).filter { $0["in"]?.string == place }
    }

    /// What a token needs for it.
    var scopes: Set<String> { Set((json["security"]?.array?.first?["tenantToken"]?.array ?? []).compactMap(\.string)) }
}

extension Contract {
    /// Every kind of thing a helpdesk has: what there is an address for.
    var kinds: Set<String> { Set(operations.compactMap(\.kind)) }

    /// What kind of thing a member or parameter means: `agent_id` an agent, `permission_group_ids` permission groups, `teams` those who see
    /// a queue. Links, merges and the like name things of the operation's own kind.
    func kind(named name: String, in operation: Operation) -> String? {
        if ["into", "duplicates", "other_id"].contains(name) { return operation.kind }
        if ["teams", "agents"].contains(name), kinds.contains(name) { return name }
        guard let end = ["_ids", "_id"].first(where: name.hasSuffix) else { return nil }
        let kind = String(name.dropLast(end.count)).replacing("_", with: "-") + "s"
        return kinds.contains(kind) || kind == "messages" ? kind : nil
    }
}

@Suite("The examples in the document")
struct ExampleTests {
    @Test("Whatever takes a body shows one, in the form it describes")
    func haveTheirForm() async throws {
        let contract = try await TestServer.shared.value.contract
        for operation in contract.operations {
            let schema = operation.json["requestBody"]?["content"]?["application/json"]?["schema"]
            #expect((schema != nil) == (operation.example != nil), "\(operation.name)")
            if let schema, let example = operation.example { try contract.check(example, schema, at: operation.name) }
        }
    }

    @Test("Each is taken from somebody who may send it")
    func areTaken() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let asOperator = try await makeOperatorToken(tenant)
            var taken = 0
            for operation in server.contract.operations where operation.takesBody {
                let token = operation.isOperators ? asOperator : try await things.token(for: operation)
                let answered = try await things.attempt(operation, token: token)
                #expect((200..<300).contains(answered.status), "\(operation.name): \(answered.status) \(answered.word("detail") ?? "")")
                if operation.isOperators { _ = try await tenant.installation.setState(of: tenant.tenant.slug, .active) }
                taken += 1
            }
            #expect(taken > 30)
        }
    }

    @Test("A member that nobody knows is named, and nothing is done")
    func unknownMembers() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let asOperator = try await makeOperatorToken(tenant)
            for operation in server.contract.operations where operation.takesBody {
                let token = operation.isOperators ? asOperator : try await things.token(for: operation)
                var call = try await things.call(operation)
                var members = call.body?.object ?? [:]
                members["nobody_knows_this"] = 1
                call.body = .object(members)
                expectProblem(try await server.send(call, token: token), 422, naming: ["nobody_knows_this"])
            }
        }
    }

    @Test("A member of the wrong type is named")
    func wrongTypes() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let asOperator = try await makeOperatorToken(tenant)
            for operation in server.contract.operations where operation.takesBody {
                let token = operation.isOperators ? asOperator : try await things.token(for: operation)
                let call = try await things.call(operation)
                let schema = operation.json["requestBody"]?["content"]?["application/json"]?["schema"]
                for (name, property) in schema?["properties"]?.object ?? [:] {
                    // What is no object nor list must not be one, and the other way round.
                    let isNested = property["type"] == "object" || property["type"] == "array"
                    var wrong = call
                    var members = call.body?.object ?? [:]
                    members[name] = isNested ? "text" : [[:]]
                    wrong.body = .object(members)
                    let answered = try await server.send(wrong, token: token)
                    #expect(answered.status == 422, "\(operation.name) \(name): \(answered.status)")
                    #expect(answered.faultyFields.contains { $0 == name || $0.hasPrefix(name + ".") }, "\(operation.name) \(name)")
                }
            }
        }
    }
}
