import Domain
import Postgres

/// The processes that work, and what becomes of the jobs of those that died.
package struct Workers {
    let transaction: SystemTransaction

    /// A worker not seen for so long is dead. It is seen every two seconds.
    private static let secondsUnseen: Int64 = 6

    package func register(host: String, process: Int32, slots: Int, at now: Timestamp) -> Pending<Int64> {
        transaction.run(SQL.register, [.text(host), .integer(process), .integer(Int32(slots)), now.bind]).map {
            try known($0.first).value("id")
        }
    }

    /// Shows that the worker lives. Answers which of its jobs were cancelled, or nil when it was taken for dead.
    package func beat(_ worker: Int64) -> Pending<[Int64]?> {
        let seen = transaction.run(SQL.beat, [.bigint(worker)])
        return seen.and(transaction.run(SQL.cancelled, [.bigint(worker)])).map { seen, cancelled in
            guard seen.affected == 1 else { return nil }
            let id = try cancelled.column("id", as: Int64.self)
            return try cancelled.map { try id($0) }
        }
    }

    /// Nobody takes the worker for dead until the transaction ends. Answers false when somebody has.
    package func hold(_ worker: Int64) -> Pending<Bool> { transaction.run(SQL.hold, [.bigint(worker)]).map { !$0.isEmpty } }

    /// What was claimed in the name of a worker that was taken for dead would never be missed: it goes back at once.
    package func releaseUnlessKnown(_ worker: Int64) { transaction.run(SQL.releaseUnlessKnown, [.bigint(worker)]) }

    /// Takes a worker out that has ended; whatever it still holds goes on elsewhere.
    package func leave(_ worker: Int64) {
        transaction.willRing = true
        transaction.run(SQL.leave, [.bigint(worker)])
        transaction.run(SQL.release, [.bigints([worker])])
    }

    /// What the worker holds beside these goes back in line.
    package func keepOnly(_ ids: [Int64], of worker: Int64) {
        transaction.willRing = true
        transaction.run(SQL.releaseOthers, [.bigints(ids), .bigint(worker)])
    }

    /// Puts the jobs of dead workers back in line. Answers how many workers had died.
    package func rescue() async throws -> Int {
        let dead = transaction.run(SQL.dead, [.bigint(Self.secondsUnseen)])
        let ids = try await dead.value.map { try $0.value("id", as: Int64.self) }
        guard !ids.isEmpty else { return 0 }
        transaction.willRing = true
        transaction.run(SQL.release, [.bigints(ids)])
        return ids.count
    }

    package enum SQL: String, SystemSQL {
        case register = """
            insert into installation.workers (host, process, slots, started_at, seen_at)
            values ($1, $2, $3, $4, clock_timestamp())
            returning id
            """
        case beat = """
            update installation.workers
            set seen_at = clock_timestamp()
            where id = $1
            """
        case cancelled = """
            select id
            from installation.jobs
            where state = 'running'
                and worker_id = $1
                and is_cancelled
            """
        case leave = """
            delete from installation.workers
            where id = $1
            """
        case dead = """
            delete from installation.workers
            where id = any (array(
                select id
                from installation.workers
                where seen_at < clock_timestamp() - make_interval(secs => $1)
                for update skip locked
            ))
            returning id
            """
        case hold = """
            select id
            from installation.workers
            where id = $1
            for key share
            """
        case release = """
            with freed as materialized (
                select id,
                    installation.next_turn(tenant_id, class) - 1
                        + row_number() over (partition by tenant_id, class order by turn, place) as turn
                from installation.jobs
                where state = 'running'
                    and worker_id = any ($1)
            )
            update installation.jobs
            set state = 'ready',
                turn = back.turn,
                place = nextval('installation.job_ids'),
                worker_id = null,
                started_at = null
            from unnest(array(select id from freed order by id), array(select turn from freed order by id)) as back (id, turn)
            where jobs.id = back.id
                and jobs.worker_id = any ($1)
            """
        case releaseOthers = """
            update installation.jobs
            set state = 'ready',
                turn = installation.next_turn(tenant_id, class),
                place = nextval('installation.job_ids'),
                attempt = attempt - 1,
                worker_id = null,
                started_at = null
            where state = 'running'
                and worker_id = $2
                and id <> all ($1)
            """
        case releaseUnlessKnown = """
            update installation.jobs
            set state = 'ready',
                turn = installation.next_turn(tenant_id, class),
                place = nextval('installation.job_ids'),
                attempt = attempt - 1,
                worker_id = null,
                started_at = null
            where state = 'running'
                and worker_id = $1
                and not exists (
                    select
                    from installation.workers
                    where id = $1
                )
            """
    }
}
