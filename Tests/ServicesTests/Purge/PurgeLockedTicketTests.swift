import Domain
import Services
import Support
import Testing

@Suite("Tickets that somebody is at while they are to be purged")
struct PurgeLockedTicketTests {
    @Test("are passed over, come back to and taken when they are free; nobody waits for them meanwhile")
    func comeBackTo() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(5, as: .spam)
            let run = try await tenant.start(.spam)
            let busy = [hidden[0], hidden[3]]
            let pieces = try await tenant.whileLocked(busy) {
                [try await tenant.piece(of: run, taking: 2), try await tenant.piece(of: run, taking: 2), try await tenant.piece(of: run)]
            }
            let left = try await tenant.everyTicket
            let between = try await tenant.read(run)
            let last = [try await tenant.piece(of: run), try await tenant.piece(of: run)]
            #expect(pieces.map(\.count) == [2, 1, nil])
            #expect(pieces[2] == .waiting)
            #expect(left == busy)
            #expect(between.run.state == .running)
            #expect(between.run.figures.purged == 3)
            #expect(last[0].count == 2)
            #expect(last[1].ending?.run.figures.purged == 5)
            #expect(last[1].ending?.verdict == .usual)
            let over = try await tenant.piece(of: run)
            #expect(over == .over)
        }
    }

    @Test("that are never free let the run end all the same; the next one takes them")
    func neverFree() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(3, as: .deleted)
            let due = tenant.clock.now.advanced(byDays: 30)
            tenant.clock.advance(days: 31)
            let run = try await tenant.startOnSchedule(.deleted)
            let (pieces, ending) = try await tenant.whileLocked([hidden[1]]) {
                var pieces = [try await tenant.piece(of: run)]
                for _ in 1...4 { pieces.append(try await tenant.piece(of: run)) }
                return (pieces, try await tenant.piece(of: run).ending)
            }
            let kept = try await tenant.read(run)
            let next = try await tenant.purge(.deleted, .due)
            #expect(pieces[0].count == 2)
            #expect(pieces.dropFirst() == [.waiting, .waiting, .waiting, .waiting])
            #expect(ending?.run.state == .done)
            #expect(ending?.run.figures.purged == 2)
            // Something was taken; that the rest is overdue is said by its age.
            #expect(ending?.verdict == .usual)
            #expect(ending?.left == 1)
            #expect(ending?.dueFrom == due)
            #expect(kept.receipt?.number == 1)
            #expect(next.run.figures.purged == 1)
            #expect(next.dueFrom == nil)
        }
    }

    @Test("alone make a run that takes nothing though something was due, and that is said")
    func tookNothing() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(2, as: .spam)
            tenant.clock.advance(days: 40)
            let run = try await tenant.startOnSchedule(.spam)
            let ending = try await tenant.whileLocked(hidden) { try await tenant.finish(run) }
            let left = try await tenant.everyTicket
            let schedule = try await tenant.helpdesk.readPurgeSchedule(.spam, tenant.agent.access).schedule
            #expect(ending.verdict == .tookNothing)
            #expect(ending.left == 2)
            #expect(ending.run.figures == PurgeFigures())
            #expect(ending.dueFrom == schedule.dueFrom)
            #expect(try #require(schedule.dueFrom) < tenant.clock.now)
            #expect(left == hidden)
        }
    }

    @Test("under legal hold are no reason to say so: a run that finds nothing else is as usual")
    func onlyHeld() async throws {
        try await withTenant { tenant in
            for id in try await tenant.hide(2, as: .spam) { try await tenant.hold(id) }
            tenant.clock.advance(days: 40)
            let ending = try await tenant.purge(.spam, .due)
            #expect(ending.verdict == .usual)
            #expect(ending.left == 0)
            #expect(ending.run.figures == PurgeFigures(held: 2))
            #expect(ending.dueFrom == nil)
        }
    }

    @Test("A run that takes far more than those before it is said, one of another kind is not compared")
    func tookFarMore() async throws {
        try await withTenant { tenant in
            for _ in 1...3 {
                _ = try await tenant.hide(1, as: .spam)
                let usual = try await tenant.purge(.spam)
                #expect(usual.verdict == .usual)
            }
            try await tenant.pour(101)
            let wave = try await tenant.purge(.spam)
            try await tenant.pour(101)
            tenant.clock.advance(days: 40)
            // The first ones of their kinds have nothing to be compared with.
            let due = try await tenant.purge(.spam, .due)
            #expect(wave.run.figures.purged == 101)
            #expect(wave.verdict == .tookFarMore)
            #expect(due.run.figures.purged == 101)
            #expect(due.verdict == .usual)
        }
    }
}

extension TestTenant {
    /// A wave of spam.
    fileprivate func pour(_ count: Int) async throws {
        try await sql(
            """
            insert into helpdesk.tickets (tenant_id, id, ref, subject, status, hidden_from, hidden_at, user_id, department_id, priority,
                urgency, channel, message_count, version, created_at, updated_at, status_changed_at)
            select $tenant, 1000 + n, 'R' || n, 'Buy now', 'spam', 'awaiting_agent', '\(clock.now)', \(userID), 1, 'normal', 1, 'email',
                0, 1, '\(clock.now)', '\(clock.now)', '\(clock.now)'
            from generate_series(1, \(count)) n
            """)
    }
}
