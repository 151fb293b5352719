import Domain
import Services
import Support
import Testing

@testable import Jobs

/// What workers say of the jobs they hold.
@Suite struct QueueSettleTests {
    @Test("However many claim at once, no job is claimed twice and none is left over")
    func claimsNeverOverlap() async throws {
        try await withQueue { own in
            try await own.queue.enqueue(.probe, times: 3000, tenants: 30)
            let claimed = try await withThrowingTaskGroup(of: [Int64].self) { group in
                for seed in 1...6 as ClosedRange<UInt64> {
                    group.addTask {
                        var generator = SeededGenerator(seed: seed)
                        let worker = try await own.register()
                        var ids: [Int64] = []
                        var empty = 0
                        // What others have locked is passed over: once nothing is found is not the end.
                        while empty < 3 {
                            let jobs = try await own.claim(.random(in: 1...90, using: &generator), by: worker)
                            empty = jobs.isEmpty ? empty + 1 : 0
                            ids += jobs.map(\.id)
                            let isDone = Bool.random(using: &generator)
                            if isDone { try await own.settle(by: worker) { $0.finished = jobs.map(\.id) } }
                        }
                        return ids
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(claimed.count == 3000 && Set(claimed).count == 3000)
            #expect(try await own.count(.ready) == 0)
        }
    }

    @Test("Only who holds a job can say what became of it")
    func onlyTheHolder() async throws {
        try await withQueue { own in
            let (holder, other) = (try await own.register(), try await own.register())
            try await own.queue.enqueue(.probe, times: 4)
            let jobs = try await own.claim(3, by: holder)
            let before = try await own.jobs()
            let all = before.map(\.id)
            let now = own.clock.now
            for worker in [other, 0, -1] {
                try await own.settle(by: worker) { report in
                    report.finished = all
                    report.returned = all.map { .init(id: $0, at: now, attempt: 9, error: "not mine") }
                    report.buried = all.map { ($0, "not mine") }
                }
            }
            #expect(try await own.jobs() == before)
            #expect(before.filter { $0.worker == holder }.count == 3)
            // One that waits is nobody's, not even of who claimed the others.
            try await own.settle(by: holder) { $0.finished = all }
            #expect(try await own.jobs().map(\.id) == all.filter { id in !jobs.contains { $0.id == id } })
        }
    }

    @Test("After its jobs were given to another, the word of who was taken for dead changes nothing")
    func fencing() async throws {
        try await withQueue { own in
            let (dead, alive) = (try await own.register(), try await own.register())
            try await own.queue.enqueue(.probe, times: 3)
            let held = try await own.claim(3, by: dead)
            try await own.silence(dead)
            let rescued = try await own.queue.rescue()
            let again = try await own.claim(3, by: alive)
            #expect(rescued == 1)
            #expect(Set(again.map(\.id)) == Set(held.map(\.id)) && again.allSatisfy { $0.attempt == 2 })
            let before = try await own.jobs()
            try await own.settle(by: dead) { report in
                report.finished = [held[0].id]
                report.buried = [(held[1].id, "late")]
                report.putBack(held[2], at: own.clock.now)
            }
            #expect(try await own.jobs() == before)
            #expect(try await own.queue.beat(dead) == nil)
            #expect(try await own.queue.beat(alive) == [])
        }
    }

    @Test("Who was taken for dead can claim nothing that nobody would miss")
    func theDeadClaimNothing() async throws {
        try await withQueue { own in
            let dead = try await own.register()
            try await own.silence(dead)
            _ = try await own.queue.rescue()
            try await own.queue.enqueue(.probe, times: 5)
            let claimed = try await own.queue.exchange(.init(), [(.interactive, ClaimWindow(floor: 0, most: 5))], by: dead)
            #expect(claimed == nil)
            let jobs = try await own.jobs()
            #expect(jobs.count == 5 && jobs.allSatisfy { $0.state == .ready && $0.attempts == 0 && $0.worker == nil })
        }
    }

    @Test("Nobody who is claiming at this moment is taken for dead")
    func claimingIsLiving() async throws {
        try await withQueue { own in
            let worker = try await own.register()
            try await own.silence(worker)
            // What an exchange does first, in a transaction that goes on.
            let rescued = try await own.holding("select id from installation.workers for key share") { _ in try await own.queue.rescue() }
            #expect(rescued == 0)
            #expect(try await own.queue.rescue() == 1)
        }
    }

    @Test("A worker that leaves gives back all it holds; one that is heard from keeps it")
    func leaving() async throws {
        try await withQueue { own in
            let (leaving, staying) = (try await own.register(), try await own.register())
            try await own.queue.enqueue(.probe, times: 10)
            let held = try await own.claim(4, by: leaving)
            let kept = try await own.claim(4, by: staying)
            try await own.silence(staying)
            #expect(try await own.queue.beat(staying) == [])
            let seen = try await own.write(
                "select seen_at > now() - interval '50 seconds' from installation.workers where id = \(staying)")
            #expect(seen == [["t"]])
            try await own.keep(staying)
            #expect(try await own.queue.rescue() == 0)
            try await own.queue.leave(leaving)
            let jobs = try await own.jobs()
            #expect(jobs.filter { $0.state == .running }.map(\.id) == kept.map(\.id).sorted())
            #expect(jobs.filter { $0.state == .ready }.count == 6)
            #expect(try await own.queue.beat(leaving) == nil)
            #expect(held.count == 4)
        }
    }

    @Test("What a worker holds without knowing goes back in line, as if it had not been claimed; what it knows of stays")
    func unknownClaims() async throws {
        try await withQueue { own in
            let (worker, other) = (try await own.register(), try await own.register())
            try await own.queue.enqueue(.probe, times: 9)
            let known = try await own.claim(3, by: worker)
            let lost = try await own.claim(3, by: worker)
            _ = try await own.claim(2, by: other)
            try await own.queue.keepOnly(known.map(\.id), of: worker)
            let jobs = try await own.jobs()
            #expect(jobs.filter { $0.worker == worker }.map(\.id) == known.map(\.id).sorted())
            #expect(jobs.filter { $0.worker == other }.count == 2)
            let waiting = jobs.filter { $0.state == .ready }
            #expect(waiting.count == 4 && waiting.allSatisfy { $0.attempts == 0 })
            #expect(Set(waiting.map(\.id)).isSuperset(of: lost.map(\.id)))
        }
    }

    @Test("What fails comes back later and later, and is dead after its last attempt, with what it failed of")
    func retries() async throws {
        try await withQueue { own in
            let worker = try await own.register()
            let patience = Job.Kind.probe.patience
            try await own.queue.enqueue(.probe, times: 1)
            for attempt in 1...patience.attempts {
                let job = try known(try await own.claim(1, by: worker).first)
                #expect(job.attempt == attempt)
                let failed = own.clock.now
                try await own.settle(by: worker) { $0.add(job, .failed("failed \(attempt)"), at: failed) }
                guard let longest = patience.pause(afterAttempt: attempt, chance: 0) else { break }
                let waiting = try known(try await own.jobs().first)
                #expect(waiting.state == .delayed && waiting.error == "failed \(attempt)" && waiting.attempts == attempt)
                #expect((longest / 2...longest).contains(try known(waiting.runAt).milliseconds - failed.milliseconds))
                #expect(try await own.queue.promote() == 0)
                own.clock.advance(seconds: longest / 1000)
                #expect(try await own.queue.promote() == 1)
            }
            #expect(try await own.count() == 0)
            let dead = try known(try await own.jobs(.dead).first)
            #expect(dead.attempts == patience.attempts && dead.error == "failed \(patience.attempts)" && dead.diedAt == own.clock.now)
        }
    }

    @Test("A job that is told to stop is named to its worker, and stays told when it goes back or its worker dies")
    func cancellation() async throws {
        try await withQueue { own in
            let (worker, next) = (try await own.register(), try await own.register())
            try await own.queue.enqueue(.probe, times: 3)
            let jobs = try await own.claim(3, by: worker)
            for job in jobs.dropFirst() { try await own.operators.discardJob(job.id) }
            #expect(try await own.queue.beat(worker).map(Set.init) == Set(jobs.dropFirst().map(\.id)))
            #expect(try await own.queue.beat(next) == [])
            try await own.settle(by: worker) { $0.add(jobs[1], .again(at: own.clock.now), at: own.clock.now) }
            #expect(try await own.queue.beat(worker) == [jobs[2].id])
            try await own.silence(worker)
            #expect(try await own.queue.rescue() == 1)
            let claimed = try await own.claim(3, by: next)
            #expect(claimed.count == 3)
            #expect(Set(claimed.filter(\.isCancelled).map(\.id)) == Set(jobs.dropFirst().map(\.id)))
        }
    }
}
