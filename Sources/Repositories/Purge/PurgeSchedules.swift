import Domain
import Postgres

/// A helpdesk's purge schedules: what it keeps how long, and when it is looked through.
package struct PurgeSchedules {
    let transaction: TenantTransaction

    package func read(_ status: HiddenStatus) -> Pending<PurgeSchedule> { transaction.run(SQL.read, binds(status)).map(Self.schedule) }

    /// The schedule, and nobody changes it until we are done; a purge in between waits.
    package func lock(_ status: HiddenStatus) -> Pending<PurgeSchedule> { transaction.run(SQL.lock, binds(status)).map(Self.schedule) }

    /// The schedule as it will be until we are done; others may do the same.
    package func hold(_ status: HiddenStatus) -> Pending<PurgeSchedule> { transaction.run(SQL.hold, binds(status)).map(Self.schedule) }

    package func update(_ schedule: PurgeSchedule) {
        transaction.run(
            SQL.updatePolicy,
            [
                .text(schedule.status.rawValue), .bool(schedule.enabled), .integer(Int32(schedule.retentionDays)),
                .bigint(schedule.version),
            ])
        transaction.run(
            SQL.updateTimes,
            [
                .text(ScheduleKind(purging: schedule.status).rawValue), .integer(Int32(schedule.at.minuteOfDay)), .text(schedule.timeZone),
                schedule.nextRunAt.bind, schedule.dueFrom.bind,
            ])
    }

    /// A new tenant's schedule.
    package func start(_ schedule: PurgeSchedule) {
        transaction.run(
            SQL.startPolicy, [.text(schedule.status.rawValue), .bool(schedule.enabled), .integer(Int32(schedule.retentionDays))])
        transaction.run(
            SQL.startTimes,
            [
                .text(ScheduleKind(purging: schedule.status).rawValue), .integer(Int32(schedule.at.minuteOfDay)), .text(schedule.timeZone),
                schedule.nextRunAt.bind,
            ])
    }

    /// From when on something is overdue; nil: nothing is.
    package func setDue(from moment: Timestamp?, of status: HiddenStatus) {
        transaction.run(SQL.setDue, [.text(ScheduleKind(purging: status).rawValue), moment.bind])
    }

    private func binds(_ status: HiddenStatus) -> [Bind] { [.text(status.rawValue), .text(ScheduleKind(purging: status).rawValue)] }

    private static func schedule(_ rows: Rows) throws -> PurgeSchedule {
        let row = try known(rows.first)
        return PurgeSchedule(
            status: try known(HiddenStatus(rawValue: row.value("status"))), enabled: try row.value("enabled"),
            retentionDays: try row.value("retention_days"), at: LocalTime(unchecked: try row.value("at_minute")),
            timeZone: try row.value("time_zone"),
            nextRunAt: try rows.column("next_run_at", as: Int64?.self)(row).map { Timestamp(microseconds: $0) },
            dueFrom: try rows.column("due_from", as: Int64?.self)(row).map { Timestamp(microseconds: $0) },
            version: try row.value("version"))
    }

    package enum SQL: String, TenantSQL {
        case read = """
            select status, enabled, retention_days, at_minute, time_zone, next_run_at, due_from, version
            from helpdesk.purge_schedules
            join installation.schedules on schedules.tenant_id = purge_schedules.tenant_id and schedules.kind = $3
            where purge_schedules.tenant_id = $1
                and status = $2
            """
        case lock = """
            select status, enabled, retention_days, at_minute, time_zone, next_run_at, due_from, version
            from helpdesk.purge_schedules
            join installation.schedules on schedules.tenant_id = purge_schedules.tenant_id and schedules.kind = $3
            where purge_schedules.tenant_id = $1
                and status = $2
            for update
            """
        case hold = """
            select status, enabled, retention_days, at_minute, time_zone, next_run_at, due_from, version
            from helpdesk.purge_schedules
            join installation.schedules on schedules.tenant_id = purge_schedules.tenant_id and schedules.kind = $3
            where purge_schedules.tenant_id = $1
                and status = $2
            for share of purge_schedules
            """
        case updatePolicy = """
            update helpdesk.purge_schedules
            set enabled = $3,
                retention_days = $4,
                version = $5
            where tenant_id = $1
                and status = $2
            """
        case updateTimes = """
            update installation.schedules
            set at_minute = $3::integer,
                time_zone = $4,
                next_run_at = $5,
                due_from = $6
            where tenant_id = $1
                and kind = $2
            """
        case startPolicy = """
            insert into helpdesk.purge_schedules (tenant_id, status, enabled, retention_days)
            values ($1, $2, $3, $4)
            """
        case startTimes = """
            insert into installation.schedules (tenant_id, kind, at_minute, time_zone, next_run_at)
            values ($1, $2, $3::integer, $4, $5)
            """
        case setDue = """
            update installation.schedules
            set due_from = $3
            where tenant_id = $1
                and kind = $2
                and due_from is distinct from $3
            """
    }
}
