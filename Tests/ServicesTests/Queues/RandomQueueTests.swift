import Domain
import Services
import Support
import Testing

@Suite("Random queues against random tickets")
struct RandomQueueTests {
    @Test(
        "A queue has the tickets that a slow filter picks one by one, for whoever looks, page by page; it is counted right, and a mass action takes the same",
        arguments: [1, 2026])
    func equalsSlowFilter(seed: UInt64) async throws {
        try await withTenant { tenant in
            var generator = SeededGenerator(seed: seed)
            let desk = try await RandomQueueDesk(tenant, count: 120, using: &generator)
            let queue = try await tenant.makeQueue(QueueCriteria())
            let lookers: [(access: Access, slow: SlowQueue)] = [
                (try await tenant.now(tenant.admin), SlowQueue(me: tenant.adminID, teams: [], now: tenant.clock.now)),
                (try await tenant.now(tenant.agent), SlowQueue(me: tenant.agentID, teams: [desk.team], now: tenant.clock.now)),
                (
                    try await tenant.authenticator.access(desk.narrow.token),
                    SlowQueue(me: desk.narrow.id, teams: [desk.team], now: tenant.clock.now)
                ),
            ]
            var sizes: Set<Int> = []
            for round in 0..<250 {
                let criteria = desk.criteria(using: &generator)
                _ = try await tenant.helpdesk.updateQueue(queue.id, QueuePatch(criteria: criteria), lookers[0].access)
                for (access, slow) in lookers {
                    let expected = desk.tickets.filter { known in
                        let isBeside = known.followers.contains(slow.me)
                        return slow.has(known, criteria) && access.sight.sees(known.ticket, isBeside: isBeside)
                    }.map(\.ticket.id)
                    let found = try await tenant.tickets(of: queue.id, limit: round % 5 == 0 ? 7 : 200, access)
                    let count = try await tenant.helpdesk.countQueues(exact: round % 2 == 0, access)[queue.id]
                    #expect(found == expected, "\(criteria)")
                    #expect(count == QueueCount(count: Int64(expected.count), isCapped: false), "\(criteria)")
                    sizes.insert(expected.count)
                }
                if round % 25 == 0 {
                    let token = tenant.agent.token
                    let expected = try await tenant.tickets(of: queue.id, lookers[1].access)
                    let preview = try await tenant.preview([.note(text("Look"))], on: .queue(queue.id.value), by: token)
                    #expect(preview.total == Int64(expected.count), "\(criteria)")
                    #expect(preview.sample == Array(expected.prefix(20)), "\(criteria)")
                }
            }
            // Neither always everything nor always nothing.
            #expect(sizes.count > 20)
        }
    }
}
