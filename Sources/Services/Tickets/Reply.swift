import Domain
import Repositories

/// A message that was written, and the ticket as it stands afterwards.
package struct Said: Sendable {
    package var message: Message
    package var ticket: Ticket
}

extension Helpdesk {
    /// An agent answers, or the user writes again; which of the two, the caller decides.
    /// - Parameter status: the status an agent chooses; nil: the user is to act next.
    package func reply(
        to id: ID<Ticket>, _ body: MessageBody, status: VisibleStatus? = nil, _ access: Access, once: Once<Said>? = nil
    ) async throws -> Said {
        try access.require(.writeTickets)
        guard access.caller.isAgent || status == nil else { throw Refusal.forbidden("only agents choose a status") }
        do {
            return try await say(body, on: id, choosing: status, access, once, opening: false)
        } catch is OpensFollowUp {
            return try await say(body, on: id, choosing: status, access, once, opening: true)
        }
    }

    /// The message opens a new ticket, and for that a number is needed, which is taken before the transaction.
    private struct OpensFollowUp: Error {}

    private func say(
        _ body: MessageBody, on id: ID<Ticket>, choosing status: VisibleStatus?, _ access: Access, _ once: Once<Said>?, opening: Bool
    ) async throws -> Said {
        let start = clock.now()
        let numbers = Numbers(tickets: opening ? 1 : 0, messages: 1)
        return try await database.transaction(in: access.scope, at: start, taking: numbers, once: once) { tx in
            let locked = tx.tickets.lock(id)
            let policy = access.caller.isAgent ? Pending(nil) : tx.settings.reopenPolicy().map { $0 as ReopenPolicy? }
            let old = try await locked.value.orNotFound
            guard access.mayWriteOn(old) else { throw Refusal.notFound }
            let now = max(start, old.updatedAt)

            let event: TicketEvent =
                if let policy = try await policy.value {
                    .userMessage(policy.message(resolvedAt: old.resolvedAt, at: now))
                } else {
                    .agentReply(status)
                }
            let messageID = ID<Message>(try await tx.numbers.value.messages)
            let person = access.caller.person
            var message = Message(
                id: messageID, ticketID: id, kind: access.caller.isAgent ? .reply : .userMessage, author: person, body: body, createdAt: now
            )

            switch try old.status.after(event) {
            case .followUp:
                guard opening else { throw OpensFollowUp() }
                let next = Ticket.opened(
                    id: ID(try await tx.numbers.value.tickets), ref: references.next(), subject: old.subject, status: .created(),
                    user: old.user, priority: old.priority, urgency: old.urgency, channel: .api, followUpOf: old.id, at: now)
                message.ticketID = next.id
                tx.open(next, with: message, by: person)
                var left = old
                tx.write(
                    &left, since: old, .followedUp, by: person, at: now,
                    also: [FieldChange("follow_up_id", from: .none, to: .number(next.id.value))])
                return Pending(Said(message: message, ticket: next))
            case .status(let new):
                var ticket = old
                ticket.take(new, at: now)
                if access.caller.isAgent { ticket.answerUser() } else { ticket.hearUser(at: now) }
                tx.write(
                    &ticket, since: old, access.caller.isAgent ? .replied : .userMessage, by: person, at: now, message: message)
                return Pending(Said(message: message, ticket: ticket))
            case .gone:
                throw Refusal.notFound
            }
        }
    }
}

extension Access {
    /// A user may write on a ticket of theirs that was hidden, and is not told that it was.
    fileprivate func mayWriteOn(_ ticket: Ticket) -> Bool { caller.userID.map { $0 == ticket.user.id } ?? true }
}
