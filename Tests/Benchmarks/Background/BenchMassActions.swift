import Domain
import Foundation
import Postgres
import Repositories
import Services

extension Background {
    private static let tickets = 100_000
    /// An undo needs something to take back.
    private static let chains: [[BareMassAction]] = [[.delete, .undo], [.setStatus], [.assign]]

    /// 100,000 tickets hidden, brought back, set to another status and assigned, each beside one bare statement that writes the same rows.
    func massActions() async throws -> [BackgroundResult] {
        let worker = BenchWorker(on: ServerAddress(database.applicationURL))
        var times: [BareMassAction: (ours: [Double], bare: [Double])] = [:]
        for round in 1...options.rounds {
            for chain in Self.chains {
                for (action, ours, bare) in try await compare(chain, round: round) {
                    times[action, default: ([], [])].ours.append(ours)
                    times[action, default: ([], [])].bare.append(bare)
                    say("  round \(round) of \(options.rounds), \(action.rawValue): \(decimal(ours, 2)) s beside \(decimal(bare, 2)) s")
                }
            }
        }
        await worker.stop()
        let medians = times.mapValues { (ours: median($0.ours), bare: median($0.bare)) }
        let titles: [(BareMassAction, String)] = [
            (.delete, "100,000 tickets deleted"), (.undo, "and back by undo"), (.setStatus, "100,000 tickets set to another status"),
            (.assign, "100,000 tickets assigned"),
        ]
        var results = titles.compactMap { action, title in
            medians[action].map {
                BackgroundResult(title: title, unit: "s", ours: $0.ours, floor: $0.bare, aim: "at most 1.5 times the bare statement")
            }
        }
        if let status = medians[.setStatus] {
            results.append(
                BackgroundResult(
                    title: "set to another status, in tickets", unit: "tickets/s", ours: Double(Self.tickets) / status.ours,
                    floor: Double(Self.tickets) / status.bare, aim: "at least 20,000 tickets/s"))
        }
        return results
    }

    /// Two helpdesks that are alike, in turns: odd rounds begin with ours.
    /// - Returns: seconds of each.
    private func compare(_ chain: [BareMassAction], round: Int) async throws -> [(action: BareMassAction, ours: Double, bare: Double)] {
        let name = chain[0].rawValue
        let ours = try await BenchHelpdesk(named: "mass-\(name)-\(round)", on: database)
        let bare = try await BenchHelpdesk(named: "bare-\(name)-\(round)", on: database)
        for helpdesk in [ours, bare] { try await helpdesk.fill(Self.tickets, messages: 1, deleted: false, vacuuming: false) }
        var found: [(action: BareMassAction, ours: Double, bare: Double)] = []
        for action in chain {
            var (oursTime, bareTime) = (0.0, 0.0)
            for isOurs in round % 2 == 1 ? [true, false] : [false, true] {
                try await database.settle()
                if isOurs {
                    oursTime = try await ours.run(action, expecting: Self.tickets)
                } else {
                    bareTime = try await action.run(in: bare)
                }
            }
            found.append((action, oursTime, bareTime))
        }
        let (ourTrace, bareTrace) = (try await ours.massTrace(), try await bare.massTrace())
        for helpdesk in [ours, bare] { await helpdesk.close() }
        guard ourTrace == bareTrace else { throw Failure("a mass action left\n\(ourTrace)\nand the bare statement\n\(bareTrace)") }
        return found
    }

    func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }
}

extension BenchDatabase {
    /// Dead rows gone, statistics fresh and everything on disk, so that nobody pays for what happened before.
    func settle() async throws {
        try await vacuum()
        try await ScriptSession.run(on: administrator) { session in _ = try session.run("checkpoint") }
    }
}

extension BenchHelpdesk {
    var agent: Int64 {
        get throws {
            guard case .agent(let id, _) = access.caller else { throw Failure("an admin is an agent") }
            return id.value
        }
    }

    var tokenID: Int64 {
        get throws {
            guard let id = access.tokenID else { throw Failure("an access comes from a token") }
            return id.value
        }
    }

    /// Every visible ticket.
    func startMassAction(_ actions: [TicketAction]) async throws -> ID<MassAction> {
        try await startMassAction(on: .filter(TicketFilter()), actions)
    }

    func startMassAction(on selection: MassSelection, _ actions: [TicketAction]) async throws -> ID<MassAction> {
        try await helpdesk.startMassAction(MassActionRequest(selection: selection, actions: actions), by: MassActionAuthor(access)).id
    }

    func readMassAction(_ id: ID<MassAction>) async throws -> MassAction {
        try await helpdesk.readMassAction(id, by: MassActionAuthor(access))
    }

    /// Stops it, and waits until nothing of it runs any more.
    func cancelMassAction(_ id: ID<MassAction>) async throws {
        _ = try await helpdesk.cancelMassAction(id, by: MassActionAuthor(access))
        try await wait(upTo: 60, for: "the end of a cancelled mass action") { try await readMassAction(id).state.isFinished }
    }

    /// Seconds from the request to the end, as the helpdesk sees it.
    fileprivate func run(_ action: BareMassAction, expecting count: Int) async throws -> Double {
        let start = ContinuousClock.now
        let id =
            switch action {
            case .delete: try await startMassAction([.hide(.deleted)])
            case .undo: try await helpdesk.undoMassAction(ID(1), by: MassActionAuthor(access)).id
            case .setStatus: try await startMassAction([.setStatus(.pending)])
            case .assign: try await startMassAction([.assign(agent: .to(ID(agent)), team: nil)])
            }
        try await wait(upTo: 600, for: "the end of a mass action") { try await readMassAction(id).state.isFinished }
        let seconds = start.elapsed
        let ended = try await readMassAction(id)
        guard ended.state == .done, ended.figures.done == count else {
            throw Failure(
                "\(action.rawValue) is \(ended.state): \(ended.figures) of \(ended.total) tickets, expected \(count); \(ended.reasons)")
        }
        return seconds
    }
}
