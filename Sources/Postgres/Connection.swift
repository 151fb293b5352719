import CLibpq
import Dispatch
import Synchronization

/// One statement with its values, as it goes over the wire.
package struct Statement: Sendable {
    package var sql: String
    package var binds: [Bind]
    /// Whether it is worth a prepared statement. Not for text that differs each time, such as `set local … = '7'`.
    package var prepared: Bool

    package init(_ sql: String, _ binds: [Bind] = [], prepared: Bool = true) {
        self.sql = sql
        self.binds = binds
        self.prepared = prepared
    }
}

/// One libpq connection in non-blocking pipeline mode.
///
/// It does one exchange at a time: all statements go out in one write, the caller sleeps, the poller's thread collects the answers. Only
/// whoever leased it from the pool may exchange; the lock is for the poller, which reads at the same time.
final class Connection: Pollable, @unchecked Sendable {
    struct Outcome: Sendable {
        var rows: [Rows?]
        var error: PostgresError?
        /// Whether the server holds a transaction open (or failed) on this connection.
        var inTransaction: Bool
    }

    private struct Running {
        var rows: [Rows?]
        var error: PostgresError?
        var deadline: ContinuousClock.Instant
        var continuation: CheckedContinuation<Outcome, Never>
    }

    private struct State {
        var pipeline = Pipeline()
        var prepared = PreparedStatements()
        var running: Running?
        var parameters = ParameterBuffer()
        var wantsToWrite = false
        var failure: PostgresError?
        /// It still works, but must not be leased again.
        var isWorn = false
        /// libpq's handle; nil once closed.
        var handle: OpaquePointer?
    }

    let id: Int
    private let socket: Int32
    private let poller: Poller
    private let usesNamedStatements: Bool
    private let lock: Mutex<State>
    /// Told once, when the server or the network ends the connection.
    private let onLoss: @Sendable (Connection) -> Void
    private let onNotification: @Sendable (Notification) -> Void

    init(
        id: Int, handle: Handle, poller: Poller, usesNamedStatements: Bool, onLoss: @escaping @Sendable (Connection) -> Void,
        onNotification: @escaping @Sendable (Notification) -> Void = { _ in }
    ) {
        self.id = id
        self.poller = poller
        self.usesNamedStatements = usesNamedStatements
        self.onLoss = onLoss
        self.onNotification = onNotification
        socket = PQsocket(handle.pointer)
        PQsetnonblocking(handle.pointer, 1)
        PQenterPipelineMode(handle.pointer)
        lock = Mutex(State(handle: handle.pointer))
        poller.watch(socket, for: self)
    }

    /// False after a loss, a cancellation or an error that makes its prepared statements worthless: lease it to nobody.
    var isReusable: Bool { lock.withLock { $0.handle != nil && $0.failure == nil && !$0.isWorn } }

    /// Sends the statements in one write and waits for all answers. Cancelling the task cancels the statement on the server.
    func exchange(_ statements: [Statement], timeout: Duration) async -> Outcome {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let deadline = ContinuousClock.now + timeout
                let running = Running(
                    rows: Array(repeating: nil, count: statements.count), error: nil, deadline: deadline, continuation: continuation)
                let failed: (Running, PostgresError)? = lock.withLock { state in
                    if let failure = state.failure { return (running, failure) }
                    precondition(state.running == nil, "two exchanges at once on one connection")
                    do throws(PostgresError) {
                        try send(statements, &state)
                        state.running = running
                        return nil
                    } catch {
                        state.failure = error
                        return (running, error)
                    }
                }
                if let (running, error) = failed {
                    running.continuation.resume(returning: Outcome(rows: running.rows, error: error, inTransaction: false))
                }
            }
        } onCancel: {
            cancel()
        }
    }

    /// Closes at once. Whoever waits for an exchange gets `error`.
    func close(_ error: PostgresError = .closed) {
        lose(error, tellOwner: false)
    }

    /// Kills the connection when its exchange is overdue: the server's own timeout should have ended it long ago.
    func enforceDeadline(_ now: ContinuousClock.Instant) {
        let overdue = lock.withLock { $0.running.map { $0.deadline < now } ?? false }
        if overdue { lose(.connectionLost("the server did not answer in time"), tellOwner: true) }
    }

    // MARK: Sending

    private func send(_ statements: [Statement], _ state: inout State) throws(PostgresError) {
        guard let handle = state.handle else { throw .closed }
        for (index, statement) in statements.enumerated() {
            state.parameters.fill(statement.binds)
            var sent: Int32 = 1
            if statement.prepared && usesNamedStatements {
                let name: String
                switch state.prepared.use(statement.sql) {
                case .known(let known): name = known
                case .new(let new, let evicted):
                    name = new
                    if let evicted {
                        sent &= PQsendQueryParams(handle, "deallocate \(evicted)", 0, nil, nil, nil, nil, 1)
                        state.pipeline.sent(.housekeeping)
                    }
                    sent &= state.parameters.withTypes { PQsendPrepare(handle, name, statement.sql, $0, $1) }
                    state.pipeline.sent(.prepare(name: name))
                }
                sent &= state.parameters.withValues { PQsendQueryPrepared(handle, name, $0, $1, $2, $3, 1) }
            } else {
                sent &= state.parameters.withTypes { count, types in
                    state.parameters.withValues { _, values, lengths, formats in
                        PQsendQueryParams(handle, statement.sql, count, types, values, lengths, formats, 1)
                    }
                }
            }
            state.pipeline.sent(.execute(index))
            guard sent == 1 else { throw .connectionLost(message(handle)) }
        }
        guard PQpipelineSync(handle) == 1 else { throw .connectionLost(message(handle)) }
        state.pipeline.sent(.sync)
        try flush(handle, &state)
    }

    private func flush(_ handle: OpaquePointer, _ state: inout State) throws(PostgresError) {
        let left = PQflush(handle)
        guard left >= 0 else { throw .connectionLost(message(handle)) }
        if (left == 1) != state.wantsToWrite {
            state.wantsToWrite = left == 1
            poller.wantsToWrite(socket, state.wantsToWrite)
        }
    }

    // MARK: Receiving, on the poller's thread

    func socketReady() {
        var finished: (CheckedContinuation<Outcome, Never>, Outcome)?
        var notifications: [Notification] = []
        let loss: PostgresError? = lock.withLock { state in
            guard let handle = state.handle else { return nil }
            do throws(PostgresError) {
                guard PQconsumeInput(handle) == 1 else { throw .connectionLost(message(handle)) }
                if state.wantsToWrite { try flush(handle, &state) }
                try receive(handle, &state)
                while let notify = PQnotifies(handle) {
                    notifications.append(
                        Notification(channel: String(cString: notify.pointee.relname), payload: String(cString: notify.pointee.extra)))
                    PQfreemem(notify)
                }
                guard PQstatus(handle) == CONNECTION_OK else { throw .connectionLost(message(handle)) }
            } catch {
                return error
            }
            if state.pipeline.isIdle, let running = state.running {
                state.running = nil
                if running.error != nil { state.prepared.forgetUnconfirmed() }
                let inTransaction = PQtransactionStatus(handle) != PQTRANS_IDLE
                finished = (
                    running.continuation, Outcome(rows: running.rows, error: running.error, inTransaction: inTransaction)
                )
            }
            return nil
        }
        for notification in notifications { onNotification(notification) }
        if let (continuation, outcome) = finished { continuation.resume(returning: outcome) }
        if let loss { lose(loss, tellOwner: true) }
    }

    private func receive(_ handle: OpaquePointer, _ state: inout State) throws(PostgresError) {
        while !state.pipeline.isIdle, PQisBusy(handle) == 0 {
            let result = PQgetResult(handle)
            let status = result.map { PQresultStatus($0) }
            let arrival: Pipeline.Arrival =
                switch status {
                case nil: .endOfCommand
                case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .success
                case PGRES_PIPELINE_SYNC: .sync
                case PGRES_PIPELINE_ABORTED: .skipped
                default: .failure
                }
            let verdict = state.pipeline.received(arrival)
            if case .keepRows(let index) = verdict, let result {
                state.running?.rows[index] = Rows(taking: result)
                continue
            }
            defer { PQclear(result) }
            switch verdict {
            case .remember(let name): state.prepared.confirm(name: name)
            case .fail:
                guard let result else { break }
                let error = ServerError(of: result)
                state.running?.error = .server(error)
                // The schema changed under a prepared statement, or a pooler switched servers: start afresh elsewhere.
                if error.sqlState == SQLState.featureNotSupported || error.sqlState == SQLState.invalidStatementName {
                    state.isWorn = true
                }
            case .outOfStep: throw .connectionLost("unexpected answer of the server")
            case .keepRows, .nothing, .complete: break
            }
        }
    }

    private func lose(_ error: PostgresError, tellOwner: Bool) {
        let (running, wasOpen): (Running?, Bool) = lock.withLock { state in
            guard let handle = state.handle else { return (nil, false) }
            state.handle = nil
            state.failure = error
            poller.forget(socket)
            PQfinish(handle)
            defer { state.running = nil }
            return (state.running, true)
        }
        guard wasOpen else { return }
        running?.continuation.resume(returning: Outcome(rows: running?.rows ?? [], error: error, inTransaction: false))
        if tellOwner { onLoss(self) }
    }

    /// Asks the server to stop. The connection is not leased again: the request travels apart and may arrive late, in somebody else's statement.
    private func cancel() {
        let request: Handle? = lock.withLock { state in
            state.isWorn = true
            guard state.running != nil, let handle = state.handle else { return nil }
            return PQgetCancel(handle).map(Handle.init)
        }
        guard let request else { return }
        DispatchQueue.global().async {
            var message = [CChar](repeating: 0, count: 256)
            PQcancel(request.pointer, &message, Int32(message.count))
            PQfreeCancel(request.pointer)
        }
    }

    private func message(_ handle: OpaquePointer) -> String { errorMessage(of: handle) }
}

/// A libpq handle on its way to the thread that will own it.
struct Handle: @unchecked Sendable {
    let pointer: OpaquePointer
}

func errorMessage(of handle: OpaquePointer) -> String {
    var message = String(cString: PQerrorMessage(handle))
    while message.last?.isNewline == true { message.removeLast() }
    return message
}

extension ServerError {
    init(of result: OpaquePointer) {
        func field(_ code: Int32) -> String? { PQresultErrorField(result, code).map { String(cString: $0) } }
        self.init(
            sqlState: field(Int32(UInt8(ascii: "C"))) ?? "XX000",
            message: field(Int32(UInt8(ascii: "M"))) ?? "unknown error",
            detail: field(Int32(UInt8(ascii: "D"))),
            hint: field(Int32(UInt8(ascii: "H"))),
            constraint: field(Int32(UInt8(ascii: "n"))),
            table: field(Int32(UInt8(ascii: "t"))),
            column: field(Int32(UInt8(ascii: "c"))))
    }
}
