import Domain
import Repositories

/// A ticket with what was asked for beside it.
package struct TicketReading: Sendable {
    package var ticket: Ticket
    package var messages: Page<Message, ID<Message>>?
    package var history: Page<HistoryEntry, Int64>?
}

extension Helpdesk {
    /// How many messages and changes come with a ticket; the rest is behind their own lists.
    package static let included = 200

    /// One ticket, hidden or not, in one round trip with its messages and history.
    package func readTicket(_ id: ID<Ticket>, messages: Bool, history: Bool, _ access: Access) async throws -> TicketReading {
        try access.require(.readTickets)
        if history { _ = try access.requireAgent("read the history") }
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let found = tx.tickets.find(id).map { try access.visible($0) }
            let said =
                messages
                ? tx.messages.list(on: id, notes: access.caller.isAgent, after: nil, limit: Self.included)
                    .map { $0 as Page<Message, ID<Message>>? } : Pending(nil)
            let happened =
                history
                ? tx.history.list(of: id, after: nil, limit: Self.included)
                    .map { Page(oneMore: $0, limit: Self.included, cursor: \.version) as Page<HistoryEntry, Int64>? } : Pending(nil)
            return found.and(said).and(happened).map { TicketReading(ticket: $0.0.0, messages: $0.0.1, history: $0.1) }
        }
    }

    /// What was said, oldest first. Users never get notes.
    package func listMessages(
        on id: ID<Ticket>, after cursor: ID<Message>?, limit: Int, _ access: Access
    ) async throws -> Page<Message, ID<Message>> {
        try access.require(.readTickets)
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.tickets.find(id).map { try access.visible($0) }
                .and(tx.messages.list(on: id, notes: access.caller.isAgent, after: cursor, limit: limit))
                .map(\.1)
        }
    }

    /// What happened, oldest first.
    package func listHistory(
        of id: ID<Ticket>, after version: Int64?, limit: Int, _ access: Access
    ) async throws -> Page<HistoryEntry, Int64> {
        try access.require(.readTickets)
        _ = try access.requireAgent("read the history")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.tickets.find(id).map { try access.visible($0) }
                .and(tx.history.list(of: id, after: version, limit: limit))
                .map { Page(oneMore: $0.1, limit: limit, cursor: \.version) }
        }
    }
}

extension Access {
    fileprivate func visible(_ ticket: Ticket?) throws(Refusal) -> Ticket {
        let ticket = try ticket.orNotFound
        guard sees(ticket) else { throw .notFound }
        return ticket
    }
}
