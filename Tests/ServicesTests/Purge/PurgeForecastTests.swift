import Domain
import Services
import Support
import Testing

@Suite("What a purge is going to take")
struct PurgeForecastTests {
    @Test(
        "The forecast is what the next run then takes: tickets, messages, bytes, and what it leaves because it is held",
        arguments: HiddenStatus.allCases)
    func comesTrue(_ status: HiddenStatus) async throws {
        try await withTenant { tenant in
            let other: HiddenStatus = status == .spam ? .deleted : .spam
            _ = try await tenant.update(status, PurgeSchedulePatch(retentionDays: 3))
            // Due at the next run, with more and less said on them.
            for number in 0..<4 {
                let ticket = try await tenant.byAgent { access in
                    try await tenant.makeTicket("Größe \(number)", by: access) { $0.body = text("Straße \(number)") }
                }
                for _ in 0..<number { _ = try await tenant.byAgent { try await tenant.helpdesk.reply(to: ticket.id, text("Ja…"), $0) } }
                _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: status, $0) }
            }
            for id in try await tenant.hide(2, as: status) { try await tenant.hold(id) }
            // Not taken: something else, not hidden, and hidden too late.
            _ = try await tenant.hide(3, as: other)
            _ = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(days: 1)
            let late = try await tenant.hide(2, as: status)
            try await tenant.hold(late[0])
            // What counts is what will be due then.
            tenant.clock.advance(seconds: 3600, days: 2)
            let atSlot = try await tenant.update(status, PurgeSchedulePatch(at: LocalTime("12:00")))
            let forecast = try await tenant.byAgent { try await tenant.helpdesk.forecastPurge(status, $0) }
            let runAt = try #require(atSlot.nextRunAt)
            #expect(forecast.nextRunAt == runAt)
            #expect(forecast.hiddenUntil == runAt.advanced(byDays: -3))

            tenant.clock.advance(seconds: (runAt.milliseconds - tenant.clock.now.milliseconds) / 1000)
            let ending = try await tenant.finish(tenant.startOnSchedule(status))
            // "Größe" and "Straße" are longer in bytes than in letters, and so are the three dots.
            let bytes: Int64 = 4 * Int64("Größe 0".utf8.count + "Straße 0".utf8.count) + 6 * Int64("Ja…".utf8.count)
            #expect(forecast.figures == PurgeFigures(purged: 4, held: 2, messages: 10, bytes: bytes))
            #expect(ending.run.figures == forecast.figures)
        }
    }

    @Test("While a schedule is switched off, the forecast is what a run by hand would take now")
    func switchedOff() async throws {
        try await withTenant { tenant in
            _ = try await tenant.update(.spam, PurgeSchedulePatch(enabled: false, retentionDays: 1))
            _ = try await tenant.hide(3, as: .spam)
            let early = try await tenant.byAgent { try await tenant.helpdesk.forecastPurge(.spam, $0) }
            tenant.clock.advance(days: 1)
            let due = try await tenant.byAgent { try await tenant.helpdesk.forecastPurge(.spam, $0) }
            let ending = try await tenant.purge(.spam, .due)
            #expect(early.nextRunAt == nil)
            #expect(early.hiddenUntil == tenant.clock.now.advanced(byDays: -2))
            #expect(early.figures == PurgeFigures())
            #expect(due.figures.purged == 3)
            #expect(ending.run.figures == due.figures)
        }
    }

    @Test("A run that was missed is forecast for now")
    func missed() async throws {
        try await withTenant { tenant in
            _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 1))
            _ = try await tenant.hide(2, as: .spam)
            tenant.clock.advance(days: 9)
            let forecast = try await tenant.byAgent { try await tenant.helpdesk.forecastPurge(.spam, $0) }
            #expect(forecast.hiddenUntil == tenant.clock.now.advanced(byDays: -1))
            #expect(forecast.figures.purged == 2)
        }
    }

    @Test("A ticket is due at the very moment that is shown as its time, and not a moment earlier")
    func toTheMillisecond() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(1, as: .deleted)
            let retention = try await tenant.now(tenant.agent).configuration.retention
            let purgeAt = try #require(retention.purgeAt(try await tenant.read(hidden[0])))
            tenant.clock.advance(seconds: (purgeAt.milliseconds - tenant.clock.now.milliseconds) / 1000 - 1)
            let early = try await tenant.purge(.deleted, .due)
            let still = try await tenant.everyTicket
            tenant.clock.advance(seconds: 1)
            let due = try await tenant.purge(.deleted, .due)
            #expect(early.run.figures.purged == 0)
            #expect(early.verdict == .usual)
            #expect(early.dueFrom == purgeAt)
            #expect(still == hidden)
            #expect(tenant.clock.now == purgeAt)
            #expect(due.run.figures.purged == 1)
        }
    }
}
