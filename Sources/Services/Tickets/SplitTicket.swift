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
            // The new ticket must be there before anything can be moved to it; how much that is, only the move tells.
            tx.tickets.insert(opened, access.configuration.fields)
            let moved = try await tx.messages.move(messages, from: id, to: number).value
            guard moved.count == messages.count else {
                throw Refusal.invalid([FieldFault("message_ids", "unknown", "there are no such messages on this ticket")])
            }
            if moved.allSatisfy({ $0.kind == .note }) {
                throw Refusal.invalid([FieldFault("message_ids", "only_notes", "notes alone make no ticket")])
            }
            var left = old
            var next = opened
            next.take(moved, from: &left)
            guard left.messageCount > 0 else { throw Refusal.conflict(.splitOfAll) }
            tx.tickets.update(next, since: opened, access.configuration.fields)
            tx.history.append(
                HistoryEntry(
                    version: next.version, at: now, actor: access.actor, event: .created,
                    changes: next.changes(since: nil) + [FieldChange("split_from", from: .none, to: .number(id.value))]), to: number)
            _ = tx.links.add(TicketLink(kind: .splitFrom, ticketID: id), to: number)
            tx.write(
                &left, since: old, .split, by: access, at: now,
                also: [FieldChange("split_into", from: .none, to: .number(number.value))])
            return Pending(next)
        }
    }
}

extension Ticket {
    fileprivate mutating func take(_ moved: [Messages.Moved], from old: inout Ticket) {
        let replies = moved.filter { $0.kind == .reply }
        let heard = moved.filter { $0.kind == .userMessage }
        messageCount = replies.count + heard.count
        replyCount = replies.count
        old.messageCount -= messageCount
        old.replyCount -= replyCount
        if old.replyCount == 0 { old.firstRepliedAt = nil }
        firstRepliedAt = replies.map(\.createdAt).min()
        // What was answered before it came along is not waited for.
        let lastReply = replies.map(\.createdAt).max()
        userWaitingSince = heard.map(\.createdAt).filter { time in lastReply.map { $0 < time } ?? true }.min()
    }
}
