import Domain
import Support
import Synchronization
import Testing

@testable import Services

@Suite("Search documents that are written anew while everybody works")
struct RebuildRaceTests {
    @Test("Nothing that is written meanwhile gets lost: in the end each document is as if it were made afresh", arguments: 1...4)
    func nothingIsLost(seed: Int) async throws {
        try await withTenant { tenant in
            var ids: [ID<Ticket>] = []
            for number in 1...24 { ids.append(try await tenant.makeTicket("Ticket number\(number)", message: "Words of the start").id) }
            try await tenant.sql(
                """
                delete from search.documents where tenant_id = $tenant and ticket_id % 2 = 0;
                update search.documents set words = 'falsified' where tenant_id = $tenant and ticket_id % 2 = 1;
                delete from search.texts where tenant_id = $tenant and ticket_id % 3 = 0;
                """)
            let tickets = ids
            // At least so many rounds, and as long as anybody writes.
            let writers = Count(4)
            let acts = Count(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for writer in 1...4 {
                    group.addTask {
                        defer { writers.add(-1) }
                        var generator = SeededGenerator(seed: UInt64(seed * 100 + writer))
                        for turn in 1...30 {
                            let id = tickets[Int.random(in: 0..<tickets.count, using: &generator)]
                            if try await tenant.act(on: id, "w\(writer)t\(turn)", using: &generator) { acts.add(1) }
                        }
                    }
                }
                for _ in 1...2 {
                    group.addTask {
                        repeat {
                            _ = try await tenant.installation.startSearchRebuild(in: tenant.tenant.slug, fromStart: false)
                            try await tenant.rebuild(untilDone: 8)
                        } while writers.value > 0
                    }
                }
                try await group.waitForAll()
            }
            #expect(acts.value > 60)
            // Whatever is left of the last one, and what was opened since is there without it.
            try await tenant.rebuild()
            let kept = try await tenant.documents()
            let afresh = try await tenant.documentsMadeAfresh()
            #expect(kept.map { $0[0] } == afresh.map { $0[0] })
            for (kept, afresh) in zip(kept, afresh) { #expect(kept == afresh) }
        }
    }
}

/// Counted by many at once.
private final class Count: Sendable {
    private let count: Mutex<Int>

    init(_ count: Int) { self.count = Mutex(count) }

    var value: Int { count.withLock { $0 } }

    func add(_ difference: Int) { count.withLock { $0 += difference } }
}

extension TestTenant {
    /// Something that changes what a ticket is found by; answers false where the ticket's state does not allow it.
    fileprivate func act(on id: ID<Ticket>, _ word: String, using generator: inout SeededGenerator) async throws -> Bool {
        do {
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: _ = try await helpdesk.reply(to: id, text("reply \(word)"), agent.access)
            case 1: _ = try await helpdesk.addNote(to: id, text("note \(word)"), agent.access)
            case 2: _ = try await helpdesk.updateTicket(id, .subject("Subject \(word)"), agent.access)
            case 3:
                var patch = TicketPatch()
                patch.labels = Labels([Label(word)].compactMap(\.self))
                _ = try await helpdesk.updateTicket(id, patch, agent.access)
            case 4: _ = try await helpdesk.hideTicket(id, as: .spam, agent.access)
            case 5: _ = try await helpdesk.restoreTicket(id, .to(nil), agent.access)
            default: _ = try await makeTicket("New \(word)")
            }
            return true
        } catch is Refusal {
            return false
        }
    }
}
