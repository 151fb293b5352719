import Domain
import Postgres

/// A run that is being worked on: how far it is, and how it goes on.
package struct PurgeProgress: Equatable, Sendable {
    package var run: PurgeRun
    /// Behind the ticket that was taken last; nil: from the start.
    package var position: Position?
    /// How often it has gone through, from 1: tickets that were locked are come back to.
    package var pass: Int
    package var pace: BatchPace

    package init(run: PurgeRun, position: Position? = nil, pass: Int = 1, pace: BatchPace = BatchPace(.purge)) {
        self.run = run
        self.position = position
        self.pass = pass
        self.pace = pace
    }

    package struct Position: Equatable, Sendable {
        package var hiddenAt: Timestamp
        package var id: ID<Ticket>

        package init(hiddenAt: Timestamp, id: ID<Ticket>) {
            self.hiddenAt = hiddenAt
            self.id = id
        }
    }
}

/// A run with its receipt, if it has one already.
package struct PurgeRunRecord: Equatable, Sendable {
    package var run: PurgeRun
    package var receipt: Receipt?

    package struct Receipt: Equatable, Sendable {
        package var number: Int64
        package var hash: [UInt8]
        package var previousHash: [UInt8]
    }

    package init(run: PurgeRun, receipt: Receipt?) {
        self.run = run
        self.receipt = receipt
    }
}

package struct PurgeRuns {
    let transaction: TenantTransaction

    /// Answers false when there is one of this status that has not ended, or one for this moment of the schedule.
    package func insert(_ run: PurgeRun) -> Pending<Bool> {
        let (agent, slot): (Int64?, Timestamp?) =
            switch run.trigger {
            case .manual(let agent): (agent.value, nil)
            case .schedule(let slot): (nil, slot)
            case .systemOperator: (nil, nil)
            }
        return transaction.run(
            SQL.insert,
            [
                run.id.bind, .text(run.status.rawValue), .text(run.scope.rawValue), .text(run.trigger.name), .bigint(agent), slot.bind,
                .integer(Int32(run.retentionDays)), .integer(Int32(BatchPace.Limits.purge.first)), run.createdAt.bind,
                .text(run.state.rawValue),
                run.finishedAt.bind, .bigint(run.massActionID?.value),
            ]
        ).map { $0.affected == 1 }
    }

    /// The run, and nobody else works on it until we are done. Nil as well when the helpdesk is not active.
    package func lock(_ id: ID<PurgeRun>) -> Pending<PurgeProgress?> {
        transaction.run(SQL.lock, [id.bind]).map { rows in
            guard let row = rows.first else { return nil }
            let at = try rows.column("position_at", as: Int64?.self)(row)
            let ticket = try rows.column("position_id", as: Int64?.self)(row)
            let position = at.flatMap { at in
                ticket.map { PurgeProgress.Position(hiddenAt: Timestamp(microseconds: at), id: ID($0)) }
            }
            return PurgeProgress(
                run: try Self.run(rows, row), position: position, pass: try row.value("pass"),
                pace: BatchPace(.purge, size: try row.value("batch"))
            )
        }
    }

    package func update(_ progress: PurgeProgress) {
        let run = progress.run
        transaction.run(
            SQL.update,
            [
                run.id.bind, .text(run.state.rawValue), .bigint(run.figures.purged), .bigint(run.figures.held),
                .bigint(run.figures.messages), .bigint(run.figures.attachments), .bigint(run.figures.bytes),
                (progress.position?.hiddenAt).bind, .bigint(progress.position?.id.value), .integer(Int32(progress.pass)),
                .integer(Int32(progress.pace.size)), run.startedAt.bind, run.finishedAt.bind,
                .integer(Int32(run.retentionDays)), run.tookUntil.bind,
            ])
    }

    package func find(_ id: ID<PurgeRun>) -> Pending<PurgeRunRecord?> {
        transaction.run(SQL.find, [id.bind]).map { try Self.records($0).first }
    }

    /// Newest first, one more than `limit` where there is one.
    package func list(before id: ID<PurgeRun>?, limit: Int) -> Pending<[PurgeRunRecord]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? .max), .bigint(Int64(limit + 1))]).map(Self.records)
    }

    /// The last one that ended.
    package func last(_ status: HiddenStatus) -> Pending<PurgeRunRecord?> {
        transaction.run(SQL.last, [.text(status.rawValue)]).map { try Self.records($0).first }
    }

    /// What the last runs before this one took.
    package func lately(_ run: PurgeRun) -> Pending<[Int64]> {
        transaction.run(SQL.lately, [run.id.bind, .text(run.status.rawValue), .text(run.scope.rawValue)]).map { rows in
            try rows.map { try $0.value("purged") }
        }
    }

    /// The run of this status that has not ended, if no job works on it any more: operators may have thrown it away.
    package func abandoned(_ status: HiddenStatus) -> Pending<ID<PurgeRun>?> {
        transaction.run(SQL.abandoned, [.text(status.rawValue)]).map { rows in try rows.first.map { ID(try $0.value("id")) } }
    }

    private static func records(_ rows: Rows) throws -> [PurgeRunRecord] {
        let number = try rows.column("receipt", as: Int64?.self)
        return try rows.map { row in
            let receipt = try number(row).map { number in
                PurgeRunRecord.Receipt(
                    number: number, hash: try row.value("hash", as: Bytes.self).bytes,
                    previousHash: try row.value("previous_hash", as: Bytes.self).bytes)
            }
            return PurgeRunRecord(run: try run(rows, row), receipt: receipt)
        }
    }

    private static func run(_ rows: Rows, _ row: Row) throws -> PurgeRun {
        func time(_ name: String) throws -> Timestamp? {
            try rows.column(name, as: Int64?.self)(row).map { Timestamp(microseconds: $0) }
        }
        let agent = try rows.column("agent_id", as: Int64?.self)(row)
        let trigger: PurgeRun.Trigger =
            if let agent { .manual(by: ID(agent)) } else { try time("slot").map { .schedule(slot: $0) } ?? .systemOperator }
        return PurgeRun(
            id: ID(try row.value("id")), status: try known(HiddenStatus(rawValue: row.value("status"))),
            scope: try known(PurgeRun.Scope(rawValue: row.value("scope"))), trigger: trigger,
            massActionID: try rows.column("mass_action_id", as: Int64?.self)(row).map { ID($0) },
            state: try known(PurgeRun.State(rawValue: row.value("state"))), retentionDays: try row.value("retention_days"),
            tookUntil: try time("hidden_until"),
            figures: PurgeFigures(
                purged: try row.value("purged"), held: try row.value("held"), messages: try row.value("messages"),
                attachments: try row.value("attachments"), bytes: try row.value("bytes")),
            createdAt: try known(time("created_at")), startedAt: try time("started_at"), finishedAt: try time("finished_at"))
    }

    package enum SQL: String, TenantSQL {
        case insert = """
            insert into helpdesk.purge_runs
                (tenant_id, id, status, scope, trigger, state, agent_id, slot, retention_days, batch, created_at, finished_at, mass_action_id)
            values ($1, $2, $3, $4, $5, $11, $6, $7, $8, $9, $10, $12, $13)
            on conflict do nothing
            """
        case lock = """
            select purge_runs.id, status, scope, trigger, purge_runs.state, agent_id, slot, mass_action_id, retention_days, hidden_until, purged, held, messages,
                attachments, bytes, position_at, position_id, pass, batch, purge_runs.created_at, started_at, finished_at
            from helpdesk.purge_runs
            join installation.tenants on tenants.id = purge_runs.tenant_id
            where purge_runs.tenant_id = $1
                and purge_runs.id = $2
                and tenants.state = 'active'
            for update of purge_runs
            """
        case update = """
            update helpdesk.purge_runs
            set state = $3,
                purged = $4,
                held = $5,
                messages = $6,
                attachments = $7,
                bytes = $8,
                position_at = $9,
                position_id = $10,
                pass = $11::integer,
                batch = $12,
                started_at = $13,
                finished_at = $14,
                retention_days = $15,
                hidden_until = $16
            where tenant_id = $1
                and id = $2
            """
        case find = """
            select id, purge_runs.status, purge_runs.scope, purge_runs.trigger, purge_runs.state, agent_id, slot, mass_action_id,
                purge_runs.retention_days, purge_runs.hidden_until, purge_runs.purged, purge_runs.held, purge_runs.messages, purge_runs.attachments,
                purge_runs.bytes, created_at, purge_runs.started_at, purge_runs.finished_at, purge_receipts.number as receipt,
                purge_receipts.hash, purge_receipts.previous_hash
            from helpdesk.purge_runs
            left join helpdesk.purge_receipts
                on purge_receipts.tenant_id = purge_runs.tenant_id and purge_receipts.run_id = purge_runs.id
            where purge_runs.tenant_id = $1
                and id = $2
            """
        case list = """
            select id, purge_runs.status, purge_runs.scope, purge_runs.trigger, purge_runs.state, agent_id, slot, mass_action_id,
                purge_runs.retention_days, purge_runs.hidden_until, purge_runs.purged, purge_runs.held, purge_runs.messages, purge_runs.attachments,
                purge_runs.bytes, created_at, purge_runs.started_at, purge_runs.finished_at, purge_receipts.number as receipt,
                purge_receipts.hash, purge_receipts.previous_hash
            from helpdesk.purge_runs
            left join helpdesk.purge_receipts
                on purge_receipts.tenant_id = purge_runs.tenant_id and purge_receipts.run_id = purge_runs.id
            where purge_runs.tenant_id = $1
                and id < $2
            order by id desc
            limit $3
            """
        case last = """
            select id, purge_runs.status, purge_runs.scope, purge_runs.trigger, purge_runs.state, agent_id, slot, mass_action_id,
                purge_runs.retention_days, purge_runs.hidden_until, purge_runs.purged, purge_runs.held, purge_runs.messages, purge_runs.attachments,
                purge_runs.bytes, created_at, purge_runs.started_at, purge_runs.finished_at, purge_receipts.number as receipt,
                purge_receipts.hash, purge_receipts.previous_hash
            from helpdesk.purge_runs
            left join helpdesk.purge_receipts
                on purge_receipts.tenant_id = purge_runs.tenant_id and purge_receipts.run_id = purge_runs.id
            where purge_runs.tenant_id = $1
                and purge_runs.status = $2
                and purge_runs.finished_at is not null
            order by id desc
            limit 1
            """
        case lately = """
            select purged
            from helpdesk.purge_runs
            where tenant_id = $1
                and id < $2
                and status = $3
                and scope = $4
                and state = 'done'
            order by id desc
            limit 7
            """
        case abandoned = """
            select id
            from helpdesk.purge_runs
            where tenant_id = $1
                and status = $2
                and finished_at is null
                and not exists (
                    select
                    from installation.jobs
                    where jobs.tenant_id = $1
                        and jobs.unique_key = 'purge ' || purge_runs.id
                )
            for update
            """
    }
}
