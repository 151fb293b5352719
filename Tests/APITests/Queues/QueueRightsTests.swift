import Domain
import JSON
import Support
import Testing

@Suite("Whose queues there are")
struct QueueRightsTests {
    @Test("Users have nothing to do with queues")
    func users() async throws {
        try await withDesk { server, tenant in
            let id = try await server.makeQueue([:], as: tenant.agent.token).id
            let user = tenant.user.token
            for path in [queues, "\(queues)/counts", "\(queues)/counts?exact=true", "\(queues)/\(id)", "\(queues)/\(id)/tickets"] {
                expectProblem(try await server.send("GET", path, token: user), 403)
            }
            expectProblem(try await server.makeQueue([:], as: user), 403)
            expectProblem(try await server.send("PATCH", "\(queues)/\(id)", token: user, ["name": "x"]), 403)
            expectProblem(try await server.send("DELETE", "\(queues)/\(id)", token: user), 403)
        }
    }

    @Test("Agents make, change and remove queues for themselves alone; only admins do it for others")
    func agents() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let me = JSONValue.integer(tenant.agentID.value)
            let admin = JSONValue.integer(tenant.adminID.value)
            let team = try await server.send("POST", "/v1/teams", token: tenant.admin.token, ["name": "Night shift", "member_ids": [me]]).id
            let others: [JSONValue] = [
                "everybody", ["agents": [admin]], ["agents": [me, admin]], ["teams": [.integer(team)]],
                ["teams": [.integer(team)], "agents": [me]],
            ]
            let own = try await server.makeQueue([:], ["visible_to": ["agents": [me]]], as: agent)
            #expect(own.status == 201)
            for visibility in others {
                expectProblem(try await server.makeQueue([:], ["visible_to": visibility], as: agent), 403)
                expectProblem(
                    try await server.send("PATCH", "\(queues)/\(own.id)", token: agent, ["visible_to": visibility]), 403)
                let shared = try await server.makeQueue([:], ["visible_to": visibility], as: tenant.admin.token)
                #expect(shared.status == 201)
                // What agents do not see is not there for them; what they see is not theirs to change.
                let status = visibility == ["agents": [admin]] ? 404 : 403
                expectProblem(try await server.send("PATCH", "\(queues)/\(shared.id)", token: agent, ["name": "x"]), status)
                expectProblem(try await server.send("DELETE", "\(queues)/\(shared.id)", token: agent), status)
                let read = try await server.send("GET", "\(queues)/\(shared.id)", token: agent)
                #expect(read.status == (status == 404 ? 404 : 200))
            }
            #expect(try await server.send("PATCH", "\(queues)/\(own.id)", token: agent, ["name": "Mine"]).status == 200)
            #expect(try await server.send("DELETE", "\(queues)/\(own.id)", token: agent).status == 204)
        }
    }

    @Test("Agents find what is visible to them, their teams and everybody; admins find all; counts are of the same queues")
    func visibility() async throws {
        try await withDesk { server, tenant in
            let admin = tenant.admin.token
            let member = try await tenant.narrowAgent(server)
            let stranger = try await tenant.narrowAgent(server)
            let team = try await server.send(
                "POST", "/v1/teams", token: admin, ["name": "Night shift", "member_ids": [.integer(member.id)]]
            ).id
            func make(_ visibility: JSONValue) async throws -> Int64 {
                try await server.makeQueue([:], ["visible_to": visibility], as: admin).id
            }
            let shared = try await make("everybody")
            let teams = try await make(["teams": [.integer(team)]])
            let named = try await make(["agents": [.integer(stranger.id)]])
            let own = try await server.makeQueue([:], as: stranger.token).id
            let sees: [(token: String, queues: Set<Int64>)] = [
                (admin, [shared, teams, named, own]), (member.token, [shared, teams]), (stranger.token, [shared, named, own]),
            ]
            for (token, found) in sees {
                let listed = try await server.send("GET", queues, token: token)
                let counts = try await server.queueCounts(as: token)
                #expect(Set(listed.ids).intersection([shared, teams, named, own]) == found)
                #expect(Set(counts.keys) == Set(listed.ids))
                var paged: [Int64] = []
                var cursor: String?
                repeat {
                    let page = try await server.send("GET", "\(queues)?limit=2" + (cursor.map { "&cursor=\($0)" } ?? ""), token: token)
                    paged += page.ids
                    cursor = page.nextCursor
                } while cursor != nil && paged.count < 50
                #expect(paged == listed.ids && listed.ids == listed.ids.sorted())
                for id in [shared, teams, named, own] {
                    let expected = found.contains(id) ? 200 : 404
                    #expect(try await server.send("GET", "\(queues)/\(id)", token: token).status == expected)
                    #expect(try await server.queueTickets(id, as: token).status == expected)
                }
            }
        }
    }

    @Test("A queue shows and counts what its viewer sees, and pages are full of it")
    func sight() async throws {
        try await withDesk { server, tenant in
            let narrow = try await tenant.narrowAgent(server)
            let queue = try await server.makeQueue([:], ["sort": "id", "visible_to": "everybody"], as: tenant.admin.token).id
            var seen: [Int64] = []
            for number in 1...15 {
                let id = try await server.openTicket(tenant, "Ticket \(number)").id
                guard number.isMultiple(of: 3) else { continue }
                _ = try await server.send("PATCH", "/v1/tickets/\(id)", token: tenant.agent.token, ["agent_id": .integer(narrow.id)])
                seen.append(id)
            }
            let first = try await server.queueTickets(queue, "limit=3", as: narrow.token)
            let second = try await server.queueTickets(queue, "limit=3&cursor=\(first.nextCursor ?? "")", as: narrow.token)
            let counts = try await server.queueCounts(as: narrow.token)
            let all = try await server.queueCounts(as: tenant.agent.token)
            #expect(first.ids.count == 3 && first.ids + second.ids == seen && second.nextCursor == nil)
            #expect(counts[queue] == 5 && all[queue] == 15)
            let mine = try await server.builtIn(.mine, as: narrow.token)
            #expect(counts[mine] == 5 && all[mine] == 0)
        }
    }

    @Test("Another helpdesk's queue is not there, by whatever route, and its tickets are in none of ours")
    func otherTenant() async throws {
        try await withDesk { server, tenant in
            let theirs = try await TestInstallation.shared.value.makeTenant()
            _ = try await server.openTicket(theirs, "Zweifellos")
            // Further than ours are counted.
            var id: Int64 = 0
            for _ in 1...3 {
                id = try await server.makeQueue([:], ["name": "Zweifellos", "visible_to": "everybody"], as: theirs.admin.token).id
            }
            for token in [tenant.admin.token, tenant.agent.token] {
                expectProblem(try await server.send("GET", "\(queues)/\(id)", token: token), 404)
                expectProblem(try await server.queueTickets(id, as: token), 404)
                expectProblem(try await server.send("PATCH", "\(queues)/\(id)", token: token, ["name": "x"]), 404)
                expectProblem(try await server.send("DELETE", "\(queues)/\(id)", token: token), 404)
                let listed = try await server.send("GET", queues, token: token)
                let counts = try await server.queueCounts(as: token)
                #expect(!listed.ids.contains(id) && !listed.text.contains("Zweifellos"))
                #expect(counts[id] == nil && counts.values.allSatisfy { $0 == 0 })
            }
            let still = try await server.send("GET", "\(queues)/\(id)", token: theirs.agent.token)
            #expect(still.status == 200 && still.number("version") == 1)
        }
    }
}
