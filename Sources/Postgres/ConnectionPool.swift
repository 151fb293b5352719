import Foundation
import Logging
import Metrics
import Synchronization

/// A bounded set of connections to one database, shared by everything in the process.
package final class ConnectionPool: Sendable {
    package struct Options: Sendable {
        /// Connections at the most, and kept even when idle.
        package var maximum = 16
        package var minimum = 2
        package var acquisitionTimeout: Duration = .seconds(5)
        package var lifetime: Duration = .seconds(1800)
        package var idleTimeout: Duration = .seconds(120)
        /// Longest time for one exchange; longer than the server's `statement_timeout`, which should strike first.
        package var exchangeTimeout: Duration = .seconds(65)
        /// How many connections at a time carry the short transactions that may travel together: one for each of our cores, which PostgreSQL often shares.
        package var lanes = max(1, ProcessInfo.processInfo.activeProcessorCount)
        /// Off behind PgBouncer in transaction mode before 1.21, which mixes up the names of different clients.
        package var usesNamedStatements = true

        package init() {}
    }

    private struct State {
        var pool: PoolState
        var connections: [Int: Connection] = [:]
        var waiters: [UInt64: CheckedContinuation<Result<Connection, PostgresError>, Never>] = [:]
        var lastWaiter: UInt64 = 0
        var drained: [CheckedContinuation<Void, Never>] = []
        /// Why the last attempt to connect failed, to be told to those who are refused.
        var lastFailure = "no connection yet"
    }

    package let address: ServerAddress
    package let options: Options
    private let poller: Poller
    private let logger: Logger
    private let state: Mutex<State>
    let convoy: Convoy
    private let waits = Metrics.Timer(label: "postgres_pool_wait_seconds")
    private let exchanges = Metrics.Timer(label: "postgres_exchange_seconds")
    private let connectionFailures = Counter(label: "postgres_connection_failures_total")
    private let connectionLosses = Counter(label: "postgres_connection_losses_total")
    private let leasedGauge = Gauge(label: "postgres_connections_leased")
    private let idleGauge = Gauge(label: "postgres_connections_idle")
    private let waitingGauge = Gauge(label: "postgres_pool_waiting")

    package init(_ address: ServerAddress, options: Options = Options(), poller: Poller, logger: Logger) {
        self.address = address
        self.options = options
        self.poller = poller
        self.logger = logger
        convoy = Convoy(lanes: min(options.lanes, options.maximum))
        state = Mutex(
            State(
                pool: PoolState(
                    PoolState.Limits(
                        maximum: options.maximum, minimum: options.minimum, acquisitionTimeout: options.acquisitionTimeout,
                        lifetime: options.lifetime, idleTimeout: options.idleTimeout))))
        poller.everyBeat(of: self) { [weak self] now in self?.beat(now) }
    }

    /// Refuses new work, waits for what runs, then closes every connection.
    package func close() async {
        perform { $0.close() }
        await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
            let done = state.withLock { state in
                if state.pool.isDrained { return true }
                state.drained.append(continuation)
                return false
            }
            if done { continuation.resume() }
        }
        poller.noBeat(of: self)
    }

    // MARK: Leasing

    func acquire(isCancellable: Bool = true) async throws -> Connection {
        let quick = state.withLock { state -> Connection? in
            state.lastWaiter += 1
            guard state.pool.idleCount > 0, state.pool.waitingCount == 0,
                case .lease(_, let id) = state.pool.acquire(waiter: state.lastWaiter, now: ContinuousClock.now).first
            else { return nil }
            return state.connections[id]
        }
        let connection = if let quick { quick } else { try await waitForConnection(isCancellable) }
        connection.signal.hold()
        return connection
    }

    private func waitForConnection(_ isCancellable: Bool) async throws -> Connection {
        let start = ContinuousClock.now
        let waiter = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                perform { state, pool in
                    state[waiter] = continuation
                    return pool.acquire(waiter: waiter, now: ContinuousClock.now)
                }
                if isCancellable, Task.isCancelled { abandon(waiter) }
            }
        } onCancel: {
            if isCancellable { abandon(waiter) }
        }
        waits.recordNanoseconds(start.duration(to: .now).nanoseconds)
        switch result {
        case .success(let connection):
            return connection
        case .failure(let error):
            if isCancellable { try Task.checkCancellation() }
            throw error
        }
    }

    private func abandon(_ waiter: UInt64) {
        let continuation = state.withLock { state in
            state.pool.abandon(waiter: waiter) ? state.waiters.removeValue(forKey: waiter) : nil
        }
        continuation?.resume(returning: .failure(.closed))
    }

    func release(_ connection: Connection, reusable: Bool) {
        let reusable = reusable && connection.isReusable
        if !reusable { connectionLosses.increment() }
        connection.signal.letGo()
        perform { $0.release(connection: connection.id, reusable: reusable, now: ContinuousClock.now) }
        // It may have hung up between the two lines above, when neither the holder nor the pool was listening.
        if reusable, connection.signal.isGone { lost(connection.id) }
    }

    func exchange(_ statements: [Statement], on connection: Connection, isCancellable: Bool = true) async -> Connection.Outcome {
        let start = ContinuousClock.now
        let outcome = await connection.exchange(statements, timeout: options.exchangeTimeout, isCancellable: isCancellable)
        exchanges.recordNanoseconds(start.duration(to: .now).nanoseconds)
        return outcome
    }

    // MARK: Carrying out what PoolState decides

    private func perform(_ event: (inout PoolState) -> [PoolState.Action]) { perform { _, pool in event(&pool) } }

    private func perform(
        _ event: (inout [UInt64: CheckedContinuation<Result<Connection, PostgresError>, Never>], inout PoolState) -> [PoolState.Action]
    ) {
        var effects: [() -> Void] = []
        state.withLock { state in
            let actions = event(&state.waiters, &state.pool)
            for action in actions {
                switch action {
                case .lease(let waiter, let id):
                    guard let continuation = state.waiters.removeValue(forKey: waiter) else { continue }
                    guard let connection = state.connections[id] else { preconditionFailure("leased a connection that is gone") }
                    effects.append { continuation.resume(returning: .success(connection)) }
                case .refuse(let waiter, let refusal):
                    guard let continuation = state.waiters.removeValue(forKey: waiter) else { continue }
                    let error: PostgresError =
                        switch refusal {
                        case .exhausted: .poolExhausted(after: options.acquisitionTimeout)
                        case .unavailable: .unavailable(state.lastFailure)
                        case .closed: .closed
                        }
                    effects.append { continuation.resume(returning: .failure(error)) }
                case .connect(let id):
                    effects.append { [self] in Task { await open(id) } }
                case .close(let id):
                    if let connection = state.connections.removeValue(forKey: id) { effects.append { connection.close() } }
                }
            }
            if state.pool.isDrained {
                for continuation in state.drained { effects.append { continuation.resume() } }
                state.drained = []
            }
        }
        for effect in effects { effect() }
    }

    private func open(_ id: Int) async {
        do {
            let handle = try await address.connect()
            let connection = Connection(
                id: id, handle: handle, poller: poller, usesNamedStatements: options.usesNamedStatements,
                onGoodbye: { [weak self] in self?.lost($0) })
            state.withLock { $0.connections[id] = connection }
            perform { $0.connected(id, now: ContinuousClock.now) }
        } catch {
            connectionFailures.increment()
            logger.warning("cannot connect to the database", metadata: ["error": "\(error)"])
            state.withLock { if case .unavailable(let reason) = error { $0.lastFailure = reason } }
            perform { $0.connectionFailed(id, now: ContinuousClock.now) }
        }
    }

    /// The server ended a connection that lay idle, as it does when it shuts down.
    private func lost(_ connection: Int) {
        perform { pool in pool.lostWhileIdle(connection, now: ContinuousClock.now) }
    }

    private func beat(_ now: ContinuousClock.Instant) {
        let (leased, idle, waiting) = state.withLock { ($0.pool.leasedCount, $0.pool.idleCount, $0.pool.waitingCount) }
        leasedGauge.record(leased)
        idleGauge.record(idle)
        waitingGauge.record(waiting)
        perform { $0.tick(now: now) }
    }
}

extension Duration {
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}
