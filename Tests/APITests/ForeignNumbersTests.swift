import Domain
import JSON
import Postgres
import Support
import Testing

/// What is another helpdesk's is named where one's own is asked for: in the rest of a path, in a body, in a query.
@Suite("Numbers of another helpdesk's things")
struct ForeignNumbersTests {
    @Test("In a body they are numbers of nothing, whatever member names them; nothing of it is done, and nothing told")
    func inBodies() async throws {
        try await withDesk { server, theirs in
            let mine = try await Foreign(server)
            let things = Things(server, theirs)
            let before = try await everyRow(of: mine.tenant)
            var tried: Set<String> = []
            for operation in server.contract.operations where operation.isTenants && operation.takesBody {
                for (member, value) in server.contract.references(in: operation, to: mine.ids) {
                    let answered = try await things.attempt(operation, token: theirs.admin.token) { call in
                        var members = call.body?.object ?? [:]
                        // `user_id` stands in place of `user`.
                        if member.hasSuffix("_id") { members[String(member.dropLast(3))] = nil }
                        members[member] = value
                        call.body = .object(members)
                    }
                    let faults = (answered.json["errors"]?.array ?? []).filter { $0["field"]?.string?.hasPrefix(member) ?? false }
                    let isUnknown = faults.contains { ["unknown", "gone"].contains($0["code"]?.string ?? "") }
                    // A selection may ask for whatever it likes.
                    let isNothing = member == "selection" && answered.status == 202 && answered.number("total") == 0
                    let isRefused = answered.status == 404 || (answered.status == 422 && isUnknown)
                    #expect(isRefused || isNothing, "\(operation.name), \(member): \(answered.status) \(answered.json)")
                    #expect(!mine.isTold(in: answered), "\(operation.name), \(member)")
                    tried.insert("\(operation.name) \(member)")
                }
            }
            let after = try await everyRow(of: mine.tenant)
            #expect(after == before)
            #expect(tried.count >= 20)
        }
    }

    @Test("In the rest of a path they lead nowhere; only what was not there is gone afterwards, too")
    func inPaths() async throws {
        try await withDesk { server, theirs in
            let mine = try await Foreign(server)
            let things = Things(server, theirs)
            let before = try await everyRow(of: mine.tenant)
            var tried = 0
            for operation in server.contract.operations.filter(\.isTenants) {
                let others = operation.path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("_id}") }
                if others.isEmpty { continue }
                let call = try await things.call(operation, naming: mine.ids)
                let answered = try await server.send(call, token: theirs.admin.token)
                let isDone = operation.method == "DELETE" && (200..<300).contains(answered.status)
                #expect(isDone || [404, 422].contains(answered.status), "\(operation.name): \(answered.status)")
                #expect(!mine.isTold(in: answered), "\(operation.name)")
                tried += 1
            }
            let after = try await everyRow(of: mine.tenant)
            #expect(after == before)
            #expect(tried >= 6)
        }
    }

    @Test("In the query of a list they find nothing, nor does a cursor that was given to somebody else")
    func inQueries() async throws {
        try await withDesk { server, theirs in
            let mine = try await Foreign(server)
            let things = Things(server, theirs)
            for kind in server.contract.kinds.sorted() { _ = try await things.make(kind) }
            let lists = server.contract.operations.filter { $0.isTenants && $0.method == "GET" && !$0.path.contains("{") }
            var cursors: [String: String] = [:]
            var telling = 0
            for operation in lists {
                let own = try await server.send("GET", operation.address(), token: mine.tenant.admin.token)
                if mine.isTold(in: own) { telling += 1 }
                guard operation.queryParameters.contains("cursor") else { continue }
                let page = try await server.send("GET", operation.address(asking: ["limit=1"]), token: mine.tenant.admin.token)
                cursors[operation.path] = page.nextCursor
            }
            // Else there would be nothing that could be told to others.
            #expect(telling >= 8 && cursors.count >= 8)

            let before = try await everyRow(of: mine.tenant)
            for operation in lists {
                var queries: [[String]] = [[]]
                for parameter in operation.queryParameters {
                    let kind = server.contract.kind(named: parameter, in: operation)
                    if let id = kind.flatMap({ mine.ids[$0] }) { queries.append(["\(parameter)=\(id)"]) }
                }
                if let cursor = cursors[operation.path] { queries.append(["cursor=\(cursor)"]) }
                for login in [theirs.admin, theirs.agent, theirs.user] {
                    for query in queries {
                        let answered = try await server.send("GET", operation.address(asking: query), token: login.token)
                        #expect([200, 403].contains(answered.status), "\(operation.name)\(query): \(answered.status)")
                        #expect(answered.ids.allSatisfy { $0 < Foreign.firstNumber }, "\(operation.name)\(query)")
                        #expect(!mine.isTold(in: answered), "\(operation.name)\(query)")
                    }
                }
            }
            let after = try await everyRow(of: mine.tenant)
            #expect(after == before)
        }
    }
}

/// A helpdesk with things of each kind, under numbers that no other has, and with a word in all of them that nobody else is told.
private struct Foreign {
    static let firstNumber: Int64 = 1_000_000
    private static let marker = "zweifellos"

    let tenant: TestTenant
    let ids: [String: Int64]

    init(_ server: TestServer) async throws {
        tenant = try await TestInstallation.shared.value.makeTenant()
        let number = tenant.tenant.id.value
        try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
            // Whatever is counted, by the columns there are.
            let columns = try session.run(
                """
                select string_agg(column_name || ' = \(Self.firstNumber)', ', ')
                from information_schema.columns
                where table_schema = 'helpdesk' and table_name = 'counters' and column_name <> 'tenant_id'
                """)
            let changes = try #require(columns.first?.first.flatMap { $0 })
            _ = try session.run("update helpdesk.counters set \(changes) where tenant_id = \(number)")
        }
        let things = Things(server, tenant, marker: Self.marker)
        var ids: [String: Int64] = [:]
        // Two of each, so that every list has a second page.
        for kind in server.contract.kinds.sorted() + server.contract.kinds.sorted() { ids[kind] = try await things.make(kind) }
        for (kind, id) in ids { try #require(id > Self.firstNumber, "\(kind)") }
        let ticket = try #require(ids["tickets"])
        let messages = try await server.send("GET", "/v1/tickets/\(ticket)/messages", token: tenant.agent.token)
        let message: Int64 = try #require(messages.ids.first)
        ids["messages"] = message
        self.ids = ids
    }

    func isTold(in answered: Answered) -> Bool { String(decoding: answered.data, as: UTF8.self).lowercased().contains(Self.marker) }
}

extension Contract {
    /// The members of a body that name things, each with a value that names one of `ids`, and with what else must stand beside it.
    fileprivate func references(in operation: Operation, to ids: [String: Int64]) -> [(member: String, value: JSONValue)] {
        let schema = operation.json["requestBody"]?["content"]?["application/json"]?["schema"]
        return (schema?["properties"]?.object ?? [:]).flatMap { name, property in
            references(property, named: name, in: operation, to: ids).map { (member: name, value: $0) }
        }
    }

    private func references(_ schema: JSONValue, named name: String, in operation: Operation, to ids: [String: Int64]) -> [JSONValue] {
        // One that may be null.
        if let choice = schema["anyOf"]?.array?.first { return references(choice, named: name, in: operation, to: ids) }
        if let items = schema["items"] { return references(items, named: name, in: operation, to: ids).map { .array([$0]) } }
        if let properties = schema["properties"]?.object {
            return properties.flatMap { name, property in
                references(property, named: name, in: operation, to: ids).map { value in
                    var members = required(of: schema)
                    members[name] = value
                    return .object(members)
                }
            }
        }
        let kind = name == "member_ids" ? "agents" : kind(named: name, in: operation)
        guard schema["type"] == "integer", let id = kind.flatMap({ ids[$0] }) else { return [] }
        return [.integer(id)]
    }

    private func required(of schema: JSONValue) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        for name in schema["required"]?.array?.compactMap(\.string) ?? [] {
            let property = schema["properties"]?[name]
            members[name] = property?["enum"]?.array?.first ?? (property?["type"] == "boolean" ? false : 1)
        }
        return members
    }
}
