import Domain
import Postgres

/// The only door to the data: a transaction in one tenant, or one on the installation's own tables.
package struct Database: Sendable {
    private let pool: ConnectionPool
    /// Behind PgBouncer in transaction mode, session settings are lost; then each transaction sets its timeout itself.
    private let statementTimeout: Duration?
    /// Rung after each commit that left something to do.
    package let doorbell: Doorbell

    package init(_ pool: ConnectionPool, statementTimeoutPerTransaction: Duration? = nil) {
        self.pool = pool
        doorbell = Doorbell(pool)
        statementTimeout = statementTimeoutPerTransaction
    }

    /// Runs a verb in one tenant.
    ///
    /// One round trip carries the tenant setting, the proof that the caller's token still holds, and what the verb asks first; the next
    /// carries what it writes, with the commit. Starts over after a serialization failure or a deadlock.
    ///
    /// - Parameters:
    ///   - taking: numbers to count the new things with, taken in a transaction of their own that goes out in the same round trip.
    ///   - inCompany: `body` reads one thing by its number and asks for nothing on its way: it may share its round trip with others'.
    ///   - once: for requests with an idempotency key: answers `Replay` if the key is known, else records the answer with the effects.
    /// - Throws: `Refusal`, `DatabaseUnavailable`, `Replay`, or what `body` throws.
    package func transaction<Value>(
        in scope: TenantScope, at now: Timestamp, taking numbers: Numbers = Numbers(), inCompany: Bool = false, once: Once<Value>? = nil,
        _ body: (TenantTransaction) async throws -> Pending<Value>
    ) async throws -> Value {
        var last: TenantTransaction?
        while true {
            do {
                let value = try await translatingErrors {
                    try await pool.transaction(opening: [], inCompany: inCompany, retries: 3) { transaction in
                        let tenant = TenantTransaction(transaction, scope)
                        last = tenant
                        if !numbers.isEmpty { tenant.takeNumbers(numbers, statementTimeout) }
                        tenant.begin(statementTimeout, at: now)
                        guard let once else { return try await body(tenant) }
                        if let answer = try await tenant.answers.find(once, at: now).value { throw Replay(answer: answer) }
                        let value = try await body(tenant).value
                        guard try await tenant.answers.record(once, value, at: now).value else { throw KeyTaken() }
                        return Pending(value)
                    }
                }
                if last?.willRing == true { doorbell.ring() }
                return value
            } catch is KeyTaken {
                // Another request with the same key was faster: its answer is there now.
            } catch let refusal as Refusal {
                // So it may have been here: what it did is what we are refused for.
                guard let once, refusal.mayComeOfRepetition, let answer = try await known(once, in: scope, at: now) else { throw refusal }
                throw Replay(answer: answer)
            }
        }
    }

    /// Runs on the installation's own tables; tenants' rows are out of reach.
    package func system<Value>(_ body: (SystemTransaction) async throws -> Pending<Value>) async throws -> Value {
        var last: SystemTransaction?
        let value = try await translatingErrors {
            try await pool.transaction(retries: 3) { transaction in
                let system = SystemTransaction(transaction)
                last = system
                return try await body(system)
            }
        }
        if last?.willRing == true { doorbell.ring() }
        return value
    }

    private func known(_ once: Once<some Any>, in scope: TenantScope, at now: Timestamp) async throws -> RecordedAnswer? {
        try await translatingErrors {
            try await pool.transaction(opening: []) { transaction in
                let tenant = TenantTransaction(transaction, scope)
                tenant.begin(statementTimeout, at: now)
                return tenant.answers.find(once, at: now)
            }
        }
    }

    private struct KeyTaken: Error {}
}

extension Refusal {
    /// Whether the same request, done a moment ago, could be the reason.
    fileprivate var mayComeOfRepetition: Bool {
        switch self {
        case .conflict, .outdated, .notFound, .invalid, .merged, .userMerged: true
        case .unauthenticated, .forbidden, .tenantNotActive, .keyReused: false
        }
    }
}
