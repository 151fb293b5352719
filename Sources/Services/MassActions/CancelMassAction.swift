import Domain
import Repositories

extension Helpdesk {
    /// Goes no further. What was done stays done, until it is undone.
    package func cancelMassAction(
        _ id: ID<MassAction>, by author: MassActionAuthor, once: Once<MassAction>? = nil
    ) async throws -> MassAction {
        try author.require(.writeTickets)
        let numbers = try await readMassAction(id, by: author).numbersToSettle
        let now = clock.now()
        return try await database.transaction(in: author.scope, at: now, taking: numbers, once: once) { tx in
            let action = try await tx.massActions.lock(id, by: author.seesOnly).value.orNotFound
            guard !action.state.isFinished else { throw Refusal.conflict(.massActionEnded) }
            return try await tx.end(action, as: .cancelled, at: now)
        }
    }

    /// A mass action whose job an operator has thrown away, or that has failed for good. Answers nil when it had ended before.
    package func abandonMassAction(_ id: ID<MassAction>, as state: MassAction.State, in scope: TenantScope) async throws -> MassAction? {
        let now = clock.now()
        let known = try await database.transaction(in: scope, at: now) { $0.massActions.find(id, by: nil) }
        guard let known else { return nil }
        return try await database.transaction(in: scope, at: now, taking: known.numbersToSettle) { tx in
            guard let action = try await tx.massActions.lock(id, by: nil).value, !action.state.isFinished else { return Pending(nil) }
            return try await tx.end(action, as: state, at: now).map { $0 }
        }
    }
}
