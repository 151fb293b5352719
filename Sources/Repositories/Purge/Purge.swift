import Domain
import Postgres

/// Takes hidden tickets away for good, with everything that hangs on them.
///
/// What hangs on a ticket goes by its foreign key (sql/checks proves that each has an index for that); what stays is written before.
package struct Purge {
    let transaction: TenantTransaction

    package struct Doomed: Equatable, Sendable {
        package var tickets: [ID<Ticket>]
        package var last: PurgeProgress.Position?
        /// Other sessions at work in the database at that moment.
        package var others: Int
    }

    /// The next tickets to go, locked; those that somebody is at are passed over.
    package func choose(
        _ status: HiddenStatus, hiddenUntil: Timestamp, after position: PurgeProgress.Position?, limit: Int
    ) -> Pending<Doomed> {
        transaction.run(
            SQL.choose,
            [
                .text(status.rawValue), hiddenUntil.bind, .timestamp(position.map { $0.hiddenAt.milliseconds * 1000 } ?? Self.beginning),
                .bigint(position?.id.value ?? 0), .bigint(Int64(limit)),
            ]
        ).map { rows in
            let id = try rows.column("id", as: Int64.self)
            let at = try rows.column("hidden_at", as: Int64.self)
            let last = rows.isEmpty ? nil : rows[rows.count - 1]
            return Doomed(
                tickets: try rows.map { ID(try id($0)) },
                last: try last.map { PurgeProgress.Position(hiddenAt: Timestamp(microseconds: try at($0)), id: ID(try id($0))) },
                others: try last?.value("others") ?? 0)
        }
    }

    /// The numbers that lead to these tickets since they were merged into them; they go along.
    package func leading(to tickets: [ID<Ticket>]) -> Pending<[ID<Ticket>]> {
        transaction.run(SQL.leading, [.bigints(tickets.map(\.value))]).map { rows in try rows.map { ID(try $0.value("id")) } }
    }

    /// Writes down what stays of the tickets, and answers what goes with them.
    package func settle(_ tickets: [ID<Ticket>], as status: HiddenStatus, at now: Timestamp) -> Pending<(messages: Int64, bytes: Int64)> {
        transaction.run(SQL.settle, [.bigints(tickets.map(\.value)), .text(status.rawValue), now.bind]).map { rows in
            let row = try known(rows.first)
            return (messages: try row.value("messages"), bytes: try row.value("bytes"))
        }
    }

    /// Answers how many went.
    package func delete(_ tickets: [ID<Ticket>]) -> Pending<Int> {
        transaction.run(SQL.delete, [.bigints(tickets.map(\.value))]).map(\.affected)
    }

    /// What is due and not held, counted up to `most`.
    package func countDue(_ status: HiddenStatus, hiddenUntil: Timestamp, most: Int64) -> Pending<Int64> {
        transaction.run(SQL.countDue, [.text(status.rawValue), hiddenUntil.bind, .bigint(most)]).map { try known($0.first).value("due") }
    }

    package func countHeld(_ status: HiddenStatus, hiddenUntil: Timestamp) -> Pending<Int64> {
        transaction.run(SQL.countHeld, [.text(status.rawValue), hiddenUntil.bind]).map { try known($0.first).value("held") }
    }

    /// When the ticket was hidden that is the next to be due.
    package func oldest(_ status: HiddenStatus) -> Pending<Timestamp?> {
        transaction.run(SQL.oldest, [.text(status.rawValue)]).map { rows in
            try rows.first.map { Timestamp(microseconds: try $0.value("hidden_at")) }
        }
    }

    /// What a run would take. Tickets are counted; what was said on them is weighed on the first so many and reckoned from there, because
    /// nobody waits for a look at millions of messages.
    package func forecast(
        _ status: HiddenStatus, hiddenUntil: Timestamp
    ) -> Pending<(figures: PurgeFigures, isEstimate: Bool)> {
        transaction.run(SQL.forecast, [.text(status.rawValue), hiddenUntil.bind, .bigint(Self.mostWeighed)])
            .and(countHeld(status, hiddenUntil: hiddenUntil))
            .map { rows, held in
                let row = try known(rows.first)
                let tickets: Int64 = try row.value("tickets")
                let weighed: Int64 = try row.value("weighed")
                func all(_ name: String) throws -> Int64 {
                    let some: Int64 = try row.value(name)
                    return weighed < tickets ? Int64(Double(some) / Double(max(weighed, 1)) * Double(tickets)) : some
                }
                let figures = PurgeFigures(purged: tickets, held: held, messages: try all("messages"), bytes: try all("bytes"))
                return (figures, isEstimate: weighed < tickets)
            }
    }

    private static let mostWeighed: Int64 = 100_000

    /// Before anything was hidden; the server's infinity is no moment of ours.
    private static let beginning = Timestamp(milliseconds: Timestamp.writable.lowerBound).milliseconds * 1000

    package enum SQL: String, TenantSQL {
        case choose = """
            select id, hidden_at, (
                select count(*)
                from pg_stat_activity
                where state = 'active'
                    and backend_type = 'client backend'
                    and usename = current_user
                    and pid <> pg_backend_pid()
            ) as others
            from helpdesk.tickets
            where tenant_id = $1
                and status = $2
                and hidden_from is not null
                and legal_hold is null
                and hidden_at <= $3
                and (hidden_at, id) > ($4, $5)
            order by hidden_at, id
            limit $6
            for update skip locked
            """
        case leading = """
            with recursive led (id) as (
                select id
                from helpdesk.tickets
                where tenant_id = $1
                    and merged_into = any ($2)
                union
                select tickets.id
                from led
                join helpdesk.tickets on tickets.tenant_id = $1 and tickets.merged_into = led.id
            )
            select id
            from led
            """
        case settle = """
            with gone as materialized (
                select id, department_id, channel, created_at, resolved_at, first_replied_at, octet_length(subject) as bytes
                from helpdesk.tickets
                where tenant_id = $1
                    and id = any ($2)
            ),
            said as materialized (
                select gone.department_id, gone.channel, messages.kind, messages.created_at, messages.mail_digest,
                    octet_length(messages.body) as bytes
                from gone
                cross join lateral (
                    select kind, created_at, mail_digest, body
                    from helpdesk.messages
                    where tenant_id = $1
                        and ticket_id = gone.id
                    offset 0
                ) as messages
            ),
            happened as (
                select created_at as at, 'created' as measure, department_id, channel, 0 as milliseconds
                from gone
                union all
                select resolved_at, 'resolved', department_id, channel, 0
                from gone
                where resolved_at is not null
                union all
                select first_replied_at, 'first_reply', department_id, channel,
                    greatest(floor(extract(epoch from first_replied_at - created_at) * 1000), 0)
                from gone
                where first_replied_at is not null
                union all
                select created_at, kind, department_id, channel, 0
                from said
            ),
            totals as (
                insert into helpdesk.daily_totals (tenant_id, day, measure, status, department_id, channel, count, milliseconds)
                select $1, (at at time zone 'UTC')::date as day, measure, $3, department_id, channel, count(*), sum(milliseconds)::bigint
                from happened
                group by day, measure, department_id, channel
                order by day, measure, department_id, channel
                on conflict (tenant_id, day, measure, status, department_id, channel) do update
                set count = daily_totals.count + excluded.count,
                    milliseconds = daily_totals.milliseconds + excluded.milliseconds
            ),
            mails as (
                insert into helpdesk.purged_mails (tenant_id, digest, purged_at)
                select distinct on (mail_digest) $1, mail_digest, $4::timestamptz
                from said
                where mail_digest is not null
                on conflict do nothing
            )
            select (select count(*) from said) as messages,
                (coalesce((select sum(bytes) from said), 0) + coalesce((select sum(bytes) from gone), 0))::bigint as bytes
            """
        case delete = """
            delete from helpdesk.tickets
            where tenant_id = $1
                and id = any ($2)
                and hidden_at is not null
                and legal_hold is null
            """
        case countDue = """
            select count(*) as due
            from (
                select
                from helpdesk.tickets
                where tenant_id = $1
                    and status = $2
                    and hidden_from is not null
                    and legal_hold is null
                    and hidden_at <= $3
                limit $4
            ) as found
            """
        case countHeld = """
            select count(*) as held
            from helpdesk.tickets
            where tenant_id = $1
                and status = $2
                and hidden_from is not null
                and legal_hold is not null
                and hidden_at <= $3
            """
        case oldest = """
            select hidden_at
            from helpdesk.tickets
            where tenant_id = $1
                and status = $2
                and hidden_from is not null
                and legal_hold is null
            order by hidden_at, id
            limit 1
            """
        case forecast = """
            with counted as (
                select count(*) as tickets
                from helpdesk.tickets
                where tenant_id = $1
                    and status = $2
                    and hidden_from is not null
                    and legal_hold is null
                    and hidden_at <= $3
            ),
            weighed as (
                select octet_length(subject) + said.bytes as bytes, said.count as messages
                from (
                    select id, subject
                    from helpdesk.tickets
                    where tenant_id = $1
                        and status = $2
                        and hidden_from is not null
                        and legal_hold is null
                        and hidden_at <= $3
                    order by hidden_at, id
                    limit $4
                ) as first
                cross join lateral (
                    select count(*) as count, coalesce(sum(octet_length(body)), 0) as bytes
                    from helpdesk.messages
                    where messages.tenant_id = $1
                        and messages.ticket_id = first.id
                ) as said
            )
            select (select tickets from counted) as tickets, count(*) as weighed,
                coalesce(sum(messages), 0)::bigint as messages, coalesce(sum(bytes), 0)::bigint as bytes
            from weighed
            """
    }
}
