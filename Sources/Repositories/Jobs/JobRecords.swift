import Domain
import Postgres

/// A job as operators see it.
package struct JobRecord: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case delayed, ready, running
        /// Failed as often as it may.
        case dead
    }

    package var id: Int64
    /// Nil: the installation's own.
    package var tenant: Slug?
    package var kind: String
    package var jobClass: JobClass
    package var state: State
    /// As kept, in JSON: numbers and words, never content.
    package var payload: String
    package var attempts: Int
    package var enqueuedAt: Timestamp
    package var runAt: Timestamp?
    package var startedAt: Timestamp?
    package var diedAt: Timestamp?
    package var worker: Int64?
    package var isCancelled: Bool
    package var error: String?
}

/// What to show of the queue.
package struct JobFilter: Equatable, Sendable {
    package var state: JobRecord.State?
    package var kind: String?
    package var jobClass: JobClass?
    package var tenant: Slug?

    package init(state: JobRecord.State? = nil, kind: String? = nil, jobClass: JobClass? = nil, tenant: Slug? = nil) {
        self.state = state
        self.kind = kind
        self.jobClass = jobClass
        self.tenant = tenant
    }
}

/// How many jobs of a kind are in a state, and since when the oldest could have run.
package struct JobCount: Equatable, Sendable {
    package var kind: String
    package var jobClass: JobClass
    package var state: JobRecord.State
    package var count: Int64
    package var oldest: Timestamp
}

/// The queue as operators look at it and put it right.
package struct JobRecords {
    let transaction: SystemTransaction

    /// In order of their numbers, beginning behind `after`; one more than `limit` where there is one.
    package func list(_ filter: JobFilter, after: Int64, limit: Int) -> Pending<[JobRecord]> {
        transaction.run(
            SQL.list,
            [
                .bigint(after), .text(filter.state?.rawValue), .text(filter.kind), .integer(filter.jobClass.map { Int32($0.rawValue) }),
                .text(filter.tenant?.text), .bigint(Int64(limit)),
            ]
        ).map(Self.records)
    }

    package func find(_ id: Int64) -> Pending<JobRecord?> { transaction.run(SQL.find, [.bigint(id)]).map { try Self.records($0).first } }

    /// A dead job gets all its attempts again. Answers false where there is none, or the same work waits again already.
    package func revive(_ id: Int64, at now: Timestamp) -> Pending<Bool> {
        transaction.willRing = true
        return transaction.run(SQL.revive, [.bigint(id), now.bind]).map { $0.affected == 1 }
    }

    /// What became of a job that is not wanted any more.
    package enum Discarded: Sendable {
        case notThere
        /// It runs, and its worker will hear of it.
        case toldToStop
        /// It was dead or waited; whoever waits for it must be told.
        case gone(Job?, TenantScope?)
    }

    package func discard(_ id: Int64) -> Pending<Discarded> {
        let stopped = transaction.run(SQL.cancelRunning, [.bigint(id)])
        let gone = transaction.run(SQL.discard, [.bigint(id)])
        // It may have been claimed between the two.
        let stoppedNow = transaction.run(SQL.cancelRunning, [.bigint(id)])
        return stopped.and(gone).and(stoppedNow).map { all in
            let ((stopped, gone), stoppedNow) = all
            if let row = gone.first {
                let tenant: Int64 = try row.value("tenant_id")
                return .gone(
                    Job(kind: try row.value("kind"), payload: try row.value("payload")),
                    tenant == 0 ? nil : TenantScope(tenant: ID(tenant), token: nil))
            }
            return stopped.affected + stoppedNow.affected > 0 ? .toldToStop : .notThere
        }
    }

    /// All jobs, by kind and state.
    package func counts() -> Pending<[JobCount]> {
        transaction.run(SQL.counts).map { rows in
            try rows.map { row in
                JobCount(
                    kind: try row.value("kind"), jobClass: try known(JobClass(rawValue: row.value("class"))),
                    state: try known(JobRecord.State(rawValue: row.value("state"))), count: try row.value("count"),
                    oldest: Timestamp(microseconds: try row.value("oldest")))
            }
        }
    }

    private static func records(_ rows: Rows) throws -> [JobRecord] {
        let runAt = try rows.column("run_at", as: Int64?.self)
        let startedAt = try rows.column("started_at", as: Int64?.self)
        let diedAt = try rows.column("died_at", as: Int64?.self)
        let worker = try rows.column("worker_id", as: Int64?.self)
        let tenant = try rows.column("slug", as: String?.self)
        let error = try rows.column("error", as: String?.self)
        return try rows.map { row in
            JobRecord(
                id: try row.value("id"), tenant: try tenant(row).map { Slug(unchecked: $0) }, kind: try row.value("kind"),
                jobClass: try known(JobClass(rawValue: row.value("class"))),
                state: try known(JobRecord.State(rawValue: row.value("state"))), payload: try row.value("payload"),
                attempts: try row.value("attempts"), enqueuedAt: Timestamp(microseconds: try row.value("enqueued_at")),
                runAt: try runAt(row).map { Timestamp(microseconds: $0) },
                startedAt: try startedAt(row).map { Timestamp(microseconds: $0) },
                diedAt: try diedAt(row).map { Timestamp(microseconds: $0) }, worker: try worker(row),
                isCancelled: try row.value("is_cancelled"), error: try error(row))
        }
    }

    package enum SQL: String, SystemSQL {
        case list = """
            select jobs.id, slug, jobs.kind, jobs.class, jobs.state, jobs.payload, jobs.attempts, jobs.enqueued_at, jobs.run_at,
                jobs.started_at, jobs.died_at, jobs.worker_id, jobs.is_cancelled, jobs.error
            from (
                select id, tenant_id, kind, class, state, payload, attempt as attempts, enqueued_at, run_at, started_at,
                    null::timestamptz as died_at, worker_id, is_cancelled, error
                from installation.jobs
                union all
                select id, tenant_id, kind, class, 'dead', payload, attempts, enqueued_at, null, null, died_at, null, false, error
                from installation.dead_jobs
            ) as jobs
            left join installation.tenants on tenants.id = jobs.tenant_id
            where jobs.id > $1
                and ($2::text is null or jobs.state = $2)
                and ($3::text is null or jobs.kind = $3)
                and ($4::integer is null or jobs.class = $4)
                and ($5::text is null or slug = $5)
            order by jobs.id
            limit $6
            """
        case find = """
            select jobs.id, slug, jobs.kind, jobs.class, jobs.state, jobs.payload, jobs.attempts, jobs.enqueued_at, jobs.run_at,
                jobs.started_at, jobs.died_at, jobs.worker_id, jobs.is_cancelled, jobs.error
            from (
                select id, tenant_id, kind, class, state, payload, attempt as attempts, enqueued_at, run_at, started_at,
                    null::timestamptz as died_at, worker_id, is_cancelled, error
                from installation.jobs
                where id = $1
                union all
                select id, tenant_id, kind, class, 'dead', payload, attempts, enqueued_at, null, null, died_at, null, false, error
                from installation.dead_jobs
                where id = $1
            ) as jobs
            left join installation.tenants on tenants.id = jobs.tenant_id
            """
        case revive = """
            with dead as (
                delete from installation.dead_jobs
                where id = $1
                    and not exists (
                        select
                        from installation.jobs
                        where jobs.tenant_id = dead_jobs.tenant_id
                            and jobs.unique_key = dead_jobs.unique_key
                    )
                returning id, tenant_id, kind, class, payload, unique_key, enqueued_at
            )
            insert into installation.jobs (id, tenant_id, kind, class, payload, unique_key, state, turn, run_at, enqueued_at)
            select id, tenant_id, kind, class, payload, unique_key, 'ready', installation.next_turn(tenant_id, class), $2, enqueued_at
            from dead
            """
        case discard = """
            with waiting as (
                delete from installation.jobs
                where id = $1
                    and state <> 'running'
                returning tenant_id, kind, payload
            ),
            dead as (
                delete from installation.dead_jobs
                where id = $1
                returning tenant_id, kind, payload
            )
            select tenant_id, kind, payload
            from waiting
            union all
            select tenant_id, kind, payload
            from dead
            """
        case cancelRunning = """
            update installation.jobs
            set is_cancelled = true
            where id = $1
                and state = 'running'
            """
        case counts = """
            select kind, class, state, count(*) as count, min(run_at) as oldest
            from installation.jobs
            group by kind, class, state
            union all
            select kind, class, 'dead', count(*), min(died_at)
            from installation.dead_jobs
            group by kind, class
            """
    }
}
