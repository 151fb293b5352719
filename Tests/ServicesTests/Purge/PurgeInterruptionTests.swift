import Domain
import Services
import Support
import Testing

@Suite("What happens in the middle of a purge run")
struct PurgeInterruptionTests {
    @Test("Who keeps tickets longer from now on loses none of those that are left")
    func keptLonger() async throws {
        try await withTenant { tenant in
            _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 10))
            let hidden = try await tenant.hideDaily(6, as: .spam)
            tenant.clock.advance(days: 10)
            let run = try await tenant.start(.spam, .due)
            let first = try await tenant.piece(of: run, taking: 2)
            _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 13))
            let ending = try await tenant.finish(run, by: 1)
            let left = try await tenant.everyTicket
            let record = try await tenant.read(run)
            // Hidden 15 to 10 days ago.
            #expect(first.count == 2)
            #expect(left == Array(hidden[3...]))
            #expect(ending.run.figures.purged == 3)
            #expect(ending.verdict == .usual)
            #expect(ending.dueFrom == tenant.clock.now.advanced(byDays: 1))
            #expect(record.run.retentionDays == 10)
            // The receipt says how far it ever reached: some were taken while ten days held.
            let reach = try await tenant.reachOfReceipt()
            #expect(reach == ["10", run.createdAt.advanced(byDays: -10).description])
        }
    }

    @Test("Who keeps them no longer has the run take more")
    func keptShorter() async throws {
        try await withTenant { tenant in
            _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 13))
            let hidden = try await tenant.hideDaily(6, as: .spam)
            tenant.clock.advance(days: 10)
            let run = try await tenant.start(.spam, .due)
            let first = try await tenant.piece(of: run, taking: 2)
            _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 11))
            let ending = try await tenant.finish(run, by: 1)
            let left = try await tenant.everyTicket
            #expect(first.count == 2)
            #expect(left == Array(hidden[5...]))
            #expect(ending.run.figures.purged == 5)
            #expect(ending.run.retentionDays == 11)
            let reach = try await tenant.reachOfReceipt()
            #expect(reach == ["11", run.createdAt.advanced(byDays: -11).description])
        }
    }

    @Test("A piece that was too much is tried again with half as many tickets, down to one")
    func tooMuch() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(4, as: .spam)
            let run = try await tenant.start(.spam)
            try await tenant.sql("update helpdesk.purge_runs set batch = 5 where tenant_id = $tenant")
            var sizes: [[[String?]]] = []
            for _ in 1...3 {
                try await tenant.helpdesk.shrinkPurge(run.id, in: tenant.scope)
                sizes.append(try await tenant.sql("select batch, purged from helpdesk.purge_runs where tenant_id = $tenant"))
            }
            let piece = try await tenant.piece(of: run)
            let left = try await tenant.everyTicket
            let ending = try await tenant.finish(run)
            let before = try await tenant.read(run)
            try await tenant.helpdesk.shrinkPurge(run.id, in: tenant.scope)
            let after = try await tenant.read(run)
            #expect(sizes == [[["2", "0"]], [["1", "0"]], [["1", "0"]]])
            #expect(piece.count == 1)
            #expect(left == Array(hidden[1...]))
            #expect(ending.run.figures.purged == 4)
            #expect(after == before)
        }
    }

    @Test("While somebody changes the schedule, a piece waits, and then keeps to what was changed")
    func changedMeanwhile() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(3, as: .spam)
            tenant.clock.advance(days: 31)
            let run = try await tenant.start(.spam, .due)
            let change =
                "update helpdesk.purge_schedules set retention_days = 3650 where tenant_id = \(tenant.tenant.id) and status = 'spam'"
            let piece = try await whileAnother(does: change, then: "commit") { other in
                let piece = Task { try await tenant.piece(of: run) }
                try await other.waitUntilItBlocksSomebody()
                return piece
            }.value
            let left = try await tenant.everyTicket
            #expect(piece.ending?.run.figures.purged == 0)
            #expect(left == hidden)
        }
    }

    @Test("A scheduled run whose schedule is switched off ends there, cancelled and with a receipt of what it took; one by hand goes on")
    func switchedOff() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(5, as: .spam)
            tenant.clock.advance(days: 30)
            let scheduled = try await tenant.startOnSchedule(.spam)
            let first = try await tenant.piece(of: scheduled, taking: 2)
            _ = try await tenant.update(.spam, PurgeSchedulePatch(enabled: false))
            let ended = try await tenant.piece(of: scheduled)
            let left = try await tenant.everyTicket
            let over = try await tenant.piece(of: scheduled)
            let byHand = try await tenant.purge(.spam, .due)
            let record = try await tenant.read(scheduled)
            let chain = try await tenant.chain()
            #expect(first.count == 2)
            #expect(ended.ending?.run.state == .cancelled)
            #expect(ended.ending?.run.figures.purged == 2)
            #expect(ended.ending?.dueFrom == nil)
            #expect(left == Array(hidden[2...]))
            #expect(over == .over)
            #expect(record.run.state == .cancelled)
            #expect(record.receipt?.number == 1)
            #expect(byHand.run.state == .done)
            #expect(byHand.run.figures.purged == 3)
            #expect(chain.faults == [])
        }
    }

    @Test("Nothing is taken while the helpdesk is suspended; when it is open again, the run goes on where it was")
    func suspended() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(5, as: .spam)
            let run = try await tenant.start(.spam)
            let first = try await tenant.piece(of: run, taking: 2)
            for state in [Tenant.State.suspended, .closing] {
                _ = try await tenant.installation.setState(of: tenant.tenant.slug, state)
                await #expect(throws: Refusal.tenantNotActive) { try await tenant.piece(of: run) }
            }
            let left = try await tenant.everyTicket
            _ = try await tenant.installation.setState(of: tenant.tenant.slug, .active)
            let ending = try await tenant.finish(run)
            #expect(first.count == 2)
            #expect(left == Array(hidden[2...]))
            #expect(ending.run.figures.purged == 5)
            #expect(ending.run.state == .done)
        }
    }

    @Test("A run that is given up keeps what it took and is ended once, with a receipt")
    func abandoned() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(5, as: .deleted)
            let run = try await tenant.start(.deleted)
            let first = try await tenant.piece(of: run, taking: 3)
            tenant.clock.advance(seconds: 60)
            let ending = try await tenant.helpdesk.abandonPurge(run.id, as: .failed, in: tenant.scope)
            let again = try await tenant.helpdesk.abandonPurge(run.id, as: .cancelled, in: tenant.scope)
            let piece = try await tenant.piece(of: run)
            let record = try await tenant.read(run)
            let left = try await tenant.everyTicket
            let chain = try await tenant.chain()
            #expect(first.count == 3)
            #expect(ending?.run.state == .failed)
            #expect(ending?.run.figures.purged == 3)
            #expect(ending?.run.finishedAt == tenant.clock.now)
            #expect(again == nil)
            #expect(piece == .over)
            #expect(record.run == ending?.run)
            #expect(record.receipt?.number == 1)
            #expect(left == Array(hidden[3...]))
            #expect(chain.faults == [])
        }
    }
}

extension TestTenant {
    /// One a day; the last one now.
    fileprivate func hideDaily(_ count: Int, as status: HiddenStatus) async throws -> [ID<Ticket>] {
        var hidden: [ID<Ticket>] = []
        for number in 1...count {
            hidden += try await hide(1, as: status)
            if number < count { clock.advance(days: 1) }
        }
        return hidden
    }

    /// Its retention in days, and up to which moment it took what was hidden.
    fileprivate func reachOfReceipt() async throws -> [String?] {
        try await sql(
            """
            select retention_days, to_char(hidden_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
            from helpdesk.purge_receipts
            where tenant_id = $tenant
            """)[0]
    }
}
