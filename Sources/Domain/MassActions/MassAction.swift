/// A change that is asked of many tickets at once, from the moment it is asked for.
package struct MassAction: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case queued, running, done, cancelled, failed

        package var isFinished: Bool { self != .queued && self != .running }
    }

    /// What it comes from, if not from a selection.
    package enum Origin: Equatable, Sendable {
        case selection
        /// Takes back what that one has done.
        case undo(of: ID<MassAction>)
        /// Does what that one has failed at.
        case retry(of: ID<MassAction>)
    }

    package var id: ID<MassAction>
    package var state: State
    package var actions: [TicketAction]
    package var origin: Origin
    /// Nil: an operator, at the command line.
    package var createdBy: ID<Agent>?
    /// Of the snapshot: no ticket is added later.
    package var total: Int64
    package var figures: MassActionFigures
    /// How many tickets were left alone for which reason; empty while it goes on.
    package var reasons: [String: Int64]
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?
    /// Nil when nothing of it can be taken back.
    package var undoUntil: Timestamp?
    /// Until when there is a result for each ticket; from then on only the figures are left. Nil while it goes on.
    package var itemsUntil: Timestamp?

    package init(
        id: ID<MassAction>, state: State = .queued, actions: [TicketAction], origin: Origin = .selection, createdBy: ID<Agent>?,
        total: Int64,
        figures: MassActionFigures = MassActionFigures(), reasons: [String: Int64] = [:], createdAt: Timestamp, startedAt: Timestamp? = nil,
        finishedAt: Timestamp? = nil,
        undoUntil: Timestamp? = nil, itemsUntil: Timestamp? = nil
    ) {
        self.id = id
        self.state = state
        self.actions = actions
        self.origin = origin
        self.createdBy = createdBy
        self.total = total
        self.figures = figures
        self.reasons = reasons
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.undoUntil = undoUntil
        self.itemsUntil = itemsUntil
    }

    /// How many tickets one request can name.
    package static let mostIDs = 100_000
    package static let mostActions = 20
}

/// How many tickets have what outcome so far.
package struct MassActionFigures: Equatable, Sendable {
    package var done: Int64
    package var skipped: Int64
    package var failed: Int64

    package init(done: Int64 = 0, skipped: Int64 = 0, failed: Int64 = 0) {
        self.done = done
        self.skipped = skipped
        self.failed = failed
    }

    package var all: Int64 { done + skipped + failed }

    package mutating func count(_ outcome: MassOutcome) {
        switch outcome.kind {
        case .done: done += 1
        case .skipped: skipped += 1
        case .failed: failed += 1
        }
    }
}

/// What became of one ticket.
package enum MassOutcome: Equatable, Sendable {
    case done
    /// There was nothing to do, or it must not be done to this ticket. Trying again changes nothing.
    case skipped(SkipReason)
    /// It could be done once something else is put right: `retry` takes these.
    case failed(FailReason, faults: [FieldFault] = [])

    package enum Kind: String, CaseIterable, Sendable { case done, skipped, failed }

    package enum SkipReason: String, CaseIterable, Sendable {
        /// The ticket is as it was to become.
        case already
        /// Who asked for it sees the ticket no longer, or has lost a right.
        case noPermission = "no_permission"
        /// Something has happened since the snapshot, so that it would mean something else now.
        case changedSince = "changed_since"
        /// Under legal hold, so not to be purged.
        case onHold = "on_hold"
        /// Purged meanwhile; or there never was such a ticket that the caller could see.
        case gone
        /// Spam or deleted, which only restoring changes.
        case hidden
        /// Neither spam nor deleted, so not to be purged.
        case visible
        /// Its messages are on another ticket.
        case merged
    }

    package enum FailReason: String, CaseIterable, Sendable {
        /// It would break the helpdesk's rules: see the faults.
        case invalid
        /// Somebody worked on it all the time.
        case locked
        /// Something went wrong on our side: with this ticket, or before anybody came to it.
        case error
    }

    package var kind: Kind {
        switch self {
        case .done: .done
        case .skipped: .skipped
        case .failed: .failed
        }
    }

    /// Its word in the interface and in the database; nil where there is nothing to explain.
    package var reason: String? {
        switch self {
        case .done: nil
        case .skipped(let reason): reason.rawValue
        case .failed(let reason, _): reason.rawValue
        }
    }

    package var faults: [FieldFault] {
        if case .failed(_, let faults) = self { faults } else { [] }
    }
}

/// A ticket and what became of it.
package struct MassActionItem: Equatable, Sendable {
    package var ticketID: ID<Ticket>
    package var outcome: MassOutcome
    /// The version that the mass action made; for a ticket it left alone, the one of the snapshot.
    package var version: Int64

    package init(ticketID: ID<Ticket>, outcome: MassOutcome, version: Int64) {
        self.ticketID = ticketID
        self.outcome = outcome
        self.version = version
    }
}

/// A ticket as it was when the selection was resolved.
package struct SnapshotTicket: Equatable, Sendable {
    package var id: ID<Ticket>
    package var version: Int64
    /// Its word; empty where the snapshot needs none.
    package var status: String
    package var messageCount: Int64

    package init(id: ID<Ticket>, version: Int64, status: String, messageCount: Int64) {
        self.id = id
        self.version = version
        self.status = status
        self.messageCount = messageCount
    }
}
