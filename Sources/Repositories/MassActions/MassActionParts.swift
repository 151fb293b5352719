import Domain
import JSON
import Postgres

/// A part of a snapshot that somebody has taken in hand.
package struct MassPart: Sendable {
    package var number: Int
    /// The next ones of it.
    package var tickets: [SnapshotTicket]
    /// How many of the part are through, of how many.
    package var taken: Int
    package var size: Int
    package var figures: MassActionFigures
    package var purged: MassPurged
    /// How many at a time, since more have failed; nil: as many as fit.
    package var batch: Int?
    package var fruitless: Int
    /// Other sessions at work in the database, without those that work in the background.
    package var others: Int
}

/// The snapshot of a mass action: what is left of it is what is still to be done.
package struct MassActionParts {
    let transaction: TenantTransaction

    /// The most that one transaction takes (see `BatchPace`): more would wait behind it for nothing.
    package static let size = 2000

    /// Answers how many tickets it found.
    package func insert(
        _ source: SnapshotSource, into action: ID<MassAction>, seenBy sight: TicketSight
    ) -> Pending<Int64> {
        // A selection is as rare or as common as its words and values are.
        transaction.planForValues()
        return transaction.run(.snapshot(of: source, into: action, partSize: Self.size, seenBy: sight)).map(Self.total)
    }

    /// What the other one has done, or failed at.
    package func insertItems(_ outcome: MassOutcome.Kind, of other: ID<MassAction>, into action: ID<MassAction>) -> Pending<Int64> {
        transaction.run(SQL.insertItems, [action.bind, other.bind, .text(outcome.rawValue), .bigint(Int64(Self.size))]).map(Self.total)
    }

    /// The same tickets as in the other one's, as they were then.
    package func copy(from other: ID<MassAction>, into action: ID<MassAction>) -> Pending<Int64> {
        transaction.run(SQL.copy, [action.bind, other.bind]).map(Self.total)
    }

    /// The next tickets to be done, and nobody else works on that part until we are done. Nil: there is nothing left that is not in
    /// somebody's hands, or to be looked at later.
    /// - Parameter part: that one; nil: the first that is free.
    package func claim(_ part: Int? = nil, of action: ID<MassAction>, most: Int, at now: Timestamp) -> Pending<MassPart?> {
        transaction.markAsBackground()
        return transaction.run(SQL.claim, [action.bind, .bigint(Int64(most)), now.bind, .integer(part.map { Int32($0) })])
            .map { try Self.parts($0).first }
    }

    /// A look at a part as a whole, for a preview.
    package func read(_ part: Int, of action: ID<MassAction>) -> Pending<MassPart?> {
        transaction.run(SQL.read, [action.bind, .bigint(Int64(part))]).map { try Self.parts($0).first }
    }

    /// How many of the tickets there are in which state, department and hands.
    package struct Group: Equatable, Sendable {
        package var status: String
        package var departmentID: ID<Department>
        package var agentID: ID<Agent>?
        package var count: Int64
    }

    package func breakdown(of action: ID<MassAction>) -> Pending<[Group]> {
        transaction.run(SQL.breakdown, [action.bind]).map { rows in
            let agent = try rows.column("agent_id", as: Int64?.self)
            return try rows.map { row in
                Group(
                    status: try row.value("status"), departmentID: ID(try row.value("department_id")),
                    agentID: try agent(row).map { ID($0) },
                    count: try row.value("count"))
            }
        }
    }

    /// - Parameters:
    ///   - part: with what has become of it.
    ///   - again: those that were locked; they stand at the end of the part from now on.
    ///   - time: not to be looked at before then.
    package func update(_ part: MassPart, of action: ID<MassAction>, again: [SnapshotTicket], notBefore time: Timestamp?) {
        transaction.run(
            SQL.update,
            [
                action.bind, .bigint(Int64(part.number)), .bigint(Int64(part.taken)), .bigint(part.figures.done),
                .bigint(part.figures.skipped), .bigint(part.figures.failed), .json(PurgedColumn.json(part.purged)),
                .integer(part.batch.map { Int32($0) }), .bigint(Int64(part.fruitless)), time.bind,
            ])
        guard !again.isEmpty else { return }
        transaction.run(
            SQL.append,
            [
                action.bind, .bigint(Int64(part.number)), .bigints(again.map(\.id.value)), .bigints(again.map(\.version)),
                .texts(again.map(\.status)), .bigints(again.map(\.messageCount)),
            ])
    }

    /// How the parts stand together.
    package struct Sum: Equatable, Sendable {
        package var isThrough = true
        package var figures = MassActionFigures()
        package var purged = MassPurged()
    }

    /// Nobody works on any of them until we are done.
    @discardableResult
    package func lockAll(of action: ID<MassAction>) -> Pending<Sum> {
        transaction.run(SQL.lockAll, [action.bind]).map { rows in
            let left = try rows.column("left", as: Int64.self)
            let done = try rows.column("done", as: Int64.self)
            let skipped = try rows.column("skipped", as: Int64.self)
            let failed = try rows.column("failed", as: Int64.self)
            let purged = try rows.column("purged", as: String?.self)
            var all = Sum()
            for row in rows.map({ $0 }) {
                if try left(row) > 0 { all.isThrough = false }
                all.figures.done += try done(row)
                all.figures.skipped += try skipped(row)
                all.figures.failed += try failed(row)
                for (status, figures) in try PurgedColumn.purged(purged(row)) { all.purged[status, default: PurgeFigures()].add(figures) }
            }
            return all
        }
    }

    /// Whether something is left, in whosoever hands it is.
    package func areLeft(of action: ID<MassAction>) -> Pending<Bool> {
        transaction.run(SQL.areLeft, [action.bind]).map { !$0.isEmpty }
    }

    /// What is left of them has failed.
    func giveUp(_ action: ID<MassAction>) { transaction.run(SQL.giveUp, [action.bind]) }

    /// More than these have failed: the next ones are fewer. Locked until we are done.
    package func shrink(_ part: Int, of action: ID<MassAction>, to batch: Int) {
        transaction.run(SQL.shrink, [action.bind, .bigint(Int64(part)), .integer(Int32(batch))])
    }

    package func drop(of action: ID<MassAction>) { transaction.run(SQL.drop, [action.bind]) }

    private static func total(_ rows: Rows) throws -> Int64 {
        let size = try rows.column("size", as: Int64.self)
        return try rows.map { try size($0) }.reduce(0, +)
    }

    private static func parts(_ rows: Rows) throws -> [MassPart] {
        try rows.map { row in
            let ids: [Int64] = try row.value("tickets")
            let versions: [Int64] = try row.value("versions")
            let statuses: [String] = try row.value("statuses")
            let counts: [Int64] = try row.value("message_counts")
            return MassPart(
                number: try row.value("part"),
                tickets: ids.indices.map {
                    SnapshotTicket(id: ID(ids[$0]), version: versions[$0], status: statuses[$0], messageCount: counts[$0])
                },
                taken: try row.value("taken"), size: try row.value("size"),
                figures: MassActionFigures(done: try row.value("done"), skipped: try row.value("skipped"), failed: try row.value("failed")),
                purged: try PurgedColumn.purged(rows.column("purged", as: String?.self)(row)),
                batch: try rows.column("batch", as: Int?.self)(row), fruitless: try row.value("fruitless"),
                others: try row.value("others"))
        }
    }

    package enum SQL: String, TenantSQL {
        case insertItems = """
            insert into helpdesk.mass_action_parts
                (tenant_id, mass_action_id, part, tickets, versions, statuses, message_counts, size)
            select $1, $2, part, array_agg(ticket order by ticket), array_agg(version order by ticket),
                array_fill(''::text, array[count(*)::integer]), array_fill(0::bigint, array[count(*)::integer]), count(*)
            from (
                select ticket, version, (row_number() over (order by ticket) - 1) / $5 as part
                from helpdesk.mass_action_items
                where tenant_id = $1
                    and mass_action_id = $3
                    and outcome = $4
            ) as found
            group by part
            returning size
            """
        case copy = """
            insert into helpdesk.mass_action_parts
                (tenant_id, mass_action_id, part, tickets, versions, statuses, message_counts, size)
            select $1, $2, part, tickets, versions, statuses, message_counts, size
            from helpdesk.mass_action_parts
            where tenant_id = $1
                and mass_action_id = $3
            returning size
            """
        // Everything from the row that was locked: beside it, the same row would be as it was when the statement began.
        case claim = """
            with next as (
                select part, taken, size, done, skipped, failed, purged, batch, fruitless, tickets, versions, statuses, message_counts,
                    least($3, coalesce(batch, $3)) as most
                from helpdesk.mass_action_parts
                where tenant_id = $1
                    and mass_action_id = $2
                    and taken < size
                    and (not_before is null or not_before <= $4)
                    and ($5::integer is null or part = $5)
                order by part
                limit 1
                for update skip locked
            )
            select part, taken, size, done, skipped, failed, purged, batch, fruitless, tickets[taken + 1 : taken + most] as tickets,
                versions[taken + 1 : taken + most] as versions, statuses[taken + 1 : taken + most] as statuses,
                message_counts[taken + 1 : taken + most] as message_counts,
                (
                    select count(*)
                    from pg_stat_activity
                    where state = 'active'
                        and backend_type = 'client backend'
                        and usename = current_user
                        and application_name <> 'deskyard background'
                        and pid <> pg_backend_pid()
                ) as others
            from next
            """
        case read = """
            select part, taken, size, done, skipped, failed, purged, batch, fruitless, tickets, versions, statuses, message_counts,
                0 as others
            from helpdesk.mass_action_parts
            where tenant_id = $1
                and mass_action_id = $2
                and part = $3
            """
        case breakdown = """
            select status, department_id, agent_id, count(*) as count
            from (
                select unnest(tickets) as id
                from helpdesk.mass_action_parts
                where tenant_id = $1
                    and mass_action_id = $2
            ) as chosen
            cross join lateral (
                select status, department_id, agent_id
                from helpdesk.tickets
                where tenant_id = $1
                    and id = chosen.id
                offset 0
            ) as tickets
            group by status, department_id, agent_id
            """
        case update = """
            update helpdesk.mass_action_parts
            set taken = $4,
                done = $5,
                skipped = $6,
                failed = $7,
                purged = $8,
                batch = $9,
                fruitless = $10,
                not_before = $11
            where tenant_id = $1
                and mass_action_id = $2
                and part = $3
            """
        case append = """
            update helpdesk.mass_action_parts
            set tickets = tickets || $4::bigint[],
                versions = versions || $5::bigint[],
                statuses = statuses || $6::text[],
                message_counts = message_counts || $7::bigint[],
                size = size + cardinality($4::bigint[])
            where tenant_id = $1
                and mass_action_id = $2
                and part = $3
            """
        case lockAll = """
            select size - taken as left, done, skipped, failed, purged
            from helpdesk.mass_action_parts
            where tenant_id = $1
                and mass_action_id = $2
            order by part
            for update
            """
        case areLeft = """
            select
            from helpdesk.mass_action_parts
            where tenant_id = $1
                and mass_action_id = $2
                and taken < size
            limit 1
            """
        case giveUp = """
            update helpdesk.mass_action_parts
            set failed = failed + size - taken,
                taken = size
            where tenant_id = $1
                and mass_action_id = $2
                and taken < size
            """
        case shrink = """
            update helpdesk.mass_action_parts
            set batch = $4
            where tenant_id = $1
                and mass_action_id = $2
                and part = $3
            """
        case drop = """
            delete from helpdesk.mass_action_parts
            where tenant_id = $1
                and mass_action_id = $2
            """
    }
}
