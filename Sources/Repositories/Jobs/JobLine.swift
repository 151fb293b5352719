import Domain
import Postgres

/// A job that this process has to do, and the key to the helpdesk it is for.
package struct ClaimedJob: Sendable {
    package var id: Int64
    /// Nil: the installation's own.
    package var scope: TenantScope?
    /// As kept; the job itself is nil when this release does not know its kind.
    package var kind: String
    package var job: Job?
    package var jobClass: JobClass
    /// From 1.
    package var attempt: Int
    package var enqueuedAt: Timestamp
    package var runAt: Timestamp
    package var isCancelled: Bool
    /// When it was its tenant's turn.
    package var turn: Int64

    package init(
        id: Int64, scope: TenantScope?, kind: String, job: Job?, jobClass: JobClass, attempt: Int, enqueuedAt: Timestamp, runAt: Timestamp,
        isCancelled: Bool = false, turn: Int64 = 0
    ) {
        self.id = id
        self.scope = scope
        self.kind = kind
        self.job = job
        self.jobClass = jobClass
        self.attempt = attempt
        self.enqueuedAt = enqueuedAt
        self.runAt = runAt
        self.isCancelled = isCancelled
        self.turn = turn
    }
}

/// How much to claim of a class, and where to begin to look.
package struct ClaimWindow: Equatable, Sendable {
    /// Nothing that is ready has an earlier turn: what died there need not be passed again while somebody's old snapshot keeps it.
    package var floor: Int64
    package var most: Int

    package init(floor: Int64, most: Int) {
        self.floor = floor
        self.most = most
    }
}

/// What happens to jobs between being enqueued and being gone.
package struct JobLine {
    let transaction: SystemTransaction

    /// Plans are kept, and may be made while the queue is empty: until the end of the transaction they are made as if it were full.
    package func planForMany() { transaction.run(SQL.planForMany) }

    /// Takes the jobs of a class whose turn it is.
    package func claim(_ jobClass: JobClass, _ window: ClaimWindow, for worker: Int64, at now: Timestamp) -> Pending<[ClaimedJob]> {
        transaction.run(
            SQL.claim,
            [.integer(Int32(jobClass.rawValue)), .bigint(window.floor), .bigint(Int64(window.most)), .bigint(worker), now.bind]
        ).map { rows in
            let id = try rows.column("id", as: Int64.self)
            let tenant = try rows.column("tenant_id", as: Int64.self)
            let kind = try rows.column("kind", as: String.self)
            let payload = try rows.column("payload", as: String.self)
            let attempt = try rows.column("attempt", as: Int.self)
            let enqueuedAt = try rows.column("enqueued_at", as: Int64.self)
            let runAt = try rows.column("run_at", as: Int64.self)
            let isCancelled = try rows.column("is_cancelled", as: Bool.self)
            let turn = try rows.column("turn", as: Int64.self)
            return try rows.map { row in
                let tenant = try tenant(row)
                let kind = try kind(row)
                return ClaimedJob(
                    id: try id(row), scope: tenant == 0 ? nil : TenantScope(tenant: ID(tenant), token: nil), kind: kind,
                    job: Job(kind: kind, payload: try payload(row)), jobClass: jobClass, attempt: try attempt(row),
                    enqueuedAt: Timestamp(microseconds: try enqueuedAt(row)), runAt: Timestamp(microseconds: try runAt(row)),
                    isCancelled: try isCancelled(row), turn: try turn(row))
            }
        }
    }

    /// They leave the queue. What this worker does not hold any more is left alone.
    package func finish(_ ids: [Int64], by worker: Int64) {
        guard !ids.isEmpty else { return }
        transaction.run(SQL.finish, [.bigints(ids), .bigint(worker)])
    }

    /// How a job goes back to the end of its line.
    package struct Return: Sendable {
        package var id: Int64
        package var at: Timestamp
        /// Attempts made so far, of those that count.
        package var attempt: Int
        package var error: String?

        package init(id: Int64, at: Timestamp, attempt: Int, error: String?) {
            self.id = id
            self.at = at
            self.attempt = attempt
            self.error = error
        }
    }

    package func putBack(_ jobs: [Return], by worker: Int64, at now: Timestamp) {
        guard !jobs.isEmpty else { return }
        transaction.willRing = transaction.willRing || jobs.contains { $0.at <= now }
        transaction.run(
            SQL.putBack,
            [
                .bigints(jobs.map(\.id)), .timestamps(jobs.map { $0.at.milliseconds * 1000 }), .bigints(jobs.map { Int64($0.attempt) }),
                .texts(jobs.map(\.error)), .bigint(worker), now.bind,
            ])
    }

    /// They have failed as often as they may.
    package func bury(_ jobs: [(id: Int64, error: String)], by worker: Int64, at now: Timestamp) {
        guard !jobs.isEmpty else { return }
        transaction.run(SQL.bury, [.bigints(jobs.map(\.id)), .texts(jobs.map(\.error)), .bigint(worker), now.bind])
    }

    /// What was to wait until now is ready. Answers how many.
    package func promote(at now: Timestamp, most: Int) -> Pending<Int> {
        transaction.run(SQL.promote, [now.bind, .bigint(Int64(most))]).map(\.affected)
    }

    /// Puts the same job in many times, for measurements.
    package func enqueue(_ job: Job, for tenants: [Int64], at now: Timestamp) {
        transaction.willRing = true
        transaction.run(
            SQL.enqueueMany,
            [.bigints(tenants), .text(job.kind.rawValue), .integer(Int32(job.kind.jobClass.rawValue)), .json(job.payload), now.bind])
    }

    package enum SQL: String, SystemSQL {
        case planForMany = """
            select set_config('enable_seqscan', 'off', true)
            """
        case claim = """
            with picked as materialized (
                select id
                from installation.jobs
                where state = 'ready'
                    and class = $1::integer
                    and turn >= $2
                    and place > 0
                order by turn, place
                limit $3
                for update skip locked
            ),
            claimed as (
                update installation.jobs
                set state = 'running',
                    worker_id = $4,
                    attempt = attempt + 1,
                    started_at = $5
                where id = any (array(select id from picked))
                returning id, tenant_id, kind, payload, attempt, enqueued_at, run_at, is_cancelled, turn, place
            ),
            served as materialized (
                select setval(('installation.job_turns_' || $1)::regclass, max(turn)) as turn
                from claimed
                having max(turn) > coalesce(pg_sequence_last_value(('installation.job_turns_' || $1)::regclass), 0)
            )
            select id, tenant_id, kind, payload, attempt, enqueued_at, run_at, is_cancelled, claimed.turn
            from claimed
            left join served on true
            order by claimed.turn, place
            """
        case finish = """
            delete from installation.jobs
            where id = any ($1)
                and worker_id = $2
            """
        case putBack = """
            with back as materialized (
                select back.id, back.at, back.attempt, back.error,
                    installation.next_turn(tenant_id, class) - 1 + row_number() over (partition by tenant_id, class order by number) as turn
                from unnest($1::bigint[], $2::timestamptz[], $3::bigint[], $4::text[]) with ordinality
                    as back (id, at, attempt, error, number)
                join installation.jobs on jobs.id = back.id
                where jobs.worker_id = $5
            )
            update installation.jobs
            set state = case when back.at <= $6 then 'ready' else 'delayed' end,
                turn = back.turn,
                place = nextval('installation.job_ids'),
                run_at = back.at,
                attempt = back.attempt,
                error = back.error,
                worker_id = null,
                started_at = null
            from back
            where jobs.id = back.id
                and jobs.worker_id = $5
            """
        case bury = """
            with failed as (
                delete from installation.jobs
                using unnest($1::bigint[], $2::text[]) as dead (id, error)
                where jobs.id = dead.id
                    and jobs.worker_id = $3
                returning jobs.id, tenant_id, kind, class, payload, unique_key, attempt, enqueued_at, dead.error
            )
            insert into installation.dead_jobs (id, tenant_id, kind, class, payload, unique_key, attempts, enqueued_at, died_at, error)
            select id, tenant_id, kind, class, payload, unique_key, attempt, enqueued_at, $4, error
            from failed
            """
        case promote = """
            with due as materialized (
                select id, tenant_id, class, run_at
                from installation.jobs
                where state = 'delayed'
                    and run_at <= $1
                order by run_at
                limit $2
                for update skip locked
            ),
            placed as materialized (
                select id,
                    installation.next_turn(tenant_id, class) - 1
                        + row_number() over (partition by tenant_id, class order by run_at, id) as turn
                from due
            )
            update installation.jobs
            set state = 'ready',
                turn = back.turn,
                place = nextval('installation.job_ids')
            from unnest(array(select id from placed order by id), array(select turn from placed order by id)) as back (id, turn)
            where jobs.id = back.id
            """
        case enqueueMany = """
            insert into installation.jobs (tenant_id, kind, class, payload, state, turn, run_at, enqueued_at)
            select new.tenant_id, $2, $3::integer, $4, 'ready',
                first.turn - 1 + row_number() over (partition by new.tenant_id order by new.number), $5, $5
            from unnest($1::bigint[]) with ordinality as new (tenant_id, number)
            join (
                select tenant_id, installation.next_turn(tenant_id, $3::integer) as turn
                from (select distinct unnest($1::bigint[]) as tenant_id) as tenants
            ) as first on first.tenant_id = new.tenant_id
            """
    }
}
