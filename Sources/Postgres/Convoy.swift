import DequeModule
import Metrics
import Synchronization

/// Short transactions of different callers that travel together.
///
/// While every lane is under way, whoever comes waits, and then all of them go down one connection in one write and come back in one read:
/// that saves both sides most of their wake-ups, which cost more than the look-ups themselves. When little is going on, a lane is free and
/// everybody goes alone at once.
///
/// Each transaction brings its own `begin` and `commit`, so one that fails takes nothing with it: what was sent behind it was not begun and is
/// sent again. Only for transactions of one round trip that read and lock nothing, because a slow one makes its fellow travellers wait.
final class Convoy: Sendable {
    /// What came of one caller's statements.
    struct Arrival: Sendable {
        var rows: ArraySlice<Rows?>
        var error: PostgresError?
    }

    private enum Call: Sendable {
        case arrived(Arrival)
        /// The lane is free: go, and take along whoever waits.
        case drive
    }

    private struct Passenger {
        var statements: [Statement]
        var continuation: UnsafeContinuation<Call, Never>
    }

    private struct State {
        var driving = 0
        var waiting: Deque<Passenger> = []
    }

    /// More would make the first wait long for the last.
    private static let most = 16

    private let lanes: Int
    private let state = Mutex(State())
    private let sizes = Recorder(label: "postgres_convoy_size")

    init(lanes: Int) { self.lanes = lanes }

    /// Sends the statements, a whole transaction, and answers what came of them. Not to be cancelled: others travel along.
    func send(_ statements: [Statement], through pool: ConnectionPool) async -> Arrival {
        let call = await withUnsafeContinuation { (continuation: UnsafeContinuation<Call, Never>) in
            let goes = state.withLock { state in
                if state.driving < lanes {
                    state.driving += 1
                    return true
                }
                state.waiting.append(Passenger(statements: statements, continuation: continuation))
                return false
            }
            if goes { continuation.resume(returning: .drive) }
        }
        switch call {
        case .arrived(let arrival): return arrival
        case .drive: return await drive(statements, through: pool)
        }
    }

    private func drive(_ statements: [Statement], through pool: ConnectionPool) async -> Arrival {
        let passengers = state.withLock { state in
            let passengers = Array(state.waiting.prefix(Self.most - 1))
            state.waiting.removeFirst(passengers.count)
            return passengers
        }
        sizes.record(passengers.count + 1)
        let loads = [statements] + passengers.map(\.statements)
        let arrivals: [Arrival]
        do {
            // Not the driver's own affair: if it gives up, the others still go.
            let connection = try await pool.acquire(isCancellable: false)
            arrivals = await Self.deliver(loads, on: connection, of: pool)
        } catch {
            let refused = Arrival(rows: [], error: error as? PostgresError ?? .closed)
            arrivals = loads.map { _ in refused }
            // Whoever still waits would only wait as long again for the same.
            let others = state.withLock { state in
                defer { state.waiting.removeAll() }
                return Array(state.waiting)
            }
            for other in others { other.continuation.resume(returning: .arrived(refused)) }
        }
        for (passenger, arrival) in zip(passengers, arrivals.dropFirst()) { passenger.continuation.resume(returning: .arrived(arrival)) }
        let next = state.withLock { state in
            let next = state.waiting.popFirst()
            if next == nil { state.driving -= 1 }
            return next
        }
        next?.continuation.resume(returning: .drive)
        return arrivals[0]
    }

    private static func deliver(_ loads: [[Statement]], on connection: Connection, of pool: ConnectionPool) async -> [Arrival] {
        var arrivals: [Arrival] = []
        var isClean = true
        while arrivals.count < loads.count, connection.isReusable {
            let rest = loads[arrivals.count...]
            let outcome = await pool.exchange(rest.flatMap(\.self), on: connection, isCancellable: false)
            arrivals += Self.arrivals(of: rest, outcome)
            isClean = !outcome.inTransaction
            if !isClean, connection.isReusable {
                let rollback = await pool.exchange([Statement("rollback")], on: connection, isCancellable: false)
                isClean = rollback.error == nil && !rollback.inTransaction
            }
        }
        pool.release(connection, reusable: isClean)
        // What was wrong with the one in front is nobody else's business.
        let lost = Arrival(rows: [], error: .connectionLost("the connection was lost on the way"))
        return arrivals + Array(repeating: lost, count: loads.count - arrivals.count)
    }

    /// Those that came through, and the one that failed; what was sent behind it is left out.
    private static func arrivals(of loads: ArraySlice<[Statement]>, _ outcome: Connection.Outcome) -> [Arrival] {
        var arrivals: [Arrival] = []
        var start = 0
        for load in loads {
            let rows = outcome.rows[start..<(start + load.count)]
            start += load.count
            let isWhole = rows.allSatisfy { $0 != nil }
            arrivals.append(Arrival(rows: rows, error: isWhole ? nil : outcome.error ?? .connectionLost("an answer is missing")))
            if !isWhole { break }
        }
        return arrivals
    }
}
