import Domain
import JSON
import Postgres
import Repositories
import Services
import Support
import Testing

/// Looks at the plans of what workers ask again and again, and at how much each reads: as the application, with the generic plans that the
/// service runs.
@Suite struct QueuePlanTests {
    private static let jobs = 20_000

    /// The nodes that read `installation.jobs`, and how many buffers the statement touched.
    private struct Explained: Sendable {
        var scans: [String] = []
        var indexes: Set<String> = []
        var buffers: Int64 = 0
        var text = ""
    }

    private func explain(_ statement: JobStatement, _ own: OwnQueue) async throws -> Explained {
        try await ScriptSession.run(on: own.installation.address) { session in
            try session.run("set plan_cache_mode = force_generic_plan")
            try session.run("prepare asked as \(statement.sql)")
            try session.run("begin")
            let rows = try session.run(
                "explain (analyze, buffers, costs off, timing off, summary off, format json) execute asked\(statement.values)")
            try session.run("rollback")
            let text = rows.compactMap { $0.first ?? nil }.joined()
            let plan = try JSONValue(parsing: text.utf8).array?.first?["Plan"]
            var explained = Explained(text: text)
            explained.buffers = (plan?["Shared Hit Blocks"]?.integer ?? 0) + (plan?["Shared Read Blocks"]?.integer ?? 0)
            func visit(_ node: JSONValue) {
                let type = node["Node Type"]?.string ?? ""
                if type.hasSuffix("Scan"), node["Relation Name"]?.string == "jobs" { explained.scans.append(type) }
                if let index = node["Index Name"]?.string { explained.indexes.insert(index) }
                for child in node["Plans"]?.array ?? [] { visit(child) }
            }
            if let plan { visit(plan) }
            return explained
        }
    }

    /// Everything a worker says and asks, with values that find something.
    private func statements(_ own: OwnQueue, holder: Int64) async throws -> [JobStatement] {
        let held = try await own.claim(20, by: holder)
        let ids = "array[\(held.map { "\($0.id)" }.joined(separator: ","))]::bigint[]"
        let times = "array[\(held.map { _ in "now()" }.joined(separator: ","))]::timestamptz[]"
        let attempts = "array[\(held.map { _ in "1" }.joined(separator: ","))]::bigint[]"
        let errors = "array[\(held.map { _ in "'e'" }.joined(separator: ","))]::text[]"
        return [
            JobStatement(JobLine.SQL.claim.rawValue, "(1, 0, 50, \(holder), now())"),
            JobStatement(JobLine.SQL.finish.rawValue, "(\(ids), \(holder))"),
            JobStatement(JobLine.SQL.putBack.rawValue, "(\(ids), \(times), \(attempts), \(errors), \(holder), now())"),
            JobStatement(JobLine.SQL.bury.rawValue, "(\(ids), \(errors), \(holder), now())"),
            JobStatement(JobLine.SQL.promote.rawValue, "('\(own.clock.now)', 1000)"),
            JobStatement(Workers.SQL.cancelled.rawValue, "(\(holder))"),
            JobStatement(Workers.SQL.release.rawValue, "(array[\(holder)]::bigint[])"),
            JobStatement(Workers.SQL.releaseOthers.rawValue, "(array[1]::bigint[], \(holder))"),
            JobStatement(Workers.SQL.releaseUnlessKnown.rawValue, "(\(holder + 1000))"),
            JobStatement(Jobs.SQL.enqueue.rawValue, "(7, 'probe', 1, '{}', 'k', now(), now())"),
        ]
    }

    @Test("With twenty thousand jobs waiting, nothing a worker or a service says reads the whole queue, analysed or not")
    func plans() async throws {
        try await withQueue { own in
            let holder = try await own.register()
            try await own.queue.enqueue(.probe, times: Self.jobs, tenants: 200)
            try await own.write("update installation.jobs set state = 'delayed' where id % 100 = 0")
            for isAnalysed in [false, true] {
                if isAnalysed { try await own.write("analyze installation.jobs") }
                for statement in try await statements(own, holder: holder) {
                    let plan = try await explain(statement, own)
                    #expect(!plan.scans.contains("Seq Scan"), "analysed: \(isAnalysed), \(statement.sql)\n\(plan.text)")
                    #expect(plan.buffers < 5000, "analysed: \(isAnalysed), \(plan.buffers) buffers: \(statement.sql)")
                }
                let claim = try await explain(JobStatement(JobLine.SQL.claim.rawValue, "(1, 0, 50, \(holder), now())"), own)
                #expect(claim.indexes == ["jobs_ready", "jobs_pkey"])
            }
        }
    }

    /// What a worker and a service do, once each.
    private func everything(_ own: OwnQueue, _ queue: JobQueue, by worker: Int64) async throws {
        func claim() async throws -> [ClaimedJob] {
            try known(try await queue.exchange(.init(), [(.interactive, ClaimWindow(floor: 0, most: 5))], by: worker)?.first)
        }
        var report = JobQueue.Report()
        report.returned = try await claim().map { .init(id: $0.id, at: own.clock.now, attempt: 0, error: nil) }
        _ = try await queue.exchange(report, [], by: worker)
        report = JobQueue.Report()
        report.finished = try await claim().map(\.id)
        report.buried = try await claim().map { ($0.id, "no luck") }
        _ = try await queue.exchange(report, [], by: worker)
        _ = try await claim()
        try await queue.keepOnly([], of: worker)
        _ = try await queue.promote()
        _ = try await queue.beat(worker)
        let dead = try await queue.register(host: "test", process: 1, slots: 1)
        _ = try await queue.exchange(.init(), [(.interactive, ClaimWindow(floor: 0, most: 5))], by: dead)
        try await own.silence(dead)
        _ = try await queue.rescue()
        let leaving = try await queue.register(host: "test", process: 1, slots: 1)
        _ = try await queue.exchange(.init(), [(.interactive, ClaimWindow(floor: 0, most: 5))], by: leaving)
        try await queue.leave(leaving)
    }

    /// Prepared statements keep their plans until somebody vacuums or analyses, which may be a minute later.
    @Test("What was planned while the queue was empty does not read the whole queue when it is full")
    func plansOfAnEmptyQueue() async throws {
        try await withQueue { own in
            let pool = ConnectionPool(own.installation.address, options: .oneConnection, poller: Poller(), logger: .silent)
            let queue = JobQueue(database: Database(pool), clock: own.clock.clock)
            let worker = try await queue.register(host: "test", process: 1, slots: 8)
            try await own.fill(.interactive, tenants: 10, each: 200)
            try await own.write("delete from installation.jobs")
            try await own.write("vacuum (analyze) installation.jobs")
            for _ in 0..<8 { try await everything(own, queue, by: worker) }
            try await own.fill(.interactive, tenants: 200, each: Self.jobs / 200)
            for _ in 0..<3 { try await everything(own, queue, by: worker) }
            // A session tells what it did when it ends.
            await pool.close()
            var read: [Int64] = []
            let isTold = try await eventually {
                let told = try await own.write("select seq_tup_read, idx_tup_fetch from pg_stat_user_tables where relname = 'jobs'")
                read = told.joined().compactMap { $0.flatMap { Int64($0) } }
                return (read.last ?? 0) > 100
            }
            #expect(isTold && (read.first ?? .max) < Int64(Self.jobs), "rows read by reading all, and by index: \(read)")
        }
    }

    @Test("While somebody holds an old snapshot, claims that begin at the floor do not pass what is dead before it")
    func oldSnapshot() async throws {
        try await withQueue { own in
            let worker = try await own.register()
            try await own.queue.enqueue(.probe, times: Self.jobs, tenants: 200)
            try await own.holding("select count(*) from installation.jobs") { _ in
                var turn: Int64 = 0
                for _ in 0..<(Self.jobs / 2000) {
                    let claimed = try await own.claim(2000, by: worker)
                    turn = claimed.last?.turn ?? 0
                    try await own.settle(by: worker) { $0.finished = claimed.map(\.id) }
                }
                try await own.queue.enqueue(.probe, times: Self.jobs, tenants: 200)
                #expect(try await own.count(.ready) == Self.jobs)
                func claim(from floor: Int64) async throws -> Explained {
                    try await explain(JobStatement(JobLine.SQL.claim.rawValue, "(1, \(floor), 50, \(worker), now())"), own)
                }
                let (start, floor) = (try await claim(from: 0), try await claim(from: turn))
                for plan in [start, floor] {
                    #expect(!plan.scans.contains("Seq Scan") && plan.indexes.contains("jobs_ready"), "\(plan.text)")
                }
                // Every dead entry before the floor leads to a row that has to be looked at.
                #expect(start.buffers > 15 * floor.buffers, "\(start.buffers) from the start, \(floor.buffers) from the floor")
                // Nobody has analysed the queue since it was empty: all indexes look the same to the planner.
                for tenant in [7, 7777] {
                    let enqueue = JobStatement(Jobs.SQL.enqueue.rawValue, "(\(tenant), 'probe', 1, '{}', 'k', now(), now())")
                    let plan = try await explain(enqueue, own)
                    #expect(plan.buffers < 500, "\(plan.buffers) for helpdesk \(tenant)")
                }
                // Which of its jobs were cancelled, each worker asks every other second.
                let cancelled = try await explain(JobStatement(Workers.SQL.cancelled.rawValue, "(\(worker))"), own)
                #expect(cancelled.buffers * 10 < start.buffers, "\(cancelled.buffers)")
            }
        }
    }
}

/// As it is prepared, and what it is executed with.
private struct JobStatement: Sendable {
    var sql: String
    var values: String

    init(_ sql: String, _ values: String) {
        self.sql = sql
        self.values = values
    }
}

extension ConnectionPool.Options {
    fileprivate static var oneConnection: Self {
        var options = Self()
        options.maximum = 1
        options.minimum = 0
        return options
    }
}
