import Domain
import JSON
import Support
import Testing

@Suite("What is in a queue")
struct QueueTicketTests {
    @Test("The built-in queues show whoever looks what they are called for")
    func builtIn() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let me = JSONValue.integer(tenant.agentID.value)
            let team = try await server.send(
                "POST", "/v1/teams", token: tenant.admin.token, ["name": "Night shift", "member_ids": [me]]
            ).id
            var ids: [String: Int64] = [:]
            let changes: [(name: String, patch: JSONValue)] = [
                ("mine", ["agent_id": me]), ("teams", ["team_id": .integer(team)]), ("plain", ["urgency": 2]),
                ("stalled", ["status": "pending"]), ("done", ["status": "resolved", "agent_id": me]),
            ]
            for (name, patch) in changes {
                let id = try await server.openTicket(tenant, name).id
                let patched = try await server.send("PATCH", "/v1/tickets/\(id)", token: agent, patch)
                try #require(patched.status == 200, "\(patched.json)")
                ids[name] = id
            }
            for (name, method, rest) in [("spam", "POST", "/spam"), ("deleted", "DELETE", "")] {
                let id = try await server.openTicket(tenant, name).id
                _ = try await server.send(method, "/v1/tickets/\(id)\(rest)", token: agent)
                ids[name] = id
            }
            func expected(_ names: String...) -> Set<Int64> { Set(names.compactMap { ids[$0] }) }
            let inQueues: [(queue: BuiltInQueue, byAgent: Set<Int64>, byAdmin: Set<Int64>)] = [
                (.mine, expected("mine"), []), (.myTeams, expected("teams"), []),
                (.unassigned, expected("plain", "stalled"), expected("plain", "stalled")),
                (.allOpen, expected("mine", "teams", "plain", "stalled"), expected("mine", "teams", "plain", "stalled")),
                (.pending, expected("stalled"), expected("stalled")), (.spam, expected("spam"), expected("spam")),
                (.deleted, expected("deleted"), expected("deleted")),
            ]
            for login in [tenant.agent, tenant.admin] {
                let counts = try await server.queueCounts(as: login.token)
                let exact = try await server.queueCounts("exact=true", as: login.token)
                #expect(counts.count == BuiltInQueue.allCases.count && exact == counts)
                for (queue, byAgent, byAdmin) in inQueues {
                    let id = try await server.builtIn(queue, as: login.token)
                    let listed = try await server.queueTickets(id, as: login.token)
                    let wanted = login.tokenID == tenant.agent.tokenID ? byAgent : byAdmin
                    #expect(Set(listed.ids) == wanted && listed.ids.count == wanted.count, "\(queue)")
                    #expect(counts[id] == Int64(wanted.count), "\(queue)")
                }
            }
            let mine = try await server.builtIn(.mine, as: agent)
            let shown = try await server.queueTickets(mine, as: agent)
            let read = try await server.read(ids["mine"] ?? 0, tenant)
            #expect(shown.items == [read.json])
        }
    }

    @Test(
        "Handing back next_cursor leads through a queue once, in the queue's order or the one asked for",
        arguments: ["id", "-id", "created_at", "-created_at", "updated_at", "-updated_at", "urgency", "-urgency"])
    func pages(sort: String) async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for number in 1...25 {
                if number.isMultiple(of: 3) { tenant.clock.advance(seconds: 1) }
                let ticket = try await tenant.makeTicket("Ticket \(number)")
                guard number.isMultiple(of: 4) else { continue }
                _ = try await server.send("PATCH", "/v1/tickets/\(ticket.id)", token: agent, ["urgency": .integer(Int64(number % 7 + 1))])
            }
            let sorted = try await server.makeQueue(all(condition("status", "is_not", "pending")), ["sort": .string(sort)], as: agent).id
            let plain = try await server.makeQueue([:], ["sort": "-created_at"], as: agent).id
            let whole = try await server.send("GET", "/v1/tickets?limit=200&sort=\(sort)", token: agent)
            for (queue, query) in [(sorted, ""), (sorted, "sort=\(sort)&"), (plain, "sort=\(sort)&")] {
                var ids: [Int64] = []
                var cursor: String?
                var pages = 0
                repeat {
                    let page = try await server.queueTickets(queue, "\(query)limit=4" + (cursor.map { "&cursor=\($0)" } ?? ""), as: agent)
                    try #require(page.status == 200, "\(page.json)")
                    ids += page.ids
                    cursor = page.nextCursor
                    pages += 1
                } while cursor != nil && pages < 20
                #expect(pages == 7 && ids == whole.ids && Set(ids).count == 25, "\(query)")
            }
        }
    }

    @Test("When the queue's order is changed on the way, the pages go on in the one they began with")
    func orderChanges() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for number in 1...6 { _ = try await tenant.makeTicket("Ticket \(number)") }
            let id = try await server.makeQueue([:], ["sort": "id"], as: agent).id
            let first = try await server.queueTickets(id, "limit=3", as: agent)
            let changed = try await server.send("PATCH", "\(queues)/\(id)", token: agent, ["sort": "-updated_at"])
            let second = try await server.queueTickets(id, "limit=3&cursor=\(first.nextCursor ?? "")", as: agent)
            #expect(changed.status == 200 && first.ids + second.ids == (first.ids + second.ids).sorted())
            #expect(Set(first.ids + second.ids).count == 6 && second.nextCursor == nil)
        }
    }

    @Test("A cursor that is none, or was given for another sort, is refused; and so is what the list takes and a queue does not")
    func faults() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for number in 1...3 { _ = try await tenant.makeTicket("Ticket \(number)") }
            let id = try await server.makeQueue([:], as: agent).id
            let cursor = try #require(try await server.queueTickets(id, "limit=1&sort=id", as: agent).nextCursor)
            for query in ["sort=-id&cursor=\(cursor)", "cursor=x", "cursor=", "cursor=bm9uc2Vuc2U", "cursor=%00"] {
                expectProblem(try await server.queueTickets(id, query, as: agent), 422, naming: ["cursor"])
            }
            expectProblem(try await server.queueTickets(id, "sort=name&limit=0", as: agent), 422, naming: ["sort", "limit"])
            expectProblem(try await server.queueTickets(id, "status=spam&q=x", as: agent), 422, naming: ["status", "q"])
            for value in ["", "yes", "1", "TRUE", "true&exact=true"] {
                expectProblem(try await server.send("GET", "\(queues)/counts?exact=\(value)", token: agent), 422, naming: ["exact"])
            }
            expectProblem(try await server.send("GET", "\(queues)/counts?limit=5", token: agent), 422, naming: ["limit"])
        }
    }

    @Test("The counts have an address of their own, which is no queue's")
    func address() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            #expect(try await server.send("GET", "\(queues)/counts", token: agent).member("counts")?.object?.isEmpty == false)
            for path in ["\(queues)/counts/tickets", "\(queues)/0", "\(queues)/x", "\(queues)/99999999999999999999", "\(queues)/4711"] {
                expectProblem(try await server.send("GET", path, token: agent), 404)
            }
            let posted = try await server.send("POST", "\(queues)/counts", token: agent, ["name": "x"])
            #expect(posted.status == 405)
        }
    }

    @Test("Hidden tickets are in queues whose criteria name their status, and in no other, whatever else it says")
    func hidden() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let plain = try await server.openTicket(tenant, "Printer burns").id
            let spam = try await server.openTicket(tenant, "Printer for sale").id
            let deleted = try await server.openTicket(tenant, "Printer insult").id
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: agent)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: agent)
            let cases: [(criteria: JSONValue, found: Set<Int64>)] = [
                ([:], [plain]), (all(condition("hidden_at", "is_set")), []), (all(condition("hidden_at", "within_last", "7d")), []),
                (all(condition("subject", "contains", "printer")), [plain]), (all(condition("status", "is_not", "resolved")), [plain]),
                (all(condition("status", "not_in", ["spam"])), [plain]), (all(condition("id", "is", .integer(spam))), []),
                (all(condition("words", "contains", "printer")), [plain]), (all(condition("status", "is", "spam")), [spam]),
                (all(condition("status", "in", ["spam", "deleted"])), [spam, deleted]),
                (all(condition("status", "in", ["spam", "awaiting_agent"]), condition("subject", "contains", "printer")), [spam, plain]),
                (["any": [condition("status", "is", "deleted"), condition("id", "is", .integer(plain))]], [deleted, plain]),
                (all(condition("status", "is", "spam"), condition("words", "contains", "sale")), [spam]),
            ]
            for (criteria, found) in cases {
                let id = try await server.makeQueue(criteria, as: agent).id
                let listed = try await server.queueTickets(id, as: agent)
                let counts = try await server.queueCounts(as: agent)
                #expect(listed.status == 200 && Set(listed.ids) == found, "\(criteria): \(listed.ids)")
                #expect(counts[id] == Int64(found.count), "\(criteria)")
            }
        }
    }
}
