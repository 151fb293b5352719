import Domain
import Postgres
import Services
import Support
import Testing

@testable import Jobs

/// What becomes of what runs when a worker stops, is told to stop a job, or is taken for dead. Purges stand still while somebody holds
/// their schedule.
@Suite struct WorkerInterruptionTests {
    private static let standstill = "select status from helpdesk.purge_schedules for update"

    @Test("Told to stop, a worker gives back at once what it has not begun, finishes what it has, and is gone")
    func stops() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let run = try await tenant.helpdesk.startPurge(.spam, .all, tenant.admin.access).run
            try await own.write("delete from installation.jobs")
            let worker = RunningWorker(on: own)
            // So that it takes jobs ahead.
            try await own.queue.enqueue(.probe, times: 200)
            try await waitUntil { try await own.workers().count == 1 }
            try await waitUntil { try await own.count() == 0 }
            try await own.holding(Self.standstill) { _ in
                try await own.write(
                    """
                    insert into installation.jobs (tenant_id, kind, class, payload, state, run_at, enqueued_at)
                    select \(tenant.tenant.id), 'purge', 1, '{"run":\(run.id)}', 'ready', now(), now() from generate_series(1, 40)
                    """)
                worker.wake()
                try await waitUntil { try await own.count(.running) == 40 }
                try await waitUntil { worker.begun.count == 204 }
                worker.tellToStop()
                try await waitUntil { try await own.count(.ready) == 36 }
                let jobs = try await own.jobs()
                #expect(jobs.filter { $0.state == .running }.map(\.id).sorted() == worker.begun.suffix(4).map(\.id).sorted())
                #expect(jobs.filter { $0.state == .ready }.allSatisfy { $0.attempts == 0 && $0.worker == nil })
                #expect(!worker.hasEnded)
                #expect(try await own.workers().count == 1)
            }
            await worker.stop()
            #expect(worker.begun.count == 204)
            #expect(try await own.count() == 36)
            #expect(try await own.count(.ready) == 36)
            #expect(try await own.workers().isEmpty)
            #expect(try await own.run(run.id, of: tenant).state == .done)
        }
    }

    @Test("What takes too long when a worker stops goes on elsewhere, and is not cancelled for good")
    func stopsInTheEnd() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let run = try await tenant.helpdesk.startPurge(.spam, .all, tenant.admin.access).run
            try await own.holding(Self.standstill) { _ in
                let worker = RunningWorker(on: own, patience: .milliseconds(100))
                try await waitUntil { worker.begun.count == 1 }
                await worker.stop()
                let jobs = try await own.jobs()
                #expect(jobs.map(\.state) == [.ready] && jobs.first?.attempts == 0)
            }
            #expect(try await own.run(run.id, of: tenant).state == .queued)
            try await withWorker(on: own) { _ in try await waitUntil { try await own.count() == 0 } }
            #expect(try await own.run(run.id, of: tenant).state == .done)
        }
    }

    @Test("A job that an operator throws away while it runs is stopped within seconds, and the run it worked on is cancelled")
    func cancelled() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let run = try await tenant.helpdesk.startPurge(.spam, .all, tenant.admin.access).run
            let worker = try await own.holding(Self.standstill) { _ in
                let worker = RunningWorker(on: own)
                try await waitUntil { try await own.waitingForLocks().count == 1 }
                let first = try await own.waitingForLocks()
                try await own.operators.discardJob(worker.begun[0].id)
                // It gives up what it waited for, and comes to the same place to end the run.
                try await waitUntil {
                    let second = try await own.waitingForLocks()
                    return second.count == 1 && second != first
                }
                return worker
            }
            try await waitUntil { try await own.count() == 0 }
            await worker.stop()
            #expect(worker.begun.count == 1)
            #expect(try await own.run(run.id, of: tenant).state == .cancelled)
            #expect(try await own.count(.dead) == 0)
        }
    }

    @Test("A worker that was taken for dead stops what it does without cancelling it, and goes on under another number")
    func takenForDead() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let run = try await tenant.helpdesk.startPurge(.spam, .all, tenant.admin.access).run
            let worker = try await own.holding(Self.standstill) { _ in
                let worker = RunningWorker(on: own)
                try await waitUntil { worker.begun.count == 1 }
                let first = try await own.workers()
                #expect(first.count == 1)
                // It may show that it lives in between.
                try await waitUntil {
                    try await own.silence(first[0])
                    return try await own.queue.rescue() == 1
                }
                try await waitUntil { worker.begun.count == 2 }
                let second = try await own.workers()
                #expect(second.count == 1 && second != first)
                #expect(worker.begun.map(\.attempt) == [1, 2])
                #expect(try await own.jobs().map(\.worker) == second)
                return worker
            }
            try await waitUntil { try await own.count() == 0 }
            await worker.stop()
            #expect(try await own.run(run.id, of: tenant).state == .done)
            #expect(try await own.count(.dead) == 0)
        }
    }

    @Test("Jobs that were claimed by a transaction whose answer was lost are found and done")
    func lostAnswers() async throws {
        try await withQueue { own in
            try await withWorker(on: own) { worker in
                try await waitUntil { try await own.workers().count == 1 }
                let number = try await own.workers()[0]
                try await own.write(
                    """
                    insert into installation.jobs (tenant_id, kind, class, payload, state, worker_id, attempt, run_at, enqueued_at)
                    select 1, 'probe', 1, '{}', 'running', \(number), 1, now(), now() from generate_series(1, 20)
                    """)
                // What it asks next stands still, and is cut off.
                try await own.holding("lock table installation.jobs in exclusive mode") { _ in
                    worker.wake()
                    try await waitUntil {
                        try await own.write(
                            """
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where wait_event_type = 'Lock' and datname = current_database() and query like '%picked%'
                            """
                        ).count > 0
                    }
                }
                try await waitUntil { try await own.count() == 0 }
                #expect(worker.begun.count == 20 && Set(worker.begun.map(\.id)).count == 20)
                #expect(worker.begun.allSatisfy { $0.attempt == 1 })
            }
        }
    }
}

extension OwnQueue {
    /// Since when statements wait.
    fileprivate func waitingForLocks() async throws -> [String?] {
        try await write(
            "select query_start from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() order by 1"
        ).flatMap { $0 }
    }
}

/// A server of their own, which these tests stop.
@Suite struct WorkerOutageTests {
    @Test("When the database goes away and comes back, workers go on by themselves, and no job is lost")
    func outage() async throws {
        let cluster = try TestCluster(named: "worker-outage")
        defer { cluster.destroy() }
        let own = try await OwnQueue(on: cluster)
        try await own.queue.enqueue(.probe, times: 4000, tenants: 20)
        let ids = try await own.ids()
        let worker = RunningWorker(on: own, slots: 2)
        try await waitUntil { worker.begun.count > 100 }
        try cluster.cluster.stop()
        try cluster.cluster.start()
        try await waitUntil { (try? await own.count()) == 0 }
        #expect(Set(worker.begun.map(\.id)) == Set(ids))
        try await own.queue.enqueue(.probe, times: 100)
        try await waitUntil { try await own.count() == 0 }
        await worker.stop()
        #expect(try await own.workers().isEmpty)
        #expect(try await own.count(.dead) == 0)
        await own.installation.pool.close()
    }
}
