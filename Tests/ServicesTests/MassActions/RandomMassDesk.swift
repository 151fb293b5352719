import Domain
import Services
import Support
import Testing

/// A helpdesk in which chance makes tickets, does something to many of them, touches some, and takes it back: what was not touched must be
/// what it was.
struct RandomMassDesk {
    struct Tally: Sendable {
        /// Tickets that came back as they were.
        var restored = 0
        /// Tickets that somebody changed in between.
        var touched = 0
        /// Tickets on which something was said on the way.
        var said = 0
        /// Tickets for which taking it back was taken back.
        var undoneTwice = 0
        var kinds: Set<TicketAction.Kind> = []
    }

    private let tenant: TestTenant
    private let seed: UInt64
    private var chance: SeededGenerator
    private let departments: [ID<Department>]
    private let agents: [ID<Agent>]
    private let teams: [ID<Team>]
    private let fields: [Field]
    private var round = 0

    private static let labels = ["billing", "late", "vip", "a b", "ü"].map { Label(unchecked: $0) }
    private static let ticketsAtOnce = 12

    init(seed: UInt64) async throws {
        let tenant = try await TestInstallation.shared.value.makeTenant()
        self.tenant = tenant
        self.seed = seed
        chance = SeededGenerator(seed: seed)
        departments = [Department.first, try await tenant.addDepartment("Sales"), try await tenant.addDepartment("Other")]
        agents = [tenant.adminID, tenant.agentID]
        teams = [try await tenant.addTeam("One"), try await tenant.addTeam("Two")]
        fields = [
            try await tenant.addField("cause"), try await tenant.addField("seats", .number), try await tenant.addField("agreed", .boolean),
            try await tenant.addField("extras", .multiChoice) { $0.choices = ["a", "b", "c"] },
        ]
    }

    mutating func play(into tally: inout Tally) async throws {
        round += 1
        var ids: [ID<Ticket>] = []
        for _ in 0..<Self.ticketsAtOnce { ids.append(try await makeTicket()) }
        pause()
        let actions = randomActions()
        let place = "seed \(seed), round \(round): \(actions)"
        let before = try await tenant.images(of: ids)
        let besides = actions.said.contains { $0.kind == .reply } ? TestTenant.columnsOfAnswers : []
        let toComeBack = try await tenant.images(of: ids, besides: besides)
        let done = try await tenant.act(actions, on: ids)
        let changed = Set(try await tenant.outcomes(of: done).filter { $0.value == .done }.keys)
        let between = try await tenant.images(of: ids)
        for id in ids where !changed.contains(id) { #expect(between[id] == before[id], "\(place)") }
        tally.kinds.formUnion(actions.map(\.kind))
        guard done.undoUntil != nil else { return }

        pause()
        let touched = Set(ids.filter { _ in Int.random(in: 0..<8, using: &chance) == 0 })
        for id in touched.sorted() { try await touch(id) }
        let later = try await tenant.images(of: ids)
        let undone = try await tenant.undo(done)
        let outcomes = try await tenant.outcomes(of: undone)
        let after = try await tenant.images(of: ids)
        let cameBack = try await tenant.images(of: ids, besides: besides)
        #expect(Set(outcomes.keys) == changed, "\(place)")
        for id in ids {
            let isBack = changed.contains(id) && !touched.contains(id)
            // Without a trace on the ticket but what was said, there is nothing to take back.
            let expected: [MassOutcome?] = isBack ? [.done, .skipped(.already)] : changed.contains(id) ? [.skipped(.changedSince)] : [nil]
            #expect(expected.contains(outcomes[id]), "\(place), ticket \(id)")
            if isBack {
                #expect(cameBack[id] == toComeBack[id], "\(place), ticket \(id)")
            } else {
                #expect(after[id] == later[id], "\(place), ticket \(id)")
            }
            tally.restored += isBack ? 1 : 0
            tally.touched += touched.contains(id) && changed.contains(id) ? 1 : 0
            tally.said += isBack && !actions.said.isEmpty ? 1 : 0
        }

        pause()
        let back = Set(outcomes.filter { $0.value == .done }.keys)
        let again = try await tenant.undo(undone)
        let last = try await tenant.images(of: ids)
        #expect(again.figures == MassActionFigures(done: Int64(back.count)), "\(place)")
        for id in ids { #expect(last[id] == (back.contains(id) ? between[id] : after[id]), "\(place), ticket \(id)") }
        tally.undoneTwice += back.count
    }

    // MARK: What chance does

    private mutating func pause() { tenant.clock.advance(seconds: [0, 1, 60, 86_400].randomElement(using: &chance) ?? 0) }

    private mutating func makeTicket() async throws -> ID<Ticket> {
        let status = TicketStatus.all.randomElement(using: &chance) ?? .visible(.pending)
        let id = try await tenant.makeTicket(in: .visible(status.hiddenFrom ?? .awaitingAgent)).id
        pause()
        if Bool.random(using: &chance) { try await say(on: id) }
        if Bool.random(using: &chance) { try await say(on: id) }
        pause()
        let actions = [randomAction(.assign), randomAction(.setDepartment), randomAction(.setFields)]
        var labels = Set(Self.labels.shuffled(using: &chance).prefix(Int.random(in: 0...3, using: &chance)))
        labels.insert(Self.labels[0])
        let priority = Priority.allCases.randomElement(using: &chance)
        let urgency = Urgency(Int.random(in: 1...10, using: &chance))
        let chosen = Labels(labels)
        _ = try await tenant.update(id) { patch in
            for action in actions {
                switch action {
                case .assign(let agent, let team): (patch.agent, patch.team) = (agent, team)
                case .setDepartment(let department): patch.departmentID = department
                case .setFields(let fields): patch.fields = fields
                default: break
                }
            }
            patch.priority = priority
            patch.urgency = urgency
            patch.labels = chosen
            patch.status = status.hiddenFrom == nil ? VisibleStatus(rawValue: status.name) : status.hiddenFrom
        }
        if case .hidden(let hidden, _) = status {
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(id, as: hidden, $0) }
        }
        return id
    }

    private mutating func say(on id: ID<Ticket>) async throws {
        if Bool.random(using: &chance) {
            _ = try await tenant.helpdesk.reply(to: id, text("Hello?"), tenant.now(tenant.user))
        } else {
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.reply(to: id, text("Try this"), $0) }
        }
    }

    private mutating func touch(_ id: ID<Ticket>) async throws {
        let subject = Subject("Renamed \(Int.random(in: 0..<1_000_000, using: &chance))")
        if Bool.random(using: &chance) {
            _ = try await tenant.update(id) { $0.subject = subject }
        } else {
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: id, text("Look"), $0) }
        }
    }

    private mutating func randomActions() -> [TicketAction] {
        while true {
            let kinds = TicketAction.Kind.choices.filter { $0 != .purge }.shuffled(using: &chance)
                .prefix(Int.random(in: 1...4, using: &chance))
            let actions = kinds.map { randomAction($0) }
            if actions.faults.isEmpty { return actions }
        }
    }

    private mutating func randomAction(_ kind: TicketAction.Kind) -> TicketAction {
        let status = VisibleStatus.allCases.randomElement(using: &chance) ?? .pending
        let choice = Bool.random(using: &chance) ? status : nil
        switch kind {
        case .setStatus: return .setStatus(status)
        case .assign:
            return .assign(agent: assignment(agents), team: Bool.random(using: &chance) ? assignment(teams) : nil)
        case .setDepartment: return .setDepartment(departments.randomElement(using: &chance) ?? Department.first)
        case .setPriority: return .setPriority(Priority.allCases.randomElement(using: &chance) ?? .low)
        case .setUrgency: return .setUrgency(Urgency(Int.random(in: 1...10, using: &chance)) ?? .lowest)
        case .labels:
            let labels = Self.labels.shuffled(using: &chance)
            return .labels(add: Array(labels[..<2]), remove: [labels[3]])
        case .setFields: return .setFields(randomFields())
        case .reply: return .reply(text("All at once"), status: choice)
        case .note: return .note(text("For us"))
        case .spam: return .hide(.spam)
        case .delete: return .hide(.deleted)
        case .restore: return .restore(choice)
        case .purge: return .purge
        case .undo: return .undo
        }
    }

    private mutating func assignment<Assignee>(_ ids: [ID<Assignee>]) -> TicketPatch.Assignment<Assignee> {
        let choices: [TicketPatch.Assignment<Assignee>] = [.nobody] + ids.map { .to($0) }
        return choices.randomElement(using: &chance) ?? .nobody
    }

    private mutating func randomFields() -> FieldChanges {
        let values: [[FieldValue]] = [
            [.text("Rain"), .text("Snow, \"ice\"")], [.number(12), .number(12.5), .number(-3)], [.boolean(true), .boolean(false)],
            [.choices(["a"]), .choices(["c", "a"])],
        ]
        var changes: FieldChanges = [:]
        for (field, choices) in zip(fields, values) where Bool.random(using: &chance) {
            let value = Int.random(in: 0..<3, using: &chance) == 0 ? nil : choices.randomElement(using: &chance)
            changes[field.key] = .some(value)
        }
        return changes
    }
}
