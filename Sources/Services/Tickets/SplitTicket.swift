import Domain
import Repositories

extension Helpdesk {
    package static let mostSplitMessages = 1000

    /// Moves messages that are about something else into a new ticket of the same user. Both know of each other.
    /// - Parameter subject: nil: the old one's.
    package func splitTicket(
        _ id: ID<Ticket>, moving messages: [ID<Message>], subject: Subject? = nil, _ access: Access, ifMatch: Int64? = nil,
        once: Once<Ticket>? = nil
    ) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent(.editFields, "split tickets")
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start, taking: Numbers(tickets: 1), once: once) { tx in
            let old = try await tx.locked(id, for: access, ifMatch: ifMatch)
            if old.status.isHidden { throw Refusal.conflict(.mergeOfHidden) }
            if old.legalHold != nil { throw Refusal.conflict(.mergeHeld) }
            let now = max(start, old.updatedAt)
            let number = ID<Ticket>(try await tx.numbers.value.tickets)
            let opened = Ticket.opened(
                id: number, ref: references.next(), subject: subject ?? old.subject, status: .created(), user: old.user,
                organizationID: old.organizationID, departmentID: old.departmentID, agentID: old.agentID, teamID: old.teamID,
                priority: old.priority, urgency: old.urgency, fields: old.fields, channel: old.channel, at: now)
            // The new ticket must be there before anything can be moved to it; what either is then, its messages say.
            tx.tickets.insert(opened, access.configuration.fields)
            let moved = tx.messages.move(messages, from: id, to: number)
            let tallies = tx.messages.tally(of: id).and(tx.messages.tally(of: number))
            guard try await moved.value == messages.count else {
                throw Refusal.invalid([FieldFault("message_ids", "unknown", "there are no such messages on this ticket")])
            }
            let (stayed, went) = try await tallies.value
            if went.messages == 0 { throw Refusal.invalid([FieldFault("message_ids", "only_notes", "notes alone make no ticket")]) }
            if stayed.messages == 0 { throw Refusal.conflict(.splitOfAll) }
            var left = old
            left.take(stayed, isWaiting: old.userWaitingSince != nil)
            var next = opened
            next.take(went, isWaiting: true)
            tx.tickets.update(next, since: opened, access.configuration.fields)
            tx.history.append(
                HistoryEntry(
                    version: next.version, at: now, actor: access.actor, event: .created,
                    changes: next.changes(since: nil) + [FieldChange("split_from", from: .none, to: .number(id.value))]), to: number)
            _ = tx.links.add(TicketLink(kind: .splitFrom, ticketID: id), to: number)
            tx.write(
                &left, since: old, .split, by: access, at: now,
                also: [FieldChange("split_into", from: .none, to: .number(number.value))])
            tx.searchDocuments.refresh([id, number], access.configuration.language)
            return Pending(next)
        }
    }
}

extension Ticket {
    fileprivate mutating func take(_ tally: Messages.Tally, isWaiting: Bool) {
        messageCount = tally.messages
        replyCount = tally.replies
        firstRepliedAt = tally.firstReplyAt
        userWaitingSince = isWaiting ? tally.unansweredSince : nil
    }
}
