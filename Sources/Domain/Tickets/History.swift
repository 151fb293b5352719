/// One change of a ticket: who did what, when, and what was different afterwards. Never edited.
package struct HistoryEntry: Equatable, Sendable {
    package enum Event: String, CaseIterable, Sendable {
        case created
        case replied
        case userMessage = "user_message"
        case noted
        case updated
        case markedSpam = "marked_spam"
        case deleted
        case restored
        /// A message came too late and opened a new ticket, which `changes` names.
        case followedUp = "followed_up"
        /// Took over the messages of the tickets that `changes` names.
        case merged
        /// Gave its messages to the ticket that `changes` names, and leads there now.
        case mergedAway = "merged_away"
        /// Gave some messages to a new ticket.
        case split
        case linked
        case unlinked
        case followed
        case unfollowed
        case ccAdded = "cc_added"
        case ccRemoved = "cc_removed"
        case held
        case released
        case liveStarted = "live_started"
        case liveEnded = "live_ended"
        /// A mass action was taken back: the ticket is what it was before it.
        case undone
    }

    /// The version of the ticket that this change made.
    package var version: Int64
    package var at: Timestamp
    package var actor: Actor
    package var event: Event
    package var changes: [FieldChange]
    package var messageID: ID<Message>?
    /// The mass action it was a part of.
    package var massActionID: ID<MassAction>?

    /// Who did it, and with which of their tokens.
    package struct Actor: Equatable, Sendable {
        /// Nil: an operator, at the command line of the installation.
        package var person: Person?
        package var tokenID: ID<Token>?

        package init(_ person: Person?, tokenID: ID<Token>?) {
            self.person = person
            self.tokenID = tokenID
        }
    }

    package init(
        version: Int64, at: Timestamp, actor: Actor, event: Event, changes: [FieldChange], messageID: ID<Message>? = nil,
        massActionID: ID<MassAction>? = nil
    ) {
        self.version = version
        self.at = at
        self.actor = actor
        self.event = event
        self.changes = changes
        self.messageID = messageID
        self.massActionID = massActionID
    }
}

package struct FieldChange: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case none
        case text(String)
        case number(Int64)
        case decimal(Double)
        case truth(Bool)
        case list([String])
    }

    package var field: String
    package var from: Value
    package var to: Value

    package init(_ field: String, from: Value, to: Value) {
        self.field = field
        self.from = from
        self.to = to
    }
}

extension FieldChange.Value {
    init(_ value: FieldValue) {
        self =
            switch value {
            case .text(let text): .text(text)
            // As it comes back from JSON: a whole number is one.
            case .number(let number): Int64(exactly: number).map { .number($0) } ?? .decimal(number)
            case .boolean(let value): .truth(value)
            case .choices(let choices): .list(choices)
            }
    }

    package init(_ id: ID<some Any>?) { self = id.map { .number($0.value) } ?? .none }
}

extension Ticket {
    /// What is different from `old`. Verbs change a ticket and compare, so no verb can change something and forget to say so.
    package func changes(since old: Ticket?) -> [FieldChange] {
        let before = old?.recorded ?? []
        let properties = recorded.enumerated().compactMap { index, now in
            let was = before.isEmpty ? FieldChange.Value.none : before[index].value
            return was == now.value ? nil : FieldChange(now.field, from: was, to: now.value)
        }
        let keys = Set(fields.keys).union(old.map { Set($0.fields.keys) } ?? [])
        let values = keys.sorted { $0.text < $1.text }.compactMap { key -> FieldChange? in
            let was = old?.fields[key]
            let now = fields[key]
            if was == now { return nil }
            return FieldChange("fields.\(key.text)", from: was.map { .init($0) } ?? .none, to: now.map { .init($0) } ?? .none)
        }
        return properties + values
    }

    /// Everything a person can change about a ticket, but its fields.
    private var recorded: [(field: String, value: FieldChange.Value)] {
        [
            ("status", .text(status.name)),
            ("subject", .text(subject.text)),
            ("department_id", .init(departmentID)),
            ("agent_id", .init(agentID)),
            ("team_id", .init(teamID)),
            ("user_id", .init(user.id)),
            ("organization_id", .init(organizationID)),
            ("priority", .text(priority.rawValue)),
            ("urgency", .number(Int64(urgency.value))),
            ("labels", labels.list.isEmpty ? .none : .list(labels.list.map(\.text))),
            ("legal_hold", legalHold.map { .text($0.reason) } ?? .none),
            ("follow_up_of", .init(followUpOf)),
            ("merged_into", .init(mergedInto)),
        ]
    }
}
