import Domain
import Services
import Support
import Testing

@Suite("Numbers of the past stay as they were when tickets are purged")
struct PurgeDailyTotalsTests {
    @Test(
        "What happened on each day is counted by hand, and is the same before, between and after the pieces of a purge",
        arguments: HiddenStatus.allCases)
    func counted(_ status: HiddenStatus) async throws {
        try await withTenant { tenant in
            let desk = tenant.helpdesk
            // Monday: three tickets, a reply after a minute and one after two, a note.
            let first = try await tenant.makeTicket()
            let second = try await tenant.makeTicket()
            let third = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.byAgent { try await desk.reply(to: first.id, text("Answer"), $0) }
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.byAgent { try await desk.reply(to: second.id, text("Answer"), status: .resolved, $0) }
            _ = try await tenant.byAgent { try await desk.addNote(to: third.id, text("Note"), $0) }
            // Tuesday, the last moment of it: one more ticket, the user writes again, another answer settles it.
            tenant.clock.advance(seconds: 15 * 3600 - 121, days: 1)
            let fourth = try await tenant.makeTicket()
            _ = try await desk.reply(to: first.id, text("Thanks"), tenant.user.access)
            _ = try await tenant.byAgent { try await desk.reply(to: first.id, text("Bye"), status: .resolved, $0) }
            // Wednesday, one second later.
            tenant.clock.advance(seconds: 1)
            _ = try await tenant.byAgent { try await desk.reply(to: fourth.id, text("Answer"), $0) }
            for ticket in [first, second, third, fourth] {
                _ = try await tenant.byAgent { try await desk.hideTicket(ticket.id, as: status, $0) }
                tenant.clock.advance(seconds: 1)
            }
            // What is visible, or hidden as something else, is counted elsewhere.
            _ = try await tenant.makeTicket()
            _ = try await tenant.hide(2, as: status == .spam ? .deleted : .spam)

            let expected = [
                DailyTotal(day: "2026-03-02", measure: .created, count: 3, milliseconds: 0),
                DailyTotal(day: "2026-03-02", measure: .firstReply, count: 2, milliseconds: 180_000),
                DailyTotal(day: "2026-03-02", measure: .note, count: 1, milliseconds: 0),
                DailyTotal(day: "2026-03-02", measure: .reply, count: 2, milliseconds: 0),
                DailyTotal(day: "2026-03-02", measure: .resolved, count: 1, milliseconds: 0),
                DailyTotal(day: "2026-03-02", measure: .userMessage, count: 3, milliseconds: 0),
                DailyTotal(day: "2026-03-03", measure: .created, count: 1, milliseconds: 0),
                DailyTotal(day: "2026-03-03", measure: .reply, count: 1, milliseconds: 0),
                DailyTotal(day: "2026-03-03", measure: .resolved, count: 1, milliseconds: 0),
                DailyTotal(day: "2026-03-03", measure: .userMessage, count: 2, milliseconds: 0),
                DailyTotal(day: "2026-03-04", measure: .firstReply, count: 1, milliseconds: 1000),
                DailyTotal(day: "2026-03-04", measure: .reply, count: 1, milliseconds: 0),
            ]
            #expect(Set(expected.map(\.measure)) == Set(DailyTotal.Measure.allCases))
            let before = try await tenant.totals(status)
            #expect(before == expected)
            let run = try await tenant.start(status)
            for taken in 1...4 {
                let piece = try await tenant.piece(of: run, taking: 1)
                let between = try await tenant.totals(status)
                #expect(piece.count == 1)
                #expect(between == expected, "after \(taken)")
            }
            try await tenant.finish(run)
            let after = try await tenant.totals(status)
            #expect(after == expected)
            // The days asked for, and no others.
            let tuesday = try await tenant.totals(status, from: "2026-03-03T00:00:00Z", to: "2026-03-04T00:00:00Z")
            #expect(tuesday == expected.filter { $0.day == "2026-03-03" })
        }
    }

    @Test("Later runs add to what is there, whichever department and time of day it was")
    func addedUp() async throws {
        try await withTenant { tenant in
            let department = try await tenant.byAdmin { try await tenant.helpdesk.createDepartment(named: "Second", isDefault: false, $0) }
            let access = try await tenant.now(tenant.agent)
            var generator = SeededGenerator(seed: 4)
            var totals: [[DailyTotal]] = []
            for round in 0..<6 {
                for _ in 0..<5 {
                    let chosen = Bool.random(using: &generator) ? department.id : nil
                    let ticket = try await tenant.makeTicket(by: access) { $0.departmentID = chosen }
                    tenant.clock.advance(seconds: .random(in: 1...20_000, using: &generator))
                    if Bool.random(using: &generator) {
                        _ = try await tenant.byAgent { try await tenant.helpdesk.reply(to: ticket.id, text("Answer"), $0) }
                    }
                    _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, $0) }
                }
                let before = try await tenant.totals(.spam)
                try await tenant.purge(.spam, by: 2)
                let after = try await tenant.totals(.spam)
                #expect(after == before, "round \(round)")
                totals.append(after)
            }
            let created = totals.map { $0.filter { $0.measure == .created }.map(\.count).reduce(0, +) }
            let left = try await tenant.everyTicket
            #expect(created == [5, 10, 15, 20, 25, 30])
            #expect(left.isEmpty)
        }
    }

    @Test("Tickets written by others to the microsecond are counted alike before and after")
    func microseconds() async throws {
        try await withTenant { tenant in
            for id in try await tenant.hide(7, as: .spam) {
                try await tenant.sql(
                    """
                    update helpdesk.tickets
                    set first_replied_at = created_at + interval '1 ms' * \(id) + interval '600 us', created_at = created_at - interval '300 us'
                    where tenant_id = $tenant and id = \(id)
                    """)
            }
            let before = try await tenant.totals(.spam)
            try await tenant.purge(.spam, by: 1)
            let after = try await tenant.totals(.spam)
            #expect(before.contains { $0.measure == .firstReply && $0.count == 7 })
            #expect(after == before)
        }
    }
}

extension TestTenant {
    /// Of all days there are, if no others are asked for.
    fileprivate func totals(
        _ status: HiddenStatus, from first: String = "2026-01-01T00:00:00Z", to end: String = "2027-01-01T00:00:00Z"
    ) async throws -> [DailyTotal] {
        let first = try #require(Timestamp(first))
        let end = try #require(Timestamp(end))
        return try await byAdmin { try await helpdesk.dailyTotals(status, from: first, to: end, $0) }
    }
}
