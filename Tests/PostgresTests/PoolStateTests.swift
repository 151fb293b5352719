import Testing

@testable import Postgres

/// The state with a clock of its own, which stands still unless a test moves it. A class, so that its events can stand inside `#expect`.
private final class Pool {
    private(set) var state: PoolState
    private var now = ContinuousClock.now

    init(maximum: Int = 4, minimum: Int = 0, idleTimeout: Duration = .seconds(120)) {
        state = PoolState(
            PoolState.Limits(
                maximum: maximum, minimum: minimum, acquisitionTimeout: .seconds(5), lifetime: .seconds(1800), idleTimeout: idleTimeout))
    }

    /// A pool whose connections 1 to `count` are leased to the waiters 1 to `count`.
    convenience init(leasing count: Int, maximum: Int = 4, minimum: Int = 0, idleTimeout: Duration = .seconds(120)) {
        self.init(maximum: maximum, minimum: minimum, idleTimeout: idleTimeout)
        for waiter in 1...count { _ = acquire(UInt64(waiter)) }
        for connection in 1...count { _ = connected(connection) }
    }

    func pass(_ time: Duration) { now = now.advanced(by: time) }

    func acquire(_ waiter: UInt64) -> [PoolState.Action] { state.acquire(waiter: waiter, now: now) }

    func release(_ connection: Int, reusable: Bool = true) -> [PoolState.Action] {
        state.release(connection: connection, reusable: reusable, now: now)
    }

    func connected(_ connection: Int) -> [PoolState.Action] { state.connected(connection, now: now) }

    func connectionFailed(_ connection: Int) -> [PoolState.Action] { state.connectionFailed(connection, now: now) }

    func lost(_ connection: Int) -> [PoolState.Action] { state.lost(connection, now: now) }

    func abandon(_ waiter: UInt64) -> Bool { state.abandon(waiter: waiter) }

    func tick() -> [PoolState.Action] { state.tick(now: now) }

    func close() -> [PoolState.Action] { state.close() }
}

@Suite("Leasing connections")
struct PoolLeaseTests {
    @Test("An empty pool connects for the first caller and leases what it connected")
    func first() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.connected(1) == [.lease(waiter: 1, connection: 1)])
        #expect(pool.state.leasedCount == 1)
        #expect(pool.state.waitingCount == 0)
    }

    @Test("The connection released last is leased first")
    func lastInFirstOut() {
        let pool = Pool(leasing: 3)
        for connection in [2, 1, 3] { #expect(pool.release(connection).isEmpty) }
        #expect(pool.state.idleCount == 3)
        #expect(pool.acquire(11) == [.lease(waiter: 11, connection: 3)])
        #expect(pool.acquire(12) == [.lease(waiter: 12, connection: 1)])
        #expect(pool.acquire(13) == [.lease(waiter: 13, connection: 2)])
    }

    @Test("Each caller who must wait gets a connection under way, up to the maximum and no further")
    func bounded() {
        let pool = Pool(maximum: 2)
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.acquire(2) == [.connect(2)])
        #expect(pool.acquire(3).isEmpty)
        #expect(pool.acquire(4).isEmpty)
        #expect(pool.state.waitingCount == 4)
        #expect(pool.connected(1) == [.lease(waiter: 1, connection: 1)])
        #expect(pool.connected(2) == [.lease(waiter: 2, connection: 2)])
        #expect(pool.tick().isEmpty)
        #expect(pool.state.waitingCount == 2)
    }

    @Test("The first caller brings the pool to its minimum")
    func minimum() {
        let pool = Pool(maximum: 4, minimum: 3)
        #expect(pool.acquire(1) == [.connect(1), .connect(2), .connect(3)])
        #expect(pool.acquire(2).isEmpty)
        #expect(pool.connected(1) == [.lease(waiter: 1, connection: 1)])
        #expect(pool.connected(2) == [.lease(waiter: 2, connection: 2)])
        #expect(pool.connected(3).isEmpty)
        #expect(pool.state.idleCount == 1)
    }

    @Test("Without any caller the next beat brings the pool to its minimum")
    func minimumByBeat() {
        let pool = Pool(maximum: 4, minimum: 2)
        #expect(pool.tick() == [.connect(1), .connect(2)])
        #expect(pool.tick().isEmpty)
    }

    @Test("Those who wait are served in the order in which they came, whatever becomes free")
    func firstComeFirstServed() {
        let pool = Pool(leasing: 2, maximum: 2)
        for waiter: UInt64 in [11, 12, 13] { #expect(pool.acquire(waiter).isEmpty) }
        #expect(pool.release(2) == [.lease(waiter: 11, connection: 2)])
        #expect(pool.release(1) == [.lease(waiter: 12, connection: 1)])
        #expect(pool.release(2) == [.lease(waiter: 13, connection: 2)])
        #expect(pool.release(1).isEmpty)
    }

    @Test("Who gave up waiting is passed over, and giving up twice or after being served means nothing")
    func abandoned() {
        let pool = Pool(leasing: 1, maximum: 1)
        for waiter: UInt64 in [11, 12, 13] { #expect(pool.acquire(waiter).isEmpty) }
        #expect(pool.abandon(11))
        #expect(!pool.abandon(11))
        #expect(pool.abandon(13))
        #expect(pool.release(1) == [.lease(waiter: 12, connection: 1)])
        #expect(!pool.abandon(12))
        #expect(pool.release(1).isEmpty)
        #expect(pool.state.idleCount == 1)
    }

    @Test("A connection for which nobody waits any more is kept for the next caller")
    func abandonedWhileConnecting() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.abandon(1))
        #expect(pool.connected(1).isEmpty)
        #expect(pool.acquire(2) == [.lease(waiter: 2, connection: 1)])
    }

    @Test("Who waited for the whole acquisition timeout is refused, and nobody sooner")
    func timeout() {
        let pool = Pool(leasing: 1, maximum: 1)
        #expect(pool.acquire(11).isEmpty)
        pool.pass(.seconds(2))
        #expect(pool.acquire(12).isEmpty)
        pool.pass(.milliseconds(2999))
        #expect(pool.tick().isEmpty)
        pool.pass(.milliseconds(1))
        #expect(pool.tick() == [.refuse(waiter: 11, .exhausted)])
        pool.pass(.seconds(2))
        #expect(pool.tick() == [.refuse(waiter: 12, .exhausted)])
        #expect(!pool.abandon(12))
        #expect(pool.release(1).isEmpty)
    }

    @Test("A connection that comes too late for its caller is kept for the next one")
    func lateConnection() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        pool.pass(.seconds(5))
        #expect(pool.tick() == [.refuse(waiter: 1, .exhausted)])
        #expect(pool.connected(1).isEmpty)
        #expect(pool.acquire(2) == [.lease(waiter: 2, connection: 1)])
    }

    @Test("A connection that is not fit for use again is closed, and whoever waits gets a new one")
    func notReusable() {
        let pool = Pool(leasing: 1, maximum: 1)
        #expect(pool.acquire(11).isEmpty)
        #expect(pool.release(1, reusable: false) == [.close(1), .connect(2)])
        #expect(pool.connected(2) == [.lease(waiter: 11, connection: 2)])
        #expect(pool.release(2, reusable: false) == [.close(2)])
        #expect(pool.state.idleCount == 0)
    }

    @Test("Releasing what is not leased does nothing")
    func releasedTwice() {
        let pool = Pool(leasing: 1)
        #expect(pool.release(1).isEmpty)
        #expect(pool.release(1).isEmpty)
        #expect(pool.release(99).isEmpty)
        #expect(pool.state.idleCount == 1)
        #expect(pool.acquire(2) == [.lease(waiter: 2, connection: 1)])
        #expect(pool.acquire(3) == [.connect(2)])
    }
}

@Suite("Losing connections")
struct PoolLossTests {
    @Test("A connection lost while it was idle is leased to nobody")
    func idle() {
        let pool = Pool(leasing: 2)
        #expect(pool.release(1).isEmpty)
        #expect(pool.release(2).isEmpty)
        #expect(pool.lost(2).isEmpty)
        #expect(pool.acquire(11) == [.lease(waiter: 11, connection: 1)])
        #expect(pool.acquire(12) == [.connect(3)])
    }

    @Test("A connection lost while it was leased makes room for another, and its release comes to nothing")
    func leased() {
        let pool = Pool(leasing: 1, maximum: 1)
        #expect(pool.acquire(11).isEmpty)
        #expect(pool.lost(1) == [.connect(2)])
        #expect(pool.release(1).isEmpty)
        #expect(pool.connected(2) == [.lease(waiter: 11, connection: 2)])
        #expect(pool.state.leasedCount == 1)
    }

    @Test("After a loss the next beat restores the minimum")
    func minimum() {
        let pool = Pool(leasing: 2, minimum: 2)
        #expect(pool.release(1).isEmpty)
        #expect(pool.lost(1).isEmpty)
        #expect(pool.tick() == [.connect(3)])
    }

    @Test("A connection lost before the pool heard that it was made is leased to nobody")
    func beforeConnected() {
        withKnownIssue("PoolState.swift:110: a loss leaves the connection among those under way, and `connected` then offers it") {
            let pool = Pool()
            #expect(pool.acquire(1) == [.connect(1)])
            _ = pool.lost(1)
            let actions = pool.connected(1)
            #expect(!actions.contains(.lease(waiter: 1, connection: 1)))
            #expect(pool.state.leasedCount == 0)
        }
    }
}

@Suite("While the server is away")
struct PoolOutageTests {
    @Test("When the first attempt fails, all who wait are refused, and so is everybody who comes before the next attempt")
    func refusedAtOnce() {
        let pool = Pool(maximum: 1)
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.acquire(2).isEmpty)
        #expect(pool.connectionFailed(1) == [.refuse(waiter: 1, .unavailable), .refuse(waiter: 2, .unavailable)])
        #expect(pool.acquire(3) == [.refuse(waiter: 3, .unavailable)])
        pool.pass(.milliseconds(99))
        #expect(pool.acquire(4) == [.refuse(waiter: 4, .unavailable)])
        #expect(pool.state.waitingCount == 0)
    }

    @Test("As long as another attempt is under way, its outcome is awaited")
    func othersUnderWay() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.acquire(2) == [.connect(2)])
        #expect(pool.connectionFailed(1).isEmpty)
        #expect(pool.connected(2) == [.lease(waiter: 1, connection: 2)])
        #expect(pool.state.waitingCount == 1)
    }

    @Test("Each attempt that fails doubles the pause before the next one, from 100 ms to 5 s")
    func backOff() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.connectionFailed(1) == [.refuse(waiter: 1, .unavailable)])
        var waiter: UInt64 = 1
        for (attempt, pause) in [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000].enumerated() {
            pool.pass(.milliseconds(pause - 1))
            waiter += 1
            #expect(pool.acquire(waiter) == [.refuse(waiter: waiter, .unavailable)], "pause of \(pause) ms")
            pool.pass(.milliseconds(1))
            waiter += 1
            let probe = attempt + 2
            #expect(pool.acquire(waiter) == [.connect(probe)], "pause of \(pause) ms")
            #expect(pool.connectionFailed(probe) == [.refuse(waiter: waiter, .unavailable)], "pause of \(pause) ms")
        }
    }

    @Test("The pauses double from 100 ms and end at 5 s, however many attempts fail")
    func pauses() {
        let pauses = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map { PoolState.backOff(attempt: $0) }
        let expected: [Duration] = [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000].map { .milliseconds($0) }
        #expect(pauses == expected)
    }

    @Test("After a pause one attempt is made, not one for each caller; they wait for how it ends")
    func oneProbe() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.connectionFailed(1) == [.refuse(waiter: 1, .unavailable)])
        pool.pass(.milliseconds(100))
        #expect(pool.acquire(2) == [.connect(2)])
        #expect(pool.acquire(3).isEmpty)
        #expect(pool.tick().isEmpty)
        #expect(pool.connectionFailed(2) == [.refuse(waiter: 2, .unavailable), .refuse(waiter: 3, .unavailable)])
    }

    @Test("Without any caller the beat makes the attempt, so that the pool recovers by itself")
    func probeByBeat() {
        let pool = Pool(minimum: 1)
        #expect(pool.tick() == [.connect(1)])
        #expect(pool.connectionFailed(1).isEmpty)
        #expect(pool.tick().isEmpty)
        pool.pass(.milliseconds(100))
        #expect(pool.tick() == [.connect(2)])
        #expect(pool.tick().isEmpty)
        #expect(pool.connected(2).isEmpty)
        #expect(pool.acquire(1) == [.lease(waiter: 1, connection: 2)])
    }

    @Test("As long as connections are leased, callers wait for those")
    func leasedConnections() {
        let pool = Pool(leasing: 1, maximum: 2)
        #expect(pool.acquire(11) == [.connect(2)])
        #expect(pool.connectionFailed(2).isEmpty)
        #expect(pool.acquire(12).isEmpty)
        #expect(pool.release(1) == [.lease(waiter: 11, connection: 1)])
        #expect(pool.release(1) == [.lease(waiter: 12, connection: 1)])
    }

    @Test("When the attempt succeeds, who waits is served, and at the latest with the next beat the pool grows again")
    func recovery() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.connectionFailed(1) == [.refuse(waiter: 1, .unavailable)])
        pool.pass(.milliseconds(100))
        #expect(pool.acquire(2) == [.connect(2)])
        #expect(pool.acquire(3).isEmpty)
        #expect(pool.acquire(4).isEmpty)
        let actions = pool.connected(2) + pool.tick()
        #expect(actions.filter { $0 == .lease(waiter: 2, connection: 2) }.count == 1)
        #expect(actions.filter { $0 == .connect(3) || $0 == .connect(4) }.count == 2)
        #expect(pool.connected(4) == [.lease(waiter: 3, connection: 4)])
        #expect(pool.connected(3) == [.lease(waiter: 4, connection: 3)])
    }

    @Test("After a success the pauses begin at 100 ms again")
    func forgottenAfterRecovery() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.connectionFailed(1) == [.refuse(waiter: 1, .unavailable)])
        pool.pass(.milliseconds(100))
        #expect(pool.acquire(2) == [.connect(2)])
        #expect(pool.connectionFailed(2) == [.refuse(waiter: 2, .unavailable)])
        pool.pass(.milliseconds(200))
        #expect(pool.acquire(3) == [.connect(3)])
        #expect(pool.connected(3) == [.lease(waiter: 3, connection: 3)])
        #expect(pool.release(3, reusable: false) == [.close(3)])
        #expect(pool.acquire(4) == [.connect(4)])
        #expect(pool.connectionFailed(4) == [.refuse(waiter: 4, .unavailable)])
        pool.pass(.milliseconds(100))
        #expect(pool.acquire(5) == [.connect(5)])
    }

    @Test("Attempts that were made together and fail together count as one")
    func failedTogether() {
        withKnownIssue("PoolState.swift:103 counts each of them, so that a busy pool starts with the longest pause") {
            let pool = Pool()
            for waiter: UInt64 in 1...4 { #expect(pool.acquire(waiter) == [.connect(Int(waiter))]) }
            for connection in 1...4 { _ = pool.connectionFailed(connection) }
            #expect(pool.state.waitingCount == 0)
            pool.pass(.milliseconds(100))
            #expect(pool.acquire(5) == [.connect(5)])
        }
    }
}

@Suite("Connections that grow old")
struct PoolAgeTests {
    @Test("An idle connection is closed at the end of its life, a leased one when it comes back")
    func lifetime() {
        let pool = Pool(leasing: 2, minimum: 2)
        #expect(pool.release(1).isEmpty)
        pool.pass(.seconds(1800))
        #expect(pool.tick() == [.close(1), .connect(3)])
        #expect(pool.state.leasedCount == 1)
        #expect(pool.release(2) == [.close(2), .connect(4)])
    }

    @Test("A released connection that is past its life is not offered to who waits")
    func pastItsLife() {
        let pool = Pool(leasing: 1, maximum: 1)
        pool.pass(.seconds(1799))
        #expect(pool.acquire(11).isEmpty)
        pool.pass(.seconds(1))
        #expect(pool.release(1) == [.close(1), .connect(2)])
    }

    @Test("Connections made together end one after another, all within the last tenth of their life")
    func spread() {
        let pool = Pool(leasing: 10, maximum: 10, idleTimeout: .seconds(100_000))
        for connection in 1...10 { #expect(pool.release(connection).isEmpty) }
        pool.pass(.seconds(1620))
        #expect(pool.tick().isEmpty)
        pool.pass(.seconds(90))
        let halfWay = pool.tick()
        #expect((2...8).contains(halfWay.count))
        pool.pass(.seconds(90))
        let atTheEnd = pool.tick()
        #expect(halfWay.count + atTheEnd.count == 10)
        #expect(pool.state.idleCount == 0)
    }

    @Test("Connections above the minimum that nobody used are closed, the longest unused first")
    func idleTimeout() {
        let pool = Pool(leasing: 4, minimum: 2)
        for connection in [3, 1, 4, 2] { #expect(pool.release(connection).isEmpty) }
        pool.pass(.seconds(119))
        #expect(pool.tick().isEmpty)
        pool.pass(.seconds(1))
        #expect(pool.tick() == [.close(3), .close(1)])
        pool.pass(.seconds(600))
        #expect(pool.tick().isEmpty)
        #expect(pool.state.idleCount == 2)
    }

    @Test("Leased connections count towards the minimum")
    func leasedCount() {
        let pool = Pool(leasing: 3, minimum: 2)
        #expect(pool.release(1).isEmpty)
        #expect(pool.release(2).isEmpty)
        pool.pass(.seconds(120))
        #expect(pool.tick() == [.close(1)])
    }

    @Test("A connection that is used now and then does not grow idle")
    func usedNowAndThen() {
        let pool = Pool(leasing: 1)
        #expect(pool.release(1).isEmpty)
        for waiter: UInt64 in 2...5 {
            pool.pass(.seconds(119))
            #expect(pool.tick().isEmpty)
            #expect(pool.acquire(waiter) == [.lease(waiter: waiter, connection: 1)])
            #expect(pool.release(1).isEmpty)
        }
        pool.pass(.seconds(120))
        #expect(pool.tick() == [.close(1)])
    }
}

@Suite("Closing the pool")
struct PoolCloseTests {
    @Test("Idle connections are closed at once, nobody is let in, and leased ones are closed as they come back")
    func drains() {
        let pool = Pool(leasing: 3)
        #expect(pool.release(1).isEmpty)
        #expect(pool.release(3).isEmpty)
        #expect(!pool.state.isDrained)
        #expect(pool.close() == [.close(1), .close(3)])
        #expect(!pool.state.isDrained)
        #expect(pool.acquire(11) == [.refuse(waiter: 11, .closed)])
        #expect(pool.tick().isEmpty)
        #expect(pool.release(2) == [.close(2)])
        #expect(pool.state.isDrained)
        #expect(pool.close().isEmpty)
        #expect(pool.acquire(12) == [.refuse(waiter: 12, .closed)])
    }

    @Test("Who waits is refused, and connections under way are closed as soon as they are made")
    func connecting() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.acquire(2) == [.connect(2)])
        #expect(pool.close() == [.refuse(waiter: 1, .closed), .refuse(waiter: 2, .closed)])
        #expect(!pool.state.isDrained)
        #expect(pool.connected(1) == [.close(1)])
        #expect(!pool.state.isDrained)
        #expect(pool.connectionFailed(2).isEmpty)
        #expect(pool.state.isDrained)
    }

    @Test("A connection that is lost meanwhile is not waited for")
    func lost() {
        let pool = Pool(leasing: 1, minimum: 1)
        #expect(pool.close().isEmpty)
        #expect(pool.lost(1).isEmpty)
        #expect(pool.state.isDrained)
    }

    @Test("An unused pool is drained as soon as it is closed, and not before")
    func unused() {
        let pool = Pool(minimum: 2)
        #expect(!pool.state.isDrained)
        #expect(pool.close().isEmpty)
        #expect(pool.state.isDrained)
        #expect(pool.tick().isEmpty)
    }
}

@Suite("The pool at random")
struct PoolWalkTests {
    @Test("Whatever happens in whatever order, no promise of the pool is broken")
    func walks() {
        var decided: [String: Int] = [:]
        for seed in UInt64(1)...50 {
            var walk = PoolWalk(seed: seed)
            walk.run(steps: 2000)
            let faults = walk.faults
            #expect(faults.isEmpty, "\(faults.count) faults, the first: \(faults.prefix(3))")
            decided.merge(walk.decided) { $0 + $1 }
        }
        // Otherwise the walks prove nothing.
        for kind in ["lease", "connect", "close", "exhausted", "unavailable", "closed"] {
            #expect(decided[kind, default: 0] >= 20, "\(kind)")
        }
    }
}

/// Plays the callers, the server and the clock at random, carries out what the state decides, and notes every promise it breaks:
/// never more connections than the maximum, none leased to two or after it was closed or lost, each waiter either leased to once,
/// refused once or gone by itself, first come first served, no wait beyond the timeout.
private struct PoolWalk {
    private let seed: UInt64
    private let maximum: Int
    private let minimum: Int
    private var state: PoolState
    private var generator: SeededGenerator
    private var now = ContinuousClock.now
    private var step = 0

    private(set) var faults: [String] = []
    /// How often each kind of action was decided.
    private(set) var decided: [String: Int] = [:]

    /// Since when who waits.
    private var waiting: [UInt64: PoolState.Instant] = [:]
    private var lastWaiter: UInt64 = 0
    private var connecting: [Int] = []
    /// Since when which connection exists, leased or idle.
    private var open: [Int: PoolState.Instant] = [:]
    private var leased: [Int] = []
    /// Lost while leased; whoever had leased it has not noticed yet and will release it.
    private var unnoticed: [Int] = []
    private var newestConnection = 0
    private var lastConnectFailed = false
    private var isClosing = false

    private static let acquisitionTimeout: Duration = .seconds(5)
    private static let lifetime: Duration = .seconds(30)

    init(seed: UInt64) {
        self.seed = seed
        generator = SeededGenerator(seed: seed)
        let maximum = 1 + Int(seed % 5)
        let minimum = Int(seed % UInt64(min(maximum, 2) + 1))
        self.maximum = maximum
        self.minimum = minimum
        state = PoolState(
            PoolState.Limits(
                maximum: maximum, minimum: minimum, acquisitionTimeout: Self.acquisitionTimeout, lifetime: Self.lifetime,
                idleTimeout: .seconds(10)))
    }

    mutating func run(steps: Int) {
        for number in 1...steps {
            step = number
            if number == steps - 50 { close() }
            switch random(100) {
            case 0..<25: acquire()
            case 25..<47: release()
            case 47..<62: connect(succeeds: true)
            case 62..<68: connect(succeeds: false)
            case 68..<71: lose()
            case 71..<74: noticeLoss()
            case 74..<78: abandon()
            default: tick()
            }
        }
        drain()
    }

    // MARK: Events

    private mutating func acquire() {
        lastWaiter += 1
        waiting[lastWaiter] = now
        carryOut(state.acquire(waiter: lastWaiter, now: now))
    }

    private mutating func release() {
        guard let connection = takeOne(from: \.leased) else { return }
        carryOut(state.release(connection: connection, reusable: random(10) > 0, now: now))
    }

    private mutating func connect(succeeds: Bool) {
        guard let connection = takeOne(from: \.connecting) else { return }
        lastConnectFailed = !succeeds
        if succeeds {
            open[connection] = now
            carryOut(state.connected(connection, now: now))
        } else {
            carryOut(state.connectionFailed(connection, now: now))
        }
    }

    private mutating func lose() {
        let candidates = open.keys.sorted()
        guard !candidates.isEmpty else { return }
        let connection = candidates[random(candidates.count)]
        open[connection] = nil
        if let index = leased.firstIndex(of: connection) {
            leased.remove(at: index)
            unnoticed.append(connection)
        }
        carryOut(state.lost(connection, now: now))
    }

    private mutating func noticeLoss() {
        guard let connection = takeOne(from: \.unnoticed) else { return }
        let actions = state.release(connection: connection, reusable: random(2) > 0, now: now)
        check(actions.isEmpty, "releasing the lost connection \(connection) led to \(actions)")
        carryOut(actions)
    }

    private mutating func abandon() {
        guard lastWaiter > 0 else { return }
        let candidates = waiting.keys.sorted()
        let waiter = candidates.isEmpty || random(4) == 0 ? UInt64(1 + random(Int(lastWaiter))) : candidates[random(candidates.count)]
        let wasWaiting = waiting.removeValue(forKey: waiter) != nil
        let wasFound = state.abandon(waiter: waiter)
        check(wasFound == wasWaiting, "waiter \(waiter) was waiting: \(wasWaiting), found: \(wasFound)")
        carryOut([])
    }

    private mutating func tick() {
        let pauses: [Duration] = [.zero, .milliseconds(20), .milliseconds(100), .milliseconds(500), .seconds(3)]
        now = now.advanced(by: random(20) == 0 ? .seconds(20) : pauses[random(pauses.count)])
        carryOut(state.tick(now: now), byBeat: true)
        for (waiter, since) in waiting {
            check(since.duration(to: now) < Self.acquisitionTimeout, "waiter \(waiter) waits for too long")
        }
        for (connection, since) in open where !leased.contains(connection) {
            check(since.duration(to: now) < Self.lifetime, "connection \(connection) lives for too long")
        }
        if !lastConnectFailed && !isClosing {
            check(open.count + connecting.count >= minimum, "fewer connections than the minimum")
            check(waiting.isEmpty || !connecting.isEmpty || open.count == maximum, "somebody waits for nothing")
        }
    }

    private mutating func close() {
        isClosing = true
        carryOut(state.close())
    }

    /// The end: everything under way comes to its end, everything leased comes back.
    private mutating func drain() {
        while !connecting.isEmpty { connect(succeeds: random(2) == 0) }
        check(state.isDrained == leased.isEmpty, "drained: \(state.isDrained), leased: \(leased.count)")
        while !leased.isEmpty { release() }
        check(state.isDrained, "not drained in the end")
        check(open.isEmpty, "left open: \(open.keys.sorted())")
        check(waiting.isEmpty, "left waiting: \(waiting.keys.sorted())")
    }

    // MARK: Carrying out

    private mutating func carryOut(_ actions: [PoolState.Action], byBeat: Bool = false) {
        for action in actions {
            switch action {
            case .lease(let waiter, let connection):
                count("lease")
                check(waiting.keys.min() == waiter, "\(action), but it is not that waiter's turn")
                waiting[waiter] = nil
                check(open[connection] != nil, "\(action), but it is not open")
                check(!leased.contains(connection), "\(action), but it is leased")
                leased.append(connection)
            case .refuse(let waiter, let refusal):
                count("\(refusal)")
                let since = waiting.removeValue(forKey: waiter)
                check(since != nil, "\(action), who does not wait")
                switch refusal {
                case .exhausted:
                    let waited = since.map { $0.duration(to: now) } ?? .zero
                    check(byBeat && waited >= Self.acquisitionTimeout, "\(action) after \(waited)")
                case .unavailable:
                    check(open.isEmpty && connecting.isEmpty, "\(action) with \(open.count) open, \(connecting.count) under way")
                case .closed:
                    check(isClosing, "\(action) before the end")
                }
            case .connect(let connection):
                count("connect")
                check(connection > newestConnection, "\(action) again")
                newestConnection = connection
                check(!isClosing, "\(action) after the end")
                check(!lastConnectFailed || connecting.isEmpty, "\(action) while the server is away and another attempt is under way")
                connecting.append(connection)
            case .close(let connection):
                count("close")
                check(!leased.contains(connection), "\(action), but it is leased")
                let since = open.removeValue(forKey: connection)
                check(since != nil, "\(action), but it is not open")
            }
        }
        check(open.count + connecting.count <= maximum, "\(open.count) open and \(connecting.count) under way, but at most \(maximum)")
        check(state.leasedCount == leased.count, "\(state.leasedCount) leased instead of \(leased.count)")
        check(state.idleCount == open.count - leased.count, "\(state.idleCount) idle instead of \(open.count - leased.count)")
        check(state.waitingCount == waiting.count, "\(state.waitingCount) waiting instead of \(waiting.count)")
        check(state.idleCount == 0 || state.waitingCount == 0, "somebody waits beside an idle connection")
    }

    private mutating func check(_ holds: Bool, _ fault: @autoclosure () -> String) {
        if !holds { faults.append("seed \(seed), step \(step): \(fault())") }
    }

    private mutating func count(_ kind: String) { decided[kind, default: 0] += 1 }

    private mutating func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    private mutating func takeOne(from list: WritableKeyPath<PoolWalk, [Int]>) -> Int? {
        let count = self[keyPath: list].count
        guard count > 0 else { return nil }
        let index = random(count)
        return self[keyPath: list].remove(at: index)
    }
}
