import Domain
import Repositories

extension Helpdesk {
    /// The way of every change to one ticket: lock it, decide, write it with its history. Two round trips.
    ///
    /// Whoever waited for the lock began earlier than the change before: time does not run backwards on a ticket.
    /// Nothing is written when `decide` leaves the ticket as it was.
    func change(
        _ id: ID<Ticket>, _ access: Access, _ event: HistoryEntry.Event, ifMatch: Int64? = nil, once: Once<Ticket>? = nil,
        decide: (inout Ticket, Timestamp) throws -> Void
    ) async throws -> Ticket {
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start, once: once) { tx in
            let old = try await tx.locked(id, for: access, ifMatch: ifMatch)
            let now = max(start, old.updatedAt)
            var ticket = old
            try decide(&ticket, now)
            guard ticket != old else { return Pending(ticket) }
            tx.write(&ticket, since: old, event, by: access.caller.person, at: now)
            return Pending(ticket)
        }
    }
}

extension TenantTransaction {
    /// The ticket, locked, if the caller may see it and it is still at the version the caller knows.
    func locked(_ id: ID<Ticket>, for access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        let ticket = try await tickets.lock(id).value.orNotFound
        guard access.sees(ticket) else { throw Refusal.notFound }
        if let ifMatch, ifMatch != ticket.version { throw Refusal.outdated(currentVersion: ticket.version) }
        return ticket
    }

    /// Writes what changed and what the history says of it: never the one without the other.
    func write(
        _ ticket: inout Ticket, since old: Ticket, _ event: HistoryEntry.Event, by actor: Person, at now: Timestamp,
        message: Message? = nil, also: [FieldChange] = []
    ) {
        ticket.version = old.version + 1
        ticket.updatedAt = now
        if let message { messages.insert(message) }
        tickets.update(ticket)
        history.append(
            HistoryEntry(
                version: ticket.version, at: now, actor: actor, event: event, changes: ticket.changes(since: old) + also,
                messageID: message?.id),
            to: ticket.id)
    }

    /// Writes a new ticket with its first message.
    func open(_ ticket: Ticket, with message: Message, by actor: Person) {
        tickets.insert(ticket)
        messages.insert(message)
        history.append(
            HistoryEntry(
                version: ticket.version, at: ticket.createdAt, actor: actor, event: .created, changes: ticket.changes(since: nil),
                messageID: message.id),
            to: ticket.id)
    }
}

extension TicketOutcome {
    /// The status after an event that can only change the status.
    var status: TicketStatus {
        get throws(Refusal) {
            guard case .status(let status) = self else { throw .conflict(.statusOfHidden) }
            return status
        }
    }
}
