import Domain
import Services
import Support
import Testing

@testable import Jobs

/// What operators do about jobs.
@Suite struct QueueOperatorTests {
    /// A job that has failed for good.
    private func bury(key: String? = nil, _ own: OwnQueue, in scope: TenantScope) async throws -> Int64 {
        let worker = try await own.register()
        try await own.enqueue(key: key, in: scope)
        let job = try known(try await own.claim(1, by: worker).first)
        try await own.settle(by: worker) { $0.buried = [(job.id, "no luck")] }
        try await own.queue.leave(worker)
        return job.id
    }

    @Test("A dead job that is retried has all its attempts again, under its number; only once")
    func retry() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let id = try await bury(own, in: scope)
            let enqueued = own.clock.now
            own.clock.advance(days: 1)
            let revived = try await own.operators.retryJob(id)
            #expect(revived.id == id && revived.state == .ready && revived.attempts == 0 && revived.error == nil)
            #expect(revived.runAt == own.clock.now && revived.enqueuedAt == enqueued)
            await #expect(throws: Refusal.conflict(.jobNotDead)) { try await own.operators.retryJob(id) }
            let worker = try await own.register()
            let claimed = try await own.claim(5, by: worker)
            #expect(claimed.map(\.id) == [id] && claimed.first?.attempt == 1 && claimed.first?.scope == scope)
            await #expect(throws: Refusal.conflict(.jobNotDead)) { try await own.operators.retryJob(id) }
            try await own.settle(by: worker) { $0.finished = [id] }
            await #expect(throws: Refusal.notFound) { try await own.operators.retryJob(id) }
        }
    }

    @Test("A dead job whose work waits again already stays dead until that is done")
    func retryBesideTheSame() async throws {
        try await withQueue { own in
            let (scope, other) = (try await own.makeTenant(), try await own.makeTenant())
            let id = try await bury(key: "same", own, in: scope)
            try await own.enqueue(key: "same", in: other)
            try await own.enqueue(key: "same", in: scope)
            await #expect(throws: Refusal.conflict(.jobNotDead)) { try await own.operators.retryJob(id) }
            #expect(try await own.jobs(.dead).map(\.id) == [id])
            let worker = try await own.register()
            let waiting = try await own.claim(5, by: worker)
            await #expect(throws: Refusal.conflict(.jobNotDead)) { try await own.operators.retryJob(id) }
            try await own.settle(by: worker) { $0.finished = waiting.map(\.id) }
            #expect(try await own.operators.retryJob(id).state == .ready)
            // And now the key is taken again.
            try await own.enqueue(key: "same", in: scope)
            #expect(try await own.count() == 1)
        }
    }

    @Test("Of many who retry the same job at once, one does")
    func retryAtOnce() async throws {
        try await withQueue { own in
            let id = try await bury(own, in: try await own.makeTenant())
            let retried = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<8 { group.addTask { (try? await own.operators.retryJob(id)) != nil } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(retried == 1)
            #expect(try await own.count(.ready) == 1)
            #expect(try await own.count(.dead) == 0)
        }
    }

    @Test("What is dead, waits or is delayed can be thrown away; what runs is told to stop and stays until it has")
    func discard() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let dead = try await bury(own, in: scope)
            try await own.enqueue(times: 2, in: scope)
            try await own.enqueue(notBefore: own.clock.now.advanced(bySeconds: 60), in: scope)
            let worker = try await own.register()
            let running = try known(try await own.claim(1, by: worker).first)
            let waiting = try await own.jobs().filter { [.ready, .delayed].contains($0.state) }.map(\.id)
            #expect(waiting.count == 2)
            for id in [dead] + waiting {
                try await own.operators.discardJob(id)
                await #expect(throws: Refusal.notFound) { try await own.operators.discardJob(id) }
                await #expect(throws: Refusal.notFound) { try await own.operators.findJob(id) }
            }
            try await own.operators.discardJob(running.id)
            try await own.operators.discardJob(running.id)
            let told = try await own.operators.findJob(running.id)
            #expect(told.state == .running && told.isCancelled)
            #expect(try await own.queue.beat(worker) == [running.id])
        }
    }

    @Test("Discarding while workers claim and put back: each job is gone, or its worker is told")
    func discardAtOnce() async throws {
        try await withQueue { own in
            let worker = try await own.register()
            try await own.queue.enqueue(.probe, times: 60)
            let ids = try await own.jobs().map(\.id)
            async let claiming: Void = {
                for _ in 0..<30 {
                    let jobs = try await own.claim(7, by: worker)
                    try await own.settle(by: worker) { report in for job in jobs.dropFirst(3) { report.putBack(job, at: own.clock.now) } }
                }
            }()
            // One that is just going back may be found nowhere; who asks again finds it.
            for id in ids { _ = try await eventually { (try? await own.operators.discardJob(id)) != nil } }
            try await claiming
            let left = try await own.jobs()
            #expect(left.allSatisfy { $0.isCancelled })
            #expect(left.count <= 60)
        }
    }

    @Test("Lists show what is asked for, by state, kind, class and helpdesk, in pages")
    func lists() async throws {
        try await withQueue { own in
            let (one, other) = (try await own.makeTenant(), try await own.makeTenant())
            let dead = try await bury(own, in: one)
            try await own.enqueue(times: 4, in: one)
            try await own.enqueue(.purge(ID(5)), in: other)
            let worker = try await own.register()
            _ = try await own.claim(2, by: worker)
            func ids(_ filter: JobFilter) async throws -> [Int64] {
                try await own.operators.listJobs(filter, after: nil, limit: 100).items.map(\.id)
            }
            let all = try await ids(JobFilter())
            #expect(all.count == 6 && all == all.sorted() && all.first == dead)
            #expect(try await ids(JobFilter(state: .dead)) == [dead])
            #expect(try await ids(JobFilter(state: .running)).count == 2)
            #expect(try await ids(JobFilter(kind: "purge")) == [all[5]])
            #expect(try await ids(JobFilter(jobClass: .purge)) == [all[5]])
            #expect(try await ids(JobFilter(state: .ready, kind: "probe", jobClass: .interactive)).count == 2)
            let slug = try known(try await own.operators.findJob(dead).tenant)
            #expect(try await ids(JobFilter(tenant: slug)).count == 5)

            var paged: [Int64] = []
            var last: Int64?
            repeat {
                let page = try await own.operators.listJobs(JobFilter(), after: last, limit: 2)
                paged += page.items.map(\.id)
                last = page.next
            } while last != nil
            #expect(paged == all)
        }
    }
}
