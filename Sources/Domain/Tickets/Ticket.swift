/// A matter between a user and the helpdesk.
package struct Ticket: Equatable, Sendable {
    package var id: ID<Ticket>
    package var ref: TicketReference
    package var subject: Subject
    package var status: TicketStatus
    package var hiddenAt: Timestamp?
    /// Why it must not be purged.
    package var legalHold: LegalHold?
    package var user: Requester
    /// The user's when the ticket was opened.
    package var organizationID: ID<Organization>?
    package var departmentID: ID<Department>
    package var agentID: ID<Agent>?
    package var teamID: ID<Team>?
    package var priority: Priority
    package var urgency: Urgency
    package var labels: Labels
    package var fields: [FieldKey: FieldValue]
    package var channel: Channel
    /// The ticket this one continues.
    package var followUpOf: ID<Ticket>?
    /// The ticket that has taken over this one's messages; this one only leads there.
    package var mergedInto: ID<Ticket>?
    /// A chat or call goes on until then, unless its heartbeat moves it on.
    package var liveUntil: Timestamp?
    /// Replies and user messages; notes do not count.
    package var messageCount: Int
    /// Agents' replies.
    package var replyCount: Int
    /// Counts changes, from 1.
    package var version: Int64
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var statusChangedAt: Timestamp
    /// Since when the user has been waiting for an answer; nil while nobody waits.
    package var userWaitingSince: Timestamp?
    /// Milliseconds the user has waited up to now, without the wait that is going on.
    package var userWaited: Int64
    package var firstRepliedAt: Timestamp?
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
        id: ID<Ticket>, ref: TicketReference, subject: Subject, status: TicketStatus, hiddenAt: Timestamp? = nil,
        legalHold: LegalHold? = nil, user: Requester, organizationID: ID<Organization>? = nil,
        departmentID: ID<Department> = Department.first, agentID: ID<Agent>? = nil, teamID: ID<Team>? = nil, priority: Priority = .normal,
        urgency: Urgency = .lowest, labels: Labels = .none, fields: [FieldKey: FieldValue] = [:], channel: Channel,
        followUpOf: ID<Ticket>? = nil, mergedInto: ID<Ticket>? = nil, liveUntil: Timestamp? = nil, messageCount: Int = 0,
        replyCount: Int = 0, version: Int64 = 1, createdAt: Timestamp, updatedAt: Timestamp, statusChangedAt: Timestamp,
        userWaitingSince: Timestamp? = nil, userWaited: Int64 = 0, firstRepliedAt: Timestamp? = nil, resolvedAt: Timestamp? = nil
    ) {
        self.id = id
        self.ref = ref
        self.subject = subject
        self.status = status
        self.hiddenAt = hiddenAt
        self.legalHold = legalHold
        self.user = user
        self.organizationID = organizationID
        self.departmentID = departmentID
        self.agentID = agentID
        self.teamID = teamID
        self.priority = priority
        self.urgency = urgency
        self.labels = labels
        self.fields = fields
        self.channel = channel
        self.followUpOf = followUpOf
        self.mergedInto = mergedInto
        self.liveUntil = liveUntil
        self.messageCount = messageCount
        self.replyCount = replyCount
        self.version = version
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.statusChangedAt = statusChangedAt
        self.userWaitingSince = userWaitingSince
        self.userWaited = userWaited
        self.firstRepliedAt = firstRepliedAt
        self.resolvedAt = resolvedAt
    }

    /// A ticket as it is when it comes to be.
    package static func opened(
        id: ID<Ticket>, ref: TicketReference, subject: Subject, status: TicketStatus, user: Requester,
        organizationID: ID<Organization>? = nil, departmentID: ID<Department> = Department.first, agentID: ID<Agent>? = nil,
        teamID: ID<Team>? = nil, priority: Priority = .normal, urgency: Urgency = .lowest, labels: Labels = .none,
        fields: [FieldKey: FieldValue] = [:], channel: Channel, followUpOf: ID<Ticket>? = nil, at now: Timestamp
    ) -> Ticket {
        Ticket(
            id: id, ref: ref, subject: subject, status: status, user: user, organizationID: organizationID, departmentID: departmentID,
            agentID: agentID, teamID: teamID, priority: priority, urgency: urgency, labels: labels, fields: fields, channel: channel,
            followUpOf: followUpOf, messageCount: 1, createdAt: now, updatedAt: now, statusChangedAt: now,
            userWaitingSince: status == .visible(.awaitingAgent) ? now : nil, resolvedAt: status == .visible(.resolved) ? now : nil)
    }

    /// Whether a chat or call is going on.
    package func isLive(at now: Timestamp) -> Bool { liveUntil.map { now < $0 } ?? false }

    /// How long the user waited for the first answer, in milliseconds; no time at all where it came along from another ticket.
    package var firstReplyTime: Int64? { firstRepliedAt.map { max(0, $0.milliseconds - createdAt.milliseconds) } }
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
            endWait(at: now)
        case .visible(let visible):
            resolvedAt = nil
            if visible == .awaitingUser { endWait(at: now) }
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
    package mutating func answerUser(at now: Timestamp) {
        messageCount += 1
        replyCount += 1
        firstRepliedAt = firstRepliedAt ?? now
        if status != .visible(.awaitingAgent) { endWait(at: now) }
    }

    /// An agent answers; without a chosen status the user is to act next.
    package mutating func answer(choosing status: VisibleStatus?, at now: Timestamp) throws(Refusal) {
        take(try self.status.after(.agentReply(status)).status, at: now)
        answerUser(at: now)
    }

    package mutating func hide(as hidden: HiddenStatus, at now: Timestamp) throws(Refusal) {
        take(try status.after(.hide(hidden)).status, at: now)
        // Whoever still talks will notice at the next heartbeat.
        liveUntil = nil
    }

    private mutating func endWait(at now: Timestamp) {
        guard let since = userWaitingSince else { return }
        userWaited += max(0, now.milliseconds - since.milliseconds)
        userWaitingSince = nil
    }
}
