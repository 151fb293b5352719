import Domain
import Foundation
import JSON
import Services
import Support
import Testing

@Suite("Lists")
struct ListConventionTests {
    @Test("Location leads to what was made")
    func location() async throws {
        try await withDesk { server, tenant in
            let made = try await server.openTicket(tenant)
            let location = try #require(made.header("Location"))
            let read = try await server.send("GET", location, token: tenant.user.token)
            let replied = try await server.send("POST", location + "/replies", token: tenant.user.token, ["text": "Still broken"])
            let messages = try await server.send("GET", try #require(replied.header("Location")), token: tenant.user.token)
            #expect(location == "/v1/tickets/\(made.id)")
            #expect(read.data == made.data)
            #expect(messages.ids.contains(replied.id))
        }
    }

    @Test("A page holds 1 to 200 items and 50 unless asked")
    func limits() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let ticket = try await server.openTicket(tenant)
            for number in 1...55 { _ = try await tenant.makeTicket("Ticket \(number)") }
            let plain = try await server.send("GET", "/v1/tickets", token: agent)
            #expect(plain.items.count == 50)
            for path in ["/v1/tickets", "/v1/tickets/\(ticket.id)/messages", "/v1/tickets/\(ticket.id)/history"] {
                let one = try await server.send("GET", path + "?limit=1", token: agent)
                let most = try await server.send("GET", path + "?limit=200", token: agent)
                #expect(one.items.count == 1, "\(path)")
                #expect(most.status == 200, "\(path)")
                #expect(most.nextCursor == nil, "\(path)")
                for limit in ["0", "201", "-1", "abc", "1.5", "", "99999999999999999999"] {
                    let answered = try await server.send("GET", path + "?limit=" + limit, token: agent)
                    expectProblem(answered, 422, naming: ["limit"])
                }
            }
        }
    }

    @Test(
        "Handing back next_cursor leads through everything once, in each order",
        arguments: ["id", "-id", "created_at", "-created_at", "updated_at", "-updated_at", "urgency", "-urgency"])
    func cursors(sort: String) async throws {
        try await withDesk { server, tenant in
            for number in 1...25 {
                if number.isMultiple(of: 3) { tenant.clock.advance(seconds: 1) }
                _ = try await tenant.makeTicket("Ticket \(number)")
            }
            let whole = try await server.send("GET", "/v1/tickets?limit=200&sort=\(sort)", token: tenant.agent.token)
            var ids: [Int64] = []
            var cursor: String?
            var pages = 0
            repeat {
                let page = try await server.send(
                    "GET", "/v1/tickets?limit=4&sort=\(sort)" + (cursor.map { "&cursor=\($0)" } ?? ""), token: tenant.agent.token)
                ids += page.ids
                cursor = page.nextCursor
                pages += 1
            } while cursor != nil && pages < 20
            #expect(pages == 7)
            #expect(ids == whole.ids)
            #expect(Set(ids).count == 25)
            #expect(ids == (sort.hasPrefix("-") ? ids.sorted(by: >) : ids.sorted()))
        }
    }

    @Test("Messages and history are paged, too, oldest first")
    func numbered() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            for number in 1...6 {
                _ = try await server.send("POST", path + "/notes", token: tenant.agent.token, ["text": .string("\(number)")])
            }
            for list in ["/messages", "/history"] {
                let whole = try await server.send("GET", path + list, token: tenant.agent.token)
                var items: [JSONValue] = []
                var cursor: String?
                var pages = 0
                repeat {
                    let page = try await server.send(
                        "GET", path + list + "?limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""), token: tenant.agent.token)
                    items += page.items
                    cursor = page.nextCursor
                    pages += 1
                } while cursor != nil && pages < 20
                #expect(pages == 3)
                #expect(items == whole.items)
                #expect(items.count == 7)
            }
            let history = try await server.send("GET", path + "/history", token: tenant.agent.token)
            let versions = history.items.compactMap { $0["version"]?.integer }
            #expect(versions == Array(Int64(1)...7))
        }
    }

    @Test("A cursor that is none, or was given for another order, is refused")
    func garbage() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for number in 1...3 { _ = try await tenant.makeTicket("Ticket \(number)") }
            let page = try await server.send("GET", "/v1/tickets?limit=1&sort=created_at", token: agent)
            let cursor = try #require(page.nextCursor)
            for bad in ["x", "AAAA", "bm9uc2Vuc2U", "%F0%9F%A6%84", "1", String(cursor.dropLast(3)), String(repeating: "A", count: 5000)] {
                let answered = try await server.send("GET", "/v1/tickets?sort=created_at&cursor=" + bad, token: agent)
                expectProblem(answered, 422, naming: ["cursor"])
            }
            for sort in ["", "&sort=-created_at", "&sort=updated_at", "&sort=urgency", "&sort=id"] {
                let answered = try await server.send("GET", "/v1/tickets?cursor=" + cursor + sort, token: agent)
                expectProblem(answered, 422, naming: ["cursor"])
            }
        }
    }

    @Test(
        "A forged cursor with a time beyond all times harms nobody",
        arguments: ["9223372036854775807", "-9223372036854775808", "9223372036854776", "-9000000000000000", "253402300800000"])
    func forged(milliseconds: String) async throws {
        try await withDesk { server, tenant in
            _ = try await tenant.makeTicket()
            let text = Data("-updated_at \(milliseconds) 1".utf8).base64EncodedString()
            let cursor = text.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
            let answered = try await server.send("GET", "/v1/tickets?cursor=" + cursor, token: tenant.agent.token)
            #expect([200, 422].contains(answered.status))
            let alive = try await server.send("GET", "/healthz")
            #expect(alive.status == 200)
        }
    }

    @Test("Each filter holds back what it should, and hidden tickets need their status named")
    func filters() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let plain = try await server.openTicket(tenant, "Plain").id
            let assigned = try await server.openTicket(tenant, "Assigned").id
            let urgent = try await server.openTicket(tenant, "Urgent").id
            let spam = try await server.openTicket(tenant, "Spam").id
            let deleted = try await server.openTicket(tenant, "Deleted").id
            _ = try await server.send("PATCH", "/v1/tickets/\(assigned)", token: agent, ["agent_id": .integer(tenant.agentID.value)])
            _ = try await server.send(
                "PATCH", "/v1/tickets/\(urgent)", token: agent, ["priority": "urgent", "status": "pending", "labels": ["down", "to do"]])
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: agent)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: agent)
            let all: [Int64] = [plain, assigned, urgent]
            let expected: [(query: String, ids: [Int64])] = [
                ("", all), ("status=pending", [urgent]), ("status=awaiting_agent&status=pending", all), ("status=spam", [spam]),
                ("status=deleted", [deleted]), ("status=spam&status=deleted", [spam, deleted]), ("status=resolved", []),
                ("agent_id=none", [plain, urgent]), ("agent_id=\(tenant.agentID)", [assigned]), ("agent_id=4711", []),
                ("team_id=none", all), ("team_id=4711", []), ("department_id=\(Department.first)", all), ("department_id=4711", []),
                ("label=down", [urgent]), ("label=to%20do", [urgent]), ("label=Down", []), ("label=down&status=spam", []),
                ("priority=urgent", [urgent]), ("user_id=\(tenant.userID)", all), ("user_id=4711", []),
                ("created_before=2020-01-01T00:00:00Z", []), ("created_after=2020-01-01T00:00:00.000%2B01:00", all),
                ("updated_before=9999-12-31T23:59:59Z", all), ("updated_after=9999-12-31T23:59:59Z", []),
                ("updated_after=0000-01-01T00:00:00Z", all),
            ]
            for (query, ids) in expected {
                let answered = try await server.send("GET", "/v1/tickets?sort=id" + (query.isEmpty ? "" : "&" + query), token: agent)
                #expect(answered.status == 200, "\(query)")
                #expect(answered.ids == ids, "\(query)")
            }
        }
    }
}
