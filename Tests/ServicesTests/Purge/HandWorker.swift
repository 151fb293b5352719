import Domain
import Logging
import Postgres
import Services
import Support
import Testing

@testable import Jobs

/// A database of a test's own, because the scheduler serves all helpdesks of one; with somebody who does the jobs when the test says so.
struct HandWorker {
    let installation: TestInstallation
    let clock = TestClock()
    private let queue: JobQueue
    private let handlers: JobHandlers
    private let id: Int64
    private let superuser: ServerAddress

    init(database name: String) async throws {
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: name)
        installation = TestInstallation(cluster, database: name)
        queue = JobQueue(database: installation.database, clock: clock.clock)
        let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        handlers = JobHandlers(helpdesk: Helpdesk(database: installation.database, clock: clock.clock), logger: silent)
        superuser = cluster.address(database: name)
        id = try await queue.register(host: "test", process: 1, slots: 10)
    }

    var operations: Installation { Installation(database: installation.database, clock: clock.clock) }

    func makeTenant() async throws -> TestTenant { try await installation.makeTenant(clock: clock) }

    func wind(to moment: Timestamp) { clock.advance(seconds: (moment.milliseconds - clock.now.milliseconds) / 1000) }

    /// What is due now is enqueued, and whatever is ready now is done. Answers how many schedules were due.
    @discardableResult
    func tick() async throws -> Int {
        let due = try await operations.runSchedules()
        try await work()
        return due
    }

    /// Does whatever is ready now, and what comes of it.
    func work() async throws {
        var report = JobQueue.Report()
        while true {
            _ = try await queue.promote()
            let window = ClaimWindow(floor: 0, most: 10)
            let answer = try await queue.exchange(report, [(.purge, window)], by: id)
            let claimed = try #require(answer).flatMap { $0 }
            report = JobQueue.Report()
            if claimed.isEmpty { return }
            for job in claimed { report.add(job, try await outcome(of: job), at: queue.now) }
        }
    }

    private func outcome(of claimed: ClaimedJob) async throws -> JobOutcome {
        do {
            return try await handlers.perform(#require(claimed.job), in: claimed.scope)
        } catch Refusal.tenantNotActive {
            return .again(at: queue.now.advanced(bySeconds: 300))
        }
    }

    /// Runs SQL as the superuser.
    @discardableResult
    func sql(_ statement: String) async throws -> [[String?]] {
        try await ScriptSession.run(on: superuser) { session in try session.run(statement) }
    }
}
