import Domain
import Support
import Testing

@Suite("When a hidden ticket is due")
struct PurgeDueTests {
    @Test("What is shown as a ticket's time and what a run takes at a moment are the same rule, whatever the retention")
    func agree() throws {
        var generator = SeededGenerator(seed: 11)
        let start = try #require(Timestamp("2026-03-02T09:00:00Z"))
        var due = 0
        for round in 0..<5000 {
            let status = HiddenStatus.allCases.randomElement(using: &generator) ?? .spam
            let days = Int.random(in: PurgeSchedule.retentionDays, using: &generator)
            let hiddenAt = Timestamp(milliseconds: start.milliseconds + Int64.random(in: -400_000_000_000...0, using: &generator))
            // A third of them at the very moment, a millisecond before or after.
            let edge = hiddenAt.advanced(byDays: days).milliseconds + Int64.random(in: -1...1, using: &generator)
            let moment = round % 3 == 0 ? Timestamp(milliseconds: edge) : start
            let schedule = makeSchedule(status, days: days)
            let retention = Retention(spamDays: status == .spam ? days : nil, deletedDays: status == .deleted ? days : nil)
            let ticket = try makeTicket(.hidden(status, from: .pending), at: hiddenAt)
            let purgeAt = try #require(retention.purgeAt(ticket))
            let isTaken = hiddenAt <= schedule.hiddenUntil(at: moment)
            #expect((purgeAt <= moment) == isTaken)
            due += isTaken ? 1 : 0
            let run = PurgeRun(
                id: ID(1), status: status, scope: .due, trigger: .schedule(slot: moment), retentionDays: 9, createdAt: moment)
            #expect((hiddenAt <= run.hiddenUntil(schedule)) == isTaken)
        }
        #expect((500...4500).contains(due))
    }

    @Test("Visible and held tickets are never due, nor is anything while its schedule is switched off")
    func never() throws {
        let moment = try #require(Timestamp("2026-03-02T09:00:00Z"))
        let retention = Retention(spamDays: 0, deletedDays: nil)
        for status in VisibleStatus.allCases {
            let ticket = try makeTicket(.visible(status), at: moment)
            #expect(retention.purgeAt(ticket) == nil)
        }
        var ticket = try makeTicket(.hidden(.spam, from: .pending), at: moment)
        #expect(retention.purgeAt(ticket) == moment)
        #expect(Retention(spamDays: nil, deletedDays: 0).purgeAt(ticket) == nil)
        ticket.legalHold = LegalHold("Case 12")
        #expect(retention.purgeAt(ticket) == nil)
    }

    @Test("A run for everything takes what was hidden when it was asked for, whatever the schedule says")
    func all() throws {
        let moment = try #require(Timestamp("2026-03-02T09:00:00Z"))
        let run = PurgeRun(id: ID(1), status: .spam, scope: .all, trigger: .manual(by: ID(2)), retentionDays: 30, createdAt: moment)
        for days in [0, 30, 3650] { #expect(run.hiddenUntil(makeSchedule(.spam, days: days)) == moment) }
    }

    private func makeSchedule(_ status: HiddenStatus, days: Int) -> PurgeSchedule {
        PurgeSchedule(
            status: status, enabled: true, retentionDays: days, at: PurgeSchedule.usual.at, timeZone: "UTC", nextRunAt: nil, version: 1)
    }

    private func makeTicket(_ status: TicketStatus, at moment: Timestamp) throws -> Ticket {
        let subject = try #require(Subject("It does not work"))
        let email = try #require(EmailAddress("user@customer.example"))
        var generator = SeededGenerator(seed: 1)
        var ticket = Ticket.opened(
            id: ID(1), ref: .random(using: &generator), subject: subject, status: .visible(.awaitingAgent),
            user: Ticket.Requester(id: ID(1), name: nil, email: email), organizationID: nil, departmentID: ID(1), channel: .api, at: moment)
        ticket.take(status, at: moment)
        return ticket
    }
}
