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
    @Test("With another helpdesk's tokens no route finds anything, nothing of it changes, and no word of it is told")
    func otherTenant() async throws {
        try await withDesk { server, theirs in
            let mine = try await TestInstallation.shared.value.makeTenant()
            // Numbers that the other helpdesk does not have.
            try await mine.count(from: 1_000_000)
            let marker = "zweifellos"
            let things = Things(server, mine, marker: marker)
            var ids: [String: Int64] = [:]
            for kind in server.contract.kinds.sorted() { ids[kind] = try await things.make(kind) }
            #expect(ids.count >= 9)
            let ticket = try #require(ids["tickets"])
            try await mine.furnish(ID(ticket), linkedWith: ID(things.make("tickets")), marker: marker, from: 1_000_900)
            let spam = try await things.make("tickets")
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: mine.agent.token)
            _ = try await server.send("GET", "/v1/tickets/\(ticket)", token: mine.agent.token)

            var calls: [Call] = []
            for operation in server.contract.operations.filter(\.isTenants) {
                calls.append(try await things.call(operation, on: operation.kind.flatMap { ids[$0] }, naming: ids))
                if operation.namesTicket { calls.append(try await things.call(operation, on: spam, naming: ids)) }
            }

            let before = try await everyRow(of: mine, traces: false)
            for call in calls {
                for login in [theirs.admin, theirs.agent, theirs.user] {
                    let answered = try await server.send(call, token: login.token)
                    let told = String(decoding: answered.data, as: UTF8.self).lowercased()
                    #expect(!told.contains(marker), "\(call.operation.name) tells of another helpdesk")
                    guard call.operation.namesSomething else { continue }
                    if login.tokenID == theirs.admin.tokenID { expectProblem(answered, 404) }
                    #expect([403, 404].contains(answered.status), "\(call.operation.name): \(answered.status)")
                }
            }
            let after = try await everyRow(of: mine, traces: false)
            for (table, rows) in before where after[table] != rows { Issue.record("\(table) has changed") }
            #expect(before.values.allSatisfy { !$0.isEmpty }, "\(before.filter { $0.value.isEmpty }.keys)")
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
            let invalid: [String?] = [
                nil, "x", TokenText.random(for: .person).text, TokenText.random(for: .systemOperator).text, second.0.text,
            ]
            let closed = server.contract.operations.filter { $0.isTenants || $0.isOperators }
            #expect(closed.count >= 15)
            let things = Things(server, tenant)
            let calls = try await things.calls(closed)
            let before = try await everyRow(of: tenant, traces: false)
            for call in calls {
                for token in invalid { expectProblem(try await server.send(call, token: token), 401) }
            }
            let after = try await everyRow(of: tenant, traces: false)
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
            let things = Things(server, tenant)
            let calls = try await things.calls(server.contract.operations.filter { $0.isTenants || $0.isOperators })
            let before = try await everyRow(of: tenant, traces: false)
            for call in calls where call.operation.isTenants { expectProblem(try await server.send(call, token: asOperator), 401) }
            for call in calls where call.operation.isOperators {
                for login in [tenant.admin, tenant.agent, tenant.user] {
                    expectProblem(try await server.send(call, token: login.token), 401)
                }
            }
            let after = try await everyRow(of: tenant, traces: false)
            let found = try await tenant.installation.findTenant(tenant.tenant.slug)
            #expect(after == before)
            #expect(found == tenant.tenant)
        }
    }

    @Test("What is for admins is closed to agents, and what is for agents to users, on their own ticket too; nothing of it is done")
    func callers() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let calls = try await things.calls(server.contract.operations.filter(\.isTenants))
            let before = try await everyRow(of: tenant, traces: false)
            for call in calls where call.operation.callers != "everybody" {
                let byUser = try await server.send(call, token: tenant.user.token)
                #expect([403, 404].contains(byUser.status), "\(call.operation.name) by a user: \(byUser.status)")
                guard call.operation.callers == "admins" else { continue }
                expectProblem(try await server.send(call, token: tenant.agent.token), 403)
            }
            let after = try await everyRow(of: tenant, traces: false)
            for (table, rows) in before where after[table] != rows { Issue.record("\(table) has changed") }
            #expect(Set(calls.compactMap(\.operation.callers)) == ["everybody", "agents", "admins"])
        }
    }

    @Test("What is for everybody a user does on their own ticket, and on nobody else's")
    func users() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let stranger = try await server.send(
                "POST", "/v1/tickets", token: tenant.agent.token,
                ["subject": "Not theirs", "text": "b", "user": ["email": "stranger@customer.example"]])
            for operation in server.contract.operations where operation.callers == "everybody" && operation.namesTicket {
                let own = try await things.call(operation)
                let foreign = try await things.call(operation, on: stranger.id)
                let answered = try await server.send(own, token: tenant.user.token)
                #expect((200..<300).contains(answered.status), "\(operation.name): \(answered.status)")
                expectProblem(try await server.send(foreign, token: tenant.user.token), 404)
            }
        }
    }

    @Test("A suspended helpdesk is closed at every route, to tokens the server knows and to those it does not")
    func suspended() async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let calls = try await things.calls(server.contract.operations.filter(\.isTenants))
            _ = try await tenant.installation.setState(of: tenant.tenant.slug, .suspended)
            let before = try await everyRow(of: tenant, traces: false)
            for call in calls {
                for login in [tenant.agent, tenant.admin] { expectProblem(try await server.send(call, token: login.token), 423) }
            }
            let after = try await everyRow(of: tenant, traces: false)
            #expect(after == before)
        }
    }

    @Test("A token does over HTTP what its scopes say, at every route", arguments: TokenScope.usual)
    func scopes(_ scope: TokenScope) async throws {
        try await withDesk { server, tenant in
            let things = Things(server, tenant)
            let (token, _) = try await tenant.installation.createToken(
                for: .agent(tenant.adminID), named: "narrow", scopes: [scope], in: tenant.tenant.slug)
            for operation in server.contract.operations where operation.isTenants {
                let call = try await things.call(operation)
                let answered = try await server.send(call, token: token.text)
                if !operation.scopes.isSubset(of: [scope.rawValue]) {
                    expectProblem(answered, 403)
                } else {
                    // Whether the thing is in the right state does not matter here, nor whether it can be made twice.
                    let isDone = (200..<300).contains(answered.status) || answered.status == 409
                    #expect(isDone, "\(operation.name): \(answered.status) \(answered.word("detail") ?? "")")
                }
            }
        }
    }
}

extension Things {
    /// One call of each, ready to be sent by whomever.
    fileprivate func calls(_ operations: [Contract.Operation]) async throws -> [Call] {
        var calls: [Call] = []
        for operation in operations { calls.append(try await call(operation)) }
        return calls
    }
}

extension TestTenant {
    /// From now on everything of this helpdesk is numbered from here.
    fileprivate func count(from number: Int64) async throws {
        let tenant = tenant.id.value
        try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
            _ = try session.run(
                """
                update helpdesk.counters
                set tickets = \(number), messages = \(number), users = \(number), agents = \(number), tokens = \(number),
                    configuration = \(number), purge_runs = \(number), mass_actions = \(number)
                where tenant_id = \(tenant)
                """)
        }
    }
}
