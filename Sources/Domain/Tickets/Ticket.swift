/// A matter between a user and the helpdesk.
package struct Ticket: Equatable, Sendable {
    package var id: ID<Ticket>
    package var ref: TicketReference
    package var subject: Subject
    package var status: TicketStatus
    package var hiddenAt: Timestamp?
    package var user: Requester
    package var agentID: ID<Agent>?
    package var priority: Priority
    package var urgency: Urgency
    package var channel: Channel
    /// The ticket this one continues.
    package var followUpOf: ID<Ticket>?
    /// Replies and user messages; notes do not count.
    package var messageCount: Int
    /// Counts changes, from 1.
    package var version: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var statusChangedAt: Timestamp
    /// Since when the user has been waiting for an answer; nil while nobody waits.
    package var userWaitingSince: Timestamp?
    package var resolvedAt: Timestamp?

    /// The user as shown beside the ticket.
    package struct Requester: Equatable, Sendable {
        package var id: ID<User>
        package var name: String?
        package var email: EmailAddress

        package init(id: ID<User>, name: String?, email: EmailAddress) {
            self.id = id
            self.name = name
            self.email = email
        }
    }

    package init(
        id: ID<Ticket>, ref: TicketReference, subject: Subject, status: TicketStatus, hiddenAt: Timestamp? = nil, user: Requester,
        agentID: ID<Agent>? = nil, priority: Priority = .normal, urgency: Urgency = .lowest, channel: Channel,
        followUpOf: ID<Ticket>? = nil,
        messageCount: Int = 0, version: Int64 = 1, createdAt: Timestamp, updatedAt: Timestamp, statusChangedAt: Timestamp,
        userWaitingSince: Timestamp? = nil, resolvedAt: Timestamp? = nil
    ) {
        self.id = id
        self.ref = ref
        self.subject = subject
        self.status = status
        self.hiddenAt = hiddenAt
        self.user = user
        self.agentID = agentID
        self.priority = priority
        self.urgency = urgency
        self.channel = channel
        self.followUpOf = followUpOf
        self.messageCount = messageCount
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.statusChangedAt = statusChangedAt
        self.userWaitingSince = userWaitingSince
        self.resolvedAt = resolvedAt
    }

    /// A ticket as it is when it comes to be.
    package static func opened(
        id: ID<Ticket>, ref: TicketReference, subject: Subject, status: TicketStatus, user: Requester, agentID: ID<Agent>? = nil,
        priority: Priority = .normal, urgency: Urgency = .lowest, channel: Channel, followUpOf: ID<Ticket>? = nil, at now: Timestamp
    ) -> Ticket {
        Ticket(
            id: id, ref: ref, subject: subject, status: status, user: user, agentID: agentID, priority: priority, urgency: urgency,
            channel: channel, followUpOf: followUpOf, messageCount: 1, createdAt: now, updatedAt: now, statusChangedAt: now,
            userWaitingSince: status == .visible(.awaitingAgent) ? now : nil, resolvedAt: status == .visible(.resolved) ? now : nil)
    }
}

extension Ticket {
    /// Takes on a status and keeps the times that hang on it.
    package mutating func take(_ new: TicketStatus, at now: Timestamp) {
        guard new != status else { return }
        // A change between spam and deleted starts that status's own clock.
        hiddenAt = new.isHidden ? now : nil
        switch new {
        case .visible(.resolved):
            if status.hiddenFrom != .resolved { resolvedAt = now }
            userWaitingSince = nil
        case .visible(let visible):
            resolvedAt = nil
            if visible == .awaitingUser { userWaitingSince = nil }
        case .hidden:
            break
        }
        status = new
        statusChangedAt = now
    }

    /// The user said something: from now on the user waits, unless that was so before.
    package mutating func hearUser(at now: Timestamp) {
        messageCount += 1
        if case .visible(.awaitingAgent) = status { userWaitingSince = userWaitingSince ?? now }
    }

    /// An agent said something. Handing over ("I'm on it") leaves the user waiting.
    package mutating func answerUser() {
        messageCount += 1
        if status != .visible(.awaitingAgent) { userWaitingSince = nil }
    }
}
