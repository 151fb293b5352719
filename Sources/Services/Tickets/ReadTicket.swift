import Domain
import Repositories

/// A ticket with what was asked for beside it.
package struct TicketReading: Sendable {
    package var ticket: Ticket
    package var messages: Page<Message, ID<Message>>?
    package var history: TicketPast?
}

/// A page of what happened to a ticket, and what those in it are called.
package struct TicketPast: Sendable {
    package var page: Page<HistoryEntry, Int64>
    package var names: Names
}

extension Helpdesk {
    /// How many messages and changes come with a ticket; the rest is behind their own lists.
    package static let included = 200

    /// One ticket, hidden or not, in one round trip with its messages and history.
    package func readTicket(_ id: ID<Ticket>, messages: Bool, history: Bool, _ access: Access) async throws -> TicketReading {
        try access.require(.readTickets)
        if history { try access.requireAgent("read the history") }
        // What may be much would make others wait.
        let isLittle = !messages && !history
        return try await database.transaction(in: access.scope, at: clock.now(), inCompany: isLittle) { tx in
            let found = tx.seen(id, by: access)
            let said =
                messages
                ? tx.messages.list(on: id, notes: access.caller.isAgent, after: nil, limit: Self.included)
                    .map { $0 as Page<Message, ID<Message>>? } : Pending(nil)
            let happened =
                history ? tx.past(of: id, found, access, after: nil, limit: Self.included).map { $0 as TicketPast? } : Pending(nil)
            return found.and(said).and(happened).map { TicketReading(ticket: $0.0.0, messages: $0.0.1, history: $0.1) }
        }
    }

    /// What was said, oldest first. Users never get notes.
    package func listMessages(
        on id: ID<Ticket>, after cursor: ID<Message>?, limit: Int, _ access: Access
    ) async throws -> Page<Message, ID<Message>> {
        try access.require(.readTickets)
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.seen(id, by: access)
                .and(tx.messages.list(on: id, notes: access.caller.isAgent, after: cursor, limit: limit))
                .map(\.1)
        }
    }

    /// What happened, oldest first. A ticket that was merged into another keeps its own, and is the only one to show it.
    package func listHistory(
        of id: ID<Ticket>, after version: Int64?, limit: Int, _ access: Access
    ) async throws -> TicketPast {
        try access.require(.readTickets)
        try access.requireAgent("read the history")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let found = tx.tickets.find(id, seenBy: access.sight).map { try $0.orNotFound }
            return tx.past(of: id, found, access, after: version, limit: limit)
        }
    }
}

extension TenantTransaction {
    /// The ticket, if the caller sees it.
    func seen(_ id: ID<Ticket>, by access: Access) -> Pending<Ticket> {
        tickets.find(id, seenBy: access.sight).map { try $0.orNotFound.notMerged }
    }

    fileprivate func past(
        of id: ID<Ticket>, _ found: Pending<Ticket>, _ access: Access, after version: Int64?, limit: Int
    ) -> Pending<TicketPast> {
        found.and(history.list(of: id, after: version, limit: limit)).map { ticket, entries in
            TicketPast(
                page: Page(oneMore: entries, limit: limit, cursor: \.version), names: Names(access.configuration, user: ticket.user))
        }
    }
}
