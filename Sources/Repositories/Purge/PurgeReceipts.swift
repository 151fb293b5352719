import Domain
import Postgres

/// The chain of a helpdesk's receipts. It can be added to and read; the application's role has no right to do more.
package struct PurgeReceipts {
    let transaction: TenantTransaction

    package struct Kept: Equatable, Sendable {
        package var receipt: PurgeReceipt
        package var hash: [UInt8]
    }

    /// The last one, and nobody else adds one until we are done; nil before the first.
    package func lockLast() -> Pending<Kept?> {
        transaction.run(SQL.lockChain)
        return transaction.run(SQL.last).map { [transaction] in try Self.kept($0, transaction.scope.tenant).first }
    }

    package func append(_ receipt: PurgeReceipt, hash: [UInt8]) {
        transaction.run(
            SQL.append,
            [
                .bigint(receipt.number), receipt.run.bind, .text(receipt.status.rawValue), .text(receipt.scope.rawValue),
                .text(receipt.trigger), .text(receipt.state.rawValue), .integer(Int32(receipt.retentionDays)), receipt.hiddenUntil.bind,
                .bigint(receipt.figures.purged), .bigint(receipt.figures.held), .bigint(receipt.figures.messages),
                .bigint(receipt.figures.attachments), .bigint(receipt.figures.bytes), receipt.startedAt.bind, receipt.finishedAt.bind,
                .bytes(receipt.previousHash), .bytes(hash),
            ])
    }

    /// In the order of the chain.
    package func list(after number: Int64, limit: Int) -> Pending<[Kept]> {
        transaction.run(SQL.list, [.bigint(number), .bigint(Int64(limit))]).map { [transaction] in
            try Self.kept($0, transaction.scope.tenant)
        }
    }

    /// Runs that ended and have no receipt, or one that says something else, and those that have one before they ended.
    package func contradicting() -> Pending<[ID<PurgeRun>]> {
        transaction.run(SQL.contradicting).map { rows in try rows.map { ID(try $0.value("id")) } }
    }

    private static func kept(_ rows: Rows, _ tenant: ID<Tenant>) throws -> [Kept] {
        try rows.map { row in
            let receipt = PurgeReceipt(
                number: try row.value("number"), tenant: tenant, run: ID(try row.value("run_id")),
                status: try known(HiddenStatus(rawValue: row.value("status"))),
                scope: try known(PurgeRun.Scope(rawValue: row.value("scope"))), trigger: try row.value("trigger"),
                state: try known(PurgeRun.State(rawValue: row.value("state"))), retentionDays: try row.value("retention_days"),
                hiddenUntil: Timestamp(microseconds: try row.value("hidden_until")),
                figures: PurgeFigures(
                    purged: try row.value("purged"), held: try row.value("held"), messages: try row.value("messages"),
                    attachments: try row.value("attachments"), bytes: try row.value("bytes")),
                startedAt: Timestamp(microseconds: try row.value("started_at")),
                finishedAt: Timestamp(microseconds: try row.value("finished_at")),
                previousHash: try row.value("previous_hash", as: Bytes.self).bytes)
            return Kept(receipt: receipt, hash: try row.value("hash", as: Bytes.self).bytes)
        }
    }

    package enum SQL: String, TenantSQL {
        // Runs of spam and of deleted tickets end at the same time and share the chain. Not the schedules: each run holds its own already,
        // and two that want each other's wait for ever.
        case lockChain = """
            select
            from helpdesk.settings
            where tenant_id = $1
            for no key update
            """
        case last = """
            select number, run_id, status, scope, trigger, state, retention_days, hidden_until, purged, held, messages, attachments, bytes,
                started_at, finished_at, previous_hash, hash
            from helpdesk.purge_receipts
            where tenant_id = $1
            order by number desc
            limit 1
            """
        case list = """
            select number, run_id, status, scope, trigger, state, retention_days, hidden_until, purged, held, messages, attachments, bytes,
                started_at, finished_at, previous_hash, hash
            from helpdesk.purge_receipts
            where tenant_id = $1
                and number > $2
            order by number
            limit $3
            """
        case append = """
            insert into helpdesk.purge_receipts (
                tenant_id, number, run_id, status, scope, trigger, state, retention_days, hidden_until, purged, held, messages,
                attachments, bytes, started_at, finished_at, previous_hash, hash
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """
        case contradicting = """
            select id
            from helpdesk.purge_runs
            left join helpdesk.purge_receipts
                on purge_receipts.tenant_id = purge_runs.tenant_id and purge_receipts.run_id = purge_runs.id
            where purge_runs.tenant_id = $1
                and (purge_runs.finished_at is not null or purge_receipts.run_id is not null)
                and (
                    purge_runs.status, purge_runs.scope, purge_runs.trigger, purge_runs.state, purge_runs.retention_days,
                    coalesce(purge_runs.hidden_until, purge_receipts.hidden_until), purge_runs.purged, purge_runs.held,
                    purge_runs.messages, purge_runs.attachments, purge_runs.bytes, purge_runs.started_at, purge_runs.finished_at
                ) is distinct from (
                    purge_receipts.status, purge_receipts.scope, purge_receipts.trigger, purge_receipts.state,
                    purge_receipts.retention_days, purge_receipts.hidden_until, purge_receipts.purged, purge_receipts.held,
                    purge_receipts.messages, purge_receipts.attachments, purge_receipts.bytes, purge_receipts.started_at,
                    purge_receipts.finished_at
                )
            order by id
            """
    }
}
