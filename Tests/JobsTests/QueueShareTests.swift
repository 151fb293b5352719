import Domain
import Services
import Support
import Testing

@testable import Jobs

/// Whose turn it is.
@Suite struct QueueShareTests {
    @Test("Who comes with ten jobs after somebody with five thousand is served in the next few dozen claims")
    func smallBehindLarge() async throws {
        try await withQueue { own in
            let (large, small) = (try await own.makeTenant(), try await own.makeTenant())
            let worker = try await own.register()
            for _ in 0..<5 { try await own.enqueue(times: 1000, in: large) }
            for _ in 0..<30 {
                let claimed = try await own.claim(10, by: worker)
                try await own.settle(by: worker) { $0.finished = claimed.map(\.id) }
            }
            try await own.enqueue(times: 10, in: small)
            var order: [TenantScope?] = []
            for _ in 0..<6 {
                let claimed = try await own.claim(4, by: worker)
                order += claimed.map(\.scope)
                try await own.settle(by: worker) { $0.finished = claimed.map(\.id) }
            }
            #expect(order.count == 24)
            #expect(order.filter { $0 == small }.count == 10)
            #expect(order.prefix(8).contains(small))
            #expect(try await own.count() == 5010 - 300 - 24)
        }
    }

    @Test("Fifty helpdesks with work left get equal shares, whoever brought more and whoever came first")
    func equalShares() async throws {
        try await withQueue { own in
            var generator = SeededGenerator(seed: 1)
            let worker = try await own.register()
            // Numbers instead of helpdesks: only their shares matter. 0 is the installation itself.
            for number in (0..<50).shuffled(using: &generator) {
                let jobs = [12, 40, 150].randomElement(using: &generator) ?? 12
                try await own.write(
                    """
                    insert into installation.jobs (tenant_id, kind, class, payload, state, turn, run_at, enqueued_at)
                    select \(number), 'probe', 1, '{}', 'ready', installation.next_turn(\(number), 1) + n, now(), now()
                    from generate_series(0, \(jobs - 1)) n
                    """)
            }
            var served: [Int64: Int] = [:]
            for _ in 0..<20 {
                let claimed = try await own.claim(25, by: worker)
                for job in claimed { served[job.scope?.tenant.value ?? 0, default: 0] += 1 }
                let counts = (0..<50).map { served[Int64($0), default: 0] }
                #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
                try await own.settle(by: worker) { $0.finished = claimed.map(\.id) }
            }
            #expect(served.count == 50 && served.values.allSatisfy { $0 == 10 })
        }
    }

    @Test("A job that comes back goes behind the others' turns: pieces of three purges alternate")
    func comingBack() async throws {
        try await withQueue { own in
            let worker = try await own.register()
            var scopes: [TenantScope] = []
            for run in 1...3 as ClosedRange<Int64> {
                let scope = try await own.makeTenant()
                scopes.append(scope)
                try await own.enqueue(.purge(ID(run)), in: scope)
            }
            var order: [TenantScope?] = []
            for _ in 0..<12 {
                let claimed = try await own.claim(1, of: .purge, by: worker)
                order += claimed.map(\.scope)
                try await own.settle(by: worker) { $0.add(claimed[0], .again(at: own.clock.now), at: own.clock.now) }
            }
            #expect(order == (0..<12).map { scopes[$0 % 3] })
        }
    }

    @Test("A job that comes back goes behind its own helpdesk's others, and many that come back do not go in one turn")
    func comingBackAmongMany() async throws {
        try await withQueue { own in
            let (one, other) = (try await own.makeTenant(), try await own.makeTenant())
            let worker = try await own.register()
            try await own.enqueue(times: 100, in: one)
            let returned = try await own.claim(50, by: worker)
            try await own.settle(by: worker) { report in for job in returned { report.putBack(job, at: own.clock.now) } }
            #expect(try await own.count(.ready) == 100)
            try await own.enqueue(times: 5, in: other)
            let next = try await own.claim(20, by: worker)
            #expect(next.filter { $0.scope == other }.count == 5)
            #expect(Set(next.map(\.id)).isDisjoint(with: returned.map(\.id)))
            #expect(next.allSatisfy { $0.attempt == 1 })
        }
    }

    @Test("In a report of many helpdesks' jobs nobody goes behind for the others in it")
    func comingBackTogether() async throws {
        try await withQueue { own in
            let (large, small) = (try await own.makeTenant(), try await own.makeTenant())
            let worker = try await own.register()
            try await own.enqueue(times: 400, in: large)
            try await own.enqueue(times: 1, in: small)
            let all = try await own.claim(500, by: worker)
            #expect(all.count == 401)
            // The small one's job comes last in the report.
            let ordered = all.filter { $0.scope == large } + all.filter { $0.scope == small }
            try await own.settle(by: worker) { report in for job in ordered { report.putBack(job, at: own.clock.now) } }
            #expect(try await own.claim(2, by: worker).contains { $0.scope == small })
        }
    }

    @Test("What a dead worker held comes back in as many turns as it was, not all in one")
    func rescued() async throws {
        try await withQueue { own in
            let (large, small) = (try await own.makeTenant(), try await own.makeTenant())
            let (dead, worker) = (try await own.register(), try await own.register())
            try await own.enqueue(times: 300, in: large)
            let held = try await own.claim(300, by: dead)
            try await own.silence(dead)
            let rescued = try await own.queue.rescue()
            try await own.enqueue(times: 5, in: small)
            let next = try await own.claim(12, by: worker)
            #expect(held.count == 300 && rescued == 1)
            #expect(next.filter { $0.scope == small }.count == 5)
            // The one who lives goes on where the dead one began.
            #expect(next.filter { $0.scope == large }.map(\.id) == held.prefix(7).map(\.id))
        }
    }

    @Test("Each class is claimed for itself, and what is claimed in one changes no turn in another")
    func classes() async throws {
        try await withQueue { own in
            let worker = try await own.register()
            for jobClass in JobClass.allCases.reversed() { try await own.fill(jobClass, tenants: 3, each: 4) }
            for jobClass in JobClass.allCases {
                let claimed = try await own.claim(100, of: jobClass, by: worker)
                #expect(claimed.count == 12 && claimed.allSatisfy { $0.jobClass == jobClass })
                #expect(claimed.map { $0.scope?.tenant.value ?? 0 } == (0..<12).map { Int64($0 % 3) + 1 })
            }
        }
    }
}

extension OwnQueue {
    /// Jobs that do nothing, of a class that no kind of job has yet.
    func fill(_ jobClass: JobClass, tenants: Int, each: Int) async throws {
        try await write(
            """
            insert into installation.jobs (tenant_id, kind, class, payload, state, turn, run_at, enqueued_at)
            select tenant, 'probe', \(jobClass.rawValue), '{}', 'ready', installation.next_turn(tenant, \(jobClass.rawValue)) + n,
                now(), now()
            from generate_series(0, \(each - 1)) n, generate_series(1, \(tenants)) tenant
            order by n, tenant
            """)
    }
}
