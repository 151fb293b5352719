import Domain
import Repositories

extension Helpdesk {
    /// A page of tickets. Users get their own, and never hidden ones: that rule is part of the query, so pages are always full.
    package func listTickets(
        _ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, _ access: Access
    ) async throws -> Page<Ticket, TicketCursor> {
        try access.require(.readTickets)
        var filter = filter
        if let user = access.caller.userID {
            if filter.includesHidden { throw Refusal.forbidden("only agents list hidden tickets") }
            if let asked = filter.userID, asked != user { return Page(items: [], next: nil) }
            filter.userID = user
        }
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.tickets.list(filter, order, after: cursor, limit: limit)
                .map { Page(oneMore: $0, limit: limit) { TicketCursor(after: $0, in: order) } }
        }
    }
}
