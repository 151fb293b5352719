import Domain
import Repositories

extension Helpdesk {
    /// Brings every ticket back to what it was before the mass action, unless something has happened to it since. A mass action itself, which
    /// can be taken back.
    package func undoMassAction(
        _ id: ID<MassAction>, by author: MassActionAuthor, once: Once<MassAction>? = nil
    ) async throws -> MassAction {
        try author.require(.writeTickets)
        let now = clock.now()
        return try await database.transaction(in: author.scope, at: now, taking: Numbers(massActions: 1), once: once) { tx in
            let old = try await tx.ended(id, for: author)
            guard let until = old.undoUntil else { throw Refusal.conflict(.neverUndone) }
            guard now <= until, old.itemsUntil.map({ now <= $0 }) ?? true else { throw Refusal.conflict(.undoneTooLate) }
            guard try await !tx.massActions.isUndone(id).value else { throw Refusal.conflict(.undoneAlready) }
            try author.require(try await tx.scopeToUndo(old))
            let next = ID<MassAction>(try await tx.numbers.value.massActions)
            return Pending(
                try await tx.begin(next, [.undo], .undo(of: id), by: author, at: now) {
                    (try await tx.massParts.insertItems(.done, of: id, into: next).value, 0)
                })
        }
    }
}

extension TenantTransaction {
    /// The author's mass action, which nobody works on any more.
    func ended(_ id: ID<MassAction>, for author: MassActionAuthor) async throws -> MassAction {
        let action = try await massActions.lock(id, by: author.seesOnly).value.orNotFound
        guard action.state.isFinished else { throw Refusal.conflict(.massActionRunning) }
        return action
    }
}
