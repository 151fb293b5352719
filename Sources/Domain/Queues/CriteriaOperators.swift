extension QueueField.Property {
    /// Nil for what cannot be asked of it.
    var presence: ResolvedCriteria.Presence? {
        switch self {
        case .agentID: .agent
        case .teamID: .team
        case .organizationID: .organization
        case .followUpOf: .followUpOf
        case .userName: .userName
        case .label: .label
        case .follower: .follower
        case .cc: .copied
        case .legalHold: .legalHold
        case .createdAt: .created
        case .updatedAt: .updated
        case .statusChangedAt: .statusChanged
        case .resolvedAt: .resolved
        case .firstRepliedAt: .firstReplied
        case .userWaitingSince, .waitingTime: .userWaiting
        case .hiddenAt: .hidden
        case .status, .priority, .channel, .live, .ref, .id, .urgency, .subject, .words, .departmentID, .userID, .userEmail,
            .messageCount, .replyCount:
            nil
        }
    }
}

extension QueueOperator {
    var comparison: ResolvedCriteria.Comparison? {
        switch self {
        case .greater: .greater
        case .less: .less
        case .atLeast: .atLeast
        case .atMost: .atMost
        default: nil
        }
    }
}

extension ResolvedCriteria.Comparison {
    package func holds<Value: Comparable>(_ one: Value, _ other: Value) -> Bool {
        switch self {
        case .greater: one > other
        case .less: one < other
        case .atLeast: one >= other
        case .atMost: one <= other
        }
    }

    var reversed: Self {
        switch self {
        case .greater: .less
        case .less: .greater
        case .atLeast: .atMost
        case .atMost: .atLeast
        }
    }
}

extension FieldForm {
    var rule: String {
        switch self {
        case .text: "a text of 1 to \(QueueValue.longestText) characters"
        case .number: "a number"
        case .boolean: "true or false"
        case .date: "a date such as 2026-11-23"
        case .choice(let choices), .multiChoice(let choices): "one of \(choices.joined(separator: ", "))"
        }
    }
}

extension Timestamp {
    /// In UTC.
    var day: String { String(description.prefix("2026-11-23".count)) }
}
