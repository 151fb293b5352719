import Domain
import Services
import Support
import Testing

@Suite("Who starts a purge run, and how many there are")
struct PurgeStartTests {
    @Test("While a run goes on, no other one of its status begins: not by hand, not by the schedule; one of the other status does")
    func oneAtATime() async throws {
        try await withTenant { tenant in
            let run = try await tenant.start(.spam)
            _ = try await tenant.piece(of: run).ending
            let next = try await tenant.start(.spam)
            await #expect(throws: Refusal.conflict(.purgeRunning)) { try await tenant.start(.spam, .due) }
            let scheduled = try await tenant.helpdesk.startScheduledPurge(.spam, slot: tenant.clock.now, in: tenant.scope)
            let other = try await tenant.start(.deleted)
            #expect(scheduled == nil)
            #expect(next.id.value > run.id.value)
            #expect(other.status == .deleted)
        }
    }

    @Test("Of many who start one at the same moment one does, and there is one job; of a schedule's moment there is one run for ever")
    func startedAtOnce() async throws {
        try await withTenant { tenant in
            let refusals = try await atOnce(8) { _ in await refusal { _ = try await tenant.start(.spam) } }
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.filter { $0 == .conflict(.purgeRunning) }.count == 7)
            let jobs = try await tenant.jobs()
            let runs = try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 20, tenant.admin.access).items
            #expect(runs.count == 1)
            #expect(jobs == ["purge \(runs[0].run.id)"])

            let slot = tenant.clock.now
            let scope = try await tenant.scope
            let scheduled = try await atOnce(8) { _ in try await tenant.helpdesk.startScheduledPurge(.deleted, slot: slot, in: scope) }
            let run = try #require(scheduled.compactMap { $0 }.first)
            #expect(scheduled.compactMap { $0 }.count == 1)
            try await tenant.finish(run)
            tenant.clock.advance(days: 1)
            let late = try await tenant.helpdesk.startScheduledPurge(.deleted, slot: slot, in: scope)
            let next = try await tenant.helpdesk.startScheduledPurge(.deleted, slot: tenant.clock.now, in: scope)
            #expect(late == nil)
            #expect(next != nil)
        }
    }

    @Test("A run whose job was thrown away is ended as failed by the next one that starts, and keeps its receipt; many at once end it once")
    func withoutJob() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(4, as: .spam)
            let lost = try await tenant.start(.spam)
            let first = try await tenant.piece(of: lost, taking: 1)
            // Whose job is there goes on.
            let other = try await tenant.start(.deleted)
            try await tenant.sql("delete from installation.jobs where tenant_id = $tenant and unique_key = 'purge \(lost.id)'")
            let refusals = try await atOnce(6) { _ in await refusal { _ = try await tenant.start(.spam) } }
            let record = try await tenant.read(lost)
            let runs = try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 20, tenant.admin.access).items
            let over = try await tenant.piece(of: lost)
            let ending = try await tenant.finish(runs[0].run)
            let chain = try await tenant.chain()
            #expect(first.count == 1)
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(record.run.state == .failed)
            #expect(record.run.figures.purged == 1)
            #expect(record.receipt?.number == 1)
            #expect(runs.count == 3)
            #expect(runs[1].run == other)
            #expect(over == .over)
            #expect(ending.run.figures.purged == Int64(hidden.count - 1))
            #expect(chain.receipts == 2)
            #expect(chain.faults == [])

            // The schedule's own does it, too.
            let again = try await tenant.start(.spam)
            try await tenant.sql("delete from installation.jobs where tenant_id = $tenant and unique_key = 'purge \(again.id)'")
            let scheduled = try await tenant.startOnSchedule(.spam)
            let abandoned = try await tenant.read(again)
            #expect(abandoned.run.state == .failed)
            #expect(scheduled.id.value > again.id.value)
        }
    }

    @Test("Two workers on one run, each of which thinks it has the job alone, take nothing twice")
    func twoWorkers() async throws {
        try await withTenant { tenant in
            _ = try await tenant.hide(40, as: .spam)
            let run = try await tenant.start(.spam)
            let counts = try await atOnce(3) { _ in
                var count = 0
                while true {
                    switch try await tenant.piece(of: run, taking: 2) {
                    case .took(let taken, _): count += taken
                    case .waiting: continue
                    case .ended, .over: return count
                    }
                }
            }
            let record = try await tenant.read(run)
            let chain = try await tenant.chain()
            #expect(counts.reduce(0, +) == 40)
            #expect(record.run.figures.purged == 40)
            #expect(record.run.figures.messages == 40)
            #expect(chain.receipts == 1)
            #expect(chain.faults == [])
        }
    }
}

extension TestTenant {
    /// The keys of what waits in the queue.
    fileprivate func jobs() async throws -> [String?] {
        try await sql("select unique_key from installation.jobs where tenant_id = $tenant").map { $0[0] }
    }
}
