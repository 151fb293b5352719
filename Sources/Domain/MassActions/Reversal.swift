/// The times and counts that hang on a ticket's status, beside what the history shows of a change: with both a change can be taken back
/// exactly.
package struct TicketClocks: Equatable, Sendable {
    package var statusChangedAt: Timestamp
    package var hiddenAt: Timestamp?
    package var hiddenFrom: VisibleStatus?
    package var resolvedAt: Timestamp?
    package var userWaitingSince: Timestamp?
    /// Milliseconds.
    package var userWaited: Int64

    package init(
        statusChangedAt: Timestamp, hiddenAt: Timestamp?, hiddenFrom: VisibleStatus?, resolvedAt: Timestamp?, userWaitingSince: Timestamp?,
        userWaited: Int64
    ) {
        self.statusChangedAt = statusChangedAt
        self.hiddenAt = hiddenAt
        self.hiddenFrom = hiddenFrom
        self.resolvedAt = resolvedAt
        self.userWaitingSince = userWaitingSince
        self.userWaited = userWaited
    }
}

/// What a mass action changed of a ticket.
package struct BeforeImage: Equatable, Sendable {
    package var changes: [FieldChange]
    /// As they were; nil when they did not change.
    package var clocks: TicketClocks?

    package init(changes: [FieldChange], clocks: TicketClocks?) {
        self.changes = changes
        self.clocks = clocks
    }
}

extension Ticket {
    var clocks: TicketClocks {
        TicketClocks(
            statusChangedAt: statusChangedAt, hiddenAt: hiddenAt, hiddenFrom: status.hiddenFrom, resolvedAt: resolvedAt,
            userWaitingSince: userWaitingSince, userWaited: userWaited)
    }

    /// What is to be kept of `old` so that this change can be taken back. An answer has ended the user's wait for good.
    package func clocksToKeep(of old: Ticket) -> TicketClocks? {
        var kept = old.clocks
        if replyCount != old.replyCount {
            kept.userWaitingSince = userWaitingSince
            kept.userWaited = userWaited
        }
        return kept == clocks ? nil : kept
    }

    /// Takes a change back. What was said on the way stays.
    mutating func revert(_ before: BeforeImage) throws(Refusal) {
        for change in before.changes { try revert(change, before.clocks) }
        guard let clocks = before.clocks else { return }
        // Restored and hidden again in one go, it may be hidden from another status under the same name.
        if case .hidden(let hidden, _) = status, let from = clocks.hiddenFrom { status = .hidden(hidden, from: from) }
        statusChangedAt = clocks.statusChangedAt
        hiddenAt = clocks.hiddenAt
        resolvedAt = clocks.resolvedAt
        userWaitingSince = clocks.userWaitingSince
        userWaited = clocks.userWaited
        if status.isHidden { liveUntil = nil }
    }

    private mutating func revert(_ change: FieldChange, _ clocks: TicketClocks?) throws(Refusal) {
        switch (change.field, change.from) {
        case ("status", .text(let name)):
            if let visible = VisibleStatus(rawValue: name) {
                status = .visible(visible)
            } else if let hidden = HiddenStatus(rawValue: name), let from = clocks?.hiddenFrom ?? status.hiddenFrom {
                status = .hidden(hidden, from: from)
            } else {
                throw .irreversible(change)
            }
        case ("department_id", .number(let id)): departmentID = ID(id)
        case ("agent_id", .number(let id)): agentID = ID(id)
        case ("agent_id", .none): agentID = nil
        case ("team_id", .number(let id)): teamID = ID(id)
        case ("team_id", .none): teamID = nil
        case ("priority", .text(let name)):
            guard let old = Priority(rawValue: name) else { throw .irreversible(change) }
            priority = old
        case ("urgency", .number(let value)):
            guard let old = Urgency(Int(value)) else { throw .irreversible(change) }
            urgency = old
        case ("labels", .none): labels = .none
        case ("labels", .list(let names)): labels = Labels(unchecked: names.map { Label(unchecked: $0) })
        default:
            guard change.field.hasPrefix("fields."), let key = FieldKey(String(change.field.dropFirst("fields.".count))) else {
                throw .irreversible(change)
            }
            fields[key] = FieldValue(change.from)
        }
    }
}

extension FieldValue {
    /// Nil: there was none.
    fileprivate init?(_ value: FieldChange.Value) {
        switch value {
        case .none: return nil
        case .text(let text): self = .text(text)
        case .number(let number): self = .number(Double(number))
        case .decimal(let number): self = .number(number)
        case .truth(let value): self = .boolean(value)
        case .list(let choices): self = .choices(choices)
        }
    }
}

extension Refusal {
    fileprivate static func irreversible(_ change: FieldChange) -> Refusal {
        .invalid([FieldFault(change.field, "irreversible", "what it was before cannot be set any more")])
    }
}
