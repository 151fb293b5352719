import Support
import Testing

@testable import Postgres

@Suite("A pool on a real server")
struct PoolTests {
    @Test("Two hundred callers share four connections, and all are served")
    func shared() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 4
            $0.acquisitionTimeout = .seconds(60)
        }
        let pids = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 { group.addTask { try await live.one("select pg_backend_pid() as value", as: Int.self) } }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect((1...4).contains(pids.count))
    }

    @Test("Who waits too long for a connection is told so, and the pool goes on")
    func acquisitionTimeout() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 1
            $0.acquisitionTimeout = .seconds(2)
        }
        let pid = try await live.one("select pg_backend_pid() as value", as: Int.self)
        let holder = Task { try await live.one("select count(*) as value from (select pg_sleep(6)) s", as: Int.self) }
        #expect(try await eventually { try await Self.isBusy(pid) })
        await #expect(throws: PostgresError.poolExhausted(after: .seconds(2))) {
            try await live.one("select 1 as value", as: Int.self)
        }
        #expect(try await holder.value == 1)
        #expect(try await live.one("select 1 as value", as: Int.self) == 1)
    }

    @Test("Cancelling the task cancels the statement on the server, and its connection is not used again")
    func cancellation() async throws {
        let live = try await LivePool.shared { $0.maximum = 1 }
        let before = try await live.one("select pg_backend_pid() as value", as: Int.self)
        let start = ContinuousClock.now
        let sleeper = Task { try await live.one("select count(*) as value from (select pg_sleep(30)) s", as: Int.self) }
        #expect(try await eventually { try await Self.isBusy(before) })
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(try await live.one("select pg_backend_pid() as value", as: Int.self) != before)
    }

    @Test("A statement that outlives the server's timeout fails, and the connection is good for the next one")
    func statementTimeout() async throws {
        let live = try await LivePool.shared { $0.maximum = 1 }
        do {
            try await live.pool.transaction { tx in
                tx.queue(Statement("set local statement_timeout = '50ms'", prepared: false))
                return tx.queue("select pg_sleep(10)")
            }
            Issue.record("it was not stopped")
        } catch PostgresError.server(let error) {
            #expect(error.sqlState == SQLState.queryCancelled)
        }
        #expect(try await live.one("select 1 as value", as: Int.self) == 1)
    }

    @Test("A server that does not answer at all is given up after the exchange's own timeout")
    func exchangeTimeout() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 1
            $0.exchangeTimeout = .seconds(3)
        }
        await #expect(throws: PostgresError.connectionLost("the server did not answer in time")) {
            try await live.one("select count(*) as value from (select pg_sleep(30)) s", as: Int.self)
        }
        #expect(try await live.one("select 1 as value", as: Int.self) == 1)
    }

    @Test("Closing waits for what runs and refuses what comes")
    func closing() async throws {
        let live = try await LivePool.shared { $0.maximum = 1 }
        let pid = try await live.one("select pg_backend_pid() as value", as: Int.self)
        let running = Task { try await live.one("select count(*) as value from (select pg_sleep(1)) s", as: Int.self) }
        #expect(try await eventually { try await Self.isBusy(pid) })
        await live.pool.close()
        #expect(try await running.value == 1)
        await #expect(throws: PostgresError.closed) { try await live.one("select 1 as value", as: Int.self) }
    }

    @Test("Notifications arrive in order, also those with odd channel names, and start with a word that we listen")
    func notifications() async throws {
        let live = try await LivePool.shared()
        let address = try await TestCluster.shared.value.address()
        let channel = "od\"d ch;annel"
        var events = Notifications(address, poller: Poller(), logger: .silent).events(on: [channel]).makeAsyncIterator()
        #expect(await events.next() == .listening)
        for number in 1...3 {
            try await live.pool.transaction { tx in tx.queue("select pg_notify($1, $2)", [.text(channel), .text("n\(number)")]) }
        }
        for number in 1...3 { #expect(await events.next() == .notification(Notification(channel: channel, payload: "n\(number)"))) }
    }

    /// Whether that backend is asleep in a statement, as another session sees it.
    private static func isBusy(_ pid: Int) async throws -> Bool {
        try await LivePool.shared().one(
            "select count(*) as value from pg_stat_activity where pid = \(pid) and state = 'active' and query like '%pg_sleep%'",
            as: Int.self)
            == 1
    }
}
