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

    func lost(_ connection: Int) -> [PoolState.Action] { state.lostWhileIdle(connection, now: now) }

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
    @Test("A connection lost while it was idle is closed and leased to nobody")
    func idle() {
        let pool = Pool(leasing: 2)
        #expect(pool.release(1).isEmpty)
        #expect(pool.release(2).isEmpty)
        #expect(pool.lost(2) == [.close(2)])
        #expect(pool.acquire(11) == [.lease(waiter: 11, connection: 1)])
        #expect(pool.acquire(12) == [.connect(3)])
    }

    @Test("A connection that goes while it is leased is its holder's affair; giving it back makes room for another")
    func leased() {
        let pool = Pool(leasing: 1, maximum: 1)
        #expect(pool.acquire(11).isEmpty)
        #expect(pool.lost(1).isEmpty)
        #expect(pool.release(1, reusable: false) == [.close(1), .connect(2)])
        #expect(pool.connected(2) == [.lease(waiter: 11, connection: 2)])
        #expect(pool.state.leasedCount == 1)
    }

    @Test("After a loss the minimum is restored at once")
    func minimum() {
        let pool = Pool(leasing: 2, minimum: 2)
        #expect(pool.release(1).isEmpty)
        #expect(pool.lost(1) == [.close(1), .connect(3)])
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

    @Test("Each attempt that fails doubles the pause before the next one, from 100 ms to 1 s")
    func backOff() {
        let pool = Pool()
        #expect(pool.acquire(1) == [.connect(1)])
        #expect(pool.connectionFailed(1) == [.refuse(waiter: 1, .unavailable)])
        var waiter: UInt64 = 1
        for (attempt, pause) in [100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000].enumerated() {
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

    @Test("The pauses double from 100 ms and end at 1 s, however many attempts fail")
    func pauses() {
        let pauses = [1, 2, 3, 4, 5, 6, 7, 8, 1000].map { PoolState.backOff(attempt: $0) }
        let expected: [Duration] = [100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000].map { Duration.milliseconds($0) }
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
        let leases = actions.filter { $0 == .lease(waiter: 2, connection: 2) }
        let attempts = actions.filter { $0 == .connect(3) || $0 == .connect(4) }
        #expect(leases.count == 1)
        #expect(attempts.count == 2)
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
        let pool = Pool()
        for waiter: UInt64 in 1...4 { #expect(pool.acquire(waiter) == [.connect(Int(waiter))]) }
        for connection in 1...4 { _ = pool.connectionFailed(connection) }
        #expect(pool.state.waitingCount == 0)
        pool.pass(.milliseconds(100))
        #expect(pool.acquire(5) == [.connect(5)])
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
        #expect(halfWay.count > 1 && halfWay.count < 9)
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

    @Test("An unused pool is drained as soon as it is closed, and not before")
    func unused() {
        let pool = Pool(minimum: 2)
        #expect(!pool.state.isDrained)
        #expect(pool.close().isEmpty)
        #expect(pool.state.isDrained)
        #expect(pool.tick().isEmpty)
    }
}
