import Domain
import Repositories

extension Helpdesk {
    /// The way of every change to one ticket: lock it, decide, write it with its history. Two round trips.
    ///
    /// Whoever waited for the lock began earlier than the change before: time does not run backwards on a ticket.
    /// Nothing is written when `decide` leaves the ticket as it was.
    func change(
        _ id: ID<Ticket>, _ access: Access, _ event: HistoryEntry.Event, ifMatch: Int64? = nil, once: Once<Ticket>? = nil,
        decide: (inout Ticket, Timestamp, TenantTransaction) async throws -> Void
    ) async throws -> Ticket {
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start, once: once) { tx in
            let old = try await tx.locked(id, for: access, ifMatch: ifMatch)
            let now = max(start, old.updatedAt)
            var ticket = old
            try await decide(&ticket, now, tx)
            guard ticket != old else { return Pending(ticket) }
            tx.write(&ticket, since: old, event, by: access, at: now)
            return Pending(ticket)
        }
    }
}

extension TenantTransaction {
    /// The ticket, locked, if the caller sees it and it is still at the version the caller knows.
    func locked(_ id: ID<Ticket>, for access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        let ticket = try await tickets.lock(id, seenBy: access.sight).value.orNotFound.notMerged
        try ticket.version.mustMatch(ifMatch)
        return ticket
    }

    /// Writes what changed and what the history says of it: never the one without the other.
    func write(
        _ ticket: inout Ticket, since old: Ticket, _ event: HistoryEntry.Event, by access: Access, at now: Timestamp,
        message: Message? = nil, also: [FieldChange] = []
    ) {
        ticket.version = old.version + 1
        ticket.updatedAt = now
        if let message { messages.insert(message) }
        tickets.update(ticket, since: old, access.configuration.fields)
        history.append(
            HistoryEntry(
                version: ticket.version, at: now, actor: access.actor, event: event, changes: ticket.changes(since: old) + also,
                messageID: message?.id),
            to: ticket.id)
        keepFindable([(old, ticket)], saying: message.map { [($0.kind, $0.body)] } ?? [], access.configuration.language)
    }

    /// Writes a new ticket, with its first message if it was not said elsewhere before.
    func open(_ ticket: Ticket, with message: Message?, by access: Access, also: [FieldChange] = []) {
        tickets.insert(ticket, access.configuration.fields)
        if let message { messages.insert(message) }
        history.append(
            HistoryEntry(
                version: ticket.version, at: ticket.createdAt, actor: access.actor, event: .created,
                changes: ticket.changes(since: nil) + also, messageID: message?.id),
            to: ticket.id)
        searchDocuments.refresh([ticket.id], access.configuration.language)
    }
}

extension Ticket {
    /// Itself, unless it only leads elsewhere.
    var notMerged: Ticket {
        get throws(Refusal) {
            if let mergedInto { throw .merged(into: mergedInto) }
            return self
        }
    }
}
