import Domain
import Repositories

extension Helpdesk {
    /// Goes no further. What was done stays done, until it is undone.
    package func cancelMassAction(
        _ id: ID<MassAction>, by author: MassActionAuthor, once: Once<MassAction>? = nil
    ) async throws -> MassAction {
        let now = clock.now()
        try author.require(.writeTickets)
        let action = try await database.transaction(in: author.scope, at: now, once: once) { tx in
            guard try await !tx.massActions.lock(id, by: author.seesOnly).value.orNotFound.state.isFinished else {
                throw Refusal.conflict(.massActionEnded)
            }
            tx.massActions.end(id, as: .cancelled, at: now)
            return tx.massActions.find(id, by: nil).map { try $0.orNotFound }
        }
        return try await settle(id, in: author.scope) ?? action
    }

    /// A mass action whose job an operator has thrown away, or that has failed for good.
    package func abandonMassAction(_ id: ID<MassAction>, as state: MassAction.State, in scope: TenantScope) async throws -> MassAction? {
        let now = clock.now()
        let ended = try await database.transaction(in: scope, at: now) { tx -> Pending<MassAction?> in
            guard let action = try await tx.massActions.lock(id, by: nil).value, !action.state.isFinished else { return Pending(nil) }
            tx.massActions.end(id, as: state, at: now)
            return tx.massActions.find(id, by: nil)
        }
        guard let ended else { return nil }
        // What has failed may be taken up again where it stopped.
        return state == .failed ? ended : try await settle(id, in: scope) ?? ended
    }
}
