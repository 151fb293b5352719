import Domain

extension PurgeSchedule {
    /// When the next run is after `moment`; nil while it is switched off.
    func nextRun(in tenant: ID<Tenant>, after moment: Timestamp) -> Timestamp? {
        guard enabled else { return nil }
        return Timetable(of: ScheduleKind(purging: status), in: tenant, at: at, timeZone: timeZone).next(after: moment)
    }

    /// What every helpdesk starts with.
    static func first(_ status: HiddenStatus, in tenant: Tenant, at now: Timestamp) -> PurgeSchedule {
        var schedule = PurgeSchedule(
            status: status, enabled: true, retentionDays: usual.retentionDays, at: usual.at, timeZone: tenant.timeZone, nextRunAt: nil,
            version: 1)
        schedule.nextRunAt = schedule.nextRun(in: tenant.id, after: now)
        return schedule
    }
}

extension Timetable {
    /// A zone that this machine does not know any more is taken for UTC: late is better than never.
    init(of kind: ScheduleKind, in tenant: ID<Tenant>, at: LocalTime, timeZone: String) {
        self.init(
            at: at, zone: ZoneRules(identifier: timeZone) ?? ZoneRules { _ in 0 },
            jitterSeconds: Timetable.jitterSeconds(tenant: tenant, kind: kind.rawValue))
    }
}
