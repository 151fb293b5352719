import Domain
import Foundation
import JSON
import Postgres
import Services
import Support
import Testing

@Suite("Tokens over HTTP")
struct TokenAPITests {
    @Test("A token made for oneself is shown once and does what the one it was made with does")
    func own() async throws {
        try await withDesk { server, tenant in
            for (login, scopes) in [(tenant.agent, TokenScope.usual), (tenant.user, TokenScope.forUsers)] {
                let made = try await server.send("POST", "/v1/tokens", token: login.token, ["name": " laptop "])
                let text = try #require(made.word("token"))
                let me = try await server.send("GET", "/v1/me", token: text)
                let list = try await server.send("GET", "/v1/tokens", token: login.token)
                #expect(made.status == 201)
                #expect(text.hasPrefix("dsk_"))
                #expect(made.word("name") == "laptop")
                #expect(words(made, "scopes") == scopes.map(\.rawValue).sorted())
                #expect(made.isNull("expires_at") && made.isNull("last_used_at") && made.isNull("revoked_at"))
                #expect(me.number("token.id") == made.id)
                #expect(list.ids == [login.tokenID.value, made.id])
                #expect(list.items.allSatisfy { $0["token"] == nil })
            }
            let agents = try await server.send("POST", "/v1/tokens", token: tenant.agent.token, ["name": "a"])
            let users = try await server.send("POST", "/v1/tokens", token: tenant.user.token, ["name": "a"])
            #expect(agents.number("agent_id") == tenant.agentID.value && agents.isNull("user_id"))
            #expect(users.number("user_id") == tenant.userID.value && users.isNull("agent_id"))
        }
    }

    @Test("One's own new token can do no more than the one it is made with")
    func scopes() async throws {
        try await withDesk { server, tenant in
            for login in [Person.agent(tenant.adminID), .agent(tenant.agentID), .user(tenant.userID)] {
                let (narrow, _) = try await tenant.installation.createToken(
                    for: login, named: "narrow", scopes: [.readTickets, .writeTokens], in: tenant.tenant.slug)
                func ask(_ scopes: JSONValue) async throws -> Answered {
                    try await server.send("POST", "/v1/tokens", token: narrow.text, ["name": "new", "scopes": scopes])
                }
                let usual = try await ask(.null)
                let less = try await ask(["tickets:read"])
                let none = try await ask([])
                #expect(words(usual, "scopes") == ["tickets:read", "tokens:write"])
                #expect(words(less, "scopes") == ["tickets:read"])
                #expect(words(none, "scopes") == [])
                expectProblem(try await ask(["tickets:read", "tickets:write"]), 422, naming: ["scopes"])
                expectProblem(try await ask(["invitation:accept"]), 422, naming: ["scopes"])
                expectProblem(try await ask(["tickets:read", "everything"]), 422, naming: ["scopes[1]"])
                expectProblem(try await ask("tickets:read"), 422, naming: ["scopes"])
                // What it made can do less still.
                let text = try #require(less.word("token"))
                expectProblem(try await server.send("POST", "/v1/tokens", token: text, ["name": "newer"]), 403)
                expectProblem(try await server.send("GET", "/v1/tokens", token: text), 403)
            }
        }
    }

    @Test("Naming oneself is no way round that")
    func namingOneself() async throws {
        try await withDesk { server, tenant in
            let (narrow, _) = try await tenant.installation.createToken(
                for: .agent(tenant.adminID), named: "narrow", scopes: [.writeTokens], in: tenant.tenant.slug)
            let refused = try await server.send(
                "POST", "/v1/tokens", token: narrow.text,
                ["name": "new", "agent_id": .integer(tenant.adminID.value), "scopes": ["settings:write"]])
            expectProblem(refused, 422, naming: ["scopes"])
        }
    }

    @Test("One's own new token lasts no longer than the one it is made with, and none begins expired")
    func expiry() async throws {
        try await withDesk { server, tenant in
            let last = try #require(Timestamp("2990-01-01T00:00:00Z"))
            let (short, _) = try await tenant.installation.createToken(
                for: .agent(tenant.agentID), named: "short", expiresAt: last, in: tenant.tenant.slug)
            func ask(_ expiry: JSONValue, with token: String) async throws -> Answered {
                try await server.send("POST", "/v1/tokens", token: token, ["name": "new", "expires_at": expiry])
            }
            #expect(try await ask(.null, with: short.text).word("expires_at") == last.description)
            #expect(try await ask("2990-01-01T01:00:00+01:00", with: short.text).word("expires_at") == last.description)
            #expect(try await ask("2989-01-01T00:00:00Z", with: short.text).word("expires_at") == "2989-01-01T00:00:00.000Z")
            #expect(try await ask("2999-01-01T00:00:00Z", with: tenant.agent.token).word("expires_at") == "2999-01-01T00:00:00.000Z")
            expectProblem(try await ask("2990-01-01T00:00:00.001Z", with: short.text), 422, naming: ["expires_at"])
            expectProblem(try await ask("2001-01-01T00:00:00Z", with: tenant.agent.token), 422, naming: ["expires_at"])
            expectProblem(try await ask("tomorrow", with: tenant.agent.token), 422, naming: ["expires_at"])
            expectProblem(
                try await server.send(
                    "POST", "/v1/tokens", token: short.text,
                    ["name": "", "scopes": ["invitation:accept"], "expires_at": "2001-01-01T00:00:00Z"]), 422, naming: ["name"])
            expectProblem(
                try await server.send(
                    "POST", "/v1/tokens", token: short.text,
                    ["name": "a", "scopes": ["invitation:accept"], "expires_at": "2001-01-01T00:00:00Z"]), 422,
                naming: ["scopes", "expires_at"])
        }
    }

    @Test("An expired token is refused")
    func expired() async throws {
        try await withDesk { server, tenant in
            let (token, record) = try await tenant.installation.createToken(
                for: .agent(tenant.agentID), named: "old", expiresAt: Timestamp("2001-01-01T00:00:00Z"), in: tenant.tenant.slug)
            let list = try await server.send("GET", "/v1/tokens", token: tenant.agent.token)
            expectProblem(try await server.send("GET", "/v1/me", token: token.text), 401)
            #expect(list.items.last?["id"]?.integer == record.id.value)
            #expect(list.items.last?["expires_at"]?.string == "2001-01-01T00:00:00.000Z")
        }
    }

    @Test("An admin makes tokens for active people, with what suits them")
    func others() async throws {
        try await withDesk { server, tenant in
            func ask(_ body: [String: JSONValue], with login: TestTenant.Login) async throws -> Answered {
                try await server.send("POST", "/v1/tokens", token: login.token, .object(body.merging(["name": "new"]) { $1 }))
            }
            let agent = JSONValue.integer(tenant.agentID.value)
            let user = JSONValue.integer(tenant.userID.value)
            let agents = try await ask(["agent_id": agent], with: tenant.admin)
            let users = try await ask(["user_id": user], with: tenant.admin)
            #expect(agents.number("agent_id") == tenant.agentID.value)
            #expect(words(agents, "scopes") == TokenScope.usual.map(\.rawValue).sorted())
            #expect(users.number("user_id") == tenant.userID.value)
            #expect(words(users, "scopes") == TokenScope.forUsers.map(\.rawValue).sorted())
            for (made, kind) in [(agents, "agent"), (users, "user")] {
                let me = try await server.send("GET", "/v1/me", token: made.word("token"))
                #expect(me.word("kind") == kind)
            }
            expectProblem(try await ask(["user_id": user, "scopes": ["people:write"]], with: tenant.admin), 422, naming: ["scopes"])
            expectProblem(try await ask(["agent_id": agent, "scopes": ["invitation:accept"]], with: tenant.admin), 422, naming: ["scopes"])
            expectProblem(try await ask(["agent_id": agent, "user_id": user], with: tenant.admin), 422, naming: ["user_id"])
            expectProblem(try await ask(["agent_id": 999], with: tenant.admin), 422, naming: ["agent_id"])
            expectProblem(try await ask(["user_id": 999], with: tenant.admin), 422, naming: ["user_id"])
            expectProblem(try await ask(["agent_id": 0], with: tenant.admin), 422, naming: ["agent_id"])
            for login in [tenant.agent, tenant.user] {
                expectProblem(try await ask(["agent_id": .integer(tenant.adminID.value)], with: login), 403)
            }
            expectProblem(try await ask(["user_id": user], with: tenant.agent), 403)
            let suspended = try await server.send(
                "PATCH", "/v1/agents/\(tenant.agentID)", token: tenant.admin.token, ["suspended": true])
            #expect(suspended.status == 200)
            expectProblem(try await ask(["agent_id": agent], with: tenant.admin), 422, naming: ["agent_id"])
        }
    }

    @Test("Who only wrote in so far has an account from their first token on")
    func registered() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.send(
                "POST", "/v1/tickets", token: tenant.agent.token,
                ["subject": "Called in", "text": "Hello", "user": ["email": "ada@customer.example"]])
            let id = try #require(ticket.number("user.id"))
            let before = try await server.send("GET", "/v1/users/\(id)", token: tenant.admin.token)
            let made = try await server.send("POST", "/v1/tokens", token: tenant.admin.token, ["name": "first", "user_id": .integer(id)])
            let after = try await server.send("GET", "/v1/users/\(id)", token: tenant.admin.token)
            #expect(made.status == 201)
            #expect(before.member("registered") == false)
            #expect(after.member("registered") == true)
        }
    }

    @Test("Everybody lists their own tokens, an admin everybody's or one person's")
    func list() async throws {
        try await withDesk { server, tenant in
            func ids(_ query: String, _ login: TestTenant.Login) async throws -> [Int64] {
                let list = try await server.send("GET", "/v1/tokens" + query, token: login.token)
                try #require(list.status == 200)
                return list.ids
            }
            let (admin, agent, user) = (tenant.admin.tokenID.value, tenant.agent.tokenID.value, tenant.user.tokenID.value)
            #expect(try await ids("", tenant.admin) == [admin, agent, user].sorted())
            #expect(try await ids("?agent_id=\(tenant.agentID)", tenant.admin) == [agent])
            #expect(try await ids("?agent_id=\(tenant.adminID)", tenant.admin) == [admin])
            #expect(try await ids("?user_id=\(tenant.userID)", tenant.admin) == [user])
            #expect(try await ids("?user_id=999", tenant.admin) == [])
            #expect(try await ids("", tenant.agent) == [agent])
            #expect(try await ids("?agent_id=\(tenant.agentID)", tenant.agent) == [agent])
            #expect(try await ids("?user_id=\(tenant.userID)", tenant.user) == [user])
            for login in [tenant.agent, tenant.user] {
                expectProblem(try await server.send("GET", "/v1/tokens?agent_id=\(tenant.adminID)", token: login.token), 403)
            }
            let both = try await server.send("GET", "/v1/tokens?agent_id=1&user_id=1", token: tenant.admin.token)
            expectProblem(both, 422, naming: ["user_id"])
            var paged: [Int64] = []
            var cursor: String?
            repeat {
                let page = try await server.send(
                    "GET", "/v1/tokens?limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""), token: tenant.admin.token)
                paged += page.ids
                cursor = page.nextCursor
            } while cursor != nil && paged.count < 10
            #expect(paged == [admin, agent, user].sorted())
        }
    }

    @Test("A revoked token is refused from the next request on, and the list says when that was")
    func revoked() async throws {
        try await withDesk { server, tenant in
            let made = try await server.send("POST", "/v1/tokens", token: tenant.agent.token, ["name": "lost"])
            let text = try #require(made.word("token"))
            #expect(try await server.send("GET", "/v1/tickets", token: text).status == 200)
            let path = "/v1/tokens/\(made.id)"
            // Nobody else's business, and so not there for them.
            expectProblem(try await server.send("DELETE", path, token: tenant.user.token), 404)
            #expect(try await server.send("DELETE", path, token: tenant.agent.token).status == 204)
            expectProblem(try await server.send("GET", "/v1/tickets", token: text), 401)
            expectProblem(try await server.send("DELETE", path, token: tenant.agent.token), 404)
            let list = try await server.send("GET", "/v1/tokens", token: tenant.agent.token)
            #expect(list.ids == [tenant.agent.tokenID.value, made.id])
            #expect(list.items.map { $0["revoked_at"]?.isNull } == [true, false])
        }
    }

    @Test("An agent revokes nobody else's token, an admin anybody's of the helpdesk, and anybody the very one they hold")
    func revocation() async throws {
        try await withDesk { server, tenant in
            let other = try await TestInstallation.shared.value.makeTenant()
            let (strange, record) = try await other.installation.createToken(
                for: .agent(other.agentID), named: "number ten", in: other.tenant.slug)
            let missing = [tenant.admin.tokenID.value, tenant.user.tokenID.value, record.id.value, 999]
            for id in missing { expectProblem(try await server.send("DELETE", "/v1/tokens/\(id)", token: tenant.agent.token), 404) }
            expectProblem(try await server.send("DELETE", "/v1/tokens/\(record.id)", token: tenant.admin.token), 404)
            #expect(try await server.send("GET", "/v1/me", token: strange.text).status == 200)
            for login in [tenant.user, tenant.agent, tenant.admin] {
                let answered = try await server.send("DELETE", "/v1/tokens/\(login.tokenID)", token: tenant.admin.token)
                #expect(answered.status == 204)
                expectProblem(try await server.send("GET", "/v1/me", token: login.token), 401)
            }
        }
    }

    @Test("When a token was last used is known, and that it never was")
    func lastUse() async throws {
        try await withDesk { server, tenant in
            let made = try await server.send("POST", "/v1/tokens", token: tenant.agent.token, ["name": "laptop"])
            func listed() async throws -> JSONValue? {
                try await server.send("GET", "/v1/tokens", token: tenant.agent.token).items.first { $0["id"]?.integer == made.id }
            }
            #expect(try await listed()?["last_used_at"] == .null)
            _ = try await server.send("GET", "/v1/me", token: made.word("token"))
            let used = try #require(try await listed()?["last_used_at"]?.string.flatMap { Timestamp($0) })
            let created = try #require(made.word("created_at").flatMap { Timestamp($0) })
            #expect(used >= created)
        }
    }

    @Test("A token's text is kept nowhere, not even with an idempotency key")
    func plaintext() async throws {
        try await withDesk { server, tenant in
            let headers = ["Idempotency-Key": "token of \(tenant.tenant.slug.text)"]
            var texts: [String] = []
            for _ in 1...2 {
                let made = try await server.send("POST", "/v1/tokens", token: tenant.agent.token, ["name": "laptop"], headers: headers)
                #expect(made.status == 201)
                #expect(made.header("Idempotency-Replayed") == nil)
                texts.append(try #require(made.word("token")))
            }
            #expect(Set(texts).count == 2)
            for text in texts { #expect(try await tables(holding: text) == []) }
            // It does find what is there.
            #expect(try await tables(holding: tenant.tenant.slug.text) == ["installation.tenants"])
        }
    }

    @Test("One is told who one is, what one may do, and which token says so")
    func me() async throws {
        try await withDesk { server, tenant in
            let admin = try await server.send("GET", "/v1/me", token: tenant.admin.token)
            let agent = try await server.send("GET", "/v1/me", token: tenant.agent.token)
            let user = try await server.send("GET", "/v1/me", token: tenant.user.token)
            #expect([admin, agent, user].map { $0.word("kind") } == ["admin", "agent", "user"])
            #expect([admin, agent, user].map(\.id) == [tenant.adminID.value, tenant.agentID.value, tenant.userID.value])
            #expect(words(admin, "rights") == AgentRight.allCases.map(\.rawValue).sorted())
            #expect(words(user, "rights") == ["open_tickets", "reopen", "view_own"])
            #expect(user.member("departments") == [])
            #expect(user.isNull("organization_id") && admin.isNull("organization_id"))
            for (answered, login) in [(admin, tenant.admin), (agent, tenant.agent), (user, tenant.user)] {
                #expect(answered.number("token.id") == login.tokenID.value)
                #expect(answered.word("token.name") == "test")
                #expect(answered.isNull("token.expires_at"))
                #expect(answered.member("team_ids") == [])
            }
            #expect(admin.isNull("departments") && agent.isNull("departments"))
        }
    }

    @Test("What changes of one's rights is told from the next request on")
    func changedRights() async throws {
        try await withDesk { server, tenant in
            _ = try await server.send("GET", "/v1/me", token: tenant.agent.token)
            let group = try await server.send(
                "POST", "/v1/permission-groups", token: tenant.admin.token, ["name": "Replies", "rights": ["reply", "assign"]])
            let team = try await server.send(
                "POST", "/v1/teams", token: tenant.admin.token,
                ["name": "First line", "member_ids": [.integer(tenant.agentID.value)]])
            let changed = try await server.send(
                "PATCH", "/v1/agents/\(tenant.agentID)", token: tenant.admin.token,
                [
                    "permission_group_ids": [.integer(group.id)], "all_departments": false,
                    "departments": [["department_id": 1, "access": "assign"]],
                ])
            #expect(changed.status == 200)
            let me = try await server.send("GET", "/v1/me", token: tenant.agent.token)
            #expect(words(me, "rights") == ["assign", "reply"])
            #expect(me.member("team_ids") == [.integer(team.id)])
            #expect(me.member("departments") == [["department_id": 1, "access": "assign"]])
        }
    }
}

private func words(_ answered: Answered, _ name: String) -> [String] { answered.member(name)?.array?.compactMap(\.string) ?? [] }

/// Every table of the service in which this text stands, read as the superuser, who sees through all walls.
private func tables(holding text: String) async throws -> [String] {
    let address = try await TestCluster.shared.value.address(database: "deskyard_test")
    return try await ScriptSession.run(on: address) { session in
        let tables = try session.run(
            "select schemaname || '.' || tablename from pg_tables where schemaname in ('helpdesk', 'installation', 'public') order by 1")
        return try tables.compactMap { $0[0] }.filter { table in
            try !session.run("select from \(table) t where position('\(text)' in t::text) > 0 limit 1").isEmpty
        }
    }
}
