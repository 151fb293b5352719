import Domain
import Repositories

extension Helpdesk {
    /// Writes down something that only agents see. The status stays, whatever it is. Whoever sees a ticket may note something on it.
    package func addNote(to id: ID<Ticket>, _ body: MessageBody, _ access: Access, once: Once<Said>? = nil) async throws -> Said {
        try access.require(.writeTickets)
        let agent = try access.requireAgent("write notes")
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start, taking: Numbers(messages: 1), once: once) { tx in
            let old = try await tx.locked(id, for: access)
            let now = max(start, old.updatedAt)
            var ticket = old
            ticket.take(try old.status.after(.note).status, at: now)
            let message = Message(
                id: ID(try await tx.numbers.value.messages), ticketID: id, kind: .note, author: .agent(agent), body: body, createdAt: now)
            tx.write(&ticket, since: old, .noted, by: access, at: now, message: message)
            return Pending(Said(message: message, ticket: ticket))
        }
    }
}
