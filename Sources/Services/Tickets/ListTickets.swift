import Domain
import Repositories

extension Helpdesk {
    /// A page of tickets. What the caller may see is part of the query, so pages are always full. Users never list hidden tickets.
    package func listTickets(
        _ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, _ access: Access
    ) async throws -> Page<Ticket, TicketCursor> {
        try access.require(.readTickets)
        if filter.includesHidden { try access.requireAgent("list hidden tickets") }
        // Users are not shown labels, and must not find them out by asking for each.
        if filter.label != nil { try access.requireAgent("list tickets by label") }
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.tickets.list(filter, order, after: cursor, limit: limit, seenBy: access.sight)
                .map { Page(oneMore: $0, limit: limit) { TicketCursor(after: $0, in: order) } }
        }
    }
}
