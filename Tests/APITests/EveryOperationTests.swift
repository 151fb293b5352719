import JSON
import Support
import Testing

@Suite("Every operation, as it is described and otherwise")
struct EveryOperationTests {
    private static let stranger = "nobody_knows_this"

    @Test("What takes no body does what it is for, too, for somebody who may do that and no more")
    func withoutBodies() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let things = Things(server, tenant)
            var done = 0
            for operation in server.contract.operations where !operation.takesBody && (operation.isTenants || operation.isOperators) {
                let token = operation.isOperators ? asOperator : try await things.token(for: operation)
                let answered = try await things.attempt(operation, token: token)
                #expect((200..<300).contains(answered.status), "\(operation.name): \(answered.status) \(answered.word("detail") ?? "")")
                done += 1
            }
            #expect(done >= 40)
        }
    }

    @Test("A member that nobody knows is named inside another member, too")
    func unknownMembers() async throws {
        try await withDesk { server, tenant in
            var tried = 0
            for (call, token) in try await calls(server, tenant) {
                let members = call.body?.object ?? [:]
                for (name, member) in members {
                    guard var inner = member.object else { continue }
                    inner[Self.stranger] = 1
                    var widened = call
                    widened.body = .object(members.merging([name: .object(inner)]) { $1 })
                    let answered = try await server.send(widened, token: token)
                    expectProblem(answered, 422, naming: ["\(name).\(Self.stranger)"])
                    tried += 1
                }
            }
            #expect(tried >= 1)
        }
    }

    @Test("A member of a wrong type is the caller's fault and named, whatever the type and however deep, and nothing is done")
    func wrongTypes() async throws {
        try await withDesk { server, tenant in
            let calls = try await calls(server, tenant)
            let before = try await everyRow(of: tenant, traces: false)
            var tried = 0
            for (call, token) in calls {
                let schema = call.operation.json["requestBody"]?["content"]?["application/json"]?["schema"]
                let members = call.body?.object ?? [:]
                for (name, property) in schema?["properties"]?.object ?? [:] {
                    for (field, value) in wrongValues(property, at: name, in: server.contract) {
                        var wrong = call
                        wrong.body = .object(members.merging([name: value]) { $1 })
                        let answered = try await server.send(wrong, token: token)
                        #expect(
                            answered.status == 422 && answered.faultyFields.contains(field),
                            "\(call.operation.name), \(field) = \(value): \(answered.status) \(answered.json)")
                        tried += 1
                    }
                }
            }
            let after = try await everyRow(of: tenant, traces: false)
            #expect(after == before)
            #expect(tried >= 500)
        }
    }

    /// One call of each operation that takes a body, on things that are kept: what is refused changes none of them.
    private func calls(_ server: TestServer, _ tenant: TestTenant) async throws -> [(call: Call, token: String)] {
        let asOperator = try await makeOperatorToken(tenant)
        let things = Things(server, tenant)
        var calls: [(call: Call, token: String)] = []
        for operation in server.contract.operations where operation.takesBody {
            var target: Int64?
            if let kind = operation.kind { target = try await things.one(kind) }
            let token = operation.isOperators ? asOperator : try await things.token(for: operation)
            calls.append((try await things.call(operation, on: target), token))
        }
        return calls
    }

    /// Values that are not of this form, each with the field that is wrong about it.
    private func wrongValues(_ schema: JSONValue, at field: String, in contract: Contract) -> [(field: String, value: JSONValue)] {
        if let schema = contract.schema(referredToBy: schema) { return wrongValues(schema, at: field, in: contract) }
        // One that may be null, or a condition rather than a group of them.
        if let choice = schema["anyOf"]?.array?.first { return wrongValues(choice, at: field, in: contract) }
        let types = schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string) ?? []
        let values: [(type: String, value: JSONValue)] = [
            ("object", ["wrong": true]), ("array", []), ("string", "wrong"), ("integer", 7), ("number", .double(1.5)), ("boolean", true),
        ]
        var wrong = values.filter { !types.contains($0.type) }.map { (field: field, value: $0.value) }
        if let items = schema["items"] {
            wrong += wrongValues(items, at: "\(field)[0]", in: contract).map { ($0.field, .array([$0.value])) }
        }
        for (name, property) in schema["properties"]?.object ?? [:] {
            wrong += wrongValues(property, at: "\(field).\(name)", in: contract).map { ($0.field, .object([name: $0.value])) }
        }
        return wrong
    }
}
