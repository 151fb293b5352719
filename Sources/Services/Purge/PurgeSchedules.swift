import Domain
import Repositories

/// What to change of a schedule; nil leaves it as it is.
package struct PurgeSchedulePatch: Sendable {
    package var enabled: Bool?
    package var retentionDays: Int?
    package var at: LocalTime?
    /// IANA name.
    package var timeZone: String?

    package init(enabled: Bool? = nil, retentionDays: Int? = nil, at: LocalTime? = nil, timeZone: String? = nil) {
        self.enabled = enabled
        self.retentionDays = retentionDays
        self.at = at
        self.timeZone = timeZone
    }

    /// Told together with what is wrong with the form.
    package var faults: [FieldFault] {
        var faults: [FieldFault] = []
        if let retentionDays, !PurgeSchedule.retentionDays.contains(retentionDays) {
            faults.append(FieldFault("retention_days", "invalid", "a whole number from 0 to 3650"))
        }
        if let timeZone, ZoneRules(identifier: timeZone) == nil {
            faults.append(FieldFault("time_zone", "unknown", "an IANA name such as Europe/London"))
        }
        return faults
    }
}

/// A schedule as it is shown: with the run that ended last.
package struct PurgeScheduleReading: Sendable {
    package var schedule: PurgeSchedule
    package var lastRun: PurgeRunRecord?
}

/// What the next run would take if nothing changed until then.
package struct PurgeForecast: Sendable {
    package var figures: PurgeFigures
    /// Messages and bytes are reckoned from a part of the tickets.
    package var isEstimate: Bool
    /// Nil while the schedule is switched off: then it is what a manual run would take now.
    package var nextRunAt: Timestamp?
    package var hiddenUntil: Timestamp
}

extension Helpdesk {
    package func readPurgeSchedule(_ status: HiddenStatus, _ access: Access) async throws -> PurgeScheduleReading {
        try access.require(.readSettings)
        try access.requireAgent("read the purge schedules")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.purgeSchedules.read(status).and(tx.purgeRuns.last(status)).map { PurgeScheduleReading(schedule: $0, lastRun: $1) }
        }
    }

    /// From the commit on `purge_at` of every hidden ticket follows it, and so does what is left of a run that goes on.
    package func updatePurgeSchedule(
        _ status: HiddenStatus, _ patch: PurgeSchedulePatch, _ access: Access, ifMatch: Int64? = nil
    ) async throws -> PurgeScheduleReading {
        try access.require(.writeSettings)
        try access.requireAdmin("change the purge schedules")
        if !patch.faults.isEmpty { throw Refusal.invalid(patch.faults) }
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let old = try await tx.purgeSchedules.lock(status).value
            try old.version.mustMatch(ifMatch)
            var schedule = old
            schedule.enabled = patch.enabled ?? old.enabled
            schedule.retentionDays = patch.retentionDays ?? old.retentionDays
            schedule.at = patch.at ?? old.at
            schedule.timeZone = patch.timeZone ?? old.timeZone
            if schedule != old {
                // A run that was missed is not forgotten because somebody changes how long things are kept.
                let timesChanged = schedule.enabled != old.enabled || schedule.at != old.at || schedule.timeZone != old.timeZone
                if timesChanged { schedule.nextRunAt = schedule.nextRun(in: access.tenantID, after: now) }
                schedule.dueFrom = schedule.dueFrom(oldest: try await tx.purge.oldest(status).value)
                schedule.version += 1
                tx.purgeSchedules.update(schedule)
                tx.configuration.touch()
            }
            return tx.purgeRuns.last(status).map { [schedule] in PurgeScheduleReading(schedule: schedule, lastRun: $0) }
        }
    }

    package func forecastPurge(_ status: HiddenStatus, _ access: Access) async throws -> PurgeForecast {
        try access.require(.readSettings)
        try access.requireAgent("read what a purge would take")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let schedule = try await tx.purgeSchedules.read(status).value
            let until = schedule.hiddenUntil(at: max(schedule.nextRunAt ?? now, now))
            return tx.purge.forecast(status, hiddenUntil: until).map {
                PurgeForecast(figures: $0.figures, isEstimate: $0.isEstimate, nextRunAt: schedule.nextRunAt, hiddenUntil: until)
            }
        }
    }

    /// What happened on each day to tickets that are, or were when they were purged, in this status. A purge changes none of it.
    /// - Parameters:
    ///   - first: start of the first day (UTC).
    ///   - end: start of the day after the last.
    package func dailyTotals(_ status: HiddenStatus, from first: Timestamp, to end: Timestamp, _ access: Access) async throws
        -> [DailyTotal]
    {
        try access.require(.readSettings)
        try access.requireAdmin("read the daily totals")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.dailyTotals.read(status, from: first, to: end) }
    }
}

extension PurgeSchedule {
    /// From when on something is overdue, if the ticket that was hidden first was hidden then.
    func dueFrom(oldest: Timestamp?) -> Timestamp? { enabled ? oldest?.advanced(byDays: retentionDays) : nil }
}
