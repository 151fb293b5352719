/// Something to be done behind the requests: a value, whole in itself, that survives the process that thought of it.
package enum Job: Hashable, Sendable {
    /// Does nothing: shows that the workers live, and what the queue itself costs.
    case probe
    /// The schedule says that it is time. Makes the run of that moment, once.
    case scheduledPurge(HiddenStatus, slot: Timestamp)
    /// A piece of a purge run, and again until it is done.
    case purge(ID<PurgeRun>)
    /// A piece of a mass action, and again until it is done. Large ones have two lanes, which share the work.
    case massAction(ID<MassAction>, lane: Int)
    /// Results of mass actions that have been kept for long enough, and snapshots that nobody came back to.
    case forgetMassActions
    /// A piece of the search documents of all tickets, and again until all are written anew.
    case rebuildSearch
    /// The same for the tickets of one user, who has another name or address now.
    case refreshUserDocuments(ID<User>)

    package var kind: Kind {
        switch self {
        case .probe: .probe
        case .scheduledPurge: .scheduledPurge
        case .purge: .purge
        case .massAction: .massAction
        case .forgetMassActions: .forgetMassActions
        case .rebuildSearch: .rebuildSearch
        case .refreshUserDocuments: .refreshUserDocuments
        }
    }
}

extension Job {
    /// The catalogue of all jobs: what each kind is worth.
    package enum Kind: String, CaseIterable, Sendable {
        case probe
        case scheduledPurge = "scheduled_purge"
        case purge
        case massAction = "mass_action"
        case forgetMassActions = "forget_mass_actions"
        case rebuildSearch = "rebuild_search"
        case refreshUserDocuments = "refresh_user_documents"

        package var jobClass: JobClass {
            switch self {
            case .probe: .interactive
            case .scheduledPurge, .purge: .purge
            case .massAction: .massAction
            case .forgetMassActions, .rebuildSearch, .refreshUserDocuments: .upkeep
            }
        }

        package var patience: Patience {
            switch self {
            case .probe: Patience(attempts: 3, firstPause: 1, longestPause: 10)
            case .scheduledPurge: Patience(attempts: 20, firstPause: 2, longestPause: 600)
            // Each piece that succeeds counts anew, so this is what it takes without getting anywhere.
            case .purge, .massAction, .rebuildSearch, .refreshUserDocuments: Patience(attempts: 30, firstPause: 1, longestPause: 600)
            case .forgetMassActions: Patience(attempts: 20, firstPause: 10, longestPause: 3600)
            }
        }
    }

    /// How often something is tried, and how long to wait in between.
    package struct Patience: Equatable, Sendable {
        package var attempts: Int
        /// Seconds.
        package var firstPause: Int64
        package var longestPause: Int64

        package init(attempts: Int, firstPause: Int64, longestPause: Int64) {
            self.attempts = attempts
            self.firstPause = firstPause
            self.longestPause = longestPause
        }

        /// Milliseconds until the next attempt after the n-th has failed; nil: that was the last. Twice as long each time, of which up to a
        /// half is left to chance, so that what failed together does not come back together.
        /// - Parameter chance: from 0 to 1.
        package func pause(afterAttempt attempt: Int, chance: Double) -> Int64? {
            guard attempt < attempts else { return nil }
            let doublings = min(max(attempt - 1, 0), 30)
            let whole = min(firstPause << Int64(doublings), longestPause) * 1000
            return whole - Int64(Double(whole) / 2 * min(max(chance, 0), 1))
        }
    }
}

/// What became of an attempt.
package enum JobOutcome: Equatable, Sendable {
    case done
    /// A piece is done and there is more, or it is not time yet; that is no failure.
    case again(at: Timestamp)
    /// There is nothing to do any more.
    case discard(because: String)
    /// To be tried again, as often as the kind's patience lasts.
    case failed(String)
}

/// What is done at a local time of day, again and again.
package enum ScheduleKind: String, CaseIterable, Sendable {
    case purgeSpam = "purge_spam"
    case purgeDeleted = "purge_deleted"

    package init(purging status: HiddenStatus) {
        self =
            switch status {
            case .spam: .purgeSpam
            case .deleted: .purgeDeleted
            }
    }

    /// Which tickets it is about.
    package var purges: HiddenStatus {
        switch self {
        case .purgeSpam: .spam
        case .purgeDeleted: .deleted
        }
    }

    /// What to do at `slot`.
    package func job(slot: Timestamp) -> Job {
        switch self {
        case .purgeSpam: .scheduledPurge(.spam, slot: slot)
        case .purgeDeleted: .scheduledPurge(.deleted, slot: slot)
        }
    }
}
