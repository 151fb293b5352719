/// What a queue can ask of a ticket.
package enum QueueField: Equatable, Sendable {
    case property(Property)
    /// `field.order_no`
    case custom(FieldKey)

    package enum Property: String, CaseIterable, Sendable {
        case status, priority, channel, live, ref, id, urgency, subject, label, words, follower, cc
        case agentID = "agent_id"
        case teamID = "team_id"
        case departmentID = "department_id"
        case userID = "user_id"
        case organizationID = "organization_id"
        case userName = "user_name"
        case userEmail = "user_email"
        case legalHold = "legal_hold"
        case followUpOf = "follow_up_of"
        case messageCount = "message_count"
        case replyCount = "reply_count"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
        case statusChangedAt = "status_changed_at"
        case resolvedAt = "resolved_at"
        case firstRepliedAt = "first_replied_at"
        case userWaitingSince = "user_waiting_since"
        /// For how long the user has been waiting.
        case waitingTime = "waiting_time"
        case hiddenAt = "hidden_at"
    }

    package static let customPrefix = "field."

    package init?(_ name: String) {
        if let property = Property(rawValue: name) {
            self = .property(property)
        } else if name.hasPrefix(Self.customPrefix), let key = FieldKey(String(name.dropFirst(Self.customPrefix.count))) {
            self = .custom(key)
        } else {
            return nil
        }
    }
}

package enum QueueOperator: String, CaseIterable, Sendable {
    case `is`, `in`, contains, before, after, greater, less
    case isNot = "is_not"
    case notIn = "not_in"
    case notContains = "not_contains"
    /// `7d`: not longer ago than that.
    case withinLast = "within_last"
    /// Longer ago, or never.
    case notWithinLast = "not_within_last"
    case isSet = "is_set"
    case isNotSet = "is_not_set"
    case atLeast = "at_least"
    case atMost = "at_most"

    /// What it denies: it holds for every ticket for which that does not, also where there is nothing to compare.
    package var denied: QueueOperator? {
        switch self {
        case .isNot: .is
        case .notIn: .in
        case .notContains: .contains
        case .notWithinLast: .withinLast
        case .isNotSet: .isSet
        default: nil
        }
    }
}

extension QueueField.Property {
    package var operators: [QueueOperator] {
        switch self {
        case .status, .channel, .ref, .departmentID, .userID: QueueOperator.same
        case .priority: QueueOperator.same + QueueOperator.sizes
        case .live: [.is, .isNot]
        case .legalHold: [.is, .isNot] + QueueOperator.presence
        case .agentID, .teamID, .organizationID, .followUpOf, .follower, .cc: QueueOperator.same + QueueOperator.presence
        case .label: QueueOperator.same + QueueOperator.parts + QueueOperator.presence
        case .id, .urgency, .messageCount, .replyCount: QueueOperator.same + QueueOperator.sizes
        case .subject, .userEmail: QueueOperator.same + QueueOperator.parts
        case .userName: QueueOperator.same + QueueOperator.parts + QueueOperator.presence
        case .words: QueueOperator.parts
        case .createdAt, .updatedAt, .statusChangedAt, .resolvedAt, .firstRepliedAt, .userWaitingSince, .hiddenAt:
            QueueOperator.times + QueueOperator.presence
        case .waitingTime: QueueOperator.sizes + QueueOperator.presence
        }
    }
}

extension Field.Kind {
    /// By which queues can ask for what tickets have in a field of this type.
    package var queueOperators: [QueueOperator] {
        switch self {
        case .text: QueueOperator.same + QueueOperator.parts + QueueOperator.presence
        case .number: QueueOperator.same + QueueOperator.sizes + QueueOperator.presence
        case .boolean: [.is, .isNot] + QueueOperator.presence
        case .date: QueueOperator.same + QueueOperator.times + QueueOperator.presence
        case .choice: QueueOperator.same + QueueOperator.presence
        // Some of the choices, as with labels.
        case .multiChoice: QueueOperator.same + QueueOperator.parts + QueueOperator.presence
        }
    }
}

extension QueueOperator {
    fileprivate static let same: [QueueOperator] = [.is, .isNot, .in, .notIn]
    fileprivate static let parts: [QueueOperator] = [.contains, .notContains]
    fileprivate static let sizes: [QueueOperator] = [.greater, .less, .atLeast, .atMost]
    fileprivate static let times: [QueueOperator] = [.before, .after, .withinLast, .notWithinLast]
    fileprivate static let presence: [QueueOperator] = [.isSet, .isNotSet]
}
