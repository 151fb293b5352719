import Domain
import Foundation
import JSON
import Services
import Support
import Testing

@Suite("A ticket's life over HTTP")
struct LifecycleTests {
    @Test("From the report over answer and solution to the day it comes back")
    func fromReportToReopening() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let user = tenant.user.token
            let made = try await server.send(
                "POST", "/v1/tickets", token: user, ["subject": " The printer burns ", "text": "It is on fire"])
            let path = "/v1/tickets/\(made.id)"
            let isReference = try made.word("ref")?.wholeMatch(of: Regex("[A-HJ-NP-Z]{4}-[0-9]{4}-[A-HJ-NP-Z]{4}")) != nil
            #expect(made.status == 201)
            #expect(isReference)
            #expect(made.word("subject") == "The printer burns")
            #expect(made.word("status") == "awaiting_agent")
            #expect(made.word("channel") == "api")
            #expect(made.word("priority") == "normal")
            #expect(made.number("urgency") == 1)
            #expect(made.number("version") == 1)
            #expect(made.number("message_count") == 1)
            #expect(made.number("user.id") == tenant.userID.value)
            #expect(made.word("user.email") == "user@customer.example")
            #expect(made.word("user_waiting_since") == made.word("created_at"))
            for name in ["hidden_from", "hidden_at", "agent_id", "follow_up_of", "resolved_at"] { #expect(made.isNull(name), "\(name)") }

            let taken = try await server.send(
                "PATCH", path, token: agent, ["agent_id": .integer(tenant.agentID.value), "priority": "high", "urgency": 6])
            #expect(taken.status == 200)
            #expect(taken.number("agent_id") == tenant.agentID.value)
            #expect(taken.word("priority") == "high")
            #expect(taken.number("urgency") == 6)

            let asked = try await server.send("POST", path + "/replies", token: agent, ["text": "Which printer?"])
            #expect(asked.status == 201)
            #expect(asked.word("kind") == "reply")
            #expect(asked.word("author.kind") == "agent")
            #expect(asked.word("ticket.status") == "awaiting_user")
            #expect(asked.isNull("ticket.user_waiting_since"))

            let answered = try await server.send("POST", path + "/replies", token: user, ["html": "<p>The <b>red</b> one</p>"])
            #expect(answered.word("kind") == "user_message")
            #expect(answered.word("html") == "<p>The <b>red</b> one</p>")
            #expect(answered.isNull("text"))
            #expect(answered.word("ticket.status") == "awaiting_agent")
            #expect(answered.number("ticket.message_count") == 3)

            let noted = try await server.send("POST", path + "/notes", token: agent, ["text": "All our printers are red"])
            #expect(noted.word("kind") == "note")
            #expect(noted.word("ticket.status") == "awaiting_agent")
            #expect(noted.number("ticket.message_count") == 3)

            let solved = try await server.send("POST", path + "/replies", token: agent, ["text": "Water", "status": "resolved"])
            #expect(solved.word("ticket.status") == "resolved")
            #expect(solved.isNull("ticket.resolved_at") == false)

            let back = try await server.send("POST", path + "/replies", token: user, ["text": "It burns again"])
            #expect(back.number("ticket_id") == made.id)
            #expect(back.word("ticket.status") == "awaiting_agent")
            #expect(back.isNull("ticket.resolved_at"))

            let whole = try await server.read(made.id, tenant, include: "messages,history")
            let kinds = (whole.member("messages.items")?.array ?? []).compactMap { $0["kind"]?.string }
            let history = whole.member("history.items")?.array ?? []
            let versions = history.compactMap { $0["version"]?.integer }
            let events = history.compactMap { $0["event"]?.string }
            #expect(kinds == ["user_message", "reply", "user_message", "note", "reply", "user_message"])
            #expect(events == ["created", "updated", "replied", "user_message", "noted", "replied", "user_message"])
            #expect(versions == Array(Int64(1)...7))
            #expect(whole.number("version") == 7)

            let forUser = try await server.send("GET", path + "?include=messages", token: user)
            let userKinds = (forUser.member("messages.items")?.array ?? []).compactMap { $0["kind"]?.string }
            #expect(userKinds == ["user_message", "reply", "user_message", "reply", "user_message"])
            #expect(forUser.member("history") == nil)
        }
    }

    @Test("Spam, deleted, restored: hidden in between, and back as it was")
    func hiddenAndRestored() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            _ = try await server.send("PATCH", path, token: agent, ["status": "pending"])

            let spam = try await server.send("POST", path + "/spam", token: agent)
            #expect(spam.status == 200)
            #expect(spam.word("status") == "spam")
            #expect(spam.word("hidden_from") == "pending")
            #expect(spam.word("hidden_at") == spam.word("updated_at"))
            let again = try await server.send("POST", path + "/spam", token: agent)
            let reply = try await server.send("POST", path + "/replies", token: agent, ["text": "Hello"])
            let status = try await server.send("PATCH", path, token: agent, ["status": "resolved"])
            for refused in [again, reply, status] { expectProblem(refused, 409) }

            let list = try await server.send("GET", "/v1/tickets", token: agent)
            let spamList = try await server.send("GET", "/v1/tickets?status=spam", token: agent)
            let ofUser = try await server.send("GET", path, token: tenant.user.token)
            #expect(list.items.isEmpty)
            #expect(spamList.ids == [made.id])
            expectProblem(ofUser, 404)

            let deleted = try await server.send("DELETE", path, token: agent)
            #expect(deleted.status == 200)
            #expect(deleted.word("status") == "deleted")
            #expect(deleted.word("hidden_from") == "pending")

            let restored = try await server.send("POST", path + "/restore", token: agent)
            #expect(restored.status == 200)
            #expect(restored.word("status") == "pending")
            #expect(restored.isNull("hidden_from"))
            #expect(restored.isNull("hidden_at"))
            let nothing = try await server.send("POST", path + "/restore", token: agent, [:])
            expectProblem(nothing, 409)
            let visible = try await server.send("GET", path, token: tenant.user.token)
            #expect(visible.status == 200)

            _ = try await server.send("DELETE", path, token: agent)
            let resolved = try await server.send("POST", path + "/restore", token: agent, ["status": "resolved"])
            #expect(resolved.word("status") == "resolved")
            #expect(resolved.number("version") == 7)
        }
    }

    @Test("A user who writes on their own hidden ticket is not told that it was hidden", arguments: ["spam", "deleted"])
    func hiddenFromItsUser(_ hidden: String) async throws {
        try await withDesk { server, tenant in
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            if hidden == "spam" {
                _ = try await server.send("POST", path + "/spam", token: tenant.agent.token)
            } else {
                _ = try await server.send("DELETE", path, token: tenant.agent.token)
            }
            let written = try await server.send("POST", path + "/replies", token: tenant.user.token, ["text": "Anybody there?"])
            #expect(written.status == 201)
            #expect(written.word("ticket.status") == "awaiting_agent")
            #expect(written.isNull("ticket.hidden_from"))
            #expect(written.isNull("ticket.hidden_at"))
            let kept = try await server.read(made.id, tenant)
            #expect(kept.word("status") == hidden)
            if hidden == "spam" {
                #expect(written.number("ticket_id") == made.id)
                #expect(kept.number("message_count") == 2)
            } else {
                let next = try #require(written.number("ticket.id"))
                let read = try await server.send("GET", "/v1/tickets/\(next)", token: tenant.user.token)
                #expect(next != made.id)
                #expect(written.number("ticket.follow_up_of") == made.id)
                #expect(written.header("Location") == "/v1/tickets/\(next)/messages")
                #expect(kept.number("message_count") == 1)
                #expect(read.status == 200)
            }
        }
    }

    @Test("An agent opens tickets for users known and unknown, in the status the agent chooses")
    func openedByAgent() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let known = try await server.send(
                "POST", "/v1/tickets", token: agent,
                ["subject": "Called in", "text": "Hello", "user_id": .integer(tenant.userID.value), "status": "pending"])
            let unknown = try await server.send(
                "POST", "/v1/tickets", token: agent,
                [
                    "subject": "Called in", "html": "<p>Hello</p>", "user": ["email": "Ada@Example.ORG", "name": "Ada"],
                    "status": "resolved",
                ])
            #expect(known.status == 201)
            #expect(known.word("status") == "pending")
            #expect(known.number("user.id") == tenant.userID.value)
            #expect(unknown.status == 201)
            #expect(unknown.word("user.email") == "ada@example.org")
            #expect(unknown.word("user.name") == "Ada")
            #expect(unknown.isNull("resolved_at") == false)
        }
    }

    @Test("The number of a merged ticket leads to the one that took it over, with the rest of the address")
    func merged() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let ticket = try await server.openTicket(tenant).id
            let duplicate = try await server.openTicket(tenant).id
            let merged = try await server.send("POST", "/v1/tickets/\(ticket)/merge", token: agent, ["duplicates": [.integer(duplicate)]])
            #expect(merged.status == 200)
            #expect(merged.number("id") == ticket)
            #expect(merged.number("message_count") == 2)
            for rest in ["", "?include=messages", "/messages?limit=10", "/live"] {
                let path = "/v1/tickets/\(duplicate)\(rest)"
                let led = try await server.send("GET", path, token: agent)
                let told = try await server.sendRaw("GET \(path)", [("Authorization", "Bearer \(agent)")])
                let location = try #require(led.header("Location"))
                let there = try await server.send("GET", location, token: agent)
                #expect(led.status == 308)
                #expect(told.text.contains("\"status\":308,\"detail\":\"This ticket was merged into ticket \(ticket).\""))
                #expect(location == "/v1/tickets/\(ticket)\(rest)")
                #expect(there.status == 200)
            }
            let byUser = try await server.send(
                "POST", "/v1/tickets/\(duplicate)/replies", token: tenant.user.token, ["text": "And?"])
            #expect(byUser.status == 308)
            #expect(byUser.header("Location") == "/v1/tickets/\(ticket)/replies")
            let history = try await server.send("GET", "/v1/tickets/\(ticket)/history", token: agent)
            #expect(history.items.last?["event"]?.string == "merged")
            #expect(history.items.last?["summary"]?.string == "Agent merged into this ticket: ticket \(duplicate)")
        }
    }

    @Test("Who has a token is told who they are and what it is good for")
    func me() async throws {
        try await withDesk { server, tenant in
            let expected = [
                (tenant.admin.token, "admin", TokenScope.usual), (tenant.agent.token, "agent", TokenScope.usual),
                (tenant.user.token, "user", TokenScope.forUsers),
            ]
            for (token, kind, scopes) in expected {
                let me = try await server.send("GET", "/v1/me", token: token)
                let words = (me.member("scopes")?.array ?? []).compactMap(\.string)
                #expect(me.word("kind") == kind)
                #expect(words.sorted() == scopes.map(\.rawValue).sorted(), "\(kind)")
            }
        }
    }
}
