import Domain
import Postgres

/// What happened to hidden tickets on each day, whether they are still there or were purged.
package struct DailyTotals {
    let transaction: TenantTransaction

    /// - Parameters:
    ///   - first: start of the first day (UTC).
    ///   - end: start of the day after the last.
    package func read(_ status: HiddenStatus, from first: Timestamp, to end: Timestamp) -> Pending<[DailyTotal]> {
        transaction.run(SQL.read, [.text(status.rawValue), first.bind, end.bind]).map { rows in
            try rows.map { row in
                DailyTotal(
                    day: try row.value("day"), measure: try known(DailyTotal.Measure(rawValue: row.value("measure"))),
                    count: try row.value("count"), milliseconds: try row.value("milliseconds"))
            }
        }
    }

    package enum SQL: String, TenantSQL {
        case read = """
            with there as materialized (
                select id, created_at, resolved_at, first_replied_at
                from helpdesk.tickets
                where tenant_id = $1
                    and status = $2
                    and hidden_from is not null
            ),
            happened as (
                select created_at as at, 'created' as measure, 0 as milliseconds
                from there
                union all
                select resolved_at, 'resolved', 0
                from there
                where resolved_at is not null
                union all
                select first_replied_at, 'first_reply', greatest(floor(extract(epoch from first_replied_at - created_at) * 1000), 0)
                from there
                where first_replied_at is not null
                union all
                select messages.created_at, messages.kind, 0
                from there
                join helpdesk.messages on messages.tenant_id = $1 and messages.ticket_id = there.id
            ),
            everything as (
                select (at at time zone 'UTC')::date as day, measure, count(*) as count, sum(milliseconds) as milliseconds
                from happened
                where at >= $3
                    and at < $4
                group by 1, 2
                union all
                select day, measure, count, milliseconds
                from helpdesk.daily_totals
                where tenant_id = $1
                    and status = $2
                    and day >= ($3 at time zone 'UTC')::date
                    and day < ($4 at time zone 'UTC')::date
            )
            select to_char(day, 'YYYY-MM-DD') as day, measure, sum(count)::bigint as count, sum(milliseconds)::bigint as milliseconds
            from everything
            group by everything.day, measure
            order by everything.day, measure
            """
    }
}
