import Support
import Testing

@testable import Postgres

@Suite("The pool at random")
struct PoolWalkTests {
    @Test("Whatever happens in whatever order, no promise of the pool is broken")
    func walks() {
        var decided: [String: Int] = [:]
        for seed in UInt64(1)...50 {
            let walk = PoolWalk(seed: seed)
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
private final class PoolWalk {
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
                maximum: maximum, minimum: minimum, acquisitionTimeout: PoolWalk.acquisitionTimeout, lifetime: PoolWalk.lifetime,
                idleTimeout: .seconds(10)))
    }

    func run(steps: Int) {
        for number in 1...steps {
            step = number
            if number == steps - 50 { close() }
            switch random(100) {
            case 0..<25: acquire()
            case 25..<47: release()
            case 47..<62: connect(succeeds: true)
            case 62..<68: connect(succeeds: false)
            case 68..<71: lose()
            case 71..<75: abandon()
            default: tick()
            }
        }
        drain()
    }

    // MARK: Events

    private func acquire() {
        lastWaiter += 1
        waiting[lastWaiter] = now
        carryOut(state.acquire(waiter: lastWaiter, now: now))
    }

    private func release() {
        guard let connection = takeOne(from: \.leased) else { return }
        carryOut(state.release(connection: connection, reusable: random(10) > 0, now: now))
    }

    private func connect(succeeds: Bool) {
        guard let connection = takeOne(from: \.connecting) else { return }
        lastConnectFailed = !succeeds
        if succeeds {
            open[connection] = now
            carryOut(state.connected(connection, now: now))
        } else {
            carryOut(state.connectionFailed(connection, now: now))
        }
    }

    private func lose() {
        let candidates = open.keys.sorted()
        guard !candidates.isEmpty else { return }
        let connection = candidates[random(candidates.count)]
        let wasIdle = !leased.contains(connection)
        let actions = state.lostWhileIdle(connection, now: now)
        check(actions.contains(.close(connection)) == wasIdle, "\(connection) was lost, idle: \(wasIdle), and led to \(actions)")
        carryOut(actions)
    }

    private func abandon() {
        guard lastWaiter > 0 else { return }
        let candidates = waiting.keys.sorted()
        let waiter = candidates.isEmpty || random(4) == 0 ? UInt64(1 + random(Int(lastWaiter))) : candidates[random(candidates.count)]
        let wasWaiting = waiting.removeValue(forKey: waiter) != nil
        let wasFound = state.abandon(waiter: waiter)
        check(wasFound == wasWaiting, "waiter \(waiter) was waiting: \(wasWaiting), found: \(wasFound)")
        carryOut([])
    }

    private func tick() {
        let pauses: [Duration] = [.zero, .milliseconds(20), .milliseconds(100), .milliseconds(500), .seconds(3)]
        now = now.advanced(by: random(20) == 0 ? .seconds(20) : pauses[random(pauses.count)])
        carryOut(state.tick(now: now), byBeat: true)
        for (waiter, since) in waiting {
            check(since.duration(to: now) < PoolWalk.acquisitionTimeout, "waiter \(waiter) waits for too long")
        }
        for (connection, since) in open where !leased.contains(connection) {
            check(since.duration(to: now) < PoolWalk.lifetime, "connection \(connection) lives for too long")
        }
        if !lastConnectFailed && !isClosing {
            check(open.count + connecting.count >= minimum, "fewer connections than the minimum")
            check(waiting.isEmpty || !connecting.isEmpty || open.count == maximum, "somebody waits for nothing")
        }
    }

    private func close() {
        isClosing = true
        carryOut(state.close())
    }

    /// The end: everything under way comes to its end, everything leased comes back.
    private func drain() {
        while !connecting.isEmpty { connect(succeeds: random(2) == 0) }
        check(state.isDrained == leased.isEmpty, "drained: \(state.isDrained), leased: \(leased.count)")
        while !leased.isEmpty { release() }
        check(state.isDrained, "not drained in the end")
        check(open.isEmpty, "left open: \(open.keys.sorted())")
        check(waiting.isEmpty, "left waiting: \(waiting.keys.sorted())")
    }

    // MARK: Carrying out

    private func carryOut(_ actions: [PoolState.Action], byBeat: Bool = false) {
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
                    check(byBeat && waited >= PoolWalk.acquisitionTimeout, "\(action) after \(waited)")
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

    private func check(_ holds: Bool, _ fault: @autoclosure () -> String) {
        if !holds { faults.append("seed \(seed), step \(step): \(fault())") }
    }

    private func count(_ kind: String) { decided[kind, default: 0] += 1 }

    private func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }

    private func takeOne(from list: ReferenceWritableKeyPath<PoolWalk, [Int]>) -> Int? {
        let count = self[keyPath: list].count
        guard count > 0 else { return nil }
        let index = random(count)
        return self[keyPath: list].remove(at: index)
    }
}
