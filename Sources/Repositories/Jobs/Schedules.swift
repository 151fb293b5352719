import Domain
import Postgres

/// When something is to be done in a helpdesk, at what local time.
package struct ScheduleRecord: Equatable, Sendable {
    package var tenant: ID<Tenant>
    package var slug: Slug
    package var state: Tenant.State
    package var kind: ScheduleKind
    package var at: LocalTime
    package var timeZone: String
    /// Nil: switched off.
    package var nextRunAt: Timestamp?
    package var lastRunAt: Timestamp?
    /// From when on something is overdue, as it was when it was last looked at.
    package var dueFrom: Timestamp?
}

/// What is due in any helpdesk: claimed by whichever process comes first, and moved on in the transaction that enqueues.
package struct Schedules {
    let transaction: SystemTransaction

    /// Of the kinds that this release knows. Locked until the transaction ends; what another process is at is left to it.
    package func claimDue(at now: Timestamp, limit: Int) -> Pending<[ScheduleRecord]> {
        transaction.run(SQL.claimDue, [now.bind, .bigint(Int64(limit)), .texts(ScheduleKind.allCases.map(\.rawValue))])
            .map(Self.records)
    }

    /// - Parameter runs: with the moment of the next one each. A helpdesk that is not active has missed its turn.
    package func moveOn(_ runs: [(ScheduleRecord, next: Timestamp)], at now: Timestamp) {
        guard !runs.isEmpty else { return }
        transaction.run(
            SQL.moveOn,
            [
                .bigints(runs.map(\.0.tenant.value)), .texts(runs.map(\.0.kind.rawValue)),
                .timestamps(runs.map { $0.next.milliseconds * 1000 }),
                .timestamps(runs.map { ($0.0.state == .active ? now : $0.0.lastRunAt).map { $0.milliseconds * 1000 } }),
            ])
    }

    /// Once for each of the schedule's moments, whatever happens.
    package func enqueue(_ jobs: [(tenant: ID<Tenant>, job: Job, key: String)], at now: Timestamp) {
        guard !jobs.isEmpty else { return }
        transaction.willRing = true
        transaction.run(
            SQL.enqueue,
            [
                .bigints(jobs.map(\.tenant.value)), .texts(jobs.map(\.job.kind.rawValue)),
                .bigints(jobs.map { Int64($0.job.kind.jobClass.rawValue) }), .texts(jobs.map(\.job.payload)), .texts(jobs.map(\.key)),
                now.bind,
            ])
    }

    /// By tenant and kind, beginning behind `after`.
    package func list(of slug: Slug?, after: (Slug, ScheduleKind)?, limit: Int) -> Pending<[ScheduleRecord]> {
        transaction.run(
            SQL.list,
            [.text(slug?.text), .text(after?.0.text ?? ""), .text(after?.1.rawValue ?? ""), .bigint(Int64(limit))]
        ).map(Self.records)
    }

    /// Those that were not looked at since `moment`, for somebody who does it now.
    package func claimUnchecked(since moment: Timestamp, at now: Timestamp, limit: Int) -> Pending<[(TenantScope, ScheduleKind)]> {
        transaction.run(SQL.claimUnchecked, [moment.bind, now.bind, .bigint(Int64(limit))]).map { rows in
            try rows.map { row -> (TenantScope, ScheduleKind)? in
                guard let kind = ScheduleKind(rawValue: try row.value("kind")) else { return nil }
                return (TenantScope(tenant: ID(try row.value("tenant_id")), token: nil), kind)
            }.compactMap { $0 }
        }
    }

    /// Where something is overdue, the longest first.
    package func overdue(at now: Timestamp, limit: Int) -> Pending<[ScheduleRecord]> {
        transaction.run(SQL.overdue, [now.bind, .bigint(Int64(limit))]).map(Self.records)
    }

    /// When the schedule that is behind most was to run; nil: none is behind.
    package func oldestMissed(at now: Timestamp) -> Pending<Timestamp?> {
        transaction.run(SQL.oldestMissed, [now.bind]).map { rows in
            try rows.column("oldest", as: Int64?.self)(known(rows.first)).map { Timestamp(microseconds: $0) }
        }
    }

    private static func records(_ rows: Rows) throws -> [ScheduleRecord] {
        let next = try rows.column("next_run_at", as: Int64?.self)
        let last = try rows.column("last_run_at", as: Int64?.self)
        let due = try rows.column("due_from", as: Int64?.self)
        return try rows.map { row -> ScheduleRecord? in
            // A newer release knows it.
            guard let kind = ScheduleKind(rawValue: try row.value("kind")) else { return nil }
            return ScheduleRecord(
                tenant: ID(try row.value("tenant_id")), slug: Slug(unchecked: try row.value("slug")),
                state: try known(Tenant.State(rawValue: row.value("state"))), kind: kind,
                at: LocalTime(unchecked: try row.value("at_minute")), timeZone: try row.value("time_zone"),
                nextRunAt: try next(row).map { Timestamp(microseconds: $0) }, lastRunAt: try last(row).map { Timestamp(microseconds: $0) },
                dueFrom: try due(row).map { Timestamp(microseconds: $0) })
        }.compactMap { $0 }
    }

    package enum SQL: String, SystemSQL {
        case claimDue = """
            select schedules.tenant_id, slug, tenants.state, kind, at_minute, schedules.time_zone, next_run_at, last_run_at, due_from
            from installation.schedules
            join installation.tenants on tenants.id = schedules.tenant_id
            where next_run_at <= $1
                and kind = any ($3)
            order by next_run_at
            limit $2
            for update of schedules skip locked
            """
        case moveOn = """
            update installation.schedules
            set next_run_at = moved.next_run_at,
                last_run_at = moved.last_run_at
            from unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::timestamptz[]) as moved (tenant_id, kind, next_run_at, last_run_at)
            where schedules.tenant_id = moved.tenant_id
                and schedules.kind = moved.kind
            """
        case enqueue = """
            insert into installation.jobs (tenant_id, kind, class, payload, unique_key, state, turn, run_at, enqueued_at)
            select tenant_id, kind, class, payload::jsonb, unique_key, 'ready', installation.next_turn(tenant_id, class::integer), $6, $6
            from unnest($1::bigint[], $2::text[], $3::bigint[], $4::text[], $5::text[]) as new (tenant_id, kind, class, payload, unique_key)
            on conflict (tenant_id, unique_key) where unique_key is not null do nothing
            """
        case claimUnchecked = """
            update installation.schedules
            set checked_at = $2
            where (tenant_id, kind) in (
                select tenant_id, kind
                from installation.schedules
                where checked_at <= $1
                    or checked_at is null
                order by checked_at nulls first
                limit $3
                for update skip locked
            )
            returning tenant_id, kind
            """
        case list = """
            select schedules.tenant_id, slug, tenants.state, kind, at_minute, schedules.time_zone, next_run_at, last_run_at, due_from
            from installation.schedules
            join installation.tenants on tenants.id = schedules.tenant_id
            where ($1::text is null or slug = $1)
                and (slug, kind) > ($2, $3)
            order by slug, kind
            limit $4
            """
        case overdue = """
            select schedules.tenant_id, slug, tenants.state, kind, at_minute, schedules.time_zone, next_run_at, last_run_at, due_from
            from installation.schedules
            join installation.tenants on tenants.id = schedules.tenant_id
            where due_from <= $1
                and tenants.state = 'active'
            order by due_from
            limit $2
            """
        case oldestMissed = """
            select min(next_run_at) as oldest
            from installation.schedules
            where next_run_at <= $1
            """
    }
}
