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
}
