import Domain
import Repositories

extension Helpdesk {
    private static let itemsAtATime = 5000

    /// Takes the results of old mass actions away, some at a time; their figures and reasons stay. Snapshots that nobody came back to go, too.
    /// Answers whether there may be more to be taken away now.
    package func forgetMassActions(in scope: TenantScope) async throws -> Bool {
        let now = clock.now()
        let old = try await database.transaction(in: scope, at: now) { tx in
            tx.massActions.dropPreviews(at: now)
            return tx.massActions.nextToForget(at: now)
        }
        guard let old else { return false }
        // What one has done that failed half way, its parts still know.
        try await settle(old, in: scope)
        return try await database.transaction(in: scope, at: now) { tx in
            let dropped = try await tx.massItems.drop(of: old, limit: Self.itemsAtATime).value
            if dropped < Self.itemsAtATime { tx.massActions.forgotItems(of: old, at: now) }
            return Pending(true)
        }
    }
}
