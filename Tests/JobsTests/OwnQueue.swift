import Domain
import Foundation
import Jobs
import Logging
import Postgres
import Repositories
import Services
import Support
import Testing

/// A queue in a database of one test's own, because whoever claims gets the jobs of all helpdesks. Time stands still until the test
/// moves it.
struct OwnQueue: Sendable {
    let installation: TestInstallation
    let administrator: ServerAddress
    let clock = TestClock()
    let queue: JobQueue
    let operators: Installation

    init(on cluster: TestCluster) async throws {
        let name = "q" + UUID().uuidString.lowercased().replacing("-", with: "")
        try await cluster.makeDatabase(named: name)
        var options = ConnectionPool.Options()
        options.maximum = 10
        installation = TestInstallation(cluster, database: name, options: options)
        administrator = cluster.address(database: name)
        queue = JobQueue(database: installation.database, clock: clock.clock)
        operators = Installation(database: installation.database, clock: clock.clock)
    }

    /// Another process's way to the same queue.
    func neighbour() -> (queue: JobQueue, pool: ConnectionPool) {
        let pool = ConnectionPool(installation.address, options: .patient, poller: Poller(), logger: .silent)
        return (JobQueue(database: Database(pool), clock: clock.clock), pool)
    }

    // MARK: Helpdesks

    /// A new helpdesk, and the key to it.
    func makeTenant() async throws -> TenantScope {
        let slug = "t" + UUID().uuidString.lowercased()
        let tenant = try await operators.createTenant(.init(slug: slug, name: "Test", timeZone: "Europe/London"))
        return try await scope(of: tenant)
    }

    func scope(of tenant: Tenant) async throws -> TenantScope {
        try known(try await installation.database.system { $0.tenants.scope(tenant.slug) })
    }

    /// In one transaction of the helpdesk, as every service does it.
    func enqueue(
        _ job: Job = .probe, times: Int = 1, notBefore time: Timestamp? = nil, key: String? = nil, in scope: TenantScope
    ) async throws {
        let now = clock.now
        try await installation.database.transaction(in: scope, at: now) { tx in
            for _ in 0..<times { tx.jobs.enqueue(job, notBefore: time, key: key, at: now) }
            return Pending(())
        }
    }

    // MARK: Workers

    /// One that nobody misses, however long the test is kept waiting by others; unless it is silenced.
    func register() async throws -> Int64 {
        let worker = try await queue.register(host: "test", process: 1, slots: 8)
        try await keep(worker)
        return worker
    }

    func keep(_ worker: Int64) async throws {
        try await write("update installation.workers set seen_at = now() + interval '1 hour' where id = \(worker)")
    }

    func claim(_ most: Int, of jobClass: JobClass = .interactive, by worker: Int64, floor: Int64 = 0) async throws -> [ClaimedJob] {
        let window = ClaimWindow(floor: floor, most: most)
        return try known(try await queue.exchange(JobQueue.Report(), [(jobClass, window)], by: worker)?.first)
    }

    func settle(by worker: Int64, _ change: (inout JobQueue.Report) -> Void) async throws {
        var report = JobQueue.Report()
        change(&report)
        _ = try await queue.exchange(report, [], by: worker)
    }

    /// As if the worker had been silent for a minute.
    func silence(_ worker: Int64) async throws {
        try await write("update installation.workers set seen_at = now() - interval '1 minute' where id = \(worker)")
    }

    // MARK: Looking behind it

    func count(_ state: JobRecord.State? = nil) async throws -> Int {
        let counts = try await queue.counts()
        return counts.filter { state == nil ? $0.state != .dead : $0.state == state }.reduce(0) { $0 + Int($1.count) }
    }

    func jobs(_ state: JobRecord.State? = nil) async throws -> [JobRecord] {
        try await operators.listJobs(JobFilter(state: state), after: nil, limit: 1000).items
    }

    /// As the superuser. Answers the rows of the last statement.
    @discardableResult
    func write(_ script: String) async throws -> [[String?]] {
        try await ScriptSession.run(on: administrator) { try $0.run(script) }
    }

    /// A session of the superuser's that holds what it has locked, or the snapshot it has taken, until `body` is done.
    func holding<Value>(_ script: String, _ body: (Transaction) async throws -> Value) async throws -> Value {
        let pool = ConnectionPool(administrator, options: .patient, poller: Poller(), logger: .silent)
        do {
            let value = try await pool.transaction(opening: [Statement("begin isolation level repeatable read")]) { tx in
                _ = try await tx.queue(script).value
                return Pending(try await body(tx))
            }
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }
}

/// Runs `body` on a queue of its own on the shared server, which nobody may stop.
func withQueue(_ body: (OwnQueue) async throws -> Void) async throws {
    let own = try await OwnQueue(on: TestCluster.shared.value)
    do { try await body(own) } catch {
        await own.installation.pool.close()
        throw error
    }
    await own.installation.pool.close()
}

extension Logger {
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

struct Missing: Error {}

func known<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

/// Tries until it is so, for what goes on in its own time; for two minutes at the most.
func eventually(_ body: () async throws -> Bool) async throws -> Bool {
    let start = ContinuousClock.now
    while start.duration(to: .now) < .seconds(120) {
        if try await body() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// Ends the test unless it is so in the end.
func waitUntil(sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Bool) async throws {
    let isSo = try await eventually(body)
    try #require(isSo, sourceLocation: sourceLocation)
}

extension ConnectionPool.Options {
    /// Hundreds of tests start at the same moment on two cores.
    static var patient: Self {
        var options = Self()
        options.acquisitionTimeout = .seconds(60)
        return options
    }
}
