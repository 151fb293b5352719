import Domain
import Foundation
import JSON
import Services
import Support
import Testing

/// Bodies for a new ticket, and the fields that are wrong with them.
private let incompleteTickets: [(JSONValue, [String])] = [
    ([:], ["subject", "text", "user"]),
    (["subject": .null, "text": .null, "user": .null], ["subject", "text", "user"]),
    (["subject": "a", "text": "b", "html": "c", "user_id": 1], ["html"]),
    (["subject": "a", "html": " ", "user_id": 1], ["html"]),
    (["subject": "a", "text": "b", "user_id": 1, "user": ["email": "a@b.example"]], ["user_id"]),
    (["subject": "a", "text": "b", "user_id": "one"], ["user_id"]),
    (["subject": "a", "text": "b", "user_id": 4711], ["user_id"]),
    (["subject": "a", "text": "b", "user": [:]], ["user.email"]),
    (["subject": "a", "text": "b", "user": "ada@customer.example"], ["user"]),
    (["subject": "a", "text": "b", "user_id": 1, "agent_id": 4711], ["agent_id"]),
    (["subject": "a", "text": "b", "user_id": 1, "urgency": .double(1.5)], ["urgency"]),
    (["subject": "a\nb", "text": "b", "user_id": 1], ["subject"]),
]

@Suite("Problem documents")
struct ProblemTests {
    @Test("Each thing that can go wrong has its status and a document that explains it")
    func everyStatus() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let user = tenant.user.token
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            let json = ["Content-Type": "application/json"]

            let unreadable = try await server.send("POST", "/v1/tickets", token: agent, raw: Data("{\"subject\":".utf8), headers: json)
            expectProblem(unreadable, 400)
            let noObject = try await server.send("POST", "/v1/tickets", token: agent, ["a list"])
            expectProblem(noObject, 400)
            let anonymous = try await server.send("GET", path)
            expectProblem(anonymous, 401)
            let forbidden = try await server.send("GET", path + "/history", token: user)
            expectProblem(forbidden, 403)
            let absent = try await server.send("GET", "/v1/tickets/999999", token: agent)
            expectProblem(absent, 404)
            let nowhere = try await server.send("GET", "/v1/nowhere", token: agent)
            expectProblem(nowhere, 404)
            let wrongMethod = try await server.send("PUT", path, token: agent, ["subject": "New"])
            expectProblem(wrongMethod, 405)
            let conflict = try await server.send("POST", path + "/restore", token: agent)
            expectProblem(conflict, 409)
            let lost = try await server.send("PATCH", path, token: agent, ["urgency": 2], headers: ["If-Match": "\"99\""])
            expectProblem(lost, 412)
            let large = try await server.send(
                "POST", path + "/notes", token: agent, ["text": .string(String(repeating: "x", count: 2 << 20))])
            expectProblem(large, 413)
            let notJSON = try await server.send(
                "POST", path + "/notes", token: agent, raw: Data("text=Hello".utf8), headers: ["Content-Type": "text/plain"])
            expectProblem(notJSON, 415)
            let invalid = try await server.send("POST", path + "/notes", token: agent, [:])
            expectProblem(invalid, 422, naming: ["text"])

            let kept = try await server.read(ticket.id, tenant)
            #expect(kept.number("version") == 1)
            _ = try await tenant.installation.setState(of: tenant.tenant.slug, .suspended)
            let suspended = try await server.send("GET", path, token: agent)
            expectProblem(suspended, 423)
        }
    }

    @Test("A wrong method is told which ones there are")
    func allowed() async throws {
        let server = try await TestServer.shared.value
        let expected = [
            "/v1/tickets": ["GET", "POST"], "/v1/tickets/1": ["DELETE", "GET", "PATCH"], "/v1/tickets/1/spam": ["POST"],
            "/healthz": ["GET"],
        ]
        for (path, methods) in expected {
            let answered = try await server.send("PUT", path)
            expectProblem(answered, 405)
            let allowed = answered.header("Allow")?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(allowed?.sorted() == methods, "\(path)")
        }
    }

    @Test("Every fault of a new ticket is named at once, with its field and a code for programs")
    func everyFault() async throws {
        try await withDesk { server, tenant in
            let answered = try await server.send(
                "POST", "/v1/tickets", token: tenant.agent.token,
                [
                    "subject": "", "text": 5, "priority": "utmost", "urgency": 11, "status": "spam", "agent_id": "me",
                    "user": ["email": "nobody", "name": "", "nick": "x"], "colour": "red",
                ])
            expectProblem(
                answered, 422,
                naming: ["subject", "text", "priority", "urgency", "status", "agent_id", "user.email", "user.name", "user.nick", "colour"])
            for fault in answered.json["errors"]?.array ?? [] {
                #expect(fault["code"]?.string?.isEmpty == false, "\(fault)")
                #expect(fault["message"]?.string?.isEmpty == false, "\(fault)")
            }
            let unknown = (answered.json["errors"]?.array ?? []).filter { $0["code"]?.string == "unknown" }
            let unknownFields: Set<String> = ["user.nick", "colour"]
            #expect(Set(unknown.compactMap { $0["field"]?.string }) == unknownFields)
        }
    }

    @Test("Whatever is missing, null, doubled or unknown is named, and nothing is made", arguments: incompleteTickets)
    func missing(_ body: JSONValue, _ fields: [String]) async throws {
        try await withDesk { server, tenant in
            let answered = try await server.send("POST", "/v1/tickets", token: tenant.agent.token, body)
            expectProblem(answered, 422, naming: Set(fields))
            let list = try await server.send("GET", "/v1/tickets", token: tenant.agent.token)
            #expect(list.items.isEmpty)
        }
    }

    @Test("A user_id of null is as good as none, and the missing user is named")
    func nullUser() async throws {
        try await withDesk { server, tenant in
            let answered = try await server.send(
                "POST", "/v1/tickets", token: tenant.agent.token, ["subject": "a", "text": "b", "user_id": .null])
            expectProblem(answered, 422)
            #expect(!answered.faultyFields.isEmpty)
            #expect(answered.faultyFields.isSubset(of: ["user", "user_id"]))
        }
    }

    @Test("Every fault of a change and of a reply is named at once, too")
    func changesAndReplies() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            let patch = try await server.send(
                "PATCH", path, token: tenant.agent.token,
                ["subject": .null, "status": "deleted", "urgency": "high", "agent_id": true, "priority": 3, "version": 8])
            let reply = try await server.send(
                "POST", path + "/replies", token: tenant.agent.token, ["text": " ", "html": "<p>Hello</p>", "status": "spam", "to": "ada"])
            let note = try await server.send("POST", path + "/notes", token: tenant.agent.token, ["text": "Hello", "status": "pending"])
            let restoration = try await server.send("POST", path + "/restore", token: tenant.agent.token, ["status": "spam", "to": "me"])
            let kept = try await server.read(ticket.id, tenant)
            expectProblem(patch, 422, naming: ["subject", "status", "urgency", "agent_id", "priority", "version"])
            expectProblem(reply, 422, naming: ["text", "html", "status", "to"])
            expectProblem(note, 422, naming: ["status"])
            expectProblem(restoration, 422, naming: ["status", "to"])
            #expect(kept.number("version") == 1)
        }
    }

    @Test("What is not a user's to choose is named and not ignored")
    func notTheirs() async throws {
        try await withDesk { server, tenant in
            let answered = try await server.send(
                "POST", "/v1/tickets", token: tenant.user.token,
                ["subject": "a", "text": "b", "user": ["email": "a@b.example"], "user_id": 1, "status": "resolved", "agent_id": 1])
            expectProblem(answered, 422, naming: ["user", "user_id", "status", "agent_id"])
        }
    }

    @Test("Every fault of a query is named at once, parameters that do not exist among them")
    func queries() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let ticket = try await server.openTicket(tenant)
            let list = try await server.send(
                "GET",
                "/v1/tickets?limit=0&status=open&sort=name&cursor=x&created_before=yesterday&created_after=2026-13-01T00:00:00Z"
                    + "&updated_before=&updated_after=2026-01-01&agent_id=me&user_id=x&priority=top&colour=red", token: agent)
            let one = try await server.send("GET", "/v1/tickets/\(ticket.id)?include=everything&colour=red", token: agent)
            let messages = try await server.send("GET", "/v1/tickets/\(ticket.id)/messages?sort=id&cursor=x", token: agent)
            let history = try await server.send("GET", "/v1/tickets/\(ticket.id)/history?limit=9999&status=x", token: agent)
            expectProblem(
                list, 422,
                naming: [
                    "limit", "status", "sort", "cursor", "created_before", "created_after", "updated_before", "updated_after", "agent_id",
                    "user_id", "priority", "colour",
                ])
            expectProblem(one, 422, naming: ["include", "colour"])
            expectProblem(messages, 422, naming: ["sort", "cursor"])
            expectProblem(history, 422, naming: ["limit", "status"])
        }
    }

    @Test("A parameter that may come once and comes twice is refused, and a status may come twice")
    func repeated() async throws {
        try await withDesk { server, tenant in
            let twice = try await server.send("GET", "/v1/tickets?limit=1&limit=2", token: tenant.agent.token)
            let statuses = try await server.send(
                "GET", "/v1/tickets?status=pending&status=resolved&status=pending", token: tenant.agent.token)
            expectProblem(twice, 422, naming: ["limit"])
            #expect(statuses.status == 200)
        }
    }
}

@Suite("Ids of requests")
struct RequestIDTests {
    @Test("A request's own id is answered, on success and on failure")
    func taken() async throws {
        try await withDesk { server, tenant in
            for path in ["/v1/me", "/v1/tickets/4711", "/v1/nowhere", "/healthz"] {
                let id = "check-" + UUID().uuidString
                let answered = try await server.send("GET", path, token: tenant.agent.token, headers: ["X-Request-Id": id])
                #expect(answered.header("X-Request-Id") == id, "\(path)")
            }
        }
    }

    @Test("One that is missing, too long or unfit for a log line is made anew, another each time")
    func made() async throws {
        let server = try await TestServer.shared.value
        let unfit = ["", "two words", "a\"b", "a\\b", String(repeating: "x", count: 129)]
        var seen: Set<String> = []
        for id in unfit {
            let answered = try await server.send("GET", "/healthz", headers: ["X-Request-Id": id])
            let given = try #require(answered.header("X-Request-Id"))
            #expect(given != id)
            seen.insert(given)
        }
        for _ in 0..<5 { seen.insert(try await server.send("GET", "/healthz").header("X-Request-Id") ?? "none") }
        #expect(seen.count == unfit.count + 5)
        #expect(!seen.contains(""))
    }
}

@Suite("Versions of a ticket")
struct ETagTests {
    @Test("A ticket's ETag is its version, wherever it is answered")
    func shown() async throws {
        try await withDesk { server, tenant in
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            let read = try await server.read(made.id, tenant)
            let patched = try await server.send("PATCH", path, token: tenant.agent.token, ["urgency": 3])
            let replied = try await server.send("POST", path + "/replies", token: tenant.agent.token, ["text": "Try this"])
            let deleted = try await server.send("DELETE", path, token: tenant.agent.token)
            #expect(made.header("ETag") == "\"1\"")
            #expect(read.header("ETag") == "\"1\"")
            #expect(patched.header("ETag") == "\"2\"")
            #expect(replied.header("ETag") == "\"3\"")
            #expect(replied.number("ticket.version") == 3)
            #expect(deleted.header("ETag") == "\"4\"")
            #expect(deleted.number("version") == 4)
        }
    }

    @Test("A change with the version one knows wins, and with an older one it is lost and changes nothing")
    func ifMatch() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            let first = try await server.send("PATCH", path, token: agent, ["urgency": 2], headers: ["If-Match": "\"1\""])
            let second = try await server.send("PATCH", path, token: agent, ["urgency": 3], headers: ["If-Match": "\"1\""])
            let deletion = try await server.send("DELETE", path, token: agent, headers: ["If-Match": "\"1\""])
            let any = try await server.send("PATCH", path, token: agent, ["urgency": 4], headers: ["If-Match": "*"])
            let kept = try await server.read(made.id, tenant)
            let rightDeletion = try await server.send("DELETE", path, token: agent, headers: ["If-Match": "\"3\""])
            #expect(first.status == 200)
            expectProblem(second, 412)
            expectProblem(deletion, 412)
            #expect(any.status == 200)
            #expect(kept.number("version") == 3)
            #expect(kept.number("urgency") == 4)
            #expect(kept.word("status") == "awaiting_agent")
            #expect(rightDeletion.status == 200)
            #expect(rightDeletion.word("status") == "deleted")
        }
    }

    @Test("An If-Match that is no ETag is refused and not ignored", arguments: ["1", "\"\"", "\"x\"", "\"1", "\"99999999999999999999\""])
    func noETag(_ field: String) async throws {
        try await withDesk { server, tenant in
            let made = try await server.openTicket(tenant)
            let answered = try await server.send(
                "PATCH", "/v1/tickets/\(made.id)", token: tenant.agent.token, ["urgency": 2], headers: ["If-Match": field])
            let kept = try await server.read(made.id, tenant)
            expectProblem(answered, 422, naming: ["If-Match"])
            #expect(kept.number("version") == 1)
        }
    }

    @Test("While a chat goes on, ticket and list say so and so does the ETag, which is as good for a change as before")
    func live() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            let started = try await server.send("POST", path + "/live", token: agent, ["kind": "chat"])
            let read = try await server.read(made.id, tenant)
            let list = try await server.send("GET", "/v1/tickets", token: agent)
            let shown = list.items.map { $0["live"] == JSONValue.bool(true) }
            let plain = try await server.send("GET", path, token: agent, headers: ["If-None-Match": "\"2\""])
            let unchanged = try await server.send("GET", path, token: agent, headers: ["If-None-Match": "\"2-live\""])
            #expect(started.status == 201)
            #expect(started.number("count") == 1)
            #expect(started.truth("ticket.live") == true)
            #expect(started.header("ETag") == "\"2-live\"")
            #expect(read.header("ETag") == "\"2-live\"")
            #expect(read.truth("live") == true)
            #expect(shown == [true])
            #expect(plain.status == 200)
            #expect(unchanged.status == 304)

            let patched = try await server.send("PATCH", path, token: agent, ["urgency": 2], headers: ["If-Match": "\"2-live\""])
            let lost = try await server.send("PATCH", path, token: agent, ["urgency": 3], headers: ["If-Match": "\"2-live\""])
            let ended = try await server.send("DELETE", path + "/live", token: agent)
            #expect(patched.status == 200)
            #expect(patched.header("ETag") == "\"3-live\"")
            expectProblem(lost, 412)
            #expect(ended.status == 200)
            #expect(ended.header("ETag") == "\"4\"")
            #expect(ended.truth("live") == false)
        }
    }

    @Test("A chat whose heartbeat stopped is over without anybody's doing, on the ticket, in the list and in the ETag")
    func notLiveAnyMore() async throws {
        let server = try await TestServer.shared.value
        // The server's clock is the system's; these helpdesks' people work an hour before it, and an hour after.
        for (seconds, isLive) in [(Int64(-3600), false), (3600, true)] {
            let clock = TestClock(Clock.system.now().advanced(bySeconds: seconds))
            let tenant = try await TestInstallation.shared.value.makeTenant(clock: clock)
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.startLive(.call, on: ticket.id, tenant.agent.access)
            let read = try await server.read(ticket.id.value, tenant)
            let list = try await server.send("GET", "/v1/tickets", token: tenant.agent.token)
            let shown = list.items.map { $0["live"] == JSONValue.bool(isLive) }
            #expect(read.truth("live") == isLive)
            #expect(read.header("ETag") == (isLive ? "\"2-live\"" : "\"2\""))
            #expect(shown == [true])
        }
    }

    @Test("Who has the ticket already is told that it is unchanged, until it changes")
    func ifNoneMatch() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            for tag in ["\"1\"", "W/\"1\"", "\"7\", \"1\""] {
                let unchanged = try await server.send("GET", path, token: agent, headers: ["If-None-Match": tag])
                #expect(unchanged.status == 304, "\(tag)")
                #expect(unchanged.data.isEmpty, "\(tag)")
                #expect(unchanged.header("ETag") == "\"1\"", "\(tag)")
            }
            for tag in ["\"2\"", "1", "\"x\""] {
                let whole = try await server.send("GET", path, token: agent, headers: ["If-None-Match": tag])
                #expect(whole.status == 200, "\(tag)")
            }
            let withMessages = try await server.send("GET", path + "?include=messages", token: agent, headers: ["If-None-Match": "\"1\""])
            _ = try await server.send("POST", path + "/notes", token: agent, ["text": "Ask Bob"])
            let changed = try await server.send("GET", path, token: agent, headers: ["If-None-Match": "\"1\""])
            #expect(withMessages.status == 200)
            #expect(changed.status == 200)
            #expect(changed.header("ETag") == "\"2\"")
        }
    }
}

@Suite("Doing a POST once")
struct IdempotencyKeyTests {
    @Test("The same key and body give the first answer again, to the letter")
    func replayed() async throws {
        try await withDesk { server, tenant in
            let key = ["Idempotency-Key": "order 4711"]
            let body: JSONValue = ["subject": "Once", "text": "Please help"]
            let first = try await server.send("POST", "/v1/tickets", token: tenant.user.token, body, headers: key)
            let second = try await server.send("POST", "/v1/tickets", token: tenant.user.token, body, headers: key)
            let list = try await server.send("GET", "/v1/tickets", token: tenant.user.token)
            #expect(first.status == 201)
            #expect(first.header("Idempotency-Replayed") == nil)
            #expect(second.status == 201)
            #expect(second.header("Idempotency-Replayed") == "true")
            #expect(second.data == first.data)
            for name in ["ETag", "Location", "Content-Type"] { #expect(second.header(name) == first.header(name), "\(name)") }
            #expect(list.ids == [first.id])
        }
    }

    @Test("The same key with another body or address is refused")
    func reused() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let key = ["Idempotency-Key": "k"]
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            let first = try await server.send("POST", path + "/notes", token: agent, ["text": "One"], headers: key)
            let otherBody = try await server.send("POST", path + "/notes", token: agent, ["text": "Two"], headers: key)
            let otherAddress = try await server.send("POST", path + "/replies", token: agent, ["text": "One"], headers: key)
            let otherToken = try await server.send("POST", path + "/notes", token: tenant.admin.token, ["text": "Two"], headers: key)
            let messages = try await server.send("GET", path + "/messages", token: agent)
            #expect(first.status == 201)
            expectProblem(otherBody, 422, naming: ["Idempotency-Key"])
            expectProblem(otherAddress, 422, naming: ["Idempotency-Key"])
            #expect(otherToken.status == 201)
            #expect(messages.items.count == 3)
        }
    }

    @Test("POSTs without a body are done once, too")
    func withoutBody() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            let first = try await server.send("POST", path + "/spam", token: agent, headers: ["Idempotency-Key": "hide"])
            let second = try await server.send("POST", path + "/spam", token: agent, headers: ["Idempotency-Key": "hide"])
            let withoutKey = try await server.send("POST", path + "/spam", token: agent)
            let restored = try await server.send("POST", path + "/restore", token: agent, headers: ["Idempotency-Key": "restore"])
            let restoredAgain = try await server.send("POST", path + "/restore", token: agent, headers: ["Idempotency-Key": "restore"])
            #expect(first.status == 200)
            #expect(second.status == 200)
            #expect(second.header("Idempotency-Replayed") == "true")
            expectProblem(withoutKey, 409)
            #expect(restored.status == 200)
            #expect(restoredAgain.header("Idempotency-Replayed") == "true")
            #expect(restoredAgain.data == restored.data)
        }
    }

    @Test("What was refused is done when it comes again corrected")
    func corrected() async throws {
        try await withDesk { server, tenant in
            let key = ["Idempotency-Key": "k"]
            let wrong = try await server.send("POST", "/v1/tickets", token: tenant.user.token, ["subject": "a"], headers: key)
            let right = try await server.send("POST", "/v1/tickets", token: tenant.user.token, ["subject": "a", "text": "b"], headers: key)
            expectProblem(wrong, 422, naming: ["text"])
            #expect(right.status == 201)
            #expect(right.header("Idempotency-Replayed") == nil)
        }
    }

    @Test("A key has 1 to 255 characters")
    func length() async throws {
        try await withDesk { server, tenant in
            let body: JSONValue = ["subject": "a", "text": "b"]
            let longest = try await server.send(
                "POST", "/v1/tickets", token: tenant.user.token, body, headers: ["Idempotency-Key": String(repeating: "k", count: 255)])
            let tooLong = try await server.send(
                "POST", "/v1/tickets", token: tenant.user.token, body, headers: ["Idempotency-Key": String(repeating: "k", count: 256)])
            #expect(longest.status == 201)
            expectProblem(tooLong, 422, naming: ["Idempotency-Key"])
        }
    }

    @Test("Of eight at once with one key one makes the ticket and all hear of the same")
    func atOnce() async throws {
        try await withDesk { server, tenant in
            let token = tenant.user.token
            let answers = try await withThrowingTaskGroup(of: Answered.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        try await server.send(
                            "POST", "/v1/tickets", token: token, ["subject": "Once", "text": "Please help"],
                            headers: ["Idempotency-Key": "k"])
                    }
                }
                var answers: [Answered] = []
                for try await answered in group { answers.append(answered) }
                return answers
            }
            let list = try await server.send("GET", "/v1/tickets", token: token)
            let id = try #require(list.ids.first)
            #expect(list.ids.count == 1)
            #expect(answers.allSatisfy { $0.status == 201 && $0.id == id })
            #expect(answers.filter { $0.header("Idempotency-Replayed") == "true" }.count == 7)
        }
    }
}
