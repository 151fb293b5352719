import Domain
import Repositories
import Synchronization

/// Finds out who a token belongs to, and what that person may do.
///
/// Remembers it together with the number of the helpdesk's configuration. Whether the token still holds and the number is still right is
/// asked anew in each transaction, in the same round trip: a token revoked or a right taken away in any process is gone from that moment on,
/// and nothing here can be too old. Whoever meets `StaleAccess` calls `refreshed`.
package final class Authenticator: Sendable {
    private static let capacity = 50_000
    /// How exactly the last use of a token is known.
    private static let secondsBetweenUses: Int64 = 60

    private let database: Database
    private let clock: Clock
    private let known = Mutex(Known())

    private struct Known {
        var accesses: [TokenHash: (access: Access, lastUse: Timestamp)] = [:]
        /// One for all of a helpdesk's tokens.
        var configurations: [ID<Tenant>: (version: Int64, value: Configuration)] = [:]

        /// Nil also when another of the helpdesk's tokens was read later, with something newer.
        func access(_ hash: TokenHash) -> (Access, lastUse: Timestamp)? {
            guard let found = accesses[hash], let newest = configurations[found.access.tenantID],
                newest.version == found.access.scope.configurationVersion
            else { return nil }
            return found
        }
    }

    package init(database: Database, clock: Clock = .system) {
        self.database = database
        self.clock = clock
    }

    /// - Throws: `Refusal.unauthenticated`, `.tenantNotActive`, `DatabaseUnavailable`.
    package func access(_ token: String) async throws -> Access {
        let hash = TokenText.hash(of: token)
        let now = clock.now()
        if let (access, lastUse) = known.withLock({ $0.access(hash) }) {
            if lastUse.advanced(bySeconds: Self.secondsBetweenUses) <= now { try await use(access, hash, at: now) }
            return access
        }
        return try await read(hash, at: now)
    }

    /// After `StaleAccess`: what holds now.
    package func refreshed(_ token: String) async throws -> Access { try await read(TokenText.hash(of: token), at: clock.now()) }

    /// What was remembered of this helpdesk is not right any more: the caller has just changed it.
    package func forget(_ access: Access) { known.withLock { $0.configurations[access.tenantID] = nil } }

    /// For what is refused before the database was asked: such a refusal rests on what was remembered alone.
    /// - Throws: `StaleAccess` when that was too old, `Refusal.unauthenticated` when the token holds no more.
    package func confirm(_ access: Access) async throws {
        try await database.transaction(in: access.scope, at: clock.now()) { _ in Pending(()) }
    }

    private func read(_ hash: TokenHash, at now: Timestamp) async throws -> Access {
        let found = try await database.system { $0.tokenDirectory.find(hash) }
        guard let scope = found, let token = scope.token else { throw Refusal.unauthenticated }
        let (grants, configuration) = try await database.transaction(in: scope, at: now) { tx in
            tx.tokens.use(token, at: now, unlessSince: now.advanced(bySeconds: -Self.secondsBetweenUses))
            guard let grants = try await tx.access.grants(of: token).value else { throw Refusal.unauthenticated }
            let known = known.withLock { $0.configurations[scope.tenant] }
            if let known, known.version == grants.configurationVersion { return Pending((grants, known.value)) }
            // Read after its number: it may be newer, and is then read once more, but never older.
            return tx.configuration.read().map { (grants, $0) }
        }
        guard let access = Access(scope, grants, configuration) else { throw Refusal.forbidden("this account is locked") }
        known.withLock { known in
            // Full is rare and starting anew is cheap: one look-up for each token in use.
            if known.accesses.count >= Self.capacity { known = Known() }
            known.accesses[hash] = (access, now)
            known.configurations[scope.tenant] = (grants.configurationVersion, configuration)
        }
        return access
    }

    private func use(_ access: Access, _ hash: TokenHash, at now: Timestamp) async throws {
        guard let token = access.scope.token else { return }
        known.withLock { $0.accesses[hash]?.lastUse = now }
        let scope = access.scope
        // Of a token that was revoked, or with rights that have changed, the request itself will tell.
        do {
            try await database.transaction(in: scope, at: now) { tx in
                tx.tokens.use(token, at: now, unlessSince: now.advanced(bySeconds: -Self.secondsBetweenUses))
                return Pending(())
            }
        } catch is StaleAccess {}
    }

    /// An operator's token is looked up each time: there are few of them and they are asked for little.
    package func operatorAccess(_ token: String) async throws -> OperatorAccess {
        let hash = TokenText.hash(of: token)
        let now = clock.now()
        guard let id = try await database.system({ $0.operatorTokens.find(hash, at: now) }) else { throw Refusal.unauthenticated }
        return OperatorAccess(tokenID: id)
    }
}

/// Proof that an operator asks.
package struct OperatorAccess: Sendable {
    package let tokenID: Int64
}
