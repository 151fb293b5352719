/// One purge of a helpdesk's spam or deleted tickets, from the moment it is asked for.
package struct PurgeRun: Equatable, Sendable {
    package enum Scope: String, CaseIterable, Sendable {
        /// What has been hidden for longer than the schedule keeps it.
        case due
        /// Whatever was hidden when the run was asked for.
        case all
        /// Tickets that were chosen one by one, in a mass action.
        case selection

        /// What a run of its own can be asked for.
        package static let choices: [Scope] = [.due, .all]
    }

    package enum Trigger: Equatable, Sendable {
        case schedule(slot: Timestamp)
        case manual(by: ID<Agent>)
        /// At the command line of the installation.
        case systemOperator

        package var name: String {
            switch self {
            case .schedule: "schedule"
            case .manual: "manual"
            case .systemOperator: "operator"
            }
        }
    }

    package enum State: String, CaseIterable, Sendable {
        case queued, running, done, failed, cancelled

        package var isFinished: Bool { self != .queued && self != .running }
    }

    package var id: ID<PurgeRun>
    package var status: HiddenStatus
    package var scope: Scope
    package var trigger: Trigger
    /// The one that chose the tickets.
    package var massActionID: ID<MassAction>?
    package var state: State
    /// The least it kept to: a change of the schedule on the way holds for what is left.
    package var retentionDays: Int
    /// The latest moment up to which it took what was hidden; nil while it has taken nothing.
    package var tookUntil: Timestamp?
    package var figures: PurgeFigures
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var finishedAt: Timestamp?

    package init(
        id: ID<PurgeRun>, status: HiddenStatus, scope: Scope, trigger: Trigger, massActionID: ID<MassAction>? = nil, state: State = .queued,
        retentionDays: Int, tookUntil: Timestamp? = nil,
        figures: PurgeFigures = PurgeFigures(), createdAt: Timestamp, startedAt: Timestamp? = nil, finishedAt: Timestamp? = nil
    ) {
        self.id = id
        self.status = status
        self.scope = scope
        self.trigger = trigger
        self.massActionID = massActionID
        self.state = state
        self.retentionDays = retentionDays
        self.tookUntil = tookUntil
        self.figures = figures
        self.createdAt = createdAt
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }

    /// The run takes what was hidden until then.
    package func hiddenUntil(_ schedule: PurgeSchedule) -> Timestamp {
        switch scope {
        case .due: schedule.hiddenUntil(at: createdAt)
        case .all, .selection: createdAt
        }
    }
}

/// What a run took, or would take.
package struct PurgeFigures: Equatable, Sendable {
    package var purged: Int64
    /// Left because they are under legal hold.
    package var held: Int64
    package var messages: Int64
    package var attachments: Int64
    /// Of subjects and what was said.
    package var bytes: Int64

    package init(purged: Int64 = 0, held: Int64 = 0, messages: Int64 = 0, attachments: Int64 = 0, bytes: Int64 = 0) {
        self.purged = purged
        self.held = held
        self.messages = messages
        self.attachments = attachments
        self.bytes = bytes
    }

    package mutating func add(_ more: PurgeFigures) {
        purged += more.purged
        held += more.held
        messages += more.messages
        attachments += more.attachments
        bytes += more.bytes
    }
}
