import Domain
import Foundation
import JSON
import Postgres
import Services

extension Background {
    private static let million = 1_000_000
    private static let helpdesks = 50
    private static let each = 100

    /// What a mass action of a million tickets costs others: those who read and answer tickets, in the same helpdesk and in others, and
    /// helpdesks with a hundred tickets to change.
    func massNeighbour() async throws -> [BackgroundResult] {
        let serving = BenchPool(on: ServerAddress(database.applicationURL))
        var small: [BenchHelpdesk] = []
        for number in 1...Self.helpdesks {
            let helpdesk = try await BenchHelpdesk(named: "mass-small-\(number)", on: database, sharing: serving)
            try await helpdesk.fill(2 * Self.each, messages: 1, deleted: false, vacuuming: false)
            small.append(helpdesk)
        }
        let large = try await BenchHelpdesk(named: "mass-large", on: database)
        try await large.fill(Self.million, messages: 1, deleted: false, vacuuming: false)
        try await large.countFilled(Self.million)
        try await database.settle()

        let worker = BenchWorker(on: ServerAddress(database.applicationURL))
        let noticed = try await notice(large)
        try await database.settle()
        let waits = try await hurry(small, beside: large)
        await worker.stop()
        await large.close()
        await serving.pool.close()
        // What is left of the large one is in nobody's way.
        try await ScriptSession.run(on: database.administrator) { _ = try $0.run("delete from installation.jobs") }
        return noticed + waits
    }

    /// Reads and replies as wrk does them, with and without the mass action.
    private func notice(_ large: BenchHelpdesk) async throws -> [BackgroundResult] {
        let same = try large.asTenant(tickets: Self.million)
        let views: [(title: String, script: LuaScript)] = [
            ("ticket reads in the same helpdesk", LuaScript(.read, [same], port: wrk.port)),
            ("replies in the same helpdesk", LuaScript(.reply, [same], port: wrk.port)),
            ("ticket reads in other helpdesks", LuaScript(.read, tenants, port: wrk.port)),
            ("replies in other helpdesks", LuaScript(.reply, tenants, port: wrk.port)),
        ]
        var without: [Load] = []
        for view in views {
            _ = try await wrk.measure(view.script, seconds: 1)
            without.append(try await wrk.measure(view.script, seconds: options.seconds))
        }
        let id = try await large.startLargeMassAction(to: .pending)
        let first = try await large.readMassAction(id).figures.all
        let start = ContinuousClock.now
        var during: [Load] = []
        for view in views { during.append(try await wrk.measure(view.script, seconds: options.seconds)) }
        let seconds = start.elapsed
        let last = try await large.readMassAction(id)
        guard !last.state.isFinished else { throw Failure("the mass action ended before the readers did: choose fewer --seconds") }
        try await large.cancelMassAction(id)

        let times = zip(views, zip(without, during)).flatMap { view, loads in
            [
                BackgroundResult(
                    title: "p99 of \(view.title) during a mass action", unit: "ms", ours: loads.1.p99 / 1000, floor: loads.0.p99 / 1000,
                    aim: "at most 2 times"),
                BackgroundResult(title: "\(view.title)", unit: "/s", ours: loads.1.rate, floor: loads.0.rate, aim: "none given"),
            ]
        }
        let pace = Double(last.figures.all - first) / seconds
        return times + [BackgroundResult(title: "the mass action meanwhile", unit: "tickets/s", ours: pace, aim: "none given")]
    }

    /// How long each of the hundred small ones takes while the large one goes on.
    private func hurry(_ small: [BenchHelpdesk], beside large: BenchHelpdesk) async throws -> [BackgroundResult] {
        let id = try await large.startLargeMassAction(to: .awaitingUser)
        try await Task.sleep(for: .seconds(2))
        let watch = MassWatch(on: database.administrator, over: small.map(\.id), expecting: 2 * small.count)
        async let ends = watch.ends()
        let begins = try await withThrowingTaskGroup(of: (MassWatch.Key, ContinuousClock.Instant).self) { group in
            for helpdesk in small {
                for half in 0...1 {
                    let tickets = (half * Self.each + 1...(half + 1) * Self.each).map { ID<Ticket>(Int64($0)) }
                    group.addTask {
                        let start = ContinuousClock.now
                        let id = try await helpdesk.startMassAction(on: .ids(tickets), [.setStatus(.pending)])
                        return (MassWatch.Key(tenant: helpdesk.id, massAction: id.value), start)
                    }
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let seen = try await ends
        let isOver = try await large.readMassAction(id).state.isFinished
        guard !isOver else { throw Failure("the large mass action ended before the small ones did") }
        try await large.cancelMassAction(id)
        try await check(small, begins.keys)
        let seconds = begins.compactMap { key, start in seen[key].map { start.duration(to: $0) / .seconds(1) } }.sorted()
        guard seconds.count == 2 * small.count, let slowest = seconds.last else { throw Failure("\(seconds.count) small ones were seen") }
        let title = "\(seconds.count) mass actions of \(Self.each) tickets beside one of a million"
        return [
            BackgroundResult(title: "\(title), the slowest", unit: "s", ours: slowest, aim: "at most 2 s"),
            BackgroundResult(title: "\(title), the median", unit: "s", ours: seconds[seconds.count / 2], aim: "at most 2 s"),
        ]
    }

    private func check(_ small: [BenchHelpdesk], _ keys: some Sequence<MassWatch.Key>) async throws {
        let helpdesks = Dictionary(uniqueKeysWithValues: small.map { ($0.id, $0) })
        for key in keys {
            guard let ended = try await helpdesks[key.tenant]?.readMassAction(ID(key.massAction)) else { continue }
            guard ended.state == .done, ended.figures.done == Self.each else {
                throw Failure("a small mass action is \(ended.state): \(ended.figures.done) done, \(ended.reasons)")
            }
        }
    }
}

extension BenchHelpdesk {
    /// All of its tickets. Answers when the first of them are through.
    fileprivate func startLargeMassAction(to status: VisibleStatus) async throws -> ID<MassAction> {
        let id = try await startMassAction([.setStatus(status)])
        try await wait(upTo: 60, for: "the beginning of a mass action") { try await readMassAction(id).figures.all > 0 }
        return id
    }

    /// The helpdesk's numbers go on where `fill` ended, so that replies meet none of its messages.
    fileprivate func countFilled(_ tickets: Int) async throws {
        try await ScriptSession.run(on: database.administrator) { [id] session in
            _ = try session.run(
                "update helpdesk.counters set tickets = \(tickets), messages = \(10 * tickets + 10), users = 1 where tenant_id = \(id)")
        }
    }

    /// As wrk's scripts know it.
    fileprivate func asTenant(tickets: Int) throws -> BenchTenant {
        let facts: JSONValue = [
            "tenant_id": .integer(id), "token": .string(token), "token_id": .integer(try tokenID), "agent_id": .integer(try agent),
            "tickets": .integer(Int64(tickets)),
        ]
        guard let tenant = BenchTenant(facts, contents: [id: BenchTenant.Contents(users: 1, hidden: [])]) else {
            throw Failure("\(facts) makes no helpdesk")
        }
        return tenant
    }
}
