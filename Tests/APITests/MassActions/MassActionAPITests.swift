import Domain
import Foundation
import JSON
import Services
import Support
import Testing

@Suite("Mass actions over HTTP")
struct MassActionAPITests {
    private static let urgent: JSONValue = [["type": "set_urgency", "urgency": 9]]

    @Test("It is taken in, found under its address, done behind the requests, and shows what became of each ticket")
    func whole() async throws {
        try await withDesk { server, tenant in
            let first = try await server.openTicket(tenant).id
            let second = try await server.openTicket(tenant).id
            let hidden = try await server.openTicket(tenant).id
            _ = try await server.send("POST", "/v1/tickets/\(hidden)/spam", token: tenant.agent.token)
            let ids: JSONValue = ["ids": [.integer(second), .integer(hidden), 4711, .integer(first), .integer(first)]]
            let actions: JSONValue = [["type": "set_status", "status": "resolved"], ["type": "labels", "add": ["swept"], "remove": []]]

            let started = try await server.submit(ids, actions, as: tenant.agent)
            let location = try #require(started.header("Location"))
            #expect(started.status == 202 && location == "\(massActions)/\(started.id)")
            #expect(started.word("state") == "queued" && started.number("total") == 4)
            #expect(started.number("done") == 0 && started.number("skipped") == 1 && started.number("failed") == 0)
            #expect(started.member("actions") == actions && started.number("created_by") == tenant.agentID.value)
            for name in ["started_at", "finished_at", "undo_of", "retry_of", "items_until"] { #expect(started.isNull(name), "\(name)") }
            let created = try #require(started.word("created_at").flatMap { Timestamp($0) })
            #expect(started.word("undo_until") == created.advanced(byDays: 7).description)
            #expect(started.counts("reasons").isEmpty)
            let found = try await server.send("GET", location, token: tenant.agent.token)
            #expect(found.json == started.json)

            try await tenant.work(on: started.id)
            let ended = try await server.send("GET", location, token: tenant.agent.token)
            #expect(ended.word("state") == "done" && ended.word("started_at") != nil && ended.word("finished_at") != nil)
            #expect(ended.number("done") == 2 && ended.number("skipped") == 2 && ended.number("failed") == 0)
            #expect(ended.counts("reasons") == ["gone": 1, "hidden": 1])
            let finished = try #require(ended.word("finished_at").flatMap { Timestamp($0) })
            #expect(ended.word("items_until") == finished.advanced(byDays: 90).description)
            let items = try await server.items(of: started.id, as: tenant.agent)
            let expected: [JSONValue] = [
                ["ticket_id": .integer(first), "outcome": "done", "reason": .null],
                ["ticket_id": .integer(second), "outcome": "done", "reason": .null],
                ["ticket_id": .integer(hidden), "outcome": "skipped", "reason": "hidden"],
                ["ticket_id": 4711, "outcome": "skipped", "reason": "gone"],
            ]
            #expect(items == expected)

            let ticket = try await server.read(first, tenant, include: "history")
            #expect(ticket.word("status") == "resolved" && ticket.member("labels") == ["swept"])
            let entry = try #require(ticket.member("history.items")?.array?.last)
            #expect(entry["mass_action_id"]?.integer == started.id && entry["actor"]?["kind"] == "agent")
            let opened = try #require(ticket.member("history.items")?.array?.first)
            #expect(opened["mass_action_id"]?.isNull == true)
        }
    }

    @Test("A dry run counts what is there and what would be left alone, changes nothing, and its token acts on exactly that")
    func dryRun() async throws {
        try await withDesk { server, tenant in
            let me = tenant.agentID.value
            let department = try await server.send("POST", "/v1/departments", token: tenant.admin.token, ["name": "Workshop"]).id
            let plain = try await server.openTicket(tenant).id
            let mine = try await server.openTicket(tenant).id
            let resolved = try await server.openTicket(tenant).id
            let body: JSONValue = ["agent_id": .integer(me), "department_id": .integer(department)]
            _ = try await server.send("PATCH", "/v1/tickets/\(mine)", token: tenant.agent.token, body)
            _ = try await server.send("PATCH", "/v1/tickets/\(resolved)", token: tenant.agent.token, ["status": "resolved"])
            let before = try await server.read(plain, tenant)
            let actions: JSONValue = [["type": "set_status", "status": "resolved"]]

            let preview = try await server.submit(["filter": [:]], actions, as: tenant.agent, dryRun: true)
            #expect(preview.status == 200 && preview.header("Location") == nil)
            #expect(preview.number("total") == 3 && preview.number("examined") == 3 && preview.number("would_change") == 2)
            #expect(preview.counts("by_status") == ["awaiting_agent": 2, "resolved": 1])
            #expect(preview.counts("by_department") == ["\(Department.first)": 2, "\(department)": 1])
            #expect(preview.counts("by_agent") == ["none": 2, "\(me)": 1])
            #expect(preview.counts("would_leave") == ["already": 1])
            #expect(Set((preview.member("sample")?.array ?? []).compactMap(\.integer)) == [plain, mine, resolved])
            #expect(preview.truth("undoable") == true && preview.word("expires_at") != nil)
            let list = try await server.send("GET", massActions, token: tenant.admin.token)
            let after = try await server.read(plain, tenant)
            #expect(list.items.isEmpty && after.data == before.data)

            // What comes later is not in it, and what has changed since would mean something else.
            let late = try await server.openTicket(tenant).id
            _ = try await server.send("PATCH", "/v1/tickets/\(mine)", token: tenant.agent.token, ["status": "pending"])
            let token = try #require(preview.word("token"))
            let started = try await server.submit(["token": .string(token)], actions, as: tenant.agent)
            #expect(started.status == 202 && started.number("total") == 3)
            try await tenant.work(on: started.id)
            let items = try await server.items(of: started.id, as: tenant.agent)
            #expect(items.compactMap { $0["ticket_id"]?.integer } == [plain, mine, resolved])
            #expect(items.map { $0["reason"] } == [.null, "changed_since", "already"])
            #expect(try await server.read(late, tenant).word("status") == "awaiting_agent")
            #expect(try await server.read(mine, tenant).word("status") == "pending")
        }
    }

    @Test("The token of a dry run is good for whoever made it")
    func tokens() async throws {
        try await withDesk { server, tenant in
            let other = try await TestInstallation.shared.value.makeTenant()
            _ = try await server.openTicket(tenant)
            let preview = try await server.submit(["filter": [:]], Self.urgent, as: tenant.agent, dryRun: true)
            let selection: JSONValue = ["token": .string(try #require(preview.word("token")))]
            expectProblem(try await server.submit(selection, Self.urgent, as: other.agent), 422, naming: ["selection.token"])
            expectProblem(try await server.submit(selection, Self.urgent, as: tenant.admin), 422, naming: ["selection.token"])
            let again = try await server.submit(selection, Self.urgent, as: tenant.agent, dryRun: true)
            #expect(again.status == 200 && again.number("total") == 1 && again.word("token") != preview.word("token"))
            #expect(try await server.submit(selection, Self.urgent, as: tenant.agent).status == 202)
        }
    }

    @Test("A ticket that breaks the rules has failed, with every fault; retry takes it alone once it is put right")
    func retry() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            let plain = try await server.openTicket(tenant).id
            let broken = try await server.openTicket(tenant).id
            for id in [plain, broken] { _ = try await server.send("DELETE", "/v1/tickets/\(id)", token: tenant.agent.token) }
            let required: JSONValue = ["key": "order_no", "name": "Order", "type": "text", "required_for_agents": true]
            let field = try await server.send("POST", "/v1/fields", token: admin, required)
            try #require(field.status == 201, "\(field.json)")
            let started = try await server.submit(
                ["ids": [.integer(plain), .integer(broken)]], [["type": "restore"]], as: tenant.agent)
            let path = "\(massActions)/\(started.id)"
            expectProblem(try await server.send("POST", path + "/retry", token: tenant.agent.token), 409)
            try await tenant.work(on: started.id)
            let ended = try await server.send("GET", path, token: tenant.agent.token)
            #expect(ended.number("failed") == 2 && ended.counts("reasons") == ["invalid": 2])
            let items = try await server.items(of: started.id, "?outcome=failed", as: tenant.agent)
            for item in items {
                #expect(item["outcome"] == "failed" && item["reason"] == "invalid")
                #expect(item["errors"]?.array?.first?["field"] == "fields.order_no" && item["errors"]?.array?.first?["code"] == "required")
            }
            #expect(items.count == 2)

            _ = try await server.send("DELETE", "/v1/fields/\(field.id)", token: admin)
            let retried = try await server.send("POST", path + "/retry", token: tenant.agent.token)
            #expect(retried.status == 202 && retried.header("Location") == "\(massActions)/\(retried.id)")
            #expect(retried.number("retry_of") == started.id && retried.number("total") == 2 && retried.isNull("undo_of"))
            try await tenant.work(on: retried.id)
            #expect(try await server.read(broken, tenant).word("status") == "awaiting_agent")
            // Nothing has failed any more.
            expectProblem(try await server.send("POST", "\(massActions)/\(retried.id)/retry", token: tenant.agent.token), 409)
        }
    }

    @Test("Undo brings back what was, by a mass action of its own, once; tickets that changed since are skipped and named")
    func undo() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let first = try await server.openTicket(tenant).id
            let second = try await server.openTicket(tenant).id
            let before = try await server.read(first, tenant)
            let started = try await server.submit(
                ["ids": [.integer(first), .integer(second)]], [["type": "delete"]], as: tenant.agent)
            let path = "\(massActions)/\(started.id)"
            expectProblem(try await server.send("POST", path + "/undo", token: agent), 409)
            try await tenant.work(on: started.id)
            #expect(try await server.read(first, tenant).word("status") == "deleted")
            _ = try await server.send("POST", "/v1/tickets/\(second)/notes", token: agent, ["text": "Seen"])

            let undone = try await server.send("POST", path + "/undo", token: agent)
            #expect(undone.status == 202 && undone.number("undo_of") == started.id && undone.number("total") == 2)
            #expect(undone.member("actions") == [["type": "undo"]])
            try await tenant.work(on: undone.id)
            let items = try await server.items(of: undone.id, as: tenant.agent)
            #expect(items.map { $0["reason"] } == [.null, "changed_since"])
            let after = try await server.read(first, tenant, include: "history")
            for name in ["status", "hidden_from", "hidden_at", "purge_at", "status_changed_at", "user_waiting_since", "labels"] {
                #expect(after.member(name) == before.member(name), "\(name)")
            }
            #expect(after.member("history.items")?.array?.last?["event"] == "undone")
            #expect(after.member("history.items")?.array?.last?["mass_action_id"]?.integer == undone.id)
            expectProblem(try await server.send("POST", path + "/undo", token: agent), 409)
            expectProblem(try await server.send("POST", path + "/cancel", token: agent), 409)
        }
    }

    @Test("Cancelling stops what has not begun, and once it has ended there is nothing to cancel")
    func cancel() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant, tickets: 2)
            let cancelled = try await server.send("POST", "\(massActions)/\(id)/cancel", token: tenant.agent.token)
            #expect(cancelled.status == 200 && cancelled.word("state") == "cancelled" && cancelled.number("done") == 0)
            #expect(cancelled.number("total") == 2 && cancelled.word("finished_at") != nil)
            let again = try await server.send("POST", "\(massActions)/\(id)/cancel", token: tenant.agent.token)
            expectProblem(again, 409)
        }
    }

    @Test("A purge is for admins, takes hidden tickets for good, and leaves a run that names it")
    func purge() async throws {
        try await withDesk { server, tenant in
            let spam = try await server.openTicket(tenant).id
            let held = try await server.openTicket(tenant).id
            let visible = try await server.openTicket(tenant).id
            _ = try await server.send("PUT", "/v1/tickets/\(held)/legal-hold", token: tenant.admin.token, ["reason": "A court"])
            for id in [spam, held] { _ = try await server.send("POST", "/v1/tickets/\(id)/spam", token: tenant.agent.token) }
            let ids: JSONValue = ["ids": [.integer(spam), .integer(held), .integer(visible)]]
            expectProblem(try await server.submit(ids, [["type": "purge"]], as: tenant.agent), 403)
            let preview = try await server.submit(ids, [["type": "purge"]], as: tenant.admin, dryRun: true)
            #expect(preview.truth("undoable") == false && preview.counts("would_leave") == ["on_hold": 1, "visible": 1])

            let started = try await server.submit(ids, [["type": "purge"]], as: tenant.admin)
            #expect(started.isNull("undo_until"))
            try await tenant.work(on: started.id)
            let items = try await server.items(of: started.id, as: tenant.admin)
            #expect(items.map { $0["reason"] } == [.null, "on_hold", "visible"])
            expectProblem(try await server.send("GET", "/v1/tickets/\(spam)", token: tenant.admin.token), 404)
            expectProblem(try await server.send("POST", "\(massActions)/\(started.id)/undo", token: tenant.admin.token), 409)
            let runs = try await server.send("GET", "/v1/purge-runs", token: tenant.admin.token)
            let run = try #require(runs.items.first)
            #expect(run["mass_action_id"]?.integer == started.id && run["scope"] == "selection" && run["trigger"] == "manual")
            #expect(run["purged"] == 1 && run["receipt"]?.isNull == false)
            let asked = try await server.send(
                "POST", "/v1/purge-runs", token: tenant.admin.token, ["status": "spam", "scope": "selection"])
            expectProblem(asked, 422, naming: ["scope"])
        }
    }

    @Test("What an operator did at the command line is nobody's in the helpdesk")
    func operators() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant).id
            let helpdesk = Helpdesk(database: try await TestInstallation.shared.value.database)
            let request = MassActionRequest(selection: .ids([ID(ticket)]), actions: [.hide(.spam)])
            let author = try await tenant.installation.massActionAuthor(in: tenant.tenant.slug)
            let started = try await helpdesk.startMassAction(request, by: author)
            try await tenant.work(on: started.id.value)
            let shown = try await server.send("GET", "\(massActions)/\(started.id)", token: tenant.admin.token)
            #expect(shown.status == 200 && shown.isNull("created_by") && shown.number("done") == 1)
            expectProblem(try await server.send("GET", "\(massActions)/\(started.id)", token: tenant.agent.token), 404)
            let history = try await server.send("GET", "/v1/tickets/\(ticket)/history", token: tenant.agent.token)
            let entry = try #require(history.items.last)
            #expect(entry["actor"] == ["kind": "operator", "id": .null, "token_id": .null])
            #expect(entry["event"] == "marked_spam" && entry["mass_action_id"]?.integer == started.id.value)
        }
    }

    @Test("Who lacks a right is told so before anything is looked at; users have no mass actions")
    func rights() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            let group = try await server.send(
                "POST", "/v1/permission-groups", token: admin,
                ["name": "Half", "rights": ["mass_actions", "set_status", "view_others", "view_unassigned"]])
            try #require(group.status == 201, "\(group.json)")
            let agent = "/v1/agents/\(tenant.agentID)"
            func join(_ group: Int64?) async throws {
                let ids: JSONValue = .array(group.map { [.integer($0)] } ?? [])
                let joined = try await server.send("PATCH", agent, token: admin, ["permission_group_ids": ids])
                try #require(joined.status == 200, "\(joined.json)")
            }
            try await join(group.id)
            let forbidden: [JSONValue] = [
                [["type": "spam"]], [["type": "delete"]], [["type": "assign", "agent_id": .null]], [["type": "reply", "text": "a"]],
                [["type": "labels", "add": ["a"]]], [["type": "restore"]], [["type": "purge"]],
                [["type": "set_status", "status": "pending"], ["type": "set_urgency", "urgency": 2]],
            ]
            for actions in forbidden {
                for dryRun in [true, false] {
                    expectProblem(try await server.submit(["filter": [:]], actions, as: tenant.agent, dryRun: dryRun), 403)
                }
            }
            let allowed = try await server.submit(["ids": [1]], [["type": "set_status", "status": "pending"]], as: tenant.agent)
            #expect(allowed.status == 202)

            let byUser = try await server.submit(["ids": [1]], Self.urgent, as: tenant.user)
            expectProblem(byUser, 403)
            try await join(nil)
            for path in [massActions, "\(massActions)/\(allowed.id)", "\(massActions)/\(allowed.id)/items"] {
                expectProblem(try await server.send("GET", path, token: tenant.agent.token), 403)
                expectProblem(try await server.send("GET", path, token: tenant.user.token), 403)
            }
            for step in ["cancel", "undo", "retry"] {
                expectProblem(try await server.send("POST", "\(massActions)/\(allowed.id)/\(step)", token: tenant.agent.token), 403)
            }
        }
    }

    @Test("A token does what its scopes say: reading for the selection, and writing or deleting for what is done")
    func scopes() async throws {
        try await withDesk { server, tenant in
            let spam: JSONValue = [["type": "spam"]]
            let both: JSONValue = [["type": "spam"], ["type": "set_urgency", "urgency": 9]]
            let rows: [(scopes: [TokenScope], actions: JSONValue, status: Int)] = [
                ([.readTickets, .writeTickets], Self.urgent, 202), ([.readTickets, .writeTickets], spam, 403),
                ([.readTickets, .deleteTickets], spam, 202), ([.readTickets, .deleteTickets], both, 403),
                ([.readTickets, .writeTickets, .deleteTickets], both, 202), ([.writeTickets, .deleteTickets], both, 403),
                ([.readTickets], Self.urgent, 403), ([.writeTickets], Self.urgent, 403),
            ]
            for (scopes, actions, status) in rows {
                let (token, _) = try await tenant.installation.createToken(
                    for: .agent(tenant.agentID), named: "narrow", scopes: scopes, in: tenant.tenant.slug)
                let body: JSONValue = ["selection": ["ids": [1]], "actions": actions]
                let answered = try await server.send("POST", massActions, token: token.text, body)
                #expect(answered.status == status, "\(scopes) \(actions)")
            }
        }
    }

    @Test("An agent's mass actions are the agent's and the admins'; another helpdesk's are not there, whoever asks")
    func others() async throws {
        try await withDesk { server, tenant in
            let other = try await TestInstallation.shared.value.makeTenant()
            let mine = try await server.submit(["ids": [1]], Self.urgent, as: tenant.agent).id
            let admins = try await server.submit(["ids": [1]], Self.urgent, as: tenant.admin).id
            let seen = try await server.send("GET", massActions, token: tenant.agent.token)
            let all = try await server.send("GET", massActions, token: tenant.admin.token)
            #expect(seen.ids == [mine] && all.ids == [admins, mine])
            for (id, token) in [
                (admins, tenant.agent.token), (mine, other.admin.token), (mine, other.agent.token), (0, tenant.admin.token),
            ] {
                expectProblem(try await server.send("GET", "\(massActions)/\(id)", token: token), 404)
                expectProblem(try await server.send("GET", "\(massActions)/\(id)/items", token: token), 404)
                for step in ["cancel", "undo", "retry"] {
                    expectProblem(try await server.send("POST", "\(massActions)/\(id)/\(step)", token: token), 404)
                }
            }
            let none = try await server.send("GET", massActions, token: other.admin.token)
            let still = try await server.send("GET", "\(massActions)/\(mine)", token: tenant.admin.token)
            #expect(none.items.isEmpty && still.word("state") == "queued")
        }
    }

    @Test("What is asked for twice with one key is done once, a dry run and an undo, too")
    func once() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant).id
            let ids: JSONValue = ["ids": [.integer(ticket)]]
            func expectSame(_ first: Answered, _ second: Answered) {
                #expect((200..<300).contains(first.status) && first.header("Idempotency-Replayed") == nil)
                #expect(second.status == first.status && second.data == first.data && second.header("Location") == first.header("Location"))
                #expect(second.header("Idempotency-Replayed") == "true")
            }
            let actions: JSONValue = [["type": "spam"]]
            try await expectSame(
                server.submit(ids, actions, as: tenant.agent, dryRun: true, key: "dry"),
                server.submit(ids, actions, as: tenant.agent, dryRun: true, key: "dry"))
            let first = try await server.submit(ids, actions, as: tenant.agent, key: "wet")
            try await expectSame(first, server.submit(ids, actions, as: tenant.agent, key: "wet"))
            expectProblem(try await server.submit(ids, Self.urgent, as: tenant.agent, key: "wet"), 422, naming: ["Idempotency-Key"])
            try await tenant.work(on: first.id)
            func post(_ step: String) async throws -> Answered {
                try await server.send(
                    "POST", "\(massActions)/\(first.id)/\(step)", token: tenant.agent.token, headers: ["Idempotency-Key": step])
            }
            try await expectSame(post("undo"), post("undo"))
            let list = try await server.send("GET", massActions, token: tenant.agent.token)
            #expect(list.items.count == 2)
        }
    }

    @Test("Lists go on where the page before ended, newest first; results by ticket, and by outcome where that is asked for")
    func paging() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            var tickets: [Int64] = []
            for _ in 1...7 { tickets.append(try await server.openTicket(tenant).id) }
            for id in [tickets[1], tickets[4], tickets[5]] { _ = try await server.send("POST", "/v1/tickets/\(id)/spam", token: agent) }
            var ids: [Int64] = []
            for _ in 1...5 { ids.append(try await server.submit(["ids": [1]], Self.urgent, as: tenant.agent).id) }
            let started = try await server.submit(["ids": .array(tickets.map { .integer($0) })], [["type": "spam"]], as: tenant.agent)
            try await tenant.work(on: started.id)
            ids.append(started.id)

            func pages(_ path: String, _ query: String = "") async throws -> [[JSONValue]] {
                var pages: [[JSONValue]] = []
                var cursor: String?
                repeat {
                    let address = "\(path)?limit=2\(query)" + (cursor.map { "&cursor=\($0)" } ?? "")
                    let page = try await server.send("GET", address, token: agent)
                    try #require(page.status == 200)
                    pages.append(page.items)
                    cursor = page.nextCursor
                } while cursor != nil && pages.count < 20
                return pages
            }
            let listed = try await pages(massActions)
            #expect(listed.map(\.count) == [2, 2, 2] && listed.flatMap { $0 }.compactMap { $0["id"]?.integer } == ids.reversed())
            let items = "\(massActions)/\(started.id)/items"
            let all = try await pages(items)
            #expect(all.map(\.count) == [2, 2, 2, 1] && all.flatMap { $0 }.compactMap { $0["ticket_id"]?.integer } == tickets)
            let skipped = try await pages(items, "&outcome=skipped")
            #expect(skipped.flatMap { $0 }.compactMap { $0["ticket_id"]?.integer } == [tickets[1], tickets[4], tickets[5]])
            #expect(skipped.flatMap { $0 }.allSatisfy { $0["outcome"] == "skipped" && $0["reason"] == "already" })
            let done = try await pages(items, "&outcome=done")
            #expect(done.flatMap { $0 }.count == 4)
            let failed = try await pages(items, "&outcome=failed")
            #expect(failed == [[]])
            for query in ["limit=0", "cursor=x", "outcome=gone", "status=spam"] {
                let name = query.split(separator: "=").first.map { String($0) } ?? ""
                expectProblem(try await server.send("GET", "\(items)?\(query)", token: agent), 422, naming: [name])
                if name != "outcome" {
                    expectProblem(try await server.send("GET", "\(massActions)?\(query)", token: agent), 422, naming: [name])
                }
            }
        }
    }

    @Test("How long one can go back is a setting, at most as long as there are results")
    func settings() async throws {
        try await withDesk { server, tenant in
            let usual = try await server.send("GET", "/v1/settings", token: tenant.agent.token)
            #expect(usual.number("undo_days") == 7 && usual.number("mass_action_days") == 90)
            func patch(_ body: JSONValue) async throws -> Answered {
                try await server.send("PATCH", "/v1/settings", token: tenant.admin.token, body)
            }
            let faults: [(JSONValue, Set<String>)] = [
                (["undo_days": 91], ["undo_days"]), (["undo_days": -1], ["undo_days"]), (["undo_days": "7"], ["undo_days"]),
                (["mass_action_days": 0], ["mass_action_days", "undo_days"]), (["mass_action_days": 3651], ["mass_action_days"]),
                (["mass_action_days": .integer(.max)], ["mass_action_days"]), (["mass_action_days": 6], ["undo_days"]),
                (["undo_days": 31, "mass_action_days": 30], ["undo_days"]),
            ]
            for (body, fields) in faults { expectProblem(try await patch(body), 422, naming: fields) }
            let set = try await patch(["undo_days": 30, "mass_action_days": 30])
            #expect(set.number("undo_days") == 30 && set.number("mass_action_days") == 30 && set.number("version") == 2)
            let month = try await server.submit(["ids": [1]], Self.urgent, as: tenant.agent)
            let created = try #require(month.word("created_at").flatMap { Timestamp($0) })
            #expect(month.word("undo_until") == created.advanced(byDays: 30).description)
            let never = try await patch(["undo_days": 0])
            #expect(never.number("undo_days") == 0 && never.number("mass_action_days") == 30)
            let final = try await server.submit(["ids": [1]], Self.urgent, as: tenant.agent)
            #expect(final.status == 202 && final.isNull("undo_until"))
            _ = try await server.send("POST", "\(massActions)/\(final.id)/cancel", token: tenant.agent.token)
            expectProblem(try await server.send("POST", "\(massActions)/\(final.id)/undo", token: tenant.agent.token), 409)
        }
    }

    @Test("The document says what is skipped when it has changed since, and what cannot be taken back")
    func documented() async throws {
        let contract = try await TestServer.shared.value.contract
        let post = try #require(contract.operations.first { $0.name == "POST \(massActions)" })
        let summary = try #require(post.json["summary"]?.string)
        for word in ["changed_since", "set_status, reply, spam, delete, restore and purge", "purge", "stays said"] {
            #expect(summary.contains(word), "\(word)")
        }
    }
}
