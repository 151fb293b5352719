import Domain
import Postgres
import Repositories
import Services
import Support
import Testing

/// How jobs come into the queue.
@Suite struct QueueEntryTests {
    private struct Enough: Error {}

    @Test("A transaction that is rolled back leaves no job, and one that commits leaves it")
    func inTheTransaction() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let now = own.clock.now
            await #expect(throws: Enough.self) {
                try await own.installation.database.transaction(in: scope, at: now) { tx -> Pending<Void> in
                    tx.jobs.enqueue(.probe, at: now)
                    // It was there, for the transaction itself.
                    try await tx.reachDatabase()
                    throw Enough()
                }
            }
            #expect(try await own.count() == 0)
            try await own.enqueue(in: scope)
            let jobs = try await own.jobs()
            #expect(jobs.map(\.state) == [.ready])
            #expect(jobs.first?.kind == "probe" && jobs.first?.attempts == 0 && jobs.first?.enqueuedAt == now)
        }
    }

    @Test(
        "While a job with a key waits or runs, no other one with this key is taken in; another helpdesk's is, and the same one afterwards")
    func uniqueKeys() async throws {
        try await withQueue { own in
            let (one, other) = (try await own.makeTenant(), try await own.makeTenant())
            let worker = try await own.register()
            try await own.enqueue(times: 3, key: "a", in: one)
            try await own.enqueue(key: "a", in: one)
            try await own.enqueue(key: "b", in: one)
            try await own.enqueue(key: "a", in: other)
            #expect(try await own.count(.ready) == 3)
            let claimed = try await own.claim(10, by: worker)
            try await own.enqueue(key: "a", in: one)
            #expect(claimed.count == 3)
            #expect(try await own.count() == 3)
            try await own.settle(by: worker) { $0.finished = claimed.map(\.id) }
            try await own.enqueue(times: 2, key: "a", in: one)
            #expect(try await own.count() == 1)
            // Without a key there is no limit.
            try await own.enqueue(times: 5, in: one)
            #expect(try await own.count() == 6)
        }
    }

    @Test("Of many at once with one key, one is taken in")
    func uniqueKeysAtOnce() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            try await withThrowingTaskGroup { group in
                for number in 0..<40 { group.addTask { try await own.enqueue(key: "key \(number % 4)", in: scope) } }
                try await group.waitForAll()
            }
            #expect(try await own.count() == 4)
        }
    }

    @Test("A job for later is not claimed before its time, and is when the clock has come there, the earliest first")
    func delayed() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let worker = try await own.register()
            let start = own.clock.now
            for seconds in [30, 10, 20] as [Int64] { try await own.enqueue(notBefore: start.advanced(bySeconds: seconds), in: scope) }
            // The past is now.
            try await own.enqueue(notBefore: start.advanced(bySeconds: -10), in: scope)
            #expect(try await own.count(.delayed) == 3)
            #expect(try await own.queue.promote() == 0)
            #expect(try await own.claim(10, by: worker).map(\.runAt) == [start])

            own.clock.advance(seconds: 9)
            #expect(try await own.queue.promote() == 0)
            own.clock.advance(seconds: 11)
            #expect(try await own.queue.promote() == 2)
            #expect(try await own.claim(10, by: worker).map(\.runAt) == [start.advanced(bySeconds: 10), start.advanced(bySeconds: 20)])
            own.clock.advance(seconds: 3600)
            #expect(try await own.queue.promote() == 1)
            #expect(try await own.claim(10, by: worker).count == 1)
            #expect(try await own.count() == 4)
        }
    }

    @Test("What becomes ready for one helpdesk at once takes its turns one after the other, like what is put in at once")
    func delayedInTurn() async throws {
        try await withQueue { own in
            let (one, other) = (try await own.makeTenant(), try await own.makeTenant())
            let worker = try await own.register()
            try await own.enqueue(times: 500, notBefore: own.clock.now.advanced(bySeconds: 60), in: one)
            own.clock.advance(seconds: 61)
            #expect(try await own.queue.promote() == 500)
            try await own.enqueue(times: 10, in: other)
            let claimed = try await own.claim(20, by: worker)
            #expect(claimed.filter { $0.scope == other }.count == 10)
        }
    }
}

extension TenantTransaction {
    /// Goes to the database with all that was queued.
    fileprivate func reachDatabase() async throws { _ = try await purgeSchedules.read(.spam).value }
}
