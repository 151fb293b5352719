/// A status that lists, searches and counts show.
package enum VisibleStatus: String, CaseIterable, Sendable {
    /// The helpdesk must act; usually the user waits for an answer.
    case awaitingAgent = "awaiting_agent"
    /// The helpdesk waits for the user.
    case awaitingUser = "awaiting_user"
    /// Somebody at the helpdesk must act, but it is stalled on something outside.
    case pending
    /// Settled for everyone.
    case resolved
}

/// A status that nothing shows unless it is asked for by name.
package enum HiddenStatus: String, CaseIterable, Sendable {
    case spam
    case deleted
}

/// Who acts next. A hidden ticket remembers the status it was hidden from, so that restoring it needs no guess.
package enum TicketStatus: Hashable, Sendable {
    case visible(VisibleStatus)
    case hidden(HiddenStatus, from: VisibleStatus)

    /// Its word in the interface and in the database.
    package var name: String {
        switch self {
        case .visible(let status): status.rawValue
        case .hidden(let status, _): status.rawValue
        }
    }

    package var isHidden: Bool {
        if case .hidden = self { true } else { false }
    }

    package var hiddenFrom: VisibleStatus? {
        if case .hidden(_, let from) = self { from } else { nil }
    }

    /// Every status there is.
    package static let all: [TicketStatus] =
        VisibleStatus.allCases.map { .visible($0) }
        + HiddenStatus.allCases.flatMap { hidden in VisibleStatus.allCases.map { .hidden(hidden, from: $0) } }
}

/// What happens to a ticket, as far as its status is concerned.
package enum TicketEvent: Hashable, Sendable {
    /// An agent answers the user; without a chosen status the user is to act next.
    case agentReply(VisibleStatus?)
    /// The user writes. What that does to a resolved ticket depends on the user's rights and the tenant's policy.
    case userMessage(LateMessage)
    /// Out of office, bounce: kept as a note.
    case automaticReply
    case note
    case setStatus(VisibleStatus)
    case hide(HiddenStatus)
    /// Back to the status before hiding, or to the one asked for.
    case restore(VisibleStatus?)
    case purge
}

/// What a user's message does to a resolved ticket.
package enum LateMessage: String, CaseIterable, Sendable {
    /// The user may reopen and the time limit has not passed.
    case reopens
    /// Refused, with an answer that says so.
    case refuse
    /// Opens a new ticket linked to the old one.
    case followUp = "follow_up"
}

package enum TicketOutcome: Hashable, Sendable {
    /// The ticket has this status now, perhaps the one it had.
    case status(TicketStatus)
    /// The ticket stays as it is; what was said opens a new one linked to it.
    case followUp
    /// The ticket is gone for ever.
    case gone

    /// The status after an event that can only change the status.
    package var status: TicketStatus {
        get throws(Refusal) {
            guard case .status(let status) = self else { throw .conflict(.statusOfHidden) }
            return status
        }
    }
}

extension TicketStatus {
    /// The status of a ticket that was just made: an agent may choose any visible one, a user's always awaits an agent.
    package static func created(chosen: VisibleStatus? = nil) -> TicketStatus { .visible(chosen ?? .awaitingAgent) }

    /// The table of all transitions.
    package func after(_ event: TicketEvent) throws(Refusal) -> TicketOutcome {
        switch (self, event) {
        case (_, .note), (_, .automaticReply): .status(self)

        case (.visible, .agentReply(let chosen)): .status(.visible(chosen ?? .awaitingUser))
        case (.hidden, .agentReply): throw .conflict(.replyToHidden)

        case (.visible(.resolved), .userMessage(.refuse)): throw .conflict(.resolvedForGood)
        case (.visible(.resolved), .userMessage(.followUp)): .followUp
        case (.visible, .userMessage): .status(.visible(.awaitingAgent))
        case (.hidden(.spam, _), .userMessage): .status(self)
        case (.hidden(.deleted, _), .userMessage): .followUp

        case (.visible, .setStatus(let status)): .status(.visible(status))
        case (.hidden, .setStatus): throw .conflict(.statusOfHidden)

        case (.visible(let status), .hide(let hidden)): .status(.hidden(hidden, from: status))
        case (.hidden(let now, _), .hide(let hidden)) where now == hidden: throw .conflict(.alreadyInStatus)
        case (.hidden(_, let from), .hide(let hidden)): .status(.hidden(hidden, from: from))

        case (.visible, .restore): throw .conflict(.notHidden)
        case (.hidden(_, let from), .restore(let asked)): .status(.visible(asked ?? from))

        case (.visible, .purge): throw .conflict(.visibleIsNeverPurged)
        case (.hidden, .purge): .gone
        }
    }
}
