import Domain
import Services
import Support
import Testing

@testable import Jobs

/// Mass actions as workers do them, on a real queue.
@Suite struct MassActionHandlersTests {
    @Test("A mass action is done by a worker to its end, and nothing of it is left in the queue but what forgets it one day")
    func done() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let tickets = try await own.makeTickets(30, of: tenant)
            let started = try await tenant.start([.hide(.deleted), .setPriority(.low)], on: tickets + [ID(31)])
            #expect(started.state == .queued && started.total == 31)
            own.clock.advance(seconds: 5)
            let asked = own.clock.now
            try await withWorker(on: own) { _ in try await own.waitForMassActions() }
            let ended = try await tenant.read(started)
            #expect(ended.state == .done && ended.figures == MassActionFigures(done: 30, skipped: 1))
            let (began, finished) = (try known(ended.startedAt), try known(ended.finishedAt))
            #expect(asked <= began && began <= finished && finished <= own.clock.now)
            #expect(try await tenant.items(of: started).map(\.ticketID) == tickets + [ID(31)])
            #expect(try await own.count("status = 'deleted' and priority = 'low' and version = 2", of: tenant) == 30)
            #expect(try await own.history(of: started, in: tenant) == ["30", "30"])
            #expect(try await own.jobs().map(\.kind) == [Job.Kind.forgetMassActions.rawValue])
        }
    }

    @Test("What is more than a moment's work has two lanes, which share it, and every ticket is done once")
    func lanes() async throws {
        try await withQueue { own in
            let (small, large) = (
                try await own.installation.makeTenant(clock: own.clock), try await own.installation.makeTenant(clock: own.clock)
            )
            let few = try await small.start([.setPriority(.high)], on: try await own.makeTickets(4000, of: small))
            let many = try await large.start([.setPriority(.high)], on: try await own.makeTickets(4001, of: large))
            #expect(few.total == 4000 && many.total == 4001)
            #expect(try await own.jobs(of: .massAction).count == 3)
            try await withWorker(on: own) { worker in
                try await own.waitForMassActions()
                let jobs = worker.begun.compactMap(\.job)
                #expect(jobs.contains(.massAction(many.id, lane: 0)) && jobs.contains(.massAction(many.id, lane: 1)))
            }
            for (action, tenant) in [(few, small), (many, large)] {
                let ended = try await tenant.read(action)
                #expect(ended.state == .done && ended.figures == MassActionFigures(done: action.total))
                #expect(try await own.count("priority = 'high' and version = 2", of: tenant) == Int(action.total))
                #expect(try await own.history(of: action, in: tenant) == ["\(action.total)", "\(action.total)"])
                #expect(try await tenant.items(of: action).count == Int(action.total))
            }
            #expect(try await own.count(.dead) == 0)
        }
    }

    // MARK: Operators

    @Test("A job that an operator throws away while it runs is stopped within seconds, and its mass action is cancelled")
    func cancelled() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let action = try await tenant.start([.setStatus(.resolved)], on: try await own.makeTickets(3, of: tenant))
            let worker = try await own.holding("select id from helpdesk.mass_actions for update") { _ in
                let worker = RunningWorker(on: own)
                try await waitUntil { try await own.waitingForLocks().count == 1 }
                let first = try await own.waitingForLocks()
                try await own.operators.discardJob(worker.begun[0].id)
                // It gives up what it waited for, and comes to the same place to end the mass action.
                try await waitUntil {
                    let second = try await own.waitingForLocks()
                    return second.count == 1 && second != first
                }
                return worker
            }
            try await own.waitForMassActions()
            await worker.stop()
            let ended = try await tenant.read(action)
            #expect(ended.state == .cancelled && ended.figures == MassActionFigures() && ended.finishedAt != nil)
            #expect(try await own.count("status = 'pending' and version = 1", of: tenant) == 3)
            #expect(try await own.count(.dead) == 0)
        }
    }

    @Test("A job that an operator throws away while it waits takes its mass action with it; what was done stays done")
    func discardedWaiting() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let action = try await tenant.start([.setStatus(.resolved)], on: try await own.makeTickets(600, of: tenant))
            try await own.doOnePiece(of: action, in: tenant)
            try await own.operators.discardJob(try known(try await own.jobs(of: .massAction).first).id)
            let ended = try await tenant.read(action)
            #expect(ended.state == .cancelled && ended.figures == MassActionFigures(done: 200))
            #expect(try await own.count("status = 'resolved'", of: tenant) == 200)
            #expect(try await tenant.items(of: action).count == 200)
        }
    }

    @Test("A mass action whose job has failed for good has failed, with what nobody came to; there is nothing in the job to do again")
    func dead() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let action = try await tenant.start([.setStatus(.resolved)], on: try await own.makeTickets(600, of: tenant))
            try await own.doOnePiece(of: action, in: tenant)
            // Its workers died each time.
            let patience = Job.Kind.massAction.patience
            try await own.write("update installation.jobs set attempt = \(patience.attempts) where kind = 'mass_action'")
            own.clock.advance(seconds: 60)
            try await withWorker(on: own) { _ in
                try await waitUntil { try await own.jobs(.dead).count == 1 }
                let failed = try await tenant.read(action)
                #expect(failed.state == .failed && failed.figures == MassActionFigures(done: 200, failed: 400))
                #expect(failed.finishedAt == own.clock.now)
                #expect(try await own.count("status = 'resolved'", of: tenant) == 200)

                own.clock.advance(seconds: 60)
                _ = try await own.operators.retryJob(try known(try await own.jobs(.dead).first).id)
                try await own.waitForMassActions()
            }
            let ended = try await tenant.read(action)
            #expect(ended.state == .failed && ended.figures == MassActionFigures(done: 200, failed: 400))
            #expect(try await own.count("status = 'resolved' and version = 2", of: tenant) == 200)
            #expect(try await own.history(of: action, in: tenant) == ["200", "200"])
        }
    }

    @Test("What a suspended helpdesk has asked for waits, and loses no attempts; active again, it is done")
    func suspended() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let action = try await tenant.start([.setStatus(.resolved)], on: try await own.makeTickets(3, of: tenant))
            _ = try await own.operators.setState(of: tenant.tenant.slug, .suspended)
            try await withWorker(on: own) { _ in
                try await waitUntil { try await own.jobs(of: .massAction).first?.state == .delayed }
                let waiting = try known(try await own.jobs(of: .massAction).first)
                #expect(waiting.attempts == 0 && waiting.runAt == own.clock.now.advanced(bySeconds: 300))
                #expect(try await own.count("version = 1", of: tenant) == 3)
                _ = try await own.operators.setState(of: tenant.tenant.slug, .active)
                own.clock.advance(seconds: 301)
                try await own.waitForMassActions()
            }
            let ended = try await tenant.read(action)
            #expect(ended.state == .done && ended.figures == MassActionFigures(done: 3))
        }
    }

    @Test("Every day it is looked whether there are results to forget; after their time they go, and the figures stay")
    func forgets() async throws {
        try await withQueue { own in
            let tenant = try await own.installation.makeTenant(clock: own.clock)
            let tickets = try await own.makeTickets(5, of: tenant)
            let action = try await tenant.start([.setStatus(.resolved)], on: tickets + [ID(6)])
            let second = try await tenant.start([.setPriority(.low)], on: tickets)
            #expect(try await own.jobs(of: .forgetMassActions).count == 1)
            try await withWorker(on: own) { _ in
                try await own.waitForMassActions()
                var ended = try await tenant.read(action)
                #expect(ended.reasons == ["gone": 1])
                #expect(ended.itemsUntil == ended.finishedAt?.advanced(byDays: 90))

                for _ in 0..<2 {
                    own.clock.advance(seconds: 1, days: 1)
                    let tomorrow = own.clock.now.advanced(byDays: 1)
                    try await waitUntil { try await own.jobs(of: .forgetMassActions).map(\.runAt) == [tomorrow] }
                }
                #expect(try await own.jobs(of: .forgetMassActions).map(\.attempts) == [0])
                #expect(try await tenant.items(of: action).count == 6)

                own.clock.advance(days: 90)
                let tomorrow = own.clock.now.advanced(byDays: 1)
                try await waitUntil { try await own.jobs(of: .forgetMassActions).map(\.runAt) == [tomorrow] }
                for action in [action, second] { #expect(try await tenant.items(of: action).isEmpty) }
                let before = ended
                ended = try await tenant.read(action)
                #expect(ended.figures == before.figures && ended.reasons == before.reasons && ended.state == .done)
                #expect(ended.itemsUntil == own.clock.now)
            }
        }
    }

    // MARK: Fair shares

    @Test("Who asks for a hundred tickets while somebody's thousands are under way is served in between, not after them")
    func smallBesideLarge() async throws {
        try await withQueue { own in
            let (large, small) = (
                try await own.installation.makeTenant(clock: own.clock), try await own.installation.makeTenant(clock: own.clock)
            )
            let worker = try await own.register()
            let thousands = try await large.start([.setPriority(.high)], on: try await own.makeTickets(6000, of: large))
            var order = try await own.doOneClaim(by: worker).map { [$0] } ?? []
            let hundred = try await small.start([.setPriority(.high)], on: try await own.makeTickets(100, of: small))
            while try await small.read(hundred).state != .done, order.count < 50 {
                guard let served = try await own.doOneClaim(by: worker) else { break }
                order.append(served)
            }
            #expect(try await small.read(hundred).figures == MassActionFigures(done: 100))
            // One claim does its tickets, another one finds that nothing is left; each time after the other's two lanes at the most.
            #expect(order.filter { $0 == small.tenant.id }.count == 2)
            #expect(order.count <= 7, "\(order)")
            let underWay = try await large.read(thousands)
            #expect(underWay.state == .running && underWay.figures.done < 6000)
        }
    }
}

extension OwnQueue {
    private var helpdesk: Helpdesk { Helpdesk(database: installation.database, clock: clock.clock) }

    /// Until none is left in line. Time goes on, for what comes back in a second: a lane rests while others are at work on the server.
    fileprivate func waitForMassActions(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        try await waitUntil(sourceLocation: sourceLocation) {
            let jobs = try await jobs(of: .massAction)
            if jobs.contains(where: { $0.state == .delayed }) { clock.advance(seconds: 1) }
            return jobs.isEmpty
        }
    }

    /// As many tickets as a lane begins with.
    fileprivate func doOnePiece(of action: MassAction, in tenant: TestTenant) async throws {
        let scope = try await scope(of: tenant.tenant)
        var lane = try known(try await helpdesk.openLane(0, of: action.id, in: scope))
        let piece = try await helpdesk.massPiece(&lane, in: scope)
        if case .took = piece { return }
        Issue.record("\(piece)")
    }

    /// The next job in line gets on by one piece. Answers whose it was.
    fileprivate func doOneClaim(by worker: Int64) async throws -> ID<Tenant>? {
        guard let claimed = try await claim(1, of: .massAction, by: worker).first, let scope = claimed.scope,
            case .massAction(let id, let number)? = claimed.job
        else { return nil }
        var outcome = JobOutcome.done
        if var lane = try await helpdesk.openLane(number, of: id, in: scope) {
            switch try await helpdesk.massPiece(&lane, in: scope) {
            case .ended, .over: break
            case .took, .waiting, .stale: outcome = .again(at: clock.now)
            case .stumbled(let error): Issue.record("\(error)")
            }
        }
        try await settle(by: worker) { $0.add(claimed, outcome, at: clock.now) }
        return scope.tenant
    }

    /// Since when statements wait.
    fileprivate func waitingForLocks() async throws -> [String?] {
        try await write(
            "select query_start from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() order by 1"
        ).flatMap { $0 }
    }
}
