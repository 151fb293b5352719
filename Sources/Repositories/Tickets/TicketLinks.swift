import Domain
import Postgres

/// What other tickets a ticket has to do with. A link stands on both, a row each.
package struct TicketLinks {
    let transaction: TenantTransaction

    package func list(of ticket: ID<Ticket>) -> Pending<[TicketLink]> {
        transaction.run(SQL.list, [ticket.bind]).map { rows in
            let kind = try rows.column("kind", as: String.self)
            let other = try rows.column("other_id", as: Int64.self)
            return try rows.map { TicketLink(kind: try known(TicketLink.Kind(rawValue: kind($0))), ticketID: ID(try other($0))) }
        }
    }

    /// Answers false when they were linked in this way already.
    package func add(_ link: TicketLink, to ticket: ID<Ticket>) -> Pending<Bool> { run(.add, link, ticket) }

    /// Answers false when they were not.
    package func remove(_ link: TicketLink, from ticket: ID<Ticket>) -> Pending<Bool> { run(.remove, link, ticket) }

    private func run(_ sql: SQL, _ link: TicketLink, _ ticket: ID<Ticket>) -> Pending<Bool> {
        transaction.run(sql, [ticket.bind, .text(link.kind.back.rawValue), link.ticketID.bind, .text(link.kind.rawValue)])
            .map { $0.affected > 0 }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select kind, other_id
            from helpdesk.ticket_links
            where tenant_id = $1
                and ticket_id = $2
            order by other_id, kind
            """
        case add = """
            insert into helpdesk.ticket_links (tenant_id, ticket_id, kind, other_id)
            values ($1, $2, $5, $4), ($1, $4, $3, $2)
            on conflict do nothing
            """
        case remove = """
            delete from helpdesk.ticket_links
            where tenant_id = $1
                and (ticket_id, kind, other_id) in (($2, $5, $4), ($4, $3, $2))
            """
    }
}
