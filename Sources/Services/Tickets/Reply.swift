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
        if access.caller.isAgent {
            try access.requireAgent(.reply, "answer")
        } else if status != nil {
            throw Refusal.forbidden("only agents choose a status")
        }
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
            let old = try await tx.tickets.lock(id, seenBy: access.sight.forWriting).value.orNotFound.notMerged
            let now = max(start, old.updatedAt)
            let event: TicketEvent =
                access.caller.isAgent ? .agentReply(status) : .userMessage(access.effectOfMessage(on: old, at: now))
            let messageID = ID<Message>(try await tx.numbers.value.messages)
            var message = Message(
                id: messageID, ticketID: id, kind: access.caller.isAgent ? .reply : .userMessage, author: access.caller.person, body: body,
                createdAt: now)

            switch try old.status.after(event) {
            case .followUp:
                guard access.allows(.openTickets) else { throw Refusal.conflict(.opensNothing) }
                guard opening else { throw OpensFollowUp() }
                let writer = try await tx.users.hold(access.caller.userID ?? old.user.id).value.orNotFound
                let next = old.followUp(
                    id: ID(try await tx.numbers.value.tickets), ref: references.next(), by: writer, access.configuration, at: now)
                try await tx.hold(next.departmentID)
                message.ticketID = next.id
                tx.open(next, with: message, by: access)
                _ = tx.links.add(TicketLink(kind: .followUpOf, ticketID: old.id), to: next.id)
                var left = old
                tx.write(
                    &left, since: old, .followedUp, by: access, at: now,
                    also: [FieldChange("follow_up_id", from: .none, to: .number(next.id.value))])
                return Pending(Said(message: message, ticket: next))
            case .status(let new):
                var ticket = old
                ticket.take(new, at: now)
                if access.caller.isAgent { ticket.answerUser(at: now) } else { ticket.hearUser(at: now) }
                tx.write(
                    &ticket, since: old, access.caller.isAgent ? .replied : .userMessage, by: access, at: now, message: message)
                return Pending(Said(message: message, ticket: ticket))
            case .gone:
                throw Refusal.notFound
            }
        }
    }
}

extension Access {
    /// What the caller's message does if the ticket is resolved: the usergroup's right and the helpdesk's time limit reopen it, else the
    /// helpdesk's policy counts.
    fileprivate func effectOfMessage(on ticket: Ticket, at now: Timestamp) -> LateMessage {
        let policy = configuration.reopenPolicy
        return allows(.reopen) ? policy.message(resolvedAt: ticket.resolvedAt, at: now) : policy.late
    }
}

extension Ticket {
    /// The ticket that goes on where this one ended, with what is still right of it.
    fileprivate func followUp(
        id: ID<Ticket>, ref: TicketReference, by writer: User, _ configuration: Configuration, at now: Timestamp
    ) -> Ticket {
        let department = configuration.departments[departmentID] == nil ? configuration.defaultDepartment : departmentID
        let faulty = Set(configuration.fields.faults(in: fields.mapValues { $0 }, department: department).map(\.field))
        return .opened(
            id: id, ref: ref, subject: subject, status: .created(), user: writer.requester, organizationID: writer.organizationID,
            departmentID: department, priority: priority, urgency: urgency,
            fields: fields.filter { !faulty.contains("fields.\($0.key.text)") }, channel: .api, followUpOf: self.id, at: now)
    }
}
