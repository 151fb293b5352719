import Domain
import Services
import Support
import Testing

@Suite("Purge schedules as admins set them")
struct PurgeScheduleTests {
    @Test(
        "A new helpdesk keeps spam and deleted tickets for 30 days and looks at three in the night of its own time",
        arguments: HiddenStatus.allCases)
    func first(_ status: HiddenStatus) async throws {
        try await withTenant { tenant in
            let reading = try await tenant.helpdesk.readPurgeSchedule(status, tenant.agent.access)
            let schedule = reading.schedule
            #expect(schedule.status == status)
            #expect(schedule.enabled)
            #expect(schedule.retentionDays == 30)
            #expect(schedule.at == LocalTime("03:00"))
            #expect(schedule.timeZone == "Europe/London")
            #expect(schedule.version == 1)
            #expect(schedule.dueFrom == nil)
            #expect(schedule.nextRunAt == tenant.slot("2026-03-03T03:00:00Z", status))
            #expect(reading.lastRun == nil)
        }
    }

    @Test("Spam and deleted tickets are kept apart: what is set for the one leaves the other as it was")
    func apart() async throws {
        try await withTenant { tenant in
            let patch = PurgeSchedulePatch(enabled: true, retentionDays: 7, at: LocalTime("14:30"), timeZone: "America/New_York")
            let before = try await tenant.helpdesk.readPurgeSchedule(.deleted, tenant.agent.access).schedule
            let answered = try await tenant.update(.spam, patch)
            let spam = try await tenant.byAgent { try await tenant.helpdesk.readPurgeSchedule(.spam, $0).schedule }
            let deleted = try await tenant.byAgent { try await tenant.helpdesk.readPurgeSchedule(.deleted, $0).schedule }
            #expect(spam == answered)
            #expect(spam.retentionDays == 7)
            #expect(spam.at == LocalTime("14:30"))
            #expect(spam.timeZone == "America/New_York")
            #expect(spam.version == 2)
            // It is nine in the morning in London, four in New York.
            #expect(spam.nextRunAt == tenant.slot("2026-03-02T19:30:00Z", .spam))
            #expect(deleted == before)
        }
    }

    @Test("What is not said of a schedule stays, and what says nothing new is no new version")
    func partial() async throws {
        try await withTenant { tenant in
            let later = try await tenant.update(.spam, PurgeSchedulePatch(at: LocalTime("10:00")))
            let longer = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 0))
            let same = try await tenant.update(.spam, PurgeSchedulePatch(enabled: true, retentionDays: 0, at: LocalTime("10:00")))
            #expect(later.retentionDays == 30)
            #expect(later.nextRunAt == tenant.slot("2026-03-02T10:00:00Z", .spam))
            #expect(longer.at == LocalTime("10:00"))
            #expect(longer.retentionDays == 0)
            #expect([later.version, longer.version, same.version] == [2, 3, 3])
            #expect(same == longer)
        }
    }

    @Test("From the moment the schedule is changed, every hidden ticket is due by the new one")
    func purgeAtFollows() async throws {
        try await withTenant { tenant in
            let spam = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            tenant.clock.advance(days: 2)
            let deleted = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            let held = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            try await tenant.hold(held.id)
            let hiddenAt = try #require(spam.hiddenAt)
            let deletedAt = try #require(deleted.hiddenAt)

            let first = try await tenant.purgeTimes([spam.id, deleted.id, held.id])
            _ = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 1))
            let shorter = try await tenant.purgeTimes([spam.id, deleted.id, held.id])
            _ = try await tenant.update(.deleted, PurgeSchedulePatch(retentionDays: 3650))
            let longer = try await tenant.purgeTimes([spam.id, deleted.id, held.id])
            _ = try await tenant.update(.spam, PurgeSchedulePatch(enabled: false))
            let off = try await tenant.purgeTimes([spam.id, deleted.id, held.id])
            _ = try await tenant.update(.spam, PurgeSchedulePatch(enabled: true))
            let onAgain = try await tenant.purgeTimes([spam.id, deleted.id, held.id])

            #expect(first == [hiddenAt.advanced(byDays: 30), deletedAt.advanced(byDays: 30), nil])
            #expect(shorter == [hiddenAt.advanced(byDays: 1), deletedAt.advanced(byDays: 30), nil])
            #expect(longer == [hiddenAt.advanced(byDays: 1), deletedAt.advanced(byDays: 3650), nil])
            #expect(off == [nil, deletedAt.advanced(byDays: 3650), nil])
            #expect(onAgain == longer)
        }
    }

    @Test("Switched off, a schedule has no next run and nothing is overdue; switched on again, it goes on at the next of its times")
    func switchedOff() async throws {
        try await withTenant { tenant in
            _ = try await tenant.hide(1, as: .spam)
            let hiddenAt = tenant.clock.now
            let off = try await tenant.update(.spam, PurgeSchedulePatch(enabled: false))
            tenant.clock.advance(days: 40)
            let stillOff = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 3, at: LocalTime("05:00")))
            let notStarted = try await tenant.helpdesk.startScheduledPurge(.spam, slot: tenant.clock.now, in: tenant.scope)
            let on = try await tenant.update(.spam, PurgeSchedulePatch(enabled: true))
            #expect(off.nextRunAt == nil)
            #expect(off.dueFrom == nil)
            #expect(stillOff.nextRunAt == nil)
            #expect(stillOff.dueFrom == nil)
            #expect(notStarted == nil)
            // The clocks were put forward meanwhile.
            #expect(on.nextRunAt == tenant.slot("2026-04-12T04:00:00Z", .spam))
            #expect(on.dueFrom == hiddenAt.advanced(byDays: 3))
        }
    }

    @Test("A run that was missed is not forgotten because somebody changes how long tickets are kept, only when its time is changed")
    func missedRun() async throws {
        try await withTenant { tenant in
            let missed = try await tenant.helpdesk.readPurgeSchedule(.deleted, tenant.admin.access).schedule.nextRunAt
            tenant.clock.advance(days: 5)
            let kept = try await tenant.update(.deleted, PurgeSchedulePatch(retentionDays: 12))
            let moved = try await tenant.update(.deleted, PurgeSchedulePatch(at: LocalTime("08:15")))
            #expect(missed == tenant.slot("2026-03-03T03:00:00Z", .deleted))
            #expect(kept.nextRunAt == missed)
            #expect(moved.nextRunAt == tenant.slot("2026-03-08T08:15:00Z", .deleted))
        }
    }

    @Test("A retention that is none and a time zone nobody knows are named at once, and nothing is changed")
    func faults() async throws {
        try await withTenant { tenant in
            let wrong: [(PurgeSchedulePatch, [String])] = [
                (PurgeSchedulePatch(retentionDays: -1), ["retention_days invalid"]),
                (PurgeSchedulePatch(retentionDays: 3651), ["retention_days invalid"]),
                (PurgeSchedulePatch(timeZone: "Europe/Atlantis"), ["time_zone unknown"]),
                (PurgeSchedulePatch(timeZone: ""), ["time_zone unknown"]),
                (PurgeSchedulePatch(retentionDays: .max, timeZone: "now"), ["retention_days invalid", "time_zone unknown"]),
            ]
            for (patch, faults) in wrong {
                let refused = await refusal { _ = try await tenant.update(.spam, patch) }
                #expect(refused?.namedFaults == faults, "\(patch)")
            }
            let schedule = try await tenant.helpdesk.readPurgeSchedule(.spam, tenant.admin.access).schedule
            #expect(schedule.version == 1)
            for days in [0, 3650] {
                let taken = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: days))
                #expect(taken.retentionDays == days)
            }
        }
    }

    @Test("Who changes a schedule that somebody else has changed is told so, and overwrites nothing")
    func lostUpdate() async throws {
        try await withTenant { tenant in
            let changed = try await tenant.update(.spam, PurgeSchedulePatch(retentionDays: 5))
            let late = await refusal {
                _ = try await tenant.byAdmin {
                    try await tenant.helpdesk.updatePurgeSchedule(.spam, PurgeSchedulePatch(retentionDays: 6), $0, ifMatch: 1)
                }
            }
            let inTime = try await tenant.byAdmin {
                try await tenant.helpdesk.updatePurgeSchedule(.spam, PurgeSchedulePatch(retentionDays: 6), $0, ifMatch: 2).schedule
            }
            #expect(changed.version == 2)
            #expect(late == .outdated(currentVersion: 2))
            #expect(inTime.retentionDays == 6)
            #expect(inTime.version == 3)
        }
    }

    @Test("Agents look at schedules, forecasts and runs; only admins change or start anything; to users all of it is closed")
    func rights() async throws {
        try await withTenant { tenant in
            let desk = tenant.helpdesk
            let run = try await tenant.start(.spam)
            let onlyTickets = try await tenant.login(.agent(tenant.adminID), scopes: [.readTickets, .writeTickets, .deleteTickets]).access
            let onlySettings = try await tenant.login(.agent(tenant.adminID), scopes: [.readSettings, .writeSettings]).access
            func tries(_ access: Access) async -> [Bool] {
                await [
                    refusal { _ = try await desk.readPurgeSchedule(.spam, access) },
                    refusal { _ = try await desk.forecastPurge(.spam, access) },
                    refusal { _ = try await desk.readPurgeRun(run.id, access) },
                    refusal { _ = try await desk.listPurgeRuns(before: nil, limit: 5, access) },
                    refusal { _ = try await desk.updatePurgeSchedule(.spam, PurgeSchedulePatch(), access) },
                    refusal { _ = try await desk.startPurge(.deleted, .due, access) },
                ].map { $0?.isForbidden ?? false }
            }
            let closed = await [tries(tenant.agent.access), tries(tenant.user.access), tries(onlyTickets), tries(onlySettings)]
            let admin = await tries(tenant.admin.access)
            #expect(closed[0] == [false, false, false, false, true, true])
            #expect(closed[1] == [true, true, true, true, true, true])
            #expect(closed[2] == [true, true, true, true, true, false])
            #expect(closed[3] == [false, false, false, false, false, true])
            #expect(admin == [false, false, false, false, false, false])
        }
    }
}

extension TestTenant {
    /// The schedule's moment at this time of its own, with the minutes it is spread over.
    func slot(_ time: String, _ status: HiddenStatus) -> Timestamp? {
        Timestamp(time)?.advanced(
            bySeconds: Int64(Timetable.jitterSeconds(tenant: tenant.id, kind: ScheduleKind(purging: status).rawValue)))
    }

    /// When each of them is due, as it is shown now.
    fileprivate func purgeTimes(_ ids: [ID<Ticket>]) async throws -> [Timestamp?] {
        let retention = try await now(agent).configuration.retention
        var times: [Timestamp?] = []
        for id in ids { times.append(retention.purgeAt(try await read(id))) }
        return times
    }
}
