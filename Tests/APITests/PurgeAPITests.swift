import Domain
import Foundation
import JSON
import Postgres
import Services
import Support
import Testing

@Suite("Purge schedules, runs and daily totals over HTTP")
struct PurgeAPITests {
    private static let schedules = "/v1/purge-schedules"
    private static let runs = "/v1/purge-runs"

    @Test("A new helpdesk keeps spam and deleted tickets for 30 days, each with a schedule of its own")
    func usual() async throws {
        try await withDesk { server, tenant in
            for status in ["spam", "deleted"] {
                let shown = try await server.send("GET", "\(Self.schedules)/\(status)", token: tenant.agent.token)
                #expect(shown.status == 200)
                #expect(shown.word("status") == status)
                #expect(shown.truth("enabled") == true)
                #expect(shown.number("retention_days") == 30)
                #expect(shown.word("at") == "03:00")
                #expect(shown.word("time_zone") == "Europe/London")
                #expect(shown.word("next_run_at") != nil)
                #expect(shown.isNull("last_run") && shown.isNull("due_from"))
                #expect(shown.number("version") == 1)
                #expect(shown.header("ETag") == "\"1\"")
            }
        }
    }

    @Test("What is set is shown, what is left out stays, and the other status keeps what it has")
    func set() async throws {
        try await withDesk { server, tenant in
            let path = "\(Self.schedules)/spam"
            let days = try await server.send("PUT", path, token: tenant.admin.token, ["retention_days": 7])
            let time = try await server.send("PUT", path, token: tenant.admin.token, ["at": "23:15", "time_zone": "UTC"])
            let off = try await server.send("PUT", path, token: tenant.admin.token, ["enabled": false])
            let nothing = try await server.send("PUT", path, token: tenant.admin.token, [:])
            let shown = try await server.send("GET", path, token: tenant.agent.token)
            let other = try await server.send("GET", "\(Self.schedules)/deleted", token: tenant.agent.token)
            #expect(days.status == 200)
            #expect(days.number("retention_days") == 7 && days.word("at") == "03:00" && days.number("version") == 2)
            #expect(days.header("ETag") == "\"2\"")
            #expect(time.number("retention_days") == 7 && time.word("at") == "23:15" && time.word("time_zone") == "UTC")
            let next = try #require(time.word("next_run_at").flatMap { Timestamp($0) })
            let late = next.milliseconds / 1000 % 86_400 - (23 * 60 + 15) * 60
            #expect((0..<300).contains(late))
            #expect(off.truth("enabled") == false && off.isNull("next_run_at") && off.number("version") == 4)
            #expect(nothing.status == 200 && nothing.data == off.data)
            #expect(shown.data == off.data)
            #expect(other.number("retention_days") == 30 && other.word("at") == "03:00" && other.number("version") == 1)
        }
    }

    @Test("Whatever is wrong with a schedule is named, all at once, and nothing is changed")
    func faults() async throws {
        try await withDesk { server, tenant in
            let path = "\(Self.schedules)/deleted"
            let bodies: [(JSONValue, Set<String>)] = [
                (["retention_days": -1], ["retention_days"]), (["retention_days": 3651], ["retention_days"]),
                (["retention_days": .integer(.max)], ["retention_days"]), (["retention_days": "7"], ["retention_days"]),
                (["retention_days": .double(1.5)], ["retention_days"]), (["at": "24:00"], ["at"]), (["at": "3:00"], ["at"]),
                (["at": "03:00:00"], ["at"]), (["at": 180], ["at"]), (["time_zone": "Mars/Olympus"], ["time_zone"]),
                (["time_zone": ""], ["time_zone"]), (["time_zone": 1], ["time_zone"]), (["enabled": "yes"], ["enabled"]),
                (["colour": "red"], ["colour"]), (["next_run_at": "2026-03-02T09:00:00Z"], ["next_run_at"]),
                (
                    ["enabled": 1, "retention_days": 4000, "at": "noon", "time_zone": "Nowhere", "status": "spam"],
                    ["enabled", "retention_days", "at", "time_zone", "status"]
                ),
            ]
            for (body, fields) in bodies {
                expectProblem(try await server.send("PUT", path, token: tenant.admin.token, body), 422, naming: fields)
            }
            expectProblem(try await server.send("PUT", path, token: tenant.admin.token, []), 400)
            let bounds = try await server.send("GET", path, token: tenant.agent.token)
            #expect(bounds.number("version") == 1)
            for days in [0, 3650] as [Int64] {
                let taken = try await server.send("PUT", path, token: tenant.admin.token, ["retention_days": .integer(days)])
                #expect(taken.number("retention_days") == days)
            }
        }
    }

    @Test("If-Match is honoured")
    func ifMatch() async throws {
        try await withDesk { server, tenant in
            let path = "\(Self.schedules)/spam"
            func put(_ days: Int64, ifMatch: String) async throws -> Answered {
                try await server.send(
                    "PUT", path, token: tenant.admin.token, ["retention_days": .integer(days)], headers: ["If-Match": ifMatch])
            }
            let first = try await put(10, ifMatch: "\"1\"")
            let late = try await put(20, ifMatch: "\"1\"")
            let second = try await put(20, ifMatch: try #require(first.header("ETag")))
            let whatever = try await put(30, ifMatch: "*")
            #expect(first.number("retention_days") == 10)
            expectProblem(late, 412)
            #expect(second.number("retention_days") == 20)
            #expect(whatever.number("retention_days") == 30 && whatever.number("version") == 4)
            expectProblem(try await put(40, ifMatch: "one"), 422, naming: ["If-Match"])
        }
    }

    @Test("Agents read what admins set, and users know nothing of it")
    func rights() async throws {
        try await withDesk { server, tenant in
            let totals = "/v1/daily-totals?status=spam&from=2026-03-01&to=2026-03-02"
            let run = try await server.send("POST", Self.runs, token: tenant.admin.token, ["status": "spam"])
            for path in ["\(Self.schedules)/spam", "\(Self.schedules)/spam/forecast", Self.runs, "\(Self.runs)/\(run.id)"] {
                let byAdmin = try await server.send("GET", path, token: tenant.admin.token)
                let byAgent = try await server.send("GET", path, token: tenant.agent.token)
                #expect(byAdmin.status == 200 && byAgent.status == 200, "\(path)")
                expectProblem(try await server.send("GET", path, token: tenant.user.token), 403)
            }
            for login in [tenant.agent, tenant.user] {
                let put = try await server.send("PUT", "\(Self.schedules)/spam", token: login.token, ["enabled": false])
                let post = try await server.send("POST", Self.runs, token: login.token, ["status": "deleted"])
                let read = try await server.send("GET", totals, token: login.token)
                for refused in [put, post, read] { expectProblem(refused, 403) }
            }
            let unchanged = try await server.send("GET", "\(Self.schedules)/spam", token: tenant.agent.token)
            let list = try await server.send("GET", Self.runs, token: tenant.agent.token)
            #expect(unchanged.number("version") == 1)
            #expect(list.ids == [run.id])
        }
    }

    @Test("There is a schedule for spam and for deleted tickets, and for nothing else", arguments: ["resolved", "SPAM", "1", "%20"])
    func otherWords(_ word: String) async throws {
        try await withDesk { server, tenant in
            expectProblem(try await server.send("GET", "\(Self.schedules)/\(word)", token: tenant.admin.token), 404)
            expectProblem(try await server.send("GET", "\(Self.schedules)/\(word)/forecast", token: tenant.admin.token), 404)
            expectProblem(try await server.send("PUT", "\(Self.schedules)/\(word)", token: tenant.admin.token, ["enabled": true]), 404)
        }
    }

    @Test("When a hidden ticket will be purged follows the schedule at once")
    func purgeAt() async throws {
        try await withDesk { server, tenant in
            let spam = try await server.openTicket(tenant).id
            let deleted = try await server.openTicket(tenant).id
            let hidden = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: tenant.agent.token)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: tenant.agent.token)
            let hiddenAt = try #require(hidden.word("hidden_at").flatMap { Timestamp($0) })
            #expect(hidden.word("purge_at") == hiddenAt.advanced(byDays: 30).description)
            let other = try await server.read(deleted, tenant)

            for days in [7, 0, 3650] {
                let body: JSONValue = ["retention_days": .integer(Int64(days))]
                #expect(try await server.send("PUT", "\(Self.schedules)/spam", token: tenant.admin.token, body).status == 200)
                let read = try await server.read(spam, tenant)
                let list = try await server.send("GET", "/v1/tickets?status=spam", token: tenant.agent.token)
                let expected = hiddenAt.advanced(byDays: days).description
                #expect(read.word("purge_at") == expected)
                #expect(list.items.first?["purge_at"]?.string == expected)
            }
            let still = try await server.read(deleted, tenant)
            #expect(still.word("purge_at") != nil && still.data == other.data)

            _ = try await server.send("PUT", "\(Self.schedules)/spam", token: tenant.admin.token, ["enabled": false])
            let kept = try await server.read(spam, tenant)
            #expect(kept.isNull("purge_at"))
        }
    }

    @Test("The forecast counts what is due with all that was said in it, apart from what is held")
    func forecast() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            var spam: [Int64] = []
            for _ in 1...3 { spam.append(try await server.openTicket(tenant, "Süß").id) }
            let deleted = try await server.openTicket(tenant).id
            _ = try await server.openTicket(tenant)
            _ = try await server.send("POST", "/v1/tickets/\(spam[0])/notes", token: agent, ["text": "Never again"])
            _ = try await server.send("PUT", "/v1/tickets/\(spam[2])/legal-hold", token: tenant.admin.token, ["reason": "A court"])
            for id in spam { _ = try await server.send("POST", "/v1/tickets/\(id)/spam", token: agent) }
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: agent)

            let early = try await server.send("GET", "\(Self.schedules)/spam/forecast", token: agent)
            _ = try await server.send("PUT", "\(Self.schedules)/spam", token: tenant.admin.token, ["retention_days": 0])
            let due = try await server.send("GET", "\(Self.schedules)/spam/forecast", token: agent)
            _ = try await server.send(
                "PUT", "\(Self.schedules)/deleted", token: tenant.admin.token, ["retention_days": 0, "enabled": false])
            let other = try await server.send("GET", "\(Self.schedules)/deleted/forecast", token: agent)
            let schedule = try await server.send("GET", "\(Self.schedules)/spam", token: agent)

            #expect(early.number("tickets") == 0 && early.number("held") == 0 && early.number("bytes") == 0)
            #expect(due.word("status") == "spam")
            #expect(due.number("tickets") == 2 && due.number("held") == 1)
            #expect(due.number("messages") == 3 && due.number("attachments") == 0)
            // Two subjects of 5 bytes, two messages of 11, one note of 11.
            #expect(due.number("bytes") == 43)
            #expect(due.word("next_run_at") != nil && due.member("next_run_at") == schedule.member("next_run_at"))
            #expect(other.number("tickets") == 1 && other.number("messages") == 1 && other.isNull("next_run_at"))
            #expect(other.word("hidden_until") != nil)
        }
    }

    @Test("A purge by hand is taken in, found under its address, and one of each status goes on at a time")
    func start() async throws {
        try await withDesk { server, tenant in
            let started = try await server.send("POST", Self.runs, token: tenant.admin.token, ["status": "spam", "scope": "all"])
            let again = try await server.send("POST", Self.runs, token: tenant.admin.token, ["status": "spam"])
            let other = try await server.send("POST", Self.runs, token: tenant.admin.token, ["status": "deleted"])
            let location = try #require(started.header("Location"))
            let found = try await server.send("GET", location, token: tenant.agent.token)
            #expect(started.status == 202)
            #expect(location == "\(Self.runs)/\(started.id)")
            #expect(found.status == 200 && found.id == started.id)
            #expect(started.word("status") == "spam" && started.word("scope") == "all" && started.word("state") == "queued")
            #expect(started.word("trigger") == "manual" && started.number("agent_id") == tenant.adminID.value)
            #expect(started.isNull("slot") && started.isNull("started_at") && started.isNull("finished_at") && started.isNull("receipt"))
            #expect(started.number("policy.retention_days") == 30)
            for figure in ["purged", "held", "messages", "attachments", "bytes"] { #expect(started.number(figure) == 0, "\(figure)") }
            expectProblem(again, 409)
            #expect(other.status == 202 && other.word("scope") == "due" && other.id > started.id)
        }
    }

    @Test("What is wrong with a purge that is asked for is named, and nothing is started")
    func startFaults() async throws {
        try await withDesk { server, tenant in
            let bodies: [(JSONValue, Set<String>)] = [
                ([:], ["status"]), (["status": .null], ["status"]), (["status": "resolved"], ["status"]), (["status": 1], ["status"]),
                (["status": "spam", "scope": "everything"], ["scope"]), (["scope": true], ["status", "scope"]),
                (["status": "spam", "retention_days": 0], ["retention_days"]),
            ]
            for (body, fields) in bodies {
                expectProblem(try await server.send("POST", Self.runs, token: tenant.admin.token, body), 422, naming: fields)
            }
            let list = try await server.send("GET", Self.runs, token: tenant.agent.token)
            #expect(list.items.isEmpty)
        }
    }

    @Test("A purge that is asked for twice with one key is started once")
    func once() async throws {
        try await withDesk { server, tenant in
            func post(_ body: JSONValue) async throws -> Answered {
                try await server.send("POST", Self.runs, token: tenant.admin.token, body, headers: ["Idempotency-Key": "tonight"])
            }
            let first = try await post(["status": "spam"])
            let second = try await post(["status": "spam"])
            let other = try await post(["status": "deleted"])
            let list = try await server.send("GET", Self.runs, token: tenant.agent.token)
            #expect(first.status == 202 && first.header("Idempotency-Replayed") == nil)
            #expect(second.status == 202 && second.header("Idempotency-Replayed") == "true")
            #expect(second.data == first.data && second.header("Location") == first.header("Location"))
            expectProblem(other, 422, naming: ["Idempotency-Key"])
            #expect(list.ids == [first.id])
        }
    }

    @Test("Purges are listed newest first, each with a receipt that is chained to the one before")
    func list() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            var ids: [Int64] = []
            for _ in 1...4 { ids.append(try await things.make("purge-runs")) }
            let whole = try await server.send("GET", Self.runs, token: tenant.agent.token)
            let schedule = try await server.send("GET", "\(Self.schedules)/deleted", token: tenant.agent.token)
            #expect(whole.ids == ids.reversed())
            #expect(whole.nextCursor == nil)
            // Each but the last was thrown away to make room for the next one.
            #expect(whole.items.map { $0["state"]?.string } == ["queued", "cancelled", "cancelled", "cancelled"])
            let receipts = whole.items.dropFirst().reversed().compactMap { $0["receipt"]?.object }
            #expect(receipts.map { $0["number"]?.integer } == [1, 2, 3])
            #expect(receipts.first?["previous_hash"]?.string == String(repeating: "0", count: 64))
            #expect(receipts.dropFirst().map { $0["previous_hash"] } == receipts.dropLast().map { $0["hash"] })
            #expect(Set(receipts.compactMap { $0["hash"]?.string }).count == 3)
            #expect(schedule.member("last_run") == whole.items[1])

            var paged: [Int64] = []
            var cursor: String?
            var pages = 0
            repeat {
                let page = try await server.send(
                    "GET", "\(Self.runs)?limit=3" + (cursor.map { "&cursor=\($0)" } ?? ""), token: tenant.agent.token)
                paged += page.ids
                cursor = page.nextCursor
                pages += 1
            } while cursor != nil && pages < 10
            #expect(pages == 2)
            #expect(paged == whole.ids)
            for query in ["limit=0", "cursor=x", "status=spam"] {
                let answered = try await server.send("GET", "\(Self.runs)?\(query)", token: tenant.agent.token)
                expectProblem(answered, 422, naming: [query.split(separator: "=").first.map { String($0) } ?? ""])
            }
        }
    }

    @Test("Another helpdesk's purges are not found, whoever asks")
    func otherHelpdesks() async throws {
        try await withDesk { server, theirs in
            let mine = try await TestInstallation.shared.value.makeTenant()
            let run = try await server.send("POST", Self.runs, token: mine.admin.token, ["status": "spam"])
            for login in [theirs.admin, theirs.agent] {
                for id in ["\(run.id)", "0", "x", "99999999999999999999"] {
                    expectProblem(try await server.send("GET", "\(Self.runs)/\(id)", token: login.token), 404)
                }
                let list = try await server.send("GET", Self.runs, token: login.token)
                #expect(list.status == 200 && list.items.isEmpty)
            }
            // Mine keeps nobody else waiting.
            #expect(try await server.send("POST", Self.runs, token: theirs.admin.token, ["status": "spam"]).status == 202)
        }
    }

    @Test("The daily totals count what happened to the tickets that are in the status")
    func totals() async throws {
        try await withDesk { server, tenant in
            let spam = try await server.openTicket(tenant)
            let deleted = try await server.openTicket(tenant).id
            _ = try await server.openTicket(tenant)
            _ = try await server.send("POST", "/v1/tickets/\(spam.id)/notes", token: tenant.agent.token, ["text": "Junk"])
            _ = try await server.send("POST", "/v1/tickets/\(spam.id)/spam", token: tenant.agent.token)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: tenant.agent.token)
            let created = try #require(spam.word("created_at").flatMap { Timestamp($0) })
            func day(_ moment: Timestamp) -> String { String(moment.description.prefix(10)) }
            func counted(_ status: String, from first: Timestamp, to last: Timestamp) async throws -> [String: Int64] {
                let answered = try await server.send(
                    "GET", "/v1/daily-totals?status=\(status)&from=\(day(first))&to=\(day(last))", token: tenant.admin.token)
                try #require(answered.status == 200)
                let pairs = answered.items.map { ($0["measure"]?.string ?? "", $0["count"]?.integer ?? 0) }
                return Dictionary(pairs, uniquingKeysWith: +)
            }
            // To the day after, because midnight may pass meanwhile.
            let next = created.advanced(byDays: 1)
            #expect(try await counted("spam", from: created, to: next) == ["created": 1, "user_message": 1, "note": 1])
            #expect(try await counted("deleted", from: created, to: next) == ["created": 1, "user_message": 1])
            // The last day is counted, too.
            #expect(try await counted("spam", from: created, to: created)["created"] == 1)
            #expect(try await counted("spam", from: created.advanced(byDays: -2), to: created.advanced(byDays: -1)).isEmpty)
            #expect(try await counted("spam", from: created.advanced(byDays: 2), to: created.advanced(byDays: 300)).isEmpty)
        }
    }

    @Test("Whatever is wrong with what is asked of the daily totals is named")
    func totalsQuery() async throws {
        try await withDesk { server, tenant in
            let refused: [(query: String, fields: Set<String>)] = [
                ("", ["status", "from", "to"]), ("?status=spam", ["from", "to"]), ("?from=2026-03-01&to=2026-03-02", ["status"]),
                ("?status=resolved&from=2026-03-01&to=2026-03-02", ["status"]), ("?status=spam&from=2026-3-1&to=2026-03-02", ["from"]),
                ("?status=spam&from=2026-02-30&to=2026-03-02", ["from"]), ("?status=spam&from=2026-03-01&to=2026-03-02T00:00:00Z", ["to"]),
                ("?status=spam&from=2026-03-01&to=today", ["to"]), ("?status=spam&from=2026-03-01&to=2026-02-28", ["to"]),
                ("?status=spam&from=2026-03-01&to=2027-03-02", ["to"]), ("?status=spam&from=&to=", ["from", "to"]),
                ("?status=spam&status=deleted&from=2026-03-01&to=2026-03-02", ["status"]),
                ("?status=spam&from=2026-03-01&to=2026-03-02&limit=1", ["limit"]),
            ]
            for (query, fields) in refused {
                let answered = try await server.send("GET", "/v1/daily-totals" + query, token: tenant.admin.token)
                expectProblem(answered, 422, naming: fields)
            }
            for query in [
                "from=2026-03-01&to=2026-03-01", "from=2026-03-01&to=2027-03-01", "from=0000-01-01&to=0000-01-01",
                "from=9999-12-31&to=9999-12-31",
            ] {
                let answered = try await server.send("GET", "/v1/daily-totals?status=deleted&" + query, token: tenant.admin.token)
                #expect(answered.status == 200 && answered.items.isEmpty, "\(query)")
            }
        }
    }

    @Test("An answer that is kept for a repeated request is kept for the ticket it shows, and goes with it")
    func keptAnswers() async throws {
        try await withDesk { server, tenant in
            func post(_ path: String, _ body: JSONValue, as login: TestTenant.Login, key: String) async throws -> Answered {
                let answered = try await server.send("POST", path, token: login.token, body, headers: ["Idempotency-Key": key])
                try #require([201, 202].contains(answered.status), "\(path): \(answered.json)")
                return answered
            }
            let ticket = try await post("/v1/tickets", ["subject": "a", "text": "b"], as: tenant.user, key: "made")
            let path = "/v1/tickets/\(ticket.id)"
            let reply = try await post(path + "/replies", ["text": "c"], as: tenant.user, key: "replied")
            _ = try await post(path + "/notes", ["text": "d"], as: tenant.agent, key: "noted")
            let split = try await post(path + "/split", ["message_ids": [.integer(reply.id)]], as: tenant.agent, key: "split")
            _ = try await post("/v1/departments", ["name": "Billing"], as: tenant.admin, key: "other")
            _ = try await post(Self.runs, ["status": "spam"], as: tenant.admin, key: "run")

            let number = tenant.tenant.id.value
            let rows = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
                try session.run("select key, ticket_id from helpdesk.idempotency_keys where tenant_id = \(number)")
            }
            let kept = Dictionary(uniqueKeysWithValues: rows.map { ($0[0] ?? "", $0[1]) })
            let first = "\(ticket.id)"
            #expect(split.id != ticket.id)
            #expect(kept == ["made": first, "replied": first, "noted": first, "split": "\(split.id)", "other": nil, "run": nil])
        }
    }
}
