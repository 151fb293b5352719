/// The queues that every helpdesk has. Name, order and visibility can be changed; what is in them stays, and so do they.
package enum BuiltInQueue: String, CaseIterable, Sendable {
    case mine
    case myTeams = "my_teams"
    case unassigned
    case allOpen = "all_open"
    case pending
    case spam
    case deleted

    /// The same number in every helpdesk.
    package var id: ID<TicketQueue> {
        switch self {
        case .mine: ID(1)
        case .myTeams: ID(2)
        case .unassigned: ID(3)
        case .allOpen: ID(4)
        case .pending: ID(5)
        case .spam: ID(6)
        case .deleted: ID(7)
        }
    }

    package var name: QueueName {
        let name =
            switch self {
            case .mine: "My tickets"
            case .myTeams: "My teams' tickets"
            case .unassigned: "Unassigned"
            case .allOpen: "All open"
            case .pending: "Pending"
            case .spam: "Spam"
            case .deleted: "Deleted"
            }
        return QueueName(unchecked: name)
    }

    /// Open is what is not resolved.
    package var criteria: QueueCriteria {
        switch self {
        case .mine: QueueCriteria(all: [Self.open, .condition(QueueCondition("agent_id", "is", "me"))])
        case .myTeams: QueueCriteria(all: [Self.open, .condition(QueueCondition("team_id", "in", "my_teams"))])
        case .unassigned:
            QueueCriteria(
                all: [
                    Self.open, .condition(QueueCondition("agent_id", "is_not_set")), .condition(QueueCondition("team_id", "is_not_set")),
                ])
        case .allOpen: QueueCriteria(all: [Self.open])
        case .pending: QueueCriteria(all: [.condition(QueueCondition("status", "is", "pending"))])
        case .spam: QueueCriteria(all: [.condition(QueueCondition("status", "is", "spam"))])
        case .deleted: QueueCriteria(all: [.condition(QueueCondition("status", "is", "deleted"))])
        }
    }

    private static let open = QueueCriterion.condition(
        QueueCondition("status", "in", ["awaiting_agent", "awaiting_user", "pending"]))

    package func queue(at now: Timestamp) -> TicketQueue {
        TicketQueue(
            id: id, name: name, builtIn: self, criteria: criteria, visibility: .everybody, createdAt: now, updatedAt: now)
    }
}

extension QueueValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    package init(stringLiteral value: String) { self = .text(value) }
    package init(arrayLiteral values: QueueValue...) { self = .list(values) }
}
