import Domain
import Repositories

extension Helpdesk {
    private static let itemsAtATime = 5000

    /// Takes the results of old mass actions away, some at a time; their figures and reasons stay. Snapshots that nobody came back to go, too.
    /// Answers whether there may be more to be taken away now.
    package func forgetMassActions(in scope: TenantScope) async throws -> Bool {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now) { tx in
            if try await tx.massPreviews.drop(at: now).value { return Pending(true) }
            guard let old = try await tx.massActions.nextToForget(at: now).value else { return Pending(false) }
            let dropped = try await tx.massItems.drop(of: old, limit: Self.itemsAtATime).value
            if dropped < Self.itemsAtATime { tx.massActions.forgotItems(of: old, at: now) }
            return Pending(true)
        }
    }
}
