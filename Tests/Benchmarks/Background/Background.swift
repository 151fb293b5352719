import Domain
import Foundation
import Jobs
import Logging
import Postgres
import Repositories
import Services

/// Measures the work behind the requests, case by case, on the same database.
struct Background {
    let database: BenchDatabase
    let pgbench: Pgbench
    let wrk: Wrk
    let tenants: [BenchTenant]
    let options: Options

    init(_ database: BenchDatabase, _ pgbench: Pgbench, _ wrk: Wrk, _ tenants: [BenchTenant], _ options: Options) {
        self.database = database
        self.pgbench = pgbench
        self.wrk = wrk
        self.tenants = tenants
        self.options = options
    }

    func measure() async throws -> [BackgroundResult] {
        var results: [BackgroundResult] = []
        for each in options.background {
            say("measuring \(each.rawValue) …")
            let found =
                switch each {
                case .searchNeighbours: try await searchNeighbours()
                case .jobs: try await jobs()
                case .latency: try await latency()
                case .purge: try await purge()
                case .schedules: try await schedules()
                case .neighbour: try await neighbour()
                case .massActions: try await massActions()
                case .massNeighbour: try await massNeighbour()
                case .soak: try await soak()
                case .ingest: try await ingest()
                }
            for result in found { say("  \(result.line)") }
            results += found
        }
        return results
    }
}

/// A process's worth of background work, without the process: a pool, a worker and what wakes it.
struct BenchWorker {
    let database: Database
    let helpdesk: Helpdesk
    let queue: JobQueue
    private let pool: ConnectionPool
    private let worker: Worker
    private let run: Task<Void, Never>

    private static let poller = Poller()
    private static let logger = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }

    init(on address: ServerAddress, slots: Int = 8, onBegin: @escaping @Sendable (ClaimedJob) -> Void = { _ in }) {
        pool = ConnectionPool(address, poller: Self.poller, logger: Self.logger)
        database = Database(pool)
        helpdesk = Helpdesk(database: database)
        queue = JobQueue(database: database)
        let worker = Worker(
            queue: queue, handlers: JobHandlers(helpdesk: helpdesk, logger: Self.logger), slots: slots, logger: Self.logger,
            onBegin: onBegin)
        let notifications = Notifications(address, poller: Self.poller, logger: Self.logger)
        self.worker = worker
        run = Task {
            let listening = Task { for await _ in notifications.events(on: [JobQueue.channel]) { worker.wake() } }
            await worker.run()
            listening.cancel()
        }
    }

    func stop() async {
        worker.stop()
        await run.value
        await pool.close()
    }
}

/// A pool without a worker, as a process that only serves has it.
struct BenchPool {
    let pool: ConnectionPool
    let database: Database

    init(on address: ServerAddress) {
        pool = ConnectionPool(address, poller: Poller(), logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
        database = Database(pool)
    }
}

extension ContinuousClock.Instant {
    /// Seconds from then to now.
    var elapsed: Double { duration(to: .now) / .seconds(1) }
}

/// Looks every few milliseconds, and gives up in the end.
func wait(upTo seconds: Double, for what: String, until isThere: () async throws -> Bool) async throws {
    let start = ContinuousClock.now
    while try await !isThere() {
        guard start.elapsed < seconds, !Interruption.happened else { throw Failure("\(what) did not come within \(whole(seconds)) s") }
        try await Task.sleep(for: .milliseconds(5))
    }
}
