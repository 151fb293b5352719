import Domain
import Postgres

package struct LiveSessions {
    let transaction: TenantTransaction

    /// Those that go on, the oldest first.
    package func list(on ticket: ID<Ticket>, at now: Timestamp) -> Pending<[LiveSession]> {
        transaction.run(SQL.list, [ticket.bind, now.bind]).map { rows in
            let id = try rows.column("id", as: Int64.self)
            let kind = try rows.column("kind", as: String.self)
            let agent = try rows.column("agent_id", as: Int64.self)
            let startedAt = try rows.column("started_at", as: Int64.self)
            let expiresAt = try rows.column("expires_at", as: Int64.self)
            return try rows.map { row in
                LiveSession(
                    id: ID(try id(row)), kind: try known(LiveSession.Kind(rawValue: kind(row))), agentID: ID(try agent(row)),
                    startedAt: Timestamp(microseconds: try startedAt(row)), expiresAt: Timestamp(microseconds: try expiresAt(row)))
            }
        }
    }

    package func insert(_ session: LiveSession, on ticket: ID<Ticket>) {
        transaction.run(
            SQL.insert,
            [
                ticket.bind, session.id.bind, .text(session.kind.rawValue), session.agentID.bind, session.startedAt.bind,
                session.expiresAt.bind,
            ])
    }

    package func extend(_ id: ID<LiveSession>, on ticket: ID<Ticket>, until expiresAt: Timestamp) {
        transaction.run(SQL.extend, [ticket.bind, id.bind, expiresAt.bind])
    }

    package func remove(_ id: ID<LiveSession>, from ticket: ID<Ticket>) { transaction.run(SQL.remove, [ticket.bind, id.bind]) }

    /// Those whose heartbeat has stopped.
    package func sweep(_ ticket: ID<Ticket>, at now: Timestamp) { transaction.run(SQL.sweep, [ticket.bind, now.bind]) }

    package func removeAll(from tickets: [ID<Ticket>]) { transaction.run(SQL.removeAll, [.bigints(tickets.map(\.value))]) }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, kind, agent_id, started_at, expires_at
            from helpdesk.live_sessions
            where tenant_id = $1
                and ticket_id = $2
                and expires_at > $3
            order by id
            """
        case insert = """
            insert into helpdesk.live_sessions (tenant_id, ticket_id, id, kind, agent_id, started_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            """
        case extend = """
            update helpdesk.live_sessions
            set expires_at = $4
            where tenant_id = $1
                and ticket_id = $2
                and id = $3
            """
        case remove = """
            delete from helpdesk.live_sessions
            where tenant_id = $1
                and ticket_id = $2
                and id = $3
            """
        case removeAll = """
            delete from helpdesk.live_sessions
            where tenant_id = $1
                and ticket_id = any ($2)
            """
        case sweep = """
            delete from helpdesk.live_sessions
            where tenant_id = $1
                and ticket_id = $2
                and expires_at <= $3
            """
    }
}
