import Domain
import JSON
import Support
import Testing

@Suite("Ticket queues over HTTP")
struct QueueAPITests {
    @Test("A new helpdesk has the built-in queues, for everybody who works there")
    func builtIn() async throws {
        try await withDesk { server, tenant in
            let names = BuiltInQueue.allCases.map(\.rawValue)
            for token in [tenant.agent.token, tenant.admin.token] {
                let listed = try await server.send("GET", queues, token: token)
                #expect(listed.items.compactMap { $0["built_in"]?.string } == names)
                #expect(listed.items.allSatisfy { $0["visible_to"] == "everybody" && $0["version"] == 1 })
                for id in listed.ids {
                    let read = try await server.send("GET", "\(queues)/\(id)", token: token)
                    #expect(read.status == 200 && listed.items.contains(read.json))
                }
            }
        }
    }

    @Test("A queue is made, shown in the form it was sent in, changed and removed")
    func life() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            let team = try await server.send("POST", "/v1/teams", token: admin, ["name": "Night shift"]).id
            let body: JSONValue = [
                "name": " Late ", "sort": "-urgency",
                "visible_to": ["teams": [.integer(team)], "agents": [.integer(tenant.agentID.value)]],
                "criteria": [
                    "all": [
                        condition("status", "in", ["pending", "awaiting_agent"]),
                        ["any": [condition("urgency", "at_least", 5), ["field": "agent_id", "op": "is_not_set"]]],
                    ],
                    "any": [condition("waiting_time", "greater", "4h"), condition("team_id", "in", "my_teams")],
                ],
            ]
            let made = try await server.send("POST", queues, token: admin, body)
            let criteria: JSONValue = [
                "all": [
                    condition("status", "in", ["pending", "awaiting_agent"]),
                    ["all": [], "any": [condition("urgency", "at_least", 5), condition("agent_id", "is_not_set")]],
                ],
                "any": [condition("waiting_time", "greater", "4h"), condition("team_id", "in", "my_teams")],
            ]
            #expect(made.status == 201 && made.header("Location") == "\(queues)/\(made.id)" && made.header("ETag") == "\"1\"")
            #expect(made.word("name") == "Late" && made.word("sort") == "-urgency" && made.isNull("built_in"))
            #expect(made.member("criteria") == criteria)
            #expect(made.member("visible_to") == ["teams": [.integer(team)], "agents": [.integer(tenant.agentID.value)]])
            let path = "\(queues)/\(made.id)"
            let read = try await server.send("GET", path, token: tenant.agent.token)
            #expect(read.json == made.json && read.header("ETag") == "\"1\"")
            // What was shown can be sent.
            let same = try await server.send("PATCH", path, token: admin, ["criteria": criteria, "visible_to": read.member("visible_to")!])
            #expect(same.json == made.json)

            let lost = try await server.send("PATCH", path, token: admin, ["name": "Later"], headers: ["If-Match": "\"7\""])
            expectProblem(lost, 412)
            let changed = try await server.send(
                "PATCH", path, token: admin, ["name": "Later", "criteria": [:], "sort": "id", "visible_to": "everybody"],
                headers: ["If-Match": "\"1\""])
            #expect(changed.status == 200 && changed.number("version") == 2 && changed.header("ETag") == "\"2\"")
            #expect(changed.word("name") == "Later" && changed.word("sort") == "id" && changed.word("visible_to") == "everybody")
            #expect(changed.member("criteria") == ["all": [], "any": []])
            let again = try await server.send("GET", path, token: tenant.agent.token)
            #expect(again.json == changed.json)

            expectProblem(try await server.send("DELETE", path, token: admin, headers: ["If-Match": "\"1\""]), 412)
            let removed = try await server.send("DELETE", path, token: admin, headers: ["If-Match": "\"2\""])
            #expect(removed.status == 204)
            for method in ["GET", "DELETE"] { expectProblem(try await server.send(method, path, token: admin), 404) }
            expectProblem(try await server.send("PATCH", path, token: admin, ["name": "x"]), 404)
            expectProblem(try await server.queueTickets(made.id, as: admin), 404)
        }
    }

    @Test("Without visible_to a queue is its maker's alone, and without sort the one changed last comes first")
    func defaults() async throws {
        try await withDesk { server, tenant in
            for (login, id) in [(tenant.agent, tenant.agentID), (tenant.admin, tenant.adminID)] {
                let made = try await server.makeQueue([:], as: login.token)
                #expect(made.status == 201 && made.word("sort") == "-updated_at")
                #expect(made.member("visible_to") == ["teams": [], "agents": [.integer(id.value)]])
            }
        }
    }

    @Test("The same key and body make one queue; the same key with another body is refused")
    func idempotency() async throws {
        try await withDesk { server, tenant in
            func post(_ name: String) async throws -> Answered {
                try await server.send(
                    "POST", queues, token: tenant.agent.token, ["name": .string(name), "criteria": [:]],
                    headers: ["Idempotency-Key": "once"])
            }
            let first = try await post("Mine")
            let second = try await post("Mine")
            #expect(first.status == 201 && second.status == 201 && second.data == first.data)
            #expect(second.header("Idempotency-Replayed") == "true" && first.header("Idempotency-Replayed") == nil)
            #expect(second.header("Location") == first.header("Location") && second.header("ETag") == first.header("ETag"))
            expectProblem(try await post("Other"), 422, naming: ["Idempotency-Key"])
            let listed = try await server.send("GET", queues, token: tenant.agent.token)
            #expect(listed.items.count == BuiltInQueue.allCases.count + 1)
        }
    }

    @Test("A built-in queue can be named, sorted and shown otherwise; what is in it stays, and so does the queue")
    func builtInChanges() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            let id = try await server.builtIn(.unassigned, as: admin)
            let path = "\(queues)/\(id)"
            let changed = try await server.send(
                "PATCH", path, token: admin,
                ["name": "Nobody's", "sort": "created_at", "visible_to": ["agents": [.integer(tenant.adminID.value)]]]
            )
            #expect(changed.status == 200 && changed.word("name") == "Nobody's" && changed.word("built_in") == "unassigned")
            expectProblem(try await server.send("GET", path, token: tenant.agent.token), 404)
            expectProblem(try await server.send("PATCH", path, token: admin, ["criteria": [:]]), 409)
            expectProblem(try await server.send("DELETE", path, token: admin), 409)
            let read = try await server.send("GET", path, token: admin)
            #expect(read.json == changed.json)
        }
    }

    @Test("Whatever is wrong with a queue is named by its path, all of it at once, and nothing is made")
    func faults() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            _ = try await server.send("POST", "/v1/fields", token: admin, ["key": "amount", "name": "Amount", "type": "number"])
            func one(_ condition: JSONValue) -> JSONValue { ["name": "Q", "criteria": ["all": [condition]]] }
            func deep(_ levels: Int) -> JSONValue {
                (1..<levels).reduce(all(condition("urgency", "is", 5))) { inner, _ in ["any": [inner]] }
            }
            let many = JSONValue.array(Array(repeating: condition("urgency", "is", 5), count: 51))
            let half = JSONValue.array(Array(repeating: condition("urgency", "is", 5), count: 26))
            let bodies: [(JSONValue, Set<String>)] = [
                ([:], ["name", "criteria"]), (["name": .null, "criteria": .null], ["name", "criteria"]),
                (["name": "", "criteria": [:]], ["name"]), (["name": "a\nb", "criteria": [:]], ["name"]),
                (["name": .string(String(repeating: "a", count: 101)), "criteria": [:]], ["name"]),
                (["name": 7, "criteria": []], ["name", "criteria"]),
                (["name": "Q", "criteria": "all"], ["criteria"]), (["name": "Q", "criteria": ["all": [:]]], ["criteria.all"]),
                (["name": "Q", "criteria": ["every": []]], ["criteria.every"]),
                (["name": "Q", "criteria": ["all": ["x"], "any": [7]]], ["criteria.all[0]", "criteria.any[0]"]),
                (["name": "Q", "criteria": ["all": many]], ["criteria.all"]),
                (["name": "Q", "criteria": [:], "sort": "name", "visible_to": "all"], ["sort", "visible_to"]),
                (["name": "Q", "criteria": [:], "sort": .null, "visible_to": .null], ["sort", "visible_to"]),
                (["name": "Q", "criteria": [:], "visible_to": [1]], ["visible_to"]),
                (["name": "Q", "criteria": [:], "visible_to": [:]], ["visible_to"]),
                (["name": "Q", "criteria": [:], "visible_to": ["teams": [4711]]], ["visible_to.teams"]),
                (["name": "Q", "criteria": [:], "visible_to": ["agents": [4711]]], ["visible_to.agents"]),
                (
                    ["name": "Q", "criteria": [:], "visible_to": ["agents": ["x", 1], "users": [1]]],
                    ["visible_to.agents[0]", "visible_to.users"]
                ),
                (["name": "Q", "criteria": [:], "colour": "red", "id": 7], ["colour", "id"]),
                (one([:]), ["criteria.all[0].field", "criteria.all[0].op"]),
                (one(["field": "urgency", "op": "is", "value": ["a": 1]]), ["criteria.all[0].value"]),
                (one(["field": "urgency", "op": "is", "value": [[1]]]), ["criteria.all[0].value"]),
                (one(["field": "urgency", "op": "is", "value": 5, "unit": "h"]), ["criteria.all[0].unit"]),
                (one(["field": "urgency", "op": "is", "all": []]), ["criteria.all[0].field", "criteria.all[0].op"]),
                (one(condition("colour", "is", "red")), ["criteria.all[0].field"]),
                (one(condition("field.nowhere", "is", 1)), ["criteria.all[0].field"]),
                (one(condition("urgency", "resembles", 5)), ["criteria.all[0].op"]),
                (one(condition("urgency", "contains", 5)), ["criteria.all[0].op"]),
                (one(condition("urgency", "is", "high")), ["criteria.all[0].value"]),
                (one(condition("urgency", "is")), ["criteria.all[0].value"]),
                (one(condition("urgency", "in", [])), ["criteria.all[0].value"]),
                (one(condition("status", "is", "open")), ["criteria.all[0].value"]),
                (one(condition("team_id", "is", 4711)), ["criteria.all[0].value"]),
                (one(condition("department_id", "is", 4711)), ["criteria.all[0].value"]),
                (one(condition("created_at", "within_last", "soon")), ["criteria.all[0].value"]),
                (one(condition("created_at", "before", "yesterday")), ["criteria.all[0].value"]),
                (one(condition("field.amount", "is", "much")), ["criteria.all[0].value"]),
                (one(condition("subject", "contains", "a\u{0}b")), ["criteria.all[0].value"]),
                (
                    [
                        "name": "", "visible_to": ["teams": [0]],
                        "criteria": ["all": [["any": [condition("urgency", "is", ["a": 1])]]], "any": [7]],
                    ], ["name", "visible_to.teams[0]", "criteria.all[0].any[0].value", "criteria.any[0]"]
                ),
                (
                    [
                        "name": "Q", "visible_to": ["teams": [4711]],
                        "criteria": [
                            "any": [all(condition("x", "is", 1)), condition("urgency", "is", "11"), condition("urgency", "is", 5)]
                        ],
                    ], ["visible_to.teams", "criteria.any[0].all[0].field", "criteria.any[1].value"]
                ),
            ]
            for (body, fields) in bodies {
                let answered = try await server.send("POST", queues, token: admin, body)
                expectProblem(answered, 422)
                #expect(answered.faultyFields == fields, "\(body): \(answered.json)")
            }
            let wide = (1...3).reduce(JSONValue.integer(7)) { inner, _ in ["any": .array(Array(repeating: inner, count: 50))] }
            for criteria in [deep(6), deep(15), ["all": half, "any": half], wide] {
                let answered = try await server.makeQueue(criteria, as: admin)
                expectProblem(answered, 422)
                #expect(answered.faultyFields.allSatisfy { $0.hasPrefix("criteria") } && answered.faultyFields.count < 10)
            }
            #expect(try await server.makeQueue(deep(5), as: admin).status == 201)
            let own = try await server.makeQueue([:], as: tenant.agent.token)
            for (body, fields) in bodies where body != [:] && body["name"]?.isNull != true {
                let answered = try await server.send("PATCH", "\(queues)/\(own.id)", token: admin, body)
                expectProblem(answered, 422)
                #expect(answered.faultyFields == fields, "\(body): \(answered.json)")
            }
            let listed = try await server.send("GET", queues, token: admin)
            #expect(listed.items.count == BuiltInQueue.allCases.count + 2)
        }
    }

    @Test("Of random criteria each is taken and counted, or refused with what is wrong named; none ends in a failure of ours")
    func random() async throws {
        try await withDesk { server, tenant in
            _ = try await server.openTicket(tenant)
            _ = try await server.send(
                "POST", "/v1/fields", token: tenant.admin.token, ["key": "amount", "name": "Amount", "type": "number"])
            var chance = RandomCriteria(seed: 6)
            var taken = 0
            for _ in 0..<300 {
                let criteria = chance.criteria(depth: 0)
                let made = try await server.makeQueue(criteria, as: tenant.agent.token)
                #expect([201, 422].contains(made.status), "\(criteria): \(made.json)")
                guard made.status == 201 else {
                    #expect(made.faultyFields.allSatisfy { $0.hasPrefix("criteria") }, "\(criteria): \(made.json)")
                    continue
                }
                let tickets = try await server.queueTickets(made.id, as: tenant.agent.token)
                #expect(tickets.status == 200, "\(criteria): \(tickets.json)")
                let counts = try await server.queueCounts(as: tenant.agent.token)
                #expect(counts[made.id] == Int64(tickets.items.count), "\(criteria)")
                _ = try await server.send("DELETE", "\(queues)/\(made.id)", token: tenant.agent.token)
                taken += 1
            }
            #expect(taken >= 40)
        }
    }
}

/// Half sense and half nonsense, the same for the same seed.
private struct RandomCriteria {
    private var chance: SeededGenerator

    init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

    private static let values: [JSONValue] = [
        .null, true, 5, 1, .double(1.5), "pending", "spam", "high", "me", "my_teams", "7d", "4h", "x", "", "2026-01-01T00:00:00Z",
        "2026-01-01", [], [1, 2], ["pending", "spam"], ["high"], "a\u{0}", "🦄", "%_\\", .integer(.max), .integer(.min), .double(1e300), "'",
    ]

    mutating func criteria(depth: Int) -> JSONValue {
        var members: [String: JSONValue] = [:]
        for name in ["all", "any"] where Bool.random(using: &chance) || name == "all" {
            members[name] = .array((0..<Int.random(in: 0...2, using: &chance)).map { _ in criterion(depth: depth) })
        }
        return .object(members)
    }

    private mutating func criterion(depth: Int) -> JSONValue {
        if depth < 3, Int.random(in: 0..<4, using: &chance) == 0 { return criteria(depth: depth + 1) }
        let property = QueueField.Property.allCases.randomElement(using: &chance)
        let isSensible = Int.random(in: 0..<10, using: &chance) > 0
        let operators = isSensible ? property?.operators ?? [] : QueueOperator.allCases
        let field = Int.random(in: 0..<10, using: &chance) == 0 ? "field.amount" : property?.rawValue ?? ""
        let op = operators.randomElement(using: &chance)?.rawValue ?? ""
        // Most are of no use for most fields; what is asked of presence needs none.
        let value = op.hasSuffix("set") ? .null : Self.values.randomElement(using: &chance) ?? .null
        return condition(field, op, value)
    }
}
