import Domain
import Foundation
import JSON
import Postgres
import Services
import Support
import Testing

/// Goes through every operation that the server describes, so that a route somebody adds is tried here before anybody thinks of it.
@Suite("Walls around a helpdesk, tried at every route")
struct WallsTests {
    @Test("With another helpdesk's tokens no route finds a ticket, and nothing of it changes")
    func otherTenant() async throws {
        try await withDesk { server, mine in
            let theirs = try await TestInstallation.shared.value.makeTenant()
            // A has one of each kind, all with numbers that B does not have.
            for number in 1...3 { _ = try await server.openTicket(mine, "Padding \(number)") }
            let visible = try await server.openTicket(mine, "Visible").id
            let spam = try await server.openTicket(mine, "Spam").id
            let deleted = try await server.openTicket(mine, "Deleted").id
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: mine.agent.token)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: mine.agent.token)
            let theirTicket = try await server.openTicket(theirs, "Theirs").id
            #expect(theirTicket < visible)

            let before = try await everyRow(of: mine)
            let readBefore = try await read([visible, spam, deleted], server, mine)
            let withID = server.contract.operations.filter { $0.isTenants && $0.path.contains("{") }
            #expect(withID.count >= 9)
            for operation in withID {
                // Another kind of thing needs one of its kind here, which only A has.
                try #require(operation.namesTicket, "say here whose \(operation.path) is")
                for id in [visible, spam, deleted] {
                    for login in [theirs.admin, theirs.agent] {
                        let answered = try await server.call(operation, id: id, token: login.token)
                        expectProblem(answered, 404)
                    }
                    let byUser = try await server.call(operation, id: id, token: theirs.user.token)
                    #expect([403, 404].contains(byUser.status), "\(operation.name): \(byUser.status)")
                }
            }
            let after = try await everyRow(of: mine)
            let readAfter = try await read([visible, spam, deleted], server, mine)
            #expect(after == before)
            #expect(readAfter == readBefore)
            #expect(before["tickets"]?.count == 6)
            #expect(before["ticket_history"]?.count == 8)
        }
    }

    @Test("What routes without an id do for one helpdesk shows and changes nothing of another")
    func lists() async throws {
        try await withDesk { server, mine in
            let theirs = try await TestInstallation.shared.value.makeTenant()
            for number in 1...5 { _ = try await server.openTicket(mine, "Mine \(number)") }
            let theirTicket = try await server.openTicket(theirs, "Theirs").id
            let before = try await everyRow(of: mine)
            let myPage = try await server.send("GET", "/v1/tickets?limit=1", token: mine.agent.token)
            let myCursor = try #require(myPage.nextCursor)

            for login in [theirs.admin, theirs.agent, theirs.user] {
                for query in ["", "?user_id=\(mine.userID)", "?agent_id=none", "?limit=200&sort=id", "?cursor=\(myCursor)"] {
                    let list = try await server.send("GET", "/v1/tickets" + query, token: login.token)
                    #expect(list.status == 200)
                    #expect(list.ids.allSatisfy { $0 == theirTicket }, "\(query)")
                    #expect(list.items.allSatisfy { $0["subject"]?.string == "Theirs" }, "\(query)")
                }
            }
            // The same address is another person here.
            let made = try await server.send(
                "POST", "/v1/tickets", token: theirs.agent.token,
                ["subject": "Theirs", "text": "Hello", "user": ["email": "user@customer.example", "name": "Changed"]])
            let after = try await everyRow(of: mine)
            #expect(made.status == 201)
            #expect(after == before)
        }
    }

    @Test("People of another helpdesk cannot be put on a ticket")
    func people() async throws {
        try await withDesk { server, mine in
            let theirs = try await TestInstallation.shared.value.makeTenant()
            let address = try #require(EmailAddress("third@helpdesk.example"))
            let agent = try await theirs.installation.createAgent(address, name: "Third", isAdmin: false, in: theirs.tenant.slug)
            let user = try await theirs.installation.createUser(address, name: "Third", in: theirs.tenant.slug)
            let ticket = try await server.openTicket(mine)
            let assigned = try await server.send(
                "PATCH", "/v1/tickets/\(ticket.id)", token: mine.agent.token, ["agent_id": .integer(agent.id.value)])
            let made = try await server.send(
                "POST", "/v1/tickets", token: mine.agent.token, ["subject": "a", "text": "b", "user_id": .integer(user.id.value)])
            expectProblem(assigned, 422, naming: ["agent_id"])
            expectProblem(made, 422, naming: ["user_id"])
        }
    }

    @Test("Without a valid token every route but the open ones is closed")
    func withoutToken() async throws {
        try await withDesk { server, tenant in
            _ = try await server.openTicket(tenant)
            let second = try await tenant.installation.createToken(for: .agent(tenant.agentID), named: "second", in: tenant.tenant.slug)
            try await tenant.installation.revokeToken(second.1.id, in: tenant.tenant.slug)
            let before = try await everyRow(of: tenant)
            let invalid: [String?] = [
                nil, "x", TokenText.random(for: .person).text, TokenText.random(for: .systemOperator).text, second.0.text,
            ]
            let closed = server.contract.operations.filter { $0.isTenants || $0.isOperators }
            #expect(closed.count >= 15)
            for operation in closed {
                for token in invalid {
                    let answered = try await server.call(operation, slug: tenant.tenant.slug.text, token: token)
                    expectProblem(answered, 401)
                }
            }
            let after = try await everyRow(of: tenant)
            #expect(after == before)
            // What needs no token is a short list, and nobody lengthens it in passing.
            let open = server.contract.operations.filter { !$0.isTenants && !$0.isOperators }
            let expected: Set<String> = ["GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json", "GET /docs"]
            #expect(Set(open.map(\.name)) == expected)
        }
    }

    @Test("An operator's token opens no helpdesk, and no token of a helpdesk opens the operators' routes")
    func operatorsAndTenants() async throws {
        try await withDesk { server, tenant in
            let asOperator = try await makeOperatorToken(tenant)
            let ticket = try await server.openTicket(tenant)
            let slug = tenant.tenant.slug.text
            let before = try await everyRow(of: tenant)
            for operation in server.contract.operations where operation.isTenants {
                let answered = try await server.call(operation, id: ticket.id, token: asOperator)
                expectProblem(answered, 401)
            }
            for operation in server.contract.operations where operation.isOperators {
                for login in [tenant.admin, tenant.agent, tenant.user] {
                    let answered = try await server.call(operation, slug: slug, token: login.token)
                    expectProblem(answered, 401)
                }
            }
            let after = try await everyRow(of: tenant)
            let found = try await tenant.installation.findTenant(tenant.tenant.slug)
            #expect(after == before)
            #expect(found == tenant.tenant)
        }
    }

    @Test("A user does what users do, and every other route is closed to them, on their own ticket too")
    func users() async throws {
        try await withDesk { server, tenant in
            let own = try await server.openTicket(tenant).id
            let address = try #require(EmailAddress("other@customer.example"))
            let other = try await tenant.installation.createUser(address, name: nil, in: tenant.tenant.slug)
            let foreign = try await server.send(
                "POST", "/v1/tickets", token: tenant.agent.token,
                ["subject": "Not theirs", "text": "b", "user_id": .integer(other.id.value)])
            let theirs: Set<String> = [
                "GET /v1/me", "GET /v1/tickets", "POST /v1/tickets", "GET /v1/tickets/{id}", "GET /v1/tickets/{id}/messages",
                "POST /v1/tickets/{id}/replies",
            ]
            let operations = server.contract.operations.filter(\.isTenants)
            #expect(theirs.isSubset(of: Set(operations.map(\.name))))
            let before = try await everyRow(of: tenant)
            for operation in operations where !theirs.contains(operation.name) {
                for id in [own, foreign.id] {
                    let answered = try await server.call(operation, id: id, token: tenant.user.token)
                    #expect([403, 404].contains(answered.status), "\(operation.name): \(answered.status)")
                }
            }
            for operation in operations where theirs.contains(operation.name) && operation.namesTicket {
                let answered = try await server.call(operation, id: foreign.id, token: tenant.user.token)
                expectProblem(answered, 404)
            }
            let after = try await everyRow(of: tenant)
            #expect(after["tickets"] == before["tickets"])
            #expect(after["messages"] == before["messages"])
            #expect(after["ticket_history"] == before["ticket_history"])
            for operation in operations where theirs.contains(operation.name) && operation.namesTicket {
                let answered = try await server.call(operation, id: own, token: tenant.user.token)
                #expect((200..<300).contains(answered.status), "\(operation.name): \(answered.status)")
            }
        }
    }

    @Test("A suspended helpdesk is closed at every route, to tokens the server knows and to those it does not")
    func suspended() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            _ = try await server.read(ticket.id, tenant)
            _ = try await tenant.installation.setState(of: tenant.tenant.slug, .suspended)
            let before = try await everyRow(of: tenant)
            for operation in server.contract.operations where operation.isTenants {
                for login in [tenant.agent, tenant.admin] {
                    let answered = try await server.call(operation, id: ticket.id, token: login.token)
                    expectProblem(answered, 423)
                }
            }
            var after = try await everyRow(of: tenant)
            // Numbers are taken in front of the guard; a gap harms nobody.
            after["counters"] = before["counters"]
            #expect(after == before)
        }
    }

    @Test("A token does over HTTP what its scopes say, at every route", arguments: TokenScope.allCases)
    func scopes(_ scope: TokenScope) async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            let (token, _) = try await tenant.installation.createToken(
                for: .agent(tenant.agentID), named: "narrow", scopes: [scope], in: tenant.tenant.slug)
            for operation in server.contract.operations where operation.isTenants {
                let described = operation.json["security"]?.array?.first?["tenantToken"]?.array?.compactMap(\.string) ?? []
                let answered = try await server.call(operation, id: ticket.id, token: token.text)
                if described.isEmpty || described == [scope.rawValue] {
                    // Whether the ticket is in the right state does not matter here.
                    #expect((200..<300).contains(answered.status) || answered.status == 409, "\(operation.name): \(answered.status)")
                } else {
                    expectProblem(answered, 403)
                }
            }
        }
    }
}

/// Every row of a helpdesk, in every table that belongs to helpdesks: read as the superuser, who sees through all walls.
private func everyRow(of tenant: TestTenant) async throws -> [String: [String]] {
    let number = tenant.tenant.id.value
    let address = try await TestCluster.shared.value.address(database: "deskyard_test")
    let rows = try await ScriptSession.run(on: address) { session -> [String: [String]] in
        let tables = try session.run(
            """
            select table_name from information_schema.columns
            where table_schema = 'helpdesk' and column_name = 'tenant_id'
            """)
        var rows: [String: [String]] = [:]
        for table in tables.compactMap({ $0[0] }) {
            let found = try session.run("select to_jsonb(t)::text from helpdesk.\(table) t where tenant_id = \(number) order by 1")
            rows[table] = found.compactMap { $0[0] }
        }
        return rows
    }
    try #require(rows["tickets"] != nil && rows["messages"] != nil && rows["ticket_history"] != nil)
    return rows
}

/// The tickets with everything on them, as their own helpdesk reads them.
private func read(_ ids: [Int64], _ server: TestServer, _ tenant: TestTenant) async throws -> [JSONValue] {
    var tickets: [JSONValue] = []
    for id in ids { tickets.append(try await server.read(id, tenant, include: "messages,history").json) }
    return tickets
}
