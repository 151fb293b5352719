import Domain
import Postgres

/// How far search documents that are written anew have come. What is over of a single user's leaves no row.
package struct SearchRebuilds {
    let transaction: TenantTransaction

    /// From the first ticket on.
    /// - Parameter evenIfUnfinished: else one that has not ended goes on where it is.
    package func start(_ scope: SearchRebuild.Scope, evenIfUnfinished: Bool, at now: Timestamp) {
        transaction.run(SQL.start, [scope.bind, now.bind, .bool(evenIfUnfinished)])
    }

    package func find(_ scope: SearchRebuild.Scope) -> Pending<SearchRebuild?> {
        transaction.run(SQL.find, [scope.bind]).map { try Self.rebuild(scope, $0) }
    }

    /// For a piece of work, if nobody else has one in hand; nil as well when there is none.
    package func claim(_ scope: SearchRebuild.Scope) -> Pending<SearchRebuild?> {
        transaction.markAsBackground()
        return transaction.run(SQL.claim, [scope.bind]).map { try Self.rebuild(scope, $0) }
    }

    /// Finds out what there is to go through: up to the last number that was given, or that somebody has put there by hand.
    package func begin(_ scope: SearchRebuild.Scope) { transaction.run(SQL.begin, [scope.bind]) }

    /// Who else is at work in the database.
    package struct Surroundings: Equatable, Sendable {
        /// Somebody is still at what they began before this did, with the settings of before.
        package var isPreceded: Bool
        /// How many other sessions work at this moment, but for work in the background.
        package var others: Int
    }

    /// Nil where there is none of this scope.
    package func surroundings(of scope: SearchRebuild.Scope) -> Pending<Surroundings?> {
        transaction.run(SQL.surroundings, [scope.bind]).map { rows in
            try rows.first.map { Surroundings(isPreceded: try $0.value("is_preceded"), others: try $0.value("others")) }
        }
    }

    package func update(_ rebuild: SearchRebuild) {
        transaction.run(
            SQL.update,
            [
                rebuild.scope.bind, rebuild.place.bind, .bigints(rebuild.passedOver.map(\.value)), .bigint(rebuild.done),
                .integer(Int32(rebuild.pace.size)), rebuild.finishedAt.bind,
            ])
    }

    package func forget(_ scope: SearchRebuild.Scope) { transaction.run(SQL.forget, [scope.bind]) }

    /// Tickets behind the place.
    package struct Next: Equatable, Sendable {
        /// In the order of their numbers.
        package var tickets: [ID<Ticket>]
        /// Up to here there are no others; nil: there are none at all any more.
        package var through: ID<Ticket>?
    }

    /// Hidden ones as well. So many are looked at, and those of the scope answered, of which there may be none.
    package func next(_ scope: SearchRebuild.Scope, after place: ID<Ticket>, through last: ID<Ticket>, most: Int) -> Pending<Next> {
        transaction.run(SQL.next, [scope.bind, place.bind, last.bind, .bigint(Int64(most))]).map { rows in
            let row = try known(rows.first)
            let tickets: [Int64] = try row.value("tickets")
            let through = try rows.column("through", as: Int64?.self)(row)
            return Next(tickets: tickets.map { ID($0) }, through: through.map { ID($0) })
        }
    }

    private static func rebuild(_ scope: SearchRebuild.Scope, _ rows: Rows) throws -> SearchRebuild? {
        guard let row = rows.first else { return nil }
        let through = try rows.column("through_ticket", as: Int64?.self)(row)
        let total = try rows.column("tickets_total", as: Int64?.self)(row)
        let batch = try rows.column("batch", as: Int?.self)(row)
        let passedOver: [Int64] = try row.value("passed_over")
        let finishedAt = try rows.column("finished_at", as: Int64?.self)(row)
        return SearchRebuild(
            scope: scope, extent: through.map { SearchRebuild.Extent(through: ID($0), total: total ?? 0) },
            place: ID(try row.value("last_ticket")), passedOver: passedOver.map { ID($0) }, done: try row.value("tickets_done"),
            pace: BatchPace(.search, size: batch), startedAt: Timestamp(microseconds: try row.value("started_at")),
            finishedAt: finishedAt.map { Timestamp(microseconds: $0) })
    }

    package enum SQL: String, TenantSQL {
        case start = """
            insert into helpdesk.search_rebuilds (tenant_id, user_id, started_at)
            values ($1, $2, $3)
            on conflict (tenant_id, user_id) do update
            set through_ticket = null,
                tickets_total = null,
                begun_at = null,
                last_ticket = 0,
                passed_over = '{}',
                tickets_done = 0,
                started_at = excluded.started_at,
                finished_at = null
            where $4::boolean
                or search_rebuilds.finished_at is not null
            """
        case find = """
            select through_ticket, tickets_total, last_ticket, passed_over, tickets_done, batch, started_at, finished_at
            from helpdesk.search_rebuilds
            where tenant_id = $1
                and user_id = $2
            """
        case claim = """
            select through_ticket, tickets_total, last_ticket, passed_over, tickets_done, batch, started_at, finished_at
            from helpdesk.search_rebuilds
            where tenant_id = $1
                and user_id = $2
            for update skip locked
            """
        case begin = """
            update helpdesk.search_rebuilds
            set through_ticket = greatest(counters.tickets, there.last),
                tickets_total = there.total,
                begun_at = clock_timestamp()
            from helpdesk.counters
            cross join (
                select count(*) as total, max(id) as last
                from helpdesk.tickets
                where tenant_id = $1
            ) as there
            where search_rebuilds.tenant_id = $1
                and search_rebuilds.user_id = $2
                and counters.tenant_id = $1
            """
        case surroundings = """
            select exists (
                select
                from pg_stat_activity
                where datname = current_database()
                    and backend_type = 'client backend'
                    and pid <> pg_backend_pid()
                    and xact_start < search_rebuilds.begun_at
            ) as is_preceded, (
                select count(*)
                from pg_stat_activity
                where state = 'active'
                    and backend_type = 'client backend'
                    and usename = current_user
                    and application_name <> 'deskyard background'
                    and pid <> pg_backend_pid()
            ) as others
            from helpdesk.search_rebuilds
            where tenant_id = $1
                and user_id = $2
            """
        case update = """
            update helpdesk.search_rebuilds
            set last_ticket = $3,
                passed_over = $4,
                tickets_done = $5,
                batch = $6,
                finished_at = $7
            where tenant_id = $1
                and user_id = $2
            """
        case forget = """
            delete from helpdesk.search_rebuilds
            where tenant_id = $1
                and user_id = $2
            """
        case next = """
            with behind as materialized (
                select id, user_id
                from helpdesk.tickets
                where tenant_id = $1
                    and id > $3
                    and id <= $4
                order by id
                limit $5
            )
            select array(select id from behind where $2::bigint in (0, user_id) order by id) as tickets,
                (select max(id) from behind) as through
            """
    }
}

extension SearchRebuild.Scope {
    fileprivate var bind: Bind {
        switch self {
        case .everything: .bigint(0)
        case .tickets(let user): user.bind
        }
    }
}
