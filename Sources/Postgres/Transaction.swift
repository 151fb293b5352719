import Metrics

/// What a statement will answer. Asking for the `value` sends everything queued so far, in one round trip.
///
/// Statements that do not need each other's answers are queued first and asked afterwards; the answer a transaction ends with travels
/// together with its commit. A read of one statement is one round trip in all.
package final class Pending<Value> {
    private let transaction: Transaction?
    private let result: () throws -> Value

    fileprivate init(_ transaction: Transaction?, _ result: @escaping () throws -> Value) {
        self.transaction = transaction
        self.result = result
    }

    /// A value that is there already.
    package convenience init(_ value: Value) { self.init(nil) { value } }

    package var value: Value {
        get async throws {
            if let transaction, transaction.hasUnsent { try await transaction.flush() }
            return try result()
        }
    }

    package func map<Other>(_ body: @escaping (Value) throws -> Other) -> Pending<Other> {
        Pending<Other>(transaction) { [self] in try body(result()) }
    }

    package func and<Other>(_ other: Pending<Other>) -> Pending<(Value, Other)> {
        Pending<(Value, Other)>(transaction ?? other.transaction) { [self] in (try result(), try other.result()) }
    }

    fileprivate func resolve() throws -> Value { try result() }
}

/// One database transaction. It lives inside `ConnectionPool.transaction`, is not `Sendable`, and cannot leave its closure alive.
package final class Transaction {
    private final class Answer {
        var result: Result<Rows, PostgresError>?
    }

    private let pool: ConnectionPool
    private var connection: Connection?
    private var unsent: [Statement]
    /// One for each unsent statement; nil where nobody asks.
    private var answers: [Answer?]
    private var failure: PostgresError?
    private var isOpen = false
    /// Round trips made so far; tests hold verbs to their number.
    private(set) var exchanges = 0

    fileprivate init(_ pool: ConnectionPool, opening: [Statement]) {
        self.pool = pool
        unsent = opening
        answers = opening.map { _ in nil }
    }

    fileprivate var hasUnsent: Bool { !unsent.isEmpty }

    /// Queues a statement; nothing is sent before an answer is asked for or the transaction ends.
    @discardableResult
    package func queue(_ statement: Statement) -> Pending<Rows> {
        let answer = Answer()
        unsent.append(statement)
        answers.append(answer)
        return Pending(self) {
            guard let result = answer.result else { throw PostgresError.closed }
            return try result.get()
        }
    }

    /// Queues a statement whose answer nobody asks for; if it fails, so does the transaction.
    package func send(_ statement: Statement) {
        unsent.append(statement)
        answers.append(nil)
    }

    @discardableResult
    package func queue(_ sql: String, _ binds: [Bind] = []) -> Pending<Rows> { queue(Statement(sql, binds)) }

    fileprivate func flush() async throws {
        if let failure { throw failure }
        let connection: Connection
        if let leased = self.connection {
            connection = leased
        } else {
            connection = try await pool.acquire()
            self.connection = connection
        }
        let statements = unsent
        let waiting = answers
        unsent.removeAll(keepingCapacity: true)
        answers.removeAll(keepingCapacity: true)
        exchanges += 1
        let outcome = await pool.exchange(statements, on: connection)
        isOpen = outcome.inTransaction
        try hand(outcome.rows[...], outcome.error, to: waiting)
    }

    /// The whole transaction in one round trip, which it may share with others; nothing of it was sent before.
    private func travel() async throws {
        let statements = unsent
        let waiting = answers
        unsent.removeAll()
        answers.removeAll()
        exchanges += 1
        let arrival = await pool.convoy.send(statements, through: pool)
        try Task.checkCancellation()
        try hand(arrival.rows, arrival.error, to: waiting)
    }

    private func hand(_ rows: ArraySlice<Rows?>, _ error: PostgresError?, to waiting: [Answer?]) throws {
        for (offset, answer) in waiting.enumerated() {
            guard let answer else { continue }
            if offset < rows.count, let rows = rows[rows.startIndex + offset] {
                answer.result = .success(rows)
            } else {
                answer.result = .failure(error ?? .connectionLost("an answer is missing"))
            }
        }
        if let error {
            failure = error
            // A cancelled task asked for the cancelled statement; anybody else hears of the server's timeout.
            if case .server(let serverError) = error, serverError.sqlState == SQLState.queryCancelled { try Task.checkCancellation() }
            throw error
        }
    }

    fileprivate func commit(inCompany: Bool) async throws {
        guard connection != nil || hasUnsent else { return }
        let done = queue(Statement("commit"))
        if inCompany, connection == nil { try await travel() }
        let rows = try await done.value
        // After a failed statement the server turns a commit into a rollback and calls that a success.
        guard rows.tag == "COMMIT" else { throw PostgresError.rolledBack }
        finish(reusable: true)
    }

    fileprivate func rollBack() async {
        guard let connection else { return }
        guard isOpen, connection.isReusable else { return finish(reusable: !isOpen) }
        // On its own task: a cancelled caller must not leave the rollback undone.
        let pool = pool
        let outcome = await Task { await pool.exchange([Statement("rollback")], on: connection) }.value
        finish(reusable: outcome.error == nil && !outcome.inTransaction)
    }

    private func finish(reusable: Bool) {
        guard let connection else { return }
        self.connection = nil
        pool.release(connection, reusable: reusable)
    }
}

extension ConnectionPool {
    /// Runs `body` in one transaction and commits it together with whatever `body` left queued.
    ///
    /// - Parameters:
    ///   - opening: statements sent in front of the first one of `body`, `begin` among them.
    ///   - inCompany: the body asks for nothing on its way, only reads, and locks nothing: it may share its one round trip with others.
    ///   - retries: how often to start over after a serialization failure or a deadlock; `body` must bear being run again.
    /// - Throws: `PostgresError`, or what `body` throws; then nothing was kept. After `.connectionLost` nobody knows.
    @discardableResult
    package func transaction<Value>(
        opening: [Statement] = [Statement("begin")], inCompany: Bool = false, retries: Int = 0,
        _ body: (Transaction) async throws -> Pending<Value>
    ) async throws -> Value {
        var attempts = 0
        while true {
            let transaction = Transaction(self, opening: opening)
            do {
                let pending = try await body(transaction)
                try await transaction.commit(inCompany: inCompany)
                return try pending.resolve()
            } catch {
                await transaction.rollBack()
                guard attempts < retries, (error as? PostgresError)?.isTransient == true else { throw error }
                attempts += 1
                Self.retriesCounter.increment()
            }
        }
    }

    private static let retriesCounter = Counter(label: "postgres_transaction_retries_total")

    /// One statement outside any transaction, for what refuses to run inside one.
    package func single(_ statement: Statement) async throws -> Rows {
        let connection = try await acquire()
        let outcome = await exchange([statement], on: connection)
        release(connection, reusable: outcome.error == nil || !outcome.inTransaction)
        if let error = outcome.error { throw error }
        guard let rows = outcome.rows.first ?? nil else { throw PostgresError.connectionLost("an answer is missing") }
        return rows
    }
}
