import Domain
import Postgres

/// The way into the queue: a job is there if, and only if, the transaction that made it necessary is.
package struct Jobs {
    let transaction: TenantTransaction

    /// - Parameters:
    ///   - time: not before then; nil: at once.
    ///   - key: while a job of this helpdesk with this key waits or runs, another one is not taken in.
    package func enqueue(_ job: Job, notBefore time: Timestamp? = nil, key: String? = nil, at now: Timestamp) {
        transaction.willRing = true
        transaction.run(
            SQL.enqueue,
            [
                .text(job.kind.rawValue), .integer(Int32(job.kind.jobClass.rawValue)), .json(job.payload), .text(key),
                max(time ?? now, now).bind, now.bind,
            ])
    }

    package enum SQL: String, TenantSQL {
        case enqueue = """
            insert into installation.jobs (tenant_id, kind, class, payload, unique_key, state, turn, run_at, enqueued_at)
            values ($1, $2, $3::integer, $4, $5, case when $6::timestamptz <= $7::timestamptz then 'ready' else 'delayed' end,
                installation.next_turn($1, $3::integer), $6, $7)
            on conflict (tenant_id, unique_key) where unique_key is not null do nothing
            """
    }
}
