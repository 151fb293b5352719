import Domain
import Repositories
import Synchronization

/// Finds out who a token belongs to.
///
/// Remembers what never changes about a token: its tenant and its person. Whether it still holds is asked anew in each transaction, in the
/// same round trip, so a token revoked in any process is refused from that moment on and nothing here can be too old.
package final class Authenticator: Sendable {
    private static let capacity = 50_000

    private let database: Database
    private let clock: Clock
    private let known = Mutex<[TokenHash: Access]>([:])

    package init(database: Database, clock: Clock = .system) {
        self.database = database
        self.clock = clock
    }

    /// - Throws: `Refusal.unauthenticated`, `.tenantNotActive`, `DatabaseUnavailable`.
    package func access(_ token: String) async throws -> Access {
        let hash = TokenText.hash(of: token)
        if let access = known.withLock({ $0[hash] }) { return access }
        let found = try await database.system { $0.tokenDirectory.find(hash) }
        guard let scope = found, let token = scope.token else { throw Refusal.unauthenticated }
        let read = try await database.transaction(in: scope, at: clock.now()) { $0.tokens.caller(token) }
        guard let (caller, scopes) = read else { throw Refusal.unauthenticated }
        let access = Access(scope: scope, caller: caller, scopes: scopes)
        known.withLock { known in
            // Full is rare and starting anew is cheap: one look-up for each token in use.
            if known.count >= Self.capacity { known.removeAll() }
            known[hash] = access
        }
        return access
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
