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
    }

    /// The version of the ticket that this change made.
    package var version: Int64
    package var at: Timestamp
    package var actor: Person
    package var event: Event
    package var changes: [FieldChange]
    package var messageID: ID<Message>?

    package init(
        version: Int64, at: Timestamp, actor: Person, event: Event, changes: [FieldChange], messageID: ID<Message>? = nil
    ) {
        self.version = version
        self.at = at
        self.actor = actor
        self.event = event
        self.changes = changes
        self.messageID = messageID
    }
}

package struct FieldChange: Equatable, Sendable {
    package enum Value: Equatable, Sendable {
        case none
        case text(String)
        case number(Int64)
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

extension Ticket {
    /// What is different from `old`. Verbs change a ticket and compare, so no verb can change something and forget to say so.
    package func changes(since old: Ticket?) -> [FieldChange] {
        let before = old?.recorded ?? []
        return recorded.enumerated().compactMap { index, now in
            let was = before.isEmpty ? FieldChange.Value.none : before[index].value
            return was == now.value ? nil : FieldChange(now.field, from: was, to: now.value)
        }
    }

    /// Everything a person can change about a ticket.
    private var recorded: [(field: String, value: FieldChange.Value)] {
        [
            ("status", .text(status.name)),
            ("subject", .text(subject.text)),
            ("agent_id", agentID.map { .number($0.value) } ?? .none),
            ("user_id", .number(user.id.value)),
            ("priority", .text(priority.rawValue)),
            ("urgency", .number(Int64(urgency.value))),
            ("follow_up_of", followUpOf.map { .number($0.value) } ?? .none),
        ]
    }
}
