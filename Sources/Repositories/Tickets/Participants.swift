import Domain
import Postgres

/// Who is beside a ticket: the agents who follow it, and the users who are on copy.
package struct Participants {
    let transaction: TenantTransaction

    package func followers(of ticket: ID<Ticket>) -> Pending<[ID<Agent>]> {
        transaction.run(SQL.followers, [ticket.bind]).map(Self.ids)
    }

    package func ccs(on ticket: ID<Ticket>) -> Pending<[Ticket.Requester]> {
        transaction.run(SQL.ccs, [ticket.bind]).map { rows in
            let id = try rows.column("id", as: Int64.self)
            let name = try rows.column("name", as: String?.self)
            let email = try rows.column("email", as: String.self)
            return try rows.map { row in
                Ticket.Requester(id: ID(try id(row)), name: try name(row), email: EmailAddress(unchecked: try email(row)))
            }
        }
    }

    /// Answers false when the agent followed it already.
    package func follow(_ ticket: ID<Ticket>, _ agent: ID<Agent>) -> Pending<Bool> { run(.follow, ticket, agent) }

    /// Answers false when the agent did not follow it.
    package func unfollow(_ ticket: ID<Ticket>, _ agent: ID<Agent>) -> Pending<Bool> { run(.unfollow, ticket, agent) }

    /// Answers false when the user was on copy already.
    package func addCC(_ user: ID<User>, to ticket: ID<Ticket>) -> Pending<Bool> { run(.addCC, ticket, user) }

    /// Answers false when the user was not on copy.
    package func removeCC(_ user: ID<User>, from ticket: ID<Ticket>) -> Pending<Bool> { run(.removeCC, ticket, user) }

    /// Whoever was beside these tickets is beside another one from now on; its own user needs no copy.
    package func moveAll(from tickets: [ID<Ticket>], to target: ID<Ticket>, exceptUser user: ID<User>) {
        let ids = Bind.bigints(tickets.map(\.value))
        transaction.run(SQL.moveFollowers, [ids, target.bind])
        transaction.run(SQL.moveCCs, [ids, target.bind, user.bind])
    }

    private func run(_ sql: SQL, _ ticket: ID<Ticket>, _ person: ID<some Any>) -> Pending<Bool> {
        transaction.run(sql, [ticket.bind, person.bind]).map { $0.affected == 1 }
    }

    private static func ids<Entity>(_ rows: Rows) throws -> [ID<Entity>] {
        let id = try rows.column("id", as: Int64.self)
        return try rows.map { ID(try id($0)) }
    }

    package enum SQL: String, TenantSQL {
        case followers = """
            select agent_id as id
            from helpdesk.ticket_followers
            where tenant_id = $1
                and ticket_id = $2
            order by agent_id
            """
        case ccs = """
            select users.id, users.name, users.email
            from helpdesk.ticket_ccs
            join helpdesk.users on users.tenant_id = ticket_ccs.tenant_id and users.id = ticket_ccs.user_id
            where ticket_ccs.tenant_id = $1
                and ticket_ccs.ticket_id = $2
            order by users.id
            """
        case follow = """
            insert into helpdesk.ticket_followers (tenant_id, ticket_id, agent_id)
            values ($1, $2, $3)
            on conflict do nothing
            """
        case unfollow = """
            delete from helpdesk.ticket_followers
            where tenant_id = $1
                and ticket_id = $2
                and agent_id = $3
            """
        case moveFollowers = """
            insert into helpdesk.ticket_followers (tenant_id, ticket_id, agent_id)
            select $1, $3, agent_id
            from helpdesk.ticket_followers
            where tenant_id = $1
                and ticket_id = any ($2::bigint[])
            on conflict do nothing
            """
        case moveCCs = """
            insert into helpdesk.ticket_ccs (tenant_id, ticket_id, user_id)
            select $1, $3, user_id
            from helpdesk.ticket_ccs
            where tenant_id = $1
                and ticket_id = any ($2::bigint[])
                and user_id <> $4
            on conflict do nothing
            """
        case addCC = """
            insert into helpdesk.ticket_ccs (tenant_id, ticket_id, user_id)
            values ($1, $2, $3)
            on conflict do nothing
            """
        case removeCC = """
            delete from helpdesk.ticket_ccs
            where tenant_id = $1
                and ticket_id = $2
                and user_id = $3
            """
    }
}
