import Domain
import Postgres
import Services
import Support
import Testing

@testable import Jobs

/// Workers as they run in every process, on a real queue with the real handlers.
@Suite struct WorkerTests {
    @Test("The jobs of many helpdesks are all done, each once, and nothing of them is left")
    func allDone() async throws {
        try await withQueue { own in
            try await own.queue.enqueue(.probe, times: 2000, tenants: 40)
            let ids = try await own.ids()
            try await withWorker(on: own) { worker in
                try await waitUntil { try await own.count() == 0 }
                #expect(worker.begun.map(\.id).sorted() == ids)
                #expect(worker.begun.allSatisfy { $0.attempt == 1 && !$0.isCancelled })
                // Nobody has to ring for what comes by the ordinary way.
                let scope = try await own.makeTenant()
                try await own.enqueue(times: 3, in: scope)
                try await waitUntil { try await own.count() == 0 }
                #expect(worker.begun.suffix(3).allSatisfy { $0.scope == scope })
                #expect(worker.begun.count == 2003)
            }
            #expect(try await own.count(.dead) == 0)
            #expect(try await own.workers().isEmpty)
        }
    }

    /// Who holds a snapshot of before still sees each job as it was put in, and on it which transaction has claimed it.
    @Test("Short jobs are claimed by the dozen")
    func batches() async throws {
        try await withQueue { own in
            try await own.queue.enqueue(.probe, times: 2000, tenants: 40)
            let claims = try await own.holding("select count(*) from installation.jobs") { tx in
                try await withWorker(on: own) { _ in
                    try await waitUntil { try await own.count() == 0 }
                }
                let rows = try await tx.queue("select count(distinct xmax::text) as claims from installation.jobs").value
                return try known(rows.first).value("claims", as: Int.self)
            }
            #expect(claims >= 4 && claims <= 200, "\(claims) claims")
        }
    }

    @Test("With one place, the most urgent class is done first, and one after the other")
    func mostUrgentFirst() async throws {
        try await withQueue { own in
            for jobClass in JobClass.allCases.reversed() { try await own.fill(jobClass, tenants: 3, each: 20) }
            try await withWorker(on: own, slots: 1) { worker in
                try await waitUntil { try await own.count() == 0 }
                let order = worker.begun.map(\.jobClass)
                #expect(order == order.sorted() && order.count == 300)
            }
        }
    }

    @Test("Two workers share the work, and nothing is done twice")
    func twoWorkers() async throws {
        try await withQueue { own in
            let (queue, pool) = own.neighbour()
            try await withWorker(on: own) { one in
                try await withWorker(on: own, queue: queue) { other in
                    try await waitUntil { try await own.workers().count == 2 }
                    var enqueued = 0
                    // One may be done with all of it before the other has looked.
                    let bothWorked = try await eventually {
                        try await own.queue.enqueue(.probe, times: 500, tenants: 10)
                        enqueued += 500
                        other.wake()
                        _ = try await eventually { try await own.count() == 0 }
                        return !one.begun.isEmpty && !other.begun.isEmpty
                    }
                    #expect(bothWorked)
                    let all = one.begun.map(\.id) + other.begun.map(\.id)
                    #expect(all.count == enqueued && Set(all).count == enqueued)
                }
            }
            await pool.close()
        }
    }

    @Test("A job that fails comes back later, and is dead in the end; what a newer release put in waits for it")
    func failures() async throws {
        try await withQueue { own in
            // A helpdesk that is not there has no schedule.
            try await own.insert("999, 'scheduled_purge', 4, '{\"status\":\"spam\",\"slot\":0}', 'ready', 0")
            try await own.insert("1, 'from_the_future', 2, '{}', 'ready', 0")
            // Its workers died each time.
            try await own.insert("1, 'probe', 1, '{}', 'ready', \(Job.Kind.probe.patience.attempts)")
            try await withWorker(on: own) { worker in
                try await waitUntil { try await own.count(.delayed) == 2 }
                try await waitUntil { try await own.dead().count == 1 }
                let jobs = try await own.jobs(.delayed)
                let failed = try known(jobs.first { $0.kind == "scheduled_purge" })
                #expect(failed.attempts == 1 && failed.error?.isEmpty == false)
                let unknown = try known(jobs.first { $0.kind == "from_the_future" })
                #expect(unknown.attempts == 0 && unknown.error == nil && unknown.runAt == own.clock.now.advanced(bySeconds: 60))
                #expect(try await own.dead().first?.error?.contains("died") == true)

                own.clock.advance(seconds: 61)
                _ = try await own.queue.promote()
                worker.wake()
                try await waitUntil { try await own.jobs(.delayed).map(\.attempts).sorted() == [0, 2] }

                let last = Job.Kind.scheduledPurge.patience.attempts - 1
                try await own.write("update installation.jobs set attempt = \(last) where kind = 'scheduled_purge'")
                own.clock.advance(days: 1)
                try await waitUntil { try await own.dead().count == 2 }
                let dead = try known(try await own.dead().first { $0.kind == "scheduled_purge" })
                #expect(dead.attempts == last + 1 && dead.error?.isEmpty == false)
            }
        }
    }

    @Test("What a suspended helpdesk has to do waits, and loses no attempts")
    func suspended() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let run = try await tenant.helpdesk.startPurge(.spam, .all, tenant.admin.access).run
            _ = try await own.operators.setState(of: tenant.tenant.slug, .suspended)
            try await withWorker(on: own) { _ in
                try await waitUntil { try await own.count(.delayed) == 1 }
                let waiting = try known(try await own.jobs().first)
                #expect(waiting.attempts == 0 && waiting.runAt == own.clock.now.advanced(bySeconds: 300))
                _ = try await own.operators.setState(of: tenant.tenant.slug, .active)
                own.clock.advance(seconds: 301)
                try await waitUntil { try await own.count() == 0 }
            }
            #expect(try await own.run(run.id, of: tenant).state == .done)
        }
    }
}

extension OwnQueue {
    func ids() async throws -> [Int64] {
        try await write("select id from installation.jobs order by id").compactMap { $0.first.flatMap { $0 }.flatMap { Int64($0) } }
    }

    func workers() async throws -> [Int64] {
        try await write("select id from installation.workers order by id").compactMap { $0.first.flatMap { $0 }.flatMap { Int64($0) } }
    }

    func dead() async throws -> [JobRecord] { try await jobs(.dead) }

    /// - Parameter values: tenant, kind, class, payload, state and attempt.
    func insert(_ values: String) async throws {
        try await write(
            """
            insert into installation.jobs (tenant_id, kind, class, payload, state, attempt, run_at, enqueued_at)
            values (\(values), '\(clock.now)', '\(clock.now)')
            """)
    }

    func run(_ id: ID<PurgeRun>, of tenant: TestTenant) async throws -> PurgeRun {
        try await tenant.helpdesk.readPurgeRun(id, tenant.now(tenant.admin)).run
    }
}
