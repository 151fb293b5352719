import JSON
import Support
import Testing

@Suite("Hidden tickets, asked for by number")
struct HiddenByNumberTests {
    @Test("Agents who see a hidden ticket read it by its number, all of it; to users it is not there", arguments: ["spam", "deleted"])
    func reading(_ status: String) async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let things = Things(server, tenant)
            let id = status == "spam" ? scene.spam : scene.deleted
            try await scene.hide()
            var read = 0
            for operation in server.contract.operations where operation.namesTicket && operation.method == "GET" {
                let call = try await things.call(operation, on: id)
                for caller in scene.callers {
                    let answered = try await server.send(call, token: caller.token)
                    let isRead = caller.isAgent && caller.sees.contains(id)
                    let expected = isRead ? [200] : caller.isAgent || operation.callers == "everybody" ? [404] : [403]
                    #expect(expected.contains(answered.status), "\(operation.name) by \(caller.name): \(answered.status)")
                    if !isRead { #expect(scene.told(in: answered.text).isEmpty, "\(operation.name) by \(caller.name)") }
                    read += isRead ? 1 : 0
                }
            }
            #expect(read >= 20)

            let whole = try await server.read(id, tenant, include: "messages,history")
            #expect(whole.word("status") == status && whole.word("hidden_from") == "awaiting_agent")
            #expect(whole.word("hidden_at") != nil && whole.word("purge_at") != nil)
            #expect(whole.member("messages.items")?.array?.last?["kind"] == "note")
            #expect(whole.member("history.items")?.array?.last?["event"] == (status == "spam" ? "marked_spam" : "deleted"))
        }
    }

    @Test("Who was beside a ticket still is when it is hidden; a chat is over, and none begins", arguments: ["spam", "deleted"])
    func beside(_ status: String) async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let path = status == "spam" ? scene.path.spam : scene.path.deleted
            func items(_ rest: String) async throws -> [JSONValue] {
                try await server.send("GET", path + rest, token: scene.agent).items
            }
            let beside = try await (followers: items("/followers"), ccs: items("/ccs"), links: items("/links"))
            let live = try await server.send("GET", path, token: scene.agent).truth("live")
            try await scene.hide()
            let later = try await (followers: items("/followers"), ccs: items("/ccs"), links: items("/links"))
            #expect(later == beside && beside.followers.count == 1 && beside.ccs.count == 1)
            #expect(beside.links.count == (status == "spam" ? 2 : 0))

            let hidden = try await server.send("GET", path, token: scene.agent)
            let sessions = try await items("/live")
            #expect(live == true && hidden.truth("live") == false && sessions.isEmpty)
            expectProblem(try await server.send("POST", path + "/live", token: scene.agent, ["kind": "call"]), 409)
            expectProblem(try await server.send("PATCH", path + "/live", token: scene.agent, [:]), 409)
            expectProblem(try await server.send("DELETE", path + "/live", token: scene.agent), 409)
        }
    }

    @Test("Users can do nothing with a hidden ticket but write on it, and are not told then that it is hidden")
    func users() async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let things = Things(server, tenant)
            try await scene.hide()
            for id in [scene.spam, scene.deleted] {
                for operation in server.contract.operations where operation.namesTicket {
                    let call = try await things.call(operation, on: id)
                    for caller in scene.callers where !caller.isAgent {
                        let answered = try await server.send(call, token: caller.token)
                        let writes = operation.name == "POST /v1/tickets/{id}/replies" && ["owner", "copied"].contains(caller.name)
                        let expected = writes ? [201] : [403, 404]
                        #expect(expected.contains(answered.status), "\(operation.name) by \(caller.name): \(answered.status)")
                        #expect(writes || scene.told(in: answered.text).isEmpty, "\(operation.name) by \(caller.name)")
                        guard writes else { continue }
                        #expect(answered.word("ticket.status") == "awaiting_agent")
                        for name in ["hidden_from", "hidden_at", "purge_at"] { #expect(answered.isNull("ticket.\(name)"), "\(name)") }
                    }
                }
            }
        }
    }

    @Test("A link to a hidden ticket is a number without a door for who does not see it, and stays one when it is purged")
    func links() async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let stranger = try scene.caller("sees nothing")
            let me = try await server.send("GET", "/v1/me", token: stranger.token)
            let linked = "/v1/tickets/\(scene.linked)"
            _ = try await server.send("PUT", "\(linked)/followers/\(me.id)", token: scene.agent)
            func expectNumberOnly(_ place: String) async throws {
                for token in [stranger.token, scene.agent] {
                    let links = try await server.send("GET", linked + "/links", token: token)
                    let read = try await server.send("GET", linked + "?include=messages", token: token)
                    #expect(links.items == [["kind": "related", "ticket_id": .integer(scene.spam)]], "\(place)")
                    #expect(read.status == 200 && scene.told(in: read.text).isEmpty, "\(place)")
                }
                expectProblem(try await server.send("GET", scene.path.spam, token: stranger.token), 404)
            }
            try await expectNumberOnly("visible")
            try await scene.hide()
            try await expectNumberOnly("hidden")
            try await scene.purge()
            try await expectNumberOnly("purged")
            expectProblem(try await server.send("GET", scene.path.spam, token: scene.agent), 404)
        }
    }

    @Test("The number of a purged ticket leads nowhere, by whatever route and method, nor does that of a ticket that was merged into it")
    func purged() async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let things = Things(server, tenant)
            // The answer to a repeated request is a copy.
            let key = ["Idempotency-Key": "note"]
            func note() async throws -> Answered {
                try await server.send("POST", scene.path.spam + "/notes", token: scene.agent, ["text": "Call back"], headers: key)
            }
            #expect(try await note().status == 201)
            try await scene.hide()
            #expect(try await note().header("Idempotency-Replayed") == "true")
            try await scene.purge()
            expectProblem(try await note(), 404)

            let gone = [scene.spam, scene.deleted, scene.merged]
            let operations = server.contract.operations.filter(\.isTenants)
            var calls: [(call: Call, token: String)] = []
            for operation in operations where operation.namesTicket {
                for id in gone { calls.append((try await things.call(operation, on: id), try await things.token(for: operation))) }
                guard operation.path.contains("{other_id}") else { continue }
                for id in gone {
                    let call = try await things.call(operation, on: scene.plain, naming: ["tickets": id])
                    calls.append((call, scene.agent))
                }
            }
            var bodies: [(call: Call, member: String)] = []
            for operation in operations where operation.takesBody {
                for member in server.contract.ticketMembers(of: operation) {
                    for id in gone { bodies.append((try await things.call(operation, on: scene.plain).naming(id, as: member), member)) }
                }
            }

            let before = try await everyRow(of: tenant, traces: false)
            for (call, token) in calls {
                let answered = try await server.send(call, token: token)
                #expect(answered.status == 404, "\(call.operation.name): \(answered.status) \(answered.json)")
                for caller in scene.callers {
                    let answered = try await server.send(call, token: caller.token)
                    #expect([403, 404].contains(answered.status), "\(call.operation.name) by \(caller.name): \(answered.status)")
                    #expect(scene.told(in: answered.text).isEmpty, "\(call.operation.name) by \(caller.name)")
                }
            }
            for (call, member) in bodies {
                let answered = try await server.send(call, token: tenant.admin.token)
                let isNamed = answered.status == 422 && answered.faultyFields.contains { $0.hasPrefix(member) }
                #expect(answered.status == 404 || isNamed, "\(call.operation.name): \(answered.status) \(answered.json)")
            }
            let after = try await everyRow(of: tenant, traces: false)
            #expect(after == before)
            #expect(calls.count >= 80 && bodies.count >= 3)
            let left = before.filter { $0.value.contains { $0.contains(HiddenScene.marker) } }
            #expect(left.isEmpty, "\(left.keys)")
        }
    }
}

extension Contract {
    /// Members of an operation's body that name tickets.
    fileprivate func ticketMembers(of operation: Operation) -> [String] {
        let schema = operation.json["requestBody"]?["content"]?["application/json"]?["schema"]
        return (schema?["properties"]?.object ?? [:]).keys.filter { kind(named: $0, in: operation) == "tickets" }
    }
}

extension Call {
    fileprivate func naming(_ id: Int64, as member: String) -> Call {
        var call = self
        var members = body?.object ?? [:]
        members[member] = members[member]?.array == nil ? .integer(id) : [.integer(id)]
        call.body = .object(members)
        return call
    }
}
