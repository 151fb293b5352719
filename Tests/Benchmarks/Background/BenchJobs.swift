import Domain
import Foundation
import Postgres
import Repositories
import Services
import Synchronization

extension Background {
    private static let count = 100_000
    private static let batch = 500

    /// Jobs that do nothing, of a hundred helpdesks: what the queue itself costs, with one worker and with two.
    func jobs() async throws -> [BackgroundResult] {
        var results: [BackgroundResult] = []
        var alone = 0.0
        for workers in 1...2 {
            try await fillQueue()
            let bare = try await bareJobs(clients: workers)
            let ours = try await rate(workers: workers)
            if workers == 1 { alone = ours }
            results.append(
                BackgroundResult(
                    title: "jobs that do nothing, \(workers) worker\(workers == 1 ? "" : "s")", unit: "jobs/s", ours: ours, floor: bare,
                    aim: "at least 0.6"))
        }
        // What is done stays in the table and its indexes as long as somebody could still see it.
        let reader = OldSnapshot(on: database.administrator)
        try await reader.open()
        var last = 0.0
        for _ in 0..<5 { last = try await rate(workers: 1, vacuuming: false) }
        await reader.close()
        results.append(
            BackgroundResult(
                title: "the same, \(5 * Self.count) jobs into an old snapshot, 1 worker", unit: "jobs/s", ours: last, floor: alone,
                aim: "none given"))
        return results
    }

    private func rate(workers: Int, vacuuming: Bool = true) async throws -> Double {
        try await fillQueue(vacuuming: vacuuming)
        let begun = Atomic<Int>(0)
        let first = Mutex<ContinuousClock.Instant?>(nil)
        let address = ServerAddress(database.applicationURL)
        var pool: [BenchWorker] = []
        for _ in 0..<workers {
            pool.append(
                BenchWorker(on: address) { _ in
                    if begun.wrappingAdd(1, ordering: .relaxed).newValue == 1 { first.withLock { $0 = .now } }
                })
        }
        let watcher = BenchPool(on: ServerAddress(database.applicationURL))
        let queue = JobQueue(database: watcher.database)
        try await wait(upTo: 120, for: "the end of \(Self.count) jobs") {
            guard begun.load(ordering: .relaxed) >= Self.count else { return false }
            return try await queue.counts().isEmpty
        }
        let seconds = first.withLock { $0 }?.elapsed ?? 0
        for worker in pool { await worker.stop() }
        await watcher.pool.close()
        return Double(Self.count) / seconds
    }

    /// From the commit that enqueues, in another process's pool, to the beginning of the job, while nothing else goes on.
    func latency() async throws -> [BackgroundResult] {
        let begun = Mutex<[ContinuousClock.Instant]>([])
        let address = ServerAddress(database.applicationURL)
        let worker = BenchWorker(on: address) { _ in begun.withLock { $0.append(.now) } }
        let serving = BenchPool(on: address)
        let queue = JobQueue(database: serving.database)
        try await Task.sleep(for: .seconds(2))
        var waits: [Double] = []
        for round in 1...300 {
            let start = ContinuousClock.now
            try await queue.enqueue(.probe, times: 1)
            try await wait(upTo: 5, for: "a job") { begun.withLock { $0.count } == round }
            if let last = begun.withLock({ $0.last }) { waits.append(start.duration(to: last) / .milliseconds(1)) }
            // Neither in step with the workers' own look once a second, nor within the doorbell's pause.
            try await Task.sleep(for: .milliseconds(Int.random(in: 110...190)))
        }
        await worker.stop()
        await serving.pool.close()
        waits.sort()
        return [("p50", waits[waits.count / 2]), ("p99", waits[waits.count * 99 / 100])].map { name, value in
            BackgroundResult(title: "enqueue to start when idle, \(name)", unit: "ms", ours: value, floor: nil, aim: "none given")
        }
    }

    private func fillQueue(vacuuming: Bool = true) async throws {
        let serving = BenchPool(on: ServerAddress(database.applicationURL))
        let queue = JobQueue(database: serving.database)
        for _ in 0..<(Self.count / 10_000) { try await queue.enqueue(.probe, times: 10_000, tenants: 100) }
        await serving.pool.close()
        guard vacuuming else { return }
        try await ScriptSession.run(on: database.administrator) { session in _ = try session.run("vacuum (analyze) installation.jobs") }
    }

    /// The worker's own claim and completion, a transaction each, by pgbench.
    private func bareJobs(clients: Int) async throws -> Double {
        let claim = JobLine.SQL.claim.rawValue
        let binds = ["1", "0", "\(Self.batch)", ":client_id + 1000", "now()"]
        let sql = binds.enumerated().reduce(claim) { $0.replacing("$\($1.offset + 1)", with: $1.element) }
        let script = """
            \\startpipeline
            begin;
            \(sql);
            delete from installation.jobs where worker_id = :client_id + 1000 and state = 'running';
            commit;
            \\endpipeline

            """
        let file = try pgbench.workplace.write(script, to: "jobs.sql")
        let transactions = Self.count / Self.batch / clients
        let output = try await pgbench.program.run(
            ["-n", "-M", "prepared", "-c", "\(clients)", "-j", "\(clients)", "-t", "\(transactions)", "-f", file, database.applicationURL],
            log: pgbench.workplace.path("pgbench-jobs.log"), limit: .seconds(120))
        guard let tps = output.matches(of: /tps = ([0-9.]+) \(without initial/).first.flatMap({ Double($0.1) }) else {
            throw Failure("pgbench did not measure jobs:\n\(output.suffix(2000))")
        }
        let left = try await ScriptSession.run(on: database.administrator) {
            try $0.run("select count(*) from installation.jobs").first?.first.flatMap { $0 } ?? ""
        }
        guard left == "0" else { throw Failure("pgbench left \(left) jobs") }
        return tps * Double(Self.batch)
    }
}
