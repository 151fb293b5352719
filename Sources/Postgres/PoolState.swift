import DequeModule

/// Every decision of the connection pool. Pure: events and the time go in, actions come out; `ConnectionPool` carries them out.
struct PoolState {
    struct Limits: Equatable {
        /// Connections at the most.
        var maximum: Int
        /// Connections to keep even when nobody asks.
        var minimum: Int
        /// How long a caller waits for a connection.
        var acquisitionTimeout: Duration
        /// How old a connection may get; spread by a tenth so that they do not all end together.
        var lifetime: Duration
        /// How long a connection above the minimum may lie idle.
        var idleTimeout: Duration
    }

    enum Refusal: Equatable {
        case exhausted
        case unavailable
        case closed
    }

    enum Action: Equatable {
        case lease(waiter: UInt64, connection: Int)
        case refuse(waiter: UInt64, Refusal)
        case connect(Int)
        case close(Int)
    }

    typealias Instant = ContinuousClock.Instant

    private struct Idle {
        var connection: Int
        var since: Instant
    }

    private struct Waiter {
        var id: UInt64
        var deadline: Instant
    }

    private struct Outage {
        var attempts: Int
        var retryAt: Instant
    }

    private var limits: Limits
    private var idle: [Idle] = []
    private var leased: Set<Int> = []
    private var connecting: Set<Int> = []
    private var endOfLife: [Int: Instant] = [:]
    private var waiters: Deque<Waiter> = []
    private var outage: Outage?
    private var lastConnection = 0
    private var closing = false

    init(_ limits: Limits) {
        self.limits = limits
        self.limits.minimum = min(limits.minimum, limits.maximum)
    }

    var idleCount: Int { idle.count }
    var leasedCount: Int { leased.count }
    var waitingCount: Int { waiters.count }
    private var size: Int { idle.count + leased.count + connecting.count }
    var isDrained: Bool { closing && leased.isEmpty && connecting.isEmpty }

    // MARK: Events

    mutating func acquire(waiter: UInt64, now: Instant) -> [Action] {
        if closing { return [.refuse(waiter: waiter, .closed)] }
        // The connection used last is the one whose caches are warm; the others may grow old and go.
        if waiters.isEmpty, let connection = idle.popLast()?.connection {
            leased.insert(connection)
            return [.lease(waiter: waiter, connection: connection)]
        }
        // With the server away, waiting would only pile up callers: say so at once, and let the next attempt decide.
        if let outage, idle.isEmpty, leased.isEmpty, connecting.isEmpty, now < outage.retryAt {
            return [.refuse(waiter: waiter, .unavailable)]
        }
        waiters.append(Waiter(id: waiter, deadline: now + limits.acquisitionTimeout))
        return grow(now)
    }

    mutating func release(connection: Int, reusable: Bool, now: Instant) -> [Action] {
        guard leased.remove(connection) != nil else { return [] }
        if !reusable || closing || (endOfLife[connection].map { $0 <= now } ?? false) {
            endOfLife[connection] = nil
            return [.close(connection)] + grow(now)
        }
        return offer(connection, now)
    }

    mutating func connected(_ connection: Int, now: Instant) -> [Action] {
        outage = nil
        connecting.remove(connection)
        if closing { return [.close(connection)] }
        // Connections made together should not end together.
        endOfLife[connection] = now + limits.lifetime - limits.lifetime / 10 * (connection % 10) / 10
        return offer(connection, now)
    }

    mutating func connectionFailed(_ connection: Int, now: Instant) -> [Action] {
        connecting.remove(connection)
        // Attempts begun together fail together; that is one failure.
        if outage.map({ now >= $0.retryAt }) ?? true {
            let attempts = (outage?.attempts ?? 0) + 1
            outage = Outage(attempts: attempts, retryAt: now + Self.backOff(attempt: attempts))
        }
        guard idle.isEmpty, leased.isEmpty, connecting.isEmpty else { return [] }
        return refuseAll(.unavailable)
    }

    /// The server ended a connection. One that is leased in the meantime is its holder's affair.
    mutating func lostWhileIdle(_ connection: Int, now: Instant) -> [Action] {
        guard let index = idle.firstIndex(where: { $0.connection == connection }) else { return [] }
        idle.remove(at: index)
        endOfLife[connection] = nil
        return [.close(connection)] + grow(now)
    }

    /// The caller gave up waiting. Answers false when it was served or refused in the meantime.
    mutating func abandon(waiter: UInt64) -> Bool {
        guard let index = waiters.firstIndex(where: { $0.id == waiter }) else { return false }
        waiters.remove(at: index)
        return true
    }

    mutating func tick(now: Instant) -> [Action] {
        var actions: [Action] = []
        while let first = waiters.first, first.deadline <= now {
            waiters.removeFirst()
            actions.append(.refuse(waiter: first.id, .exhausted))
        }
        var surplus = size - limits.minimum
        let kept = idle.filter { entry in
            let old = endOfLife[entry.connection].map { $0 <= now } ?? false
            let unused = surplus > 0 && entry.since + limits.idleTimeout <= now
            guard old || unused else { return true }
            surplus -= 1
            actions.append(.close(entry.connection))
            endOfLife[entry.connection] = nil
            return false
        }
        idle = kept
        return actions + grow(now)
    }

    mutating func close() -> [Action] {
        closing = true
        defer { idle.removeAll() }
        return refuseAll(.closed) + idle.map { .close($0.connection) }
    }

    // MARK: Decisions

    private mutating func offer(_ connection: Int, _ now: Instant) -> [Action] {
        guard let waiter = waiters.popFirst() else {
            idle.append(Idle(connection: connection, since: now))
            return []
        }
        leased.insert(connection)
        return [.lease(waiter: waiter.id, connection: connection)]
    }

    private mutating func grow(_ now: Instant) -> [Action] {
        if closing { return [] }
        if let outage {
            // One probe at a time while the server is away.
            guard connecting.isEmpty, now >= outage.retryAt else { return [] }
            return [connect()]
        }
        let wanted = max(min(waiters.count - connecting.count, limits.maximum - size), limits.minimum - size)
        return wanted > 0 ? (0..<wanted).map { _ in connect() } : []
    }

    private mutating func connect() -> Action {
        lastConnection += 1
        connecting.insert(lastConnection)
        return .connect(lastConnection)
    }

    private mutating func refuseAll(_ refusal: Refusal) -> [Action] {
        defer { waiters.removeAll() }
        return waiters.map { .refuse(waiter: $0.id, refusal) }
    }

    /// 100 ms, doubled with each attempt, at most 1 s: back soon after a restart, and one probe a second is no storm.
    static func backOff(attempt: Int) -> Duration {
        min(.milliseconds(100) * (1 << min(attempt - 1, 6)), .seconds(1))
    }
}
