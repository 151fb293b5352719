import Foundation
import Glibc
import Logging
import Support
import Testing

@testable import Postgres

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A server of their own, which these tests stop, restart and kill.
@Suite("When the server goes away", .serialized)
struct OutageTests {
    @Test("After a restart the pool recovers by itself; meanwhile callers are refused at once")
    func restart() async throws {
        let cluster = try TestCluster(named: "restart")
        defer { cluster.destroy() }
        let live = LivePool(cluster)
        #expect(try await live.one("select 1 as value", as: Int.self) == 1)
        try cluster.cluster.stop()
        let start = ContinuousClock.now
        for _ in 0..<20 {
            await #expect(throws: PostgresError.self) { try await live.one("select 1 as value", as: Int.self) }
        }
        #expect(start.duration(to: .now) < .seconds(4), "callers queue up behind a server that is away")
        try cluster.cluster.start()
        #expect(try await eventually { (try? await live.one("select 1 as value", as: Int.self)) == 1 })
    }

    @Test("When the server is killed in the middle of work, every acknowledged row is there, and nobody hangs")
    func kill() async throws {
        let cluster = try TestCluster(named: "kill", settings: ["fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"])
        defer { cluster.destroy() }
        let live = LivePool(cluster) { $0.maximum = 8 }
        _ = try await live.pool.single(Statement("create table acknowledged (worker bigint, number bigint, primary key (worker, number))"))
        let counts = try await withThrowingTaskGroup(of: (Int64, Int64, Int).self) { group in
            for worker: Int64 in 1...8 {
                group.addTask {
                    var acknowledged: Int64 = 0
                    var failures = 0
                    while failures < 3 {
                        do {
                            let next = acknowledged + 1
                            try await live.pool.transaction { tx in
                                // A commit whose answer was lost may have happened: that row may be there already.
                                tx.queue(
                                    "insert into acknowledged values ($1, $2) on conflict do nothing", [.bigint(worker), .bigint(next)])
                            }
                            acknowledged = next
                        } catch {
                            failures += 1
                            try await Task.sleep(for: .milliseconds(20))
                        }
                    }
                    return (worker, acknowledged, failures)
                }
            }
            group.addTask {
                _ = try await eventually { try await live.one("select count(*) as value from acknowledged", as: Int.self) > 500 }
                Glibc.kill(try known(cluster.cluster.processID), SIGKILL)
                return (0, 0, 3)
            }
            return try await group.reduce(into: [(Int64, Int64, Int)]()) { $0.append($1) }
        }
        try cluster.cluster.start()
        #expect(try await eventually { (try? await live.one("select 1 as value", as: Int.self)) == 1 })
        for (worker, acknowledged, failures) in counts where worker > 0 {
            #expect(failures == 3)
            let kept = try await live.one(
                "select count(*) as value from acknowledged where worker = $1 and number <= $2", [.bigint(worker), .bigint(acknowledged)],
                as: Int64.self)
            #expect(kept == acknowledged)
        }
        #expect(counts.map(\.1).reduce(0, +) > 0)
    }

    @Test("A backend that is terminated takes its transaction with it and nothing else")
    func terminated() async throws {
        let cluster = try TestCluster(named: "terminated")
        defer { cluster.destroy() }
        let live = LivePool(cluster) { $0.maximum = 2 }
        let pid = try await live.one("select pg_backend_pid() as value", as: Int.self)
        let observer = LivePool(cluster)
        _ = try await observer.one("select pg_terminate_backend(\(pid)) as value", as: Bool.self)
        // Idle connections say goodbye; the pool hears it and makes a new one.
        #expect(
            try await eventually {
                let other = try? await live.one("select pg_backend_pid() as value", as: Int.self)
                return other != nil && other != pid
            })
    }

    @Test("A listener listens again after a restart and says so")
    func listener() async throws {
        let cluster = try TestCluster(named: "listener")
        defer { cluster.destroy() }
        var events = Notifications(cluster.address(), poller: Poller(), logger: .silent).events(on: ["c"]).makeAsyncIterator()
        #expect(await events.next() == .listening)
        try cluster.cluster.stop()
        try cluster.cluster.start()
        #expect(await events.next() == .listening)
        _ = try await ScriptSession.run(on: cluster.address()) { try $0.run("select pg_notify('c', 'after')") }
        #expect(await events.next() == .notification(Notification(channel: "c", payload: "after")))
    }
}
