import Postgres
import Services
import Support
import Testing

extension TestTenant {
    /// A job that has failed as often as it may. Written as the superuser: no worker runs here in which one could fail.
    func bury(_ kind: String = "probe", class number: Int = 1, payload: String = "{}", key: String? = nil) async throws -> Int64 {
        let script = """
            insert into installation.dead_jobs
                (id, tenant_id, kind, class, payload, unique_key, attempts, enqueued_at, died_at, error)
            values (nextval('installation.job_ids'), \(tenant.id), '\(kind)', \(number), '\(payload)', \(key.map { "'\($0)'" } ?? "null"), 3,
                '2026-03-02T09:00:00Z', '2026-03-02T09:05:00Z', 'it does not work')
            returning id
            """
        return try await write(script)
    }

    /// A job that a worker nobody knows is at.
    func startJob() async throws -> Int64 {
        let script = """
            insert into installation.jobs (tenant_id, kind, class, payload, state, run_at, enqueued_at, attempt, worker_id, started_at)
            values (\(tenant.id), 'probe', 1, '{}', 'running', '2026-03-02T09:00:00Z', '2026-03-02T09:00:00Z', 1, 900000000,
                '2026-03-02T09:00:01Z')
            returning id
            """
        return try await write(script)
    }

    /// Throws away what waits of a kind.
    func discardJobs(of kind: String) async throws {
        let jobs = try await installation.listJobs(JobFilter(kind: kind, tenant: tenant.slug), after: nil, limit: 200)
        for job in jobs.items { try await installation.discardJob(job.id) }
    }

    private func write(_ script: String) async throws -> Int64 {
        let rows = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in try session.run(script) }
        return try #require(rows.first?.first.flatMap { $0 }.flatMap { Int64($0) })
    }
}
