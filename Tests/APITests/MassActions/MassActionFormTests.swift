import Domain
import JSON
import Support
import Testing

@Suite("What a mass action may be asked for")
struct MassActionFormTests {
    private static let everything: JSONValue = ["filter": [:]]
    private static let spam: JSONValue = [["type": "spam"]]

    @Test("Whatever is wrong with a selection is named by its path, and nothing is started")
    func selections() async throws {
        try await withDesk { server, tenant in
            _ = try await server.send(
                "POST", "/v1/fields", token: tenant.admin.token, ["key": "paid", "name": "Paid", "type": "boolean"])
            let selections: [(JSONValue, Set<String>)] = [
                ([:], ["selection"]), (.null, ["selection"]), ("all", ["selection"]), ([], ["selection"]),
                (["ids": .null, "filter": .null], ["selection"]), (["ids": [1], "search": "#1"], ["selection"]),
                (["filter": [:], "queue_id": 5, "token": "x"], ["selection"]),
                (["ids": []], ["selection.ids"]), (["ids": "1"], ["selection.ids"]), (["ids": 1], ["selection.ids"]),
                (["ids": [1, 0, "2", -3, 4, .double(1.5), .null]], Set([1, 2, 3, 5, 6].map { "selection.ids[\($0)]" })),
                (["queue_id": 0], ["selection.queue_id"]), (["queue_id": "5"], ["selection.queue_id"]),
                (["queue_id": 4711], ["selection.queue_id"]),
                (["search": 7], ["selection.search"]), (["search": ""], ["selection.search"]),
                (["search": "colour:red"], ["selection.search"]),
                (["search": "\"open"], ["selection.search"]), (["search": "team:nowhere"], ["selection.search"]),
                (["token": 7], ["selection.token"]), (["token": ""], ["selection.token"]), (["token": "no such"], ["selection.token"]),
                (["colour": "red"], ["selection", "selection.colour"]), (["ids": [1], "colour": "red"], ["selection.colour"]),
                (["filter": "open"], ["selection.filter"]), (["filter": []], ["selection.filter"]),
                (["filter": ["status": "open"]], ["selection.filter.status"]), (["filter": ["status": []]], ["selection.filter.status"]),
                (["filter": ["status": ["pending", "open"]]], ["selection.filter.status"]),
                (["filter": ["status": .null]], ["selection.filter.status"]), (["filter": ["status": 7]], ["selection.filter.status"]),
                (["filter": ["agent_id": "7"]], ["selection.filter.agent_id"]),
                (["filter": ["agent_id": true]], ["selection.filter.agent_id"]),
                (["filter": ["team_id": "nobody"]], ["selection.filter.team_id"]),
                (["filter": ["department_id": .null]], ["selection.filter.department_id"]),
                (["filter": ["department_id": "1"]], ["selection.filter.department_id"]),
                (["filter": ["user_id": .double(1.5)]], ["selection.filter.user_id"]),
                (["filter": ["label": 7]], ["selection.filter.label"]), (["filter": ["label": "a,b"]], ["selection.filter.label"]),
                (["filter": ["label": ["a", "b"]]], ["selection.filter.label"]),
                (["filter": ["priority": "red"]], ["selection.filter.priority"]),
                (["filter": ["created_before": "yesterday"]], ["selection.filter.created_before"]),
                (["filter": ["updated_after": 7]], ["selection.filter.updated_after"]),
                (["filter": ["field.colour": "red"]], ["selection.filter.field.colour"]),
                (["filter": ["field.paid": "perhaps"]], ["selection.filter.field.paid"]),
                (["filter": ["field.paid": .null]], ["selection.filter.field.paid"]),
                (["filter": ["sort": "id"]], ["selection.filter.sort"]), (["filter": ["limit": 5]], ["selection.filter.limit"]),
                (["filter": ["colour": .null]], ["selection.filter.colour"]),
                (
                    ["filter": ["status": "open", "agent_id": "7", "colour": 1]],
                    ["selection.filter.status", "selection.filter.agent_id", "selection.filter.colour"]
                ),
            ]
            for (selection, fields) in selections {
                let answered = try await server.submit(selection, Self.spam, as: tenant.agent)
                #expect(answered.status == 422 && answered.faultyFields == fields, "\(selection): \(answered.status) \(answered.json)")
            }
            let list = try await server.send("GET", massActions, token: tenant.admin.token)
            #expect(list.items.isEmpty)
        }
    }

    @Test("Whatever is wrong with an action is named by its place, and nothing is started")
    func actions() async throws {
        try await withDesk { server, tenant in
            func action(_ members: JSONValue, _ names: String...) -> (JSONValue, Set<String>) {
                ([members], Set(names.map { "actions[0]." + $0 }))
            }
            let bodies: [(JSONValue, Set<String>)] = [
                (.null, ["actions"]), ([], ["actions"]), ("spam", ["actions"]), ([:], ["actions"]),
                (.array(Array(repeating: ["type": "spam"], count: 21)), ["actions"]),
                (["spam"], ["actions[0]"]), ([["type": "spam"], 7], ["actions[1]"]),
                action([:], "type"), action(["type": .null], "type"), action(["type": "undo"], "type"), action(["type": "explode"], "type"),
                action(["type": 7, "status": "spam", "agent_id": "x"], "type", "status", "agent_id"),
                action(["type": "set_status"], "status"), action(["type": "set_status", "status": "deleted"], "status"),
                action(["type": "set_status", "status": .null], "status"),
                action(["type": "assign"], "agent_id"), action(["type": "assign", "agent_id": "none"], "agent_id"),
                action(["type": "assign", "agent_id": 0, "team_id": true], "agent_id", "team_id"),
                action(["type": "assign", "agent_id": 4711], "agent_id"), action(["type": "assign", "team_id": 4711], "team_id"),
                action(["type": "set_department"], "department_id"),
                action(["type": "set_department", "department_id": .null], "department_id"),
                action(["type": "set_department", "department_id": 4711], "department_id"),
                action(["type": "set_priority", "priority": "red"], "priority"), action(["type": "set_priority"], "priority"),
                action(["type": "set_urgency"], "urgency"), action(["type": "set_urgency", "urgency": 11], "urgency"),
                action(["type": "set_urgency", "urgency": .double(1.5)], "urgency"),
                action(["type": "labels"], "add"), action(["type": "labels", "add": [], "remove": []], "add"),
                action(["type": "labels", "add": "a"], "add"),
                action(["type": "labels", "add": ["a", "b,c"], "remove": [7]], "add[1]", "remove[0]"),
                action(["type": "labels", "add": ["a", "b"], "remove": ["b"]], "remove"),
                action(["type": "labels", "add": .array((1...51).map { .string("l\($0)") })], "add"),
                action(["type": "set_fields"], "fields"), action(["type": "set_fields", "fields": [:]], "fields"),
                action(["type": "set_fields", "fields": "a"], "fields"),
                action(["type": "set_fields", "fields": ["nowhere": 1]], "fields.nowhere"),
                action(["type": "set_fields", "fields": ["X!": 1]], "fields.X!"),
                action(["type": "reply"], "text"), action(["type": "reply", "text": " "], "text"),
                action(["type": "note", "text": 7], "text"),
                action(["type": "reply", "text": "a", "html": "<p>a</p>"], "html"),
                action(["type": "reply", "text": "a", "status": "spam"], "status"),
                action(["type": "note", "text": "a", "status": "pending"], "status"),
                action(["type": "spam", "status": "pending"], "status"), action(["type": "delete", "colour": "red"], "colour"),
                action(["type": "restore", "status": "deleted"], "status"),
                action(["type": "restore", "department_id": 1], "department_id"),
                ([["type": "spam"], ["type": "spam"]], ["actions[1]"]), ([["type": "spam"], ["type": "delete"]], ["actions[1]"]),
                ([["type": "delete"], ["type": "set_status", "status": "pending"]], ["actions[1]"]),
                ([["type": "spam"], ["type": "reply", "text": "a"]], ["actions[1]"]),
                (
                    [["type": "note", "text": "a"], ["type": "set_urgency", "urgency": 0], ["type": "x"]],
                    ["actions[1].urgency", "actions[2].type"]
                ),
            ]
            for (actions, fields) in bodies {
                let answered = try await server.submit(Self.everything, actions, as: tenant.agent)
                #expect(answered.status == 422 && answered.faultyFields == fields, "\(actions): \(answered.status) \(answered.json)")
            }
            let purge = try await server.submit(
                Self.everything, [["type": "purge"], ["type": "set_urgency", "urgency": 3]], as: tenant.admin)
            expectProblem(purge, 422, naming: ["actions[0]"])
            let list = try await server.send("GET", massActions, token: tenant.admin.token)
            #expect(list.items.isEmpty)
        }
    }

    @Test("Faults of all parts of a body are told at once, and what is no object is none")
    func everyPart() async throws {
        try await withDesk { server, tenant in
            func post(_ body: JSONValue) async throws -> Answered {
                try await server.send("POST", massActions, token: tenant.agent.token, body)
            }
            expectProblem(try await post([:]), 422, naming: ["selection", "actions"])
            expectProblem(
                try await post(["selection": ["ids": [0]], "actions": [["type": "explode"]], "dry_run": "yes", "colour": "red"]), 422,
                naming: ["selection.ids[0]", "actions[0].type", "dry_run", "colour"])
            expectProblem(try await post([]), 400)
            expectProblem(
                try await server.send(
                    "POST", massActions, token: tenant.agent.token, raw: nil, headers: ["Content-Type": "application/json"]), 400)
        }
    }

    @Test("Each form of an action is taken, and shown in the form it was sent in")
    func taken() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            let team = try await server.send("POST", "/v1/teams", token: admin, ["name": "Night shift"]).id
            _ = try await server.send("POST", "/v1/fields", token: admin, ["key": "order_no", "name": "Order", "type": "text"])
            _ = try await server.send("POST", "/v1/fields", token: admin, ["key": "amount", "name": "Amount", "type": "number"])
            let agent = JSONValue.integer(tenant.agentID.value)
            let actions: [JSONValue] = [
                [["type": "set_status", "status": "resolved"]], [["type": "assign", "agent_id": agent]],
                [["type": "assign", "agent_id": .null, "team_id": .integer(team)]], [["type": "assign", "team_id": .null]],
                [["type": "set_department", "department_id": .integer(Department.first.value)]],
                [["type": "set_priority", "priority": "urgent"]], [["type": "set_urgency", "urgency": 10]],
                [["type": "labels", "add": ["a", "b"], "remove": ["c"]]],
                [["type": "set_fields", "fields": ["amount": .double(1.5), "order_no": .null]]],
                [["type": "reply", "text": "Hello"]], [["type": "reply", "html": "<p>Hello</p>", "status": "pending"]],
                [["type": "note", "text": "Süß\n\"quoted\""]], [["type": "spam"]], [["type": "delete"]], [["type": "restore"]],
                [["type": "restore", "status": "pending"]],
                [
                    ["type": "restore"], ["type": "set_fields", "fields": ["order_no": "A-17"]], ["type": "note", "text": "Found"],
                    ["type": "set_status", "status": "pending"],
                ],
            ]
            for action in actions {
                let started = try await server.submit(["ids": [4711]], action, as: tenant.agent)
                #expect(started.status == 202, "\(action): \(started.json)")
                #expect(started.member("actions") == action)
            }
            let purge = try await server.submit(["ids": [4711]], [["type": "purge"]], as: tenant.admin)
            #expect(purge.status == 202 && purge.isNull("undo_until") && purge.member("actions") == [["type": "purge"]])
        }
    }

    @Test("A hundred thousand numbers are taken in one request, doubles once; one more is too many")
    func manyNumbers() async throws {
        try await withDesk { server, tenant in
            let id = try await server.openTicket(tenant).id
            let numbers = (1...100_000).map { JSONValue.integer(1_000_000 + $0) }
            let most = try await server.submit(["ids": .array(numbers)], Self.spam, as: tenant.agent, dryRun: true)
            let more = try await server.submit(["ids": .array(numbers + [1])], Self.spam, as: tenant.agent, dryRun: true)
            let doubled = try await server.submit(
                ["ids": .array(Array(repeating: .integer(id), count: 100_000))], Self.spam, as: tenant.agent, dryRun: true)
            #expect(most.status == 200 && most.number("total") == 100_000 && most.counts("would_leave") == ["gone": 100_000])
            expectProblem(more, 422, naming: ["selection.ids"])
            #expect(doubled.status == 200 && doubled.number("total") == 1 && doubled.number("would_change") == 1)
            #expect(doubled.member("sample") == [.integer(id)])
        }
    }

    @Test("Of a hundred thousand wrong numbers a hundred are named; a body larger than the server takes is not read")
    func hostile() async throws {
        try await withDesk { server, tenant in
            let wrong = try await server.submit(
                ["ids": .array(Array(repeating: .string("x"), count: 100_000))], Self.spam, as: tenant.agent)
            #expect(wrong.status == 422 && wrong.faultyFields.count == 100)
            let large = try await server.submit(
                ["ids": [1]], [["type": "reply", "text": .string(String(repeating: "a", count: 2 << 20))]], as: tenant.agent)
            expectProblem(large, 413)
            let long = try await server.submit(
                ["ids": [1]], [["type": "reply", "text": .string(String(repeating: "a", count: 1 << 20 + 1))]], as: tenant.agent)
            expectProblem(long, 422, naming: ["actions[0].text"])
        }
    }
}
