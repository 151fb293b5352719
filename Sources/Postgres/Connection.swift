import CLibpq
import Foundation
import Glibc

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
/// It does one exchange at a time: all statements go out in one write, the holder sleeps until the poller has something for it, and reads
/// the answers itself. Only whoever leased it from the pool may touch it; that is why nothing in here is locked.
final class Connection: @unchecked Sendable {
    struct Outcome: Sendable {
        var rows: [Rows?]
        var error: PostgresError?
        /// Whether the server holds a transaction open (or failed) on this connection.
        var inTransaction = false
    }

    let id: Int
    let signal = SocketSignal()
    private let socket: Int32
    private let watch: Poller.Watch
    private let poller: Poller
    private let usesNamedStatements: Bool
    private let canceller: Handle?

    /// libpq's handle; nil once closed.
    private var handle: OpaquePointer?
    private var failure: PostgresError?
    private var pipeline = Pipeline()
    private var prepared = PreparedStatements()
    private var parameters = ParameterBuffer()
    private var wantsToWrite = false

    /// - Parameter onGoodbye: called on the poller's thread when the server ends a connection that nobody holds.
    init(id: Int, handle: Handle, poller: Poller, usesNamedStatements: Bool, onGoodbye: @escaping @Sendable (Int) -> Void = { _ in }) {
        self.id = id
        self.poller = poller
        self.usesNamedStatements = usesNamedStatements
        self.handle = handle.pointer
        canceller = PQgetCancel(handle.pointer).map(Handle.init)
        socket = PQsocket(handle.pointer)
        PQsetnonblocking(handle.pointer, 1)
        PQenterPipelineMode(handle.pointer)
        watch = poller.watch(socket, signal) { onGoodbye(id) }
    }

    deinit {
        close()
        canceller.map { PQfreeCancel($0.pointer) }
    }

    /// False after a loss, a cancellation or an error that makes its prepared statements worthless: lease it to nobody.
    var isReusable: Bool { handle != nil && failure == nil && !signal.isWorn && !signal.isGone && !signal.isOverdue }

    func close() {
        guard let handle else { return }
        self.handle = nil
        poller.forget(watch)
        PQfinish(handle)
    }

    /// Sends the statements in one write and waits for all answers.
    /// - Parameter isCancellable: whether cancelling the task cancels the statement on the server.
    func exchange(_ statements: [Statement], timeout: Duration, isCancellable: Bool = true) async -> Outcome {
        var outcome = Outcome(rows: Array(repeating: nil, count: statements.count))
        if let failure {
            outcome.error = failure
            return outcome
        }
        do throws(PostgresError) {
            let handle = try open()
            try send(statements, handle)
            signal.expect(by: ContinuousClock.now + timeout)
            // As a value, because the handler below does not know typed errors.
            let received: Result<Void, PostgresError> = await withTaskCancellationHandler {
                do throws(PostgresError) { return .success(try await receive(into: &outcome, handle)) } catch { return .failure(error) }
            } onCancel: {
                if isCancellable { cancel() }
            }
            try received.get()
            signal.expect(by: nil)
            outcome.inTransaction = PQtransactionStatus(handle) != PQTRANS_IDLE
            if outcome.error != nil { prepared.forgetUnconfirmed() }
        } catch {
            failure = error
            outcome.error = error
        }
        return outcome
    }

    /// Waits for notifications; returns when some have come.
    func notifications() async throws(PostgresError) -> [Notification] {
        let handle = try open()
        while true {
            var arrived: [Notification] = []
            while let notify = PQnotifies(handle) {
                arrived.append(
                    Notification(channel: String(cString: notify.pointee.relname), payload: String(cString: notify.pointee.extra)))
                PQfreemem(notify)
            }
            if !arrived.isEmpty { return arrived }
            if !isReadable {
                await withTaskCancellationHandler {
                    await signal.wait()
                } onCancel: {
                    signal.wake()
                }
            }
            if Task.isCancelled { throw .closed }
            try consume(handle)
        }
    }

    private func open() throws(PostgresError) -> OpaquePointer {
        guard let handle else { throw .closed }
        return handle
    }

    // MARK: Sending

    private func send(_ statements: [Statement], _ handle: OpaquePointer) throws(PostgresError) {
        for (index, statement) in statements.enumerated() {
            parameters.fill(statement.binds)
            var sent: Int32 = 1
            if statement.prepared && usesNamedStatements {
                let name: String
                switch prepared.use(statement.sql) {
                case .known(let known): name = known
                case .new(let new, let evicted):
                    name = new
                    if let evicted {
                        sent &= PQsendQueryParams(handle, "deallocate \(evicted)", 0, nil, nil, nil, nil, 1)
                        pipeline.sent(.housekeeping)
                    }
                    sent &= parameters.withTypes { PQsendPrepare(handle, name, statement.sql, $0, $1) }
                    pipeline.sent(.prepare(name: name))
                }
                sent &= parameters.withValues { PQsendQueryPrepared(handle, name, $0, $1, $2, $3, 1) }
            } else {
                sent &= parameters.withTypes { count, types in
                    parameters.withValues { _, values, lengths, formats in
                        PQsendQueryParams(handle, statement.sql, count, types, values, lengths, formats, 1)
                    }
                }
            }
            pipeline.sent(.execute(index))
            guard sent == 1 else { throw .connectionLost(errorMessage(of: handle)) }
        }
        guard PQpipelineSync(handle) == 1 else { throw .connectionLost(errorMessage(of: handle)) }
        pipeline.sent(.sync)
        try flush(handle)
    }

    private func flush(_ handle: OpaquePointer) throws(PostgresError) {
        let left = PQflush(handle)
        guard left >= 0 else { throw .connectionLost(errorMessage(of: handle)) }
        if (left == 1) != wantsToWrite {
            wantsToWrite = left == 1
            poller.wantsToWrite(watch, wantsToWrite)
        }
    }

    // MARK: Receiving

    private func receive(into outcome: inout Outcome, _ handle: OpaquePointer) async throws(PostgresError) {
        // While it could not write, libpq may have read already.
        var mayHaveMore = wantsToWrite
        while true {
            while !pipeline.isIdle, PQisBusy(handle) == 0 { try take(PQgetResult(handle), into: &outcome) }
            if pipeline.isIdle { return }
            if !(mayHaveMore && isReadable) { await signal.wait() }
            mayHaveMore = true
            if signal.isOverdue { throw .connectionLost("the server did not answer in time") }
            try consume(handle)
            if wantsToWrite { try flush(handle) }
        }
    }

    /// The poller tells of each arrival only once, and `PQconsumeInput` does not promise to read all there is.
    private var isReadable: Bool {
        var wanted = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&wanted, 1, 0) > 0
    }

    private func consume(_ handle: OpaquePointer) throws(PostgresError) {
        guard PQconsumeInput(handle) == 1, PQstatus(handle) == CONNECTION_OK else { throw .connectionLost(errorMessage(of: handle)) }
    }

    private func take(_ result: OpaquePointer?, into outcome: inout Outcome) throws(PostgresError) {
        let status = result.map { PQresultStatus($0) }
        let arrival: Pipeline.Arrival =
            switch status {
            case nil: .endOfCommand
            case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: .success
            case PGRES_PIPELINE_SYNC: .sync
            case PGRES_PIPELINE_ABORTED: .skipped
            default: .failure
            }
        let verdict = pipeline.received(arrival)
        if case .keepRows(let index) = verdict, let result {
            outcome.rows[index] = Rows(taking: result)
            return
        }
        defer { PQclear(result) }
        switch verdict {
        case .remember(let name): prepared.confirm(name: name)
        case .fail:
            guard let result else { break }
            let error = ServerError(of: result)
            outcome.error = .server(error)
            // The schema changed under a prepared statement, or a pooler switched servers: start afresh elsewhere.
            if error.sqlState == SQLState.featureNotSupported || error.sqlState == SQLState.invalidStatementName { signal.wear() }
        case .outOfStep: throw .connectionLost("unexpected answer of the server")
        case .keepRows, .nothing, .complete: break
        }
    }

    /// Asks the server to stop. The request travels apart and may arrive late, in somebody else's statement: so nobody else gets this connection.
    private func cancel() {
        signal.wear()
        guard let canceller else { return }
        // Keeps the connection, and with it the canceller, until the request is out.
        Thread.detachNewThread { [self] in
            var message = [CChar](repeating: 0, count: 256)
            withExtendedLifetime(self) { _ = PQcancel(canceller.pointer, &message, Int32(message.count)) }
        }
    }
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
