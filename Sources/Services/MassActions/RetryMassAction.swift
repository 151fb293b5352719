import Domain
import Repositories

extension Helpdesk {
    /// Does once more what has failed, and nothing else: a mass action of its own.
    package func retryMassAction(
        _ id: ID<MassAction>, by author: MassActionAuthor, once: Once<MassAction>? = nil
    ) async throws -> MassAction {
        try author.require(.writeTickets)
        let now = clock.now()
        return try await database.transaction(in: author.scope, at: now, taking: Numbers(massActions: 1), once: once) { tx in
            let old = try await tx.ended(id, for: author)
            try author.require(old.actions)
            try author.require(try await tx.scopeToRepeat(old))
            let failed = try await tx.massItems.failed(of: id).value
            guard !failed.isEmpty else { throw Refusal.conflict(.nothingFailed) }
            guard try await !tx.massActions.isRetried(id).value else { throw Refusal.conflict(.retriedAlready) }
            let next = ID<MassAction>(try await tx.numbers.value.massActions)
            return Pending(
                try await tx.begin(next, old.actions, .retry(of: id), by: author, at: now) {
                    // To take something back, one must know what is to be taken back; all else is done to the tickets as they are now.
                    if old.actions.areUndo { return (try await tx.massParts.insertItems(.failed, of: id, into: next).value, 0) }
                    return try await tx.takeSnapshot(of: .ids(failed), into: next, for: author, at: now)
                })
        }
    }
}
