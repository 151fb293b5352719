import Domain
import JSON
import Support
import Testing

@Suite("Selecting tickets for a mass action")
struct MassActionFilterTests {
    @Test("A filter finds what the list finds in the same words, and hidden tickets only by the name of their status")
    func likeTheList() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            _ = try await server.send(
                "POST", "/v1/fields", token: tenant.admin.token, ["key": "amount", "name": "Amount", "type": "number"])
            let assigned = try await server.openTicket(tenant, "Assigned").id
            let urgent = try await server.openTicket(tenant, "Urgent").id
            let spam = try await server.openTicket(tenant, "Spam").id
            let deleted = try await server.openTicket(tenant, "Deleted").id
            _ = try await server.openTicket(tenant, "Plain")
            let me = tenant.agentID.value
            _ = try await server.send(
                "PATCH", "/v1/tickets/\(assigned)", token: agent, ["agent_id": .integer(me), "fields": ["amount": 17]])
            _ = try await server.send(
                "PATCH", "/v1/tickets/\(urgent)", token: agent, ["priority": "urgent", "status": "pending", "labels": ["down"]])
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: agent)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: agent)
            let filters: [(filter: JSONValue, query: String)] = [
                ([:], ""), (["status": "pending"], "status=pending"), (["status": ["pending"]], "status=pending"),
                (["status": ["awaiting_agent", "spam"]], "status=awaiting_agent&status=spam"), (["status": "spam"], "status=spam"),
                (["status": ["spam", "deleted"]], "status=spam&status=deleted"), (["agent_id": "none"], "agent_id=none"),
                (["agent_id": .null], "agent_id=none"), (["agent_id": .integer(me)], "agent_id=\(me)"),
                (["agent_id": 4711], "agent_id=4711"),
                (["team_id": .null], "team_id=none"),
                (["department_id": .integer(Department.first.value)], "department_id=\(Department.first)"),
                (["department_id": 4711], "department_id=4711"), (["label": "down"], "label=down"),
                (["priority": "urgent"], "priority=urgent"),
                (["user_id": .integer(tenant.userID.value)], "user_id=\(tenant.userID)"), (["field.amount": 17], "field.amount=17"),
                (["field.amount": "17"], "field.amount=17"), (["field.amount": .double(17.5)], "field.amount=17.5"),
                (["created_after": "2020-01-01T00:00:00Z"], "created_after=2020-01-01T00:00:00Z"),
                (["updated_before": "2020-01-01T00:00:00Z"], "updated_before=2020-01-01T00:00:00Z"),
                (["status": "pending", "label": "down", "agent_id": .null], "status=pending&label=down&agent_id=none"),
            ]
            var found = 0
            for (filter, query) in filters {
                let listed = try await server.send("GET", "/v1/tickets?sort=id" + (query.isEmpty ? "" : "&" + query), token: agent)
                let selected = try await server.submit(
                    ["filter": filter], [["type": "set_urgency", "urgency": 9]], as: tenant.agent, dryRun: true)
                let sample = (selected.member("sample")?.array ?? []).compactMap(\.integer)
                #expect(listed.status == 200 && selected.status == 200, "\(query)")
                #expect(sample.sorted() == listed.ids && selected.number("total") == Int64(listed.ids.count), "\(query)")
                found += listed.ids.count
            }
            #expect(found >= 30)
        }
    }

    @Test("A search finds hidden tickets only by the name of their status; by their numbers they are found")
    func hidden() async throws {
        try await withDesk { server, tenant in
            let plain = try await server.openTicket(tenant, "Printer on fire").id
            let spam = try await server.openTicket(tenant, "Printer for sale").id
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: tenant.agent.token)
            func sample(_ selection: JSONValue) async throws -> Set<Int64> {
                let answered = try await server.submit(selection, [["type": "delete"]], as: tenant.agent, dryRun: true)
                try #require(answered.status == 200, "\(answered.json)")
                return Set((answered.member("sample")?.array ?? []).compactMap(\.integer))
            }
            #expect(try await sample(["search": "subject:printer"]) == [plain])
            #expect(try await sample(["search": "subject:printer status:spam"]) == [spam])
            #expect(try await sample(["search": "subject:printer -status:resolved"]) == [plain])
            #expect(try await sample(["ids": [.integer(spam), .integer(plain)]]) == [plain, spam])
        }
    }

    @Test("A queue selects what it shows to whoever asks, hidden tickets only where its criteria name them")
    func queue() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let mine = try await server.openTicket(tenant, "Mine").id
            _ = try await server.openTicket(tenant, "Nobody's")
            let spam = try await server.openTicket(tenant, "Spam").id
            _ = try await server.send(
                "PATCH", "/v1/tickets/\(mine)", token: agent, ["agent_id": .integer(tenant.agentID.value), "urgency": 7])
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: agent)
            func select(_ queue: Int64, as login: TestTenant.Login) async throws -> Answered {
                try await server.submit(["queue_id": .integer(queue)], [["type": "delete"]], as: login, dryRun: true)
            }
            for login in [tenant.agent, tenant.admin] {
                for queue in BuiltInQueue.allCases {
                    let id = try await server.builtIn(queue, as: login.token)
                    let shown = try await server.queueTickets(id, as: login.token)
                    let selected = try await select(id, as: login)
                    let sample = (selected.member("sample")?.array ?? []).compactMap(\.integer)
                    #expect(selected.status == 200 && Set(sample) == Set(shown.ids), "\(queue)")
                    #expect(selected.number("total") == Int64(shown.ids.count), "\(queue)")
                }
            }
            let own = try await server.makeQueue(all(condition("urgency", "at_least", 7)), as: agent).id
            let selected = try await select(own, as: tenant.agent)
            #expect(selected.member("sample") == [.integer(mine)])

            // What is not there for somebody selects nothing for them.
            let others = try await server.makeQueue([:], as: tenant.admin.token).id
            expectProblem(try await select(others, as: tenant.agent), 422, naming: ["selection.queue_id"])
            let theirs = try await TestInstallation.shared.value.makeTenant()
            expectProblem(try await select(own, as: theirs.admin), 422, naming: ["selection.queue_id"])
        }
    }

    @Test("Words select what a search finds by words, and nothing that is merely similar")
    func words() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for subject in ["The printer burns", "Scanner jams", "No paper", "Photocopier"] {
                _ = try await server.openTicket(tenant, subject)
            }
            let spam = try await server.openTicket(tenant, "Printer for sale").id
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: agent)
            var found = 0
            for text in ["printer", "printer or scanner", "\"the printer\"", "pap*", "-paper", "printer status:spam", "help -photocopier"] {
                let searched = try await server.search(text, "sort=newest", as: agent)
                let selected = try await server.submit(["search": .string(text)], [["type": "delete"]], as: tenant.agent, dryRun: true)
                let sample = (selected.member("sample")?.array ?? []).compactMap(\.integer)
                #expect(searched.word("match") == "words" && searched.status == 200, "\(text)")
                #expect(selected.status == 200 && sample.sorted() == searched.found.sorted(), "\(text)")
                found += sample.count
            }
            #expect(found >= 10)
            let similar = try await server.submit(["search": "photocop"], [["type": "delete"]], as: tenant.agent, dryRun: true)
            #expect(similar.status == 200 && similar.number("total") == 0)
        }
    }
}
