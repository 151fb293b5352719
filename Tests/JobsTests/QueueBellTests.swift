import Domain
import Postgres
import Services
import Support
import Synchronization
import Testing

/// How workers hear that there is something to do.
@Suite struct QueueBellTests {
    /// Counts what arrives, until `isEnough` says so on an arrival.
    private func notifications(
        _ own: OwnQueue, until isEnough: () async throws -> Bool, during body: @Sendable @escaping () async throws -> Void
    )
        async throws -> (count: Int, seconds: Double)
    {
        var events = Notifications(own.installation.address, poller: Poller(), logger: .silent).events(on: [JobQueue.channel])
            .makeAsyncIterator()
        #expect(await events.next() == .listening)
        let start = ContinuousClock.now
        let work = Task { try await body() }
        var count = 0
        while let event = await events.next() {
            guard case .notification = event else { continue }
            count += 1
            if try await isEnough() { break }
        }
        try await work.value
        return (count, start.duration(to: .now) / .seconds(1))
    }

    @Test("A burst of jobs gives a few notifications, the last of them after the last job")
    func burst() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let jobs = 300
            let heard = try await notifications(own, until: { try await own.count() == jobs }) {
                try await withThrowingTaskGroup { group in
                    for _ in 0..<6 {
                        group.addTask { for _ in 0..<(jobs / 6) { try await own.enqueue(in: scope) } }
                    }
                    try await group.waitForAll()
                }
            }
            // Ten a second, however long the burst took.
            #expect(Double(heard.count) <= heard.seconds * 10 + 2, "\(heard)")
            #expect(heard.count >= 1)
        }
    }

    @Test("Each single job is heard of, and so is what comes back to be done at once")
    func eachIsHeard() async throws {
        try await withQueue { own in
            let scope = try await own.makeTenant()
            let worker = try await own.register()
            for expected in 1...3 {
                let heard = try await notifications(own, until: { try await own.count() == expected }) { try await own.enqueue(in: scope) }
                #expect(heard.count == 1)
            }
            let jobs = try await own.claim(3, by: worker)
            let heard = try await notifications(own, until: { try await own.count(.ready) == 3 }) {
                try await own.settle(by: worker) { report in
                    report.returned = jobs.map { .init(id: $0.id, at: own.clock.now, attempt: 0, error: nil) }
                }
            }
            #expect(heard.count == 1)
        }
    }

    @Test("Workers of the same process hear of a job at its commit, and not of one that was rolled back")
    func sameProcess() async throws {
        try await withQueue { own in
            let rings = Atomic<Int>(0)
            own.queue.onRing { rings.wrappingAdd(1, ordering: .relaxed) }
            let scope = try await own.makeTenant()
            #expect(rings.load(ordering: .relaxed) == 0)
            let now = own.clock.now
            _ = try? await own.installation.database.transaction(in: scope, at: now) { tx -> Pending<Void> in
                tx.jobs.enqueue(.probe, at: now)
                throw CancellationError()
            }
            #expect(rings.load(ordering: .relaxed) == 0)
            try await own.enqueue(in: scope)
            #expect(rings.load(ordering: .relaxed) == 1)
        }
    }
}
