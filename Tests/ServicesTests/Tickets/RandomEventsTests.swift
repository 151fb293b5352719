import Domain
import Services
import Support
import Testing

@Suite("Whatever happens to a ticket, in whatever order")
struct RandomEventsTests {
    @Test("After a thousand random sequences of what user, agent and admin do, each ticket is where the table of transitions puts it")
    func sequences() async throws {
        let tallies = try await atOnce(25) { number in
            try await RandomDesk(number).run(sequences: 40)
        }
        let all = tallies.reduce(into: Tally()) { $0.add($1) }
        #expect(all.sequences == 1000)
        // Without enough of each the sequences prove nothing.
        #expect(all.accepted > 3500)
        #expect(all.refused > 1000)
        #expect(min(all.hidden, all.restored) > 100)
        #expect(all.reopened > 30)
        #expect(all.refusedLate > 50)
        #expect(all.followedLate > 30)
        #expect(all.followedDeleted > 80)
    }
}

/// What happened in the sequences.
private struct Tally: Sendable {
    var sequences = 0
    var accepted = 0
    var refused = 0
    var hidden = 0
    var restored = 0
    /// A user's message reopened a resolved ticket, was refused there, or opened a new one.
    var reopened = 0
    var refusedLate = 0
    var followedLate = 0
    /// A user's message on a deleted ticket opened a new one.
    var followedDeleted = 0

    mutating func add(_ other: Tally) {
        let fields: [WritableKeyPath<Tally, Int>] = [
            \.sequences, \.accepted, \.refused, \.hidden, \.restored, \.reopened, \.refusedLate, \.followedLate, \.followedDeleted,
        ]
        for field in fields { self[keyPath: field] += other[keyPath: field] }
    }
}

/// A helpdesk in which one sequence after the other happens to a ticket each, at times that only move on.
private struct RandomDesk {
    private let number: Int
    private var chance: SeededGenerator
    private var tally = Tally()

    init(_ number: Int) {
        self.number = number
        chance = SeededGenerator(seed: UInt64(number))
    }

    /// What the helpdesks have set about late messages, by turns.
    private static let policies = [
        ReopenPolicy(days: 30, late: .followUp), ReopenPolicy(days: 7, late: .refuse), ReopenPolicy(days: nil, late: .refuse),
        ReopenPolicy(days: 0, late: .followUp), ReopenPolicy(days: 0, late: .refuse),
    ]

    func run(sequences: Int) async throws -> Tally {
        let tenant = try await TestInstallation.shared.value.makeTenant()
        let policy = Self.policies[number % Self.policies.count]
        let mayReopen = !number.isMultiple(of: 6)
        let settings = SettingsPatch(reopenDays: .some(policy.days), lateMessage: policy.late)
        _ = try await tenant.helpdesk.updateSettings(settings, tenant.now(tenant.admin))
        if !mayReopen {
            for group in Usergroup.Builtin.allCases {
                let patch = UsergroupPatch(rights: [.openTickets, .viewOwn])
                _ = try await tenant.helpdesk.updateUsergroup(group.id, patch, tenant.now(tenant.admin))
            }
        }
        let crew = Crew(
            tenant: tenant, user: try await tenant.now(tenant.user), agent: try await tenant.now(tenant.agent),
            admin: try await tenant.now(tenant.admin))
        var desk = self
        for sequence in 1...sequences {
            try await desk.play(Script(name: "helpdesk \(number), sequence \(sequence)", policy: policy, mayReopen: mayReopen), crew)
        }
        return desk.tally
    }

    /// A moment, an hour, days: on both sides of the time to reopen.
    private static let pauses: [Int64] = [0, 1, 3600, 86_400, 518_400, 691_200, 2_505_600, 2_678_400]

    private mutating func play(_ script: Script, _ crew: Crew) async throws {
        let clock = crew.tenant.clock
        let opening = VisibleStatus.allCases.randomElement(using: &chance) ?? .pending
        let made = try await crew.tenant.makeTicket(by: crew.agent) { $0.status = opening }
        var expected = Expectation(made.id, opening, at: clock.now, by: crew.person(.agent))
        for step in 1...Int.random(in: 3...9, using: &chance) {
            clock.advance(seconds: Self.pauses.randomElement(using: &chance) ?? 0)
            let (actor, act) = randomAct()
            let place = "\(script.name), step \(step): \(actor) \(act) on \(expected.status)"
            let late = script.effectOfMessage(resolvedAt: expected.resolvedAt, at: clock.now)
            let said = expected.status.result(of: act.event(late))
            let done = try await crew.perform(act, as: actor, on: made.id)
            switch (said, done) {
            case (.success(.status(let status)), .success(let ticket)):
                #expect(ticket.id == made.id, "\(place)")
                #expect(ticket.status == status, "\(place)")
                count(expected.status, status, act)
                expected.take(status, act, at: clock.now, by: crew.person(actor))
            case (.success(.followUp), .success(let next)):
                #expect(next.id > made.id, "\(place)")
                #expect(next.followUpOf == made.id, "\(place)")
                #expect(next.status == .visible(.awaitingAgent), "\(place)")
                tally.accepted += 1
                if expected.status.isHidden { tally.followedDeleted += 1 } else { tally.followedLate += 1 }
                expected.leaveToFollowUp(by: crew.person(actor))
            case (.failure(let refusal), .failure(let refused)):
                #expect(refused == refusal, "\(place)")
                tally.refused += 1
                if refusal == .conflict(.resolvedForGood) { tally.refusedLate += 1 }
            default:
                Issue.record("\(place): the table says \(said), and what happened is \(done)")
                return
            }
        }
        try await expected.check(against: crew, script.name)
        tally.sequences += 1
    }

    private mutating func count(_ old: TicketStatus, _ new: TicketStatus, _ act: Act) {
        tally.accepted += 1
        switch (old, new) {
        case (.visible, .hidden): tally.hidden += 1
        case (.hidden, .visible): tally.restored += 1
        case (.visible(.resolved), .visible(.awaitingAgent)) where act == .write: tally.reopened += 1
        default: break
        }
    }

    private mutating func randomAct() -> (Player, Act) {
        let choice: VisibleStatus? = VisibleStatus.everyChoice.randomElement(using: &chance) ?? nil
        let status = VisibleStatus.allCases.randomElement(using: &chance) ?? .pending
        let hidden = HiddenStatus.allCases.randomElement(using: &chance) ?? .spam
        let staff: Player = Bool.random(using: &chance) ? .agent : .admin
        switch Int.random(in: 0..<10, using: &chance) {
        case 0...2: return (.user, .write)
        case 3, 4: return (staff, .reply(choice))
        case 5: return (staff, .note)
        case 6: return (staff, .set(status))
        case 7: return (staff, .hide(hidden))
        default: return (staff, .restore(choice))
        }
    }
}

/// What is set for a sequence.
private struct Script {
    let name: String
    let policy: ReopenPolicy
    /// What the user's usergroups say.
    let mayReopen: Bool

    func effectOfMessage(resolvedAt: Timestamp?, at now: Timestamp) -> LateMessage {
        mayReopen ? policy.message(resolvedAt: resolvedAt, at: now) : policy.late
    }
}

private enum Player: Sendable { case user, agent, admin }

private enum Act: Equatable, Sendable {
    /// What agents do.
    case reply(VisibleStatus?)
    case note
    case set(VisibleStatus)
    case hide(HiddenStatus)
    case restore(VisibleStatus?)
    /// What users do.
    case write

    func event(_ late: LateMessage) -> TicketEvent {
        switch self {
        case .reply(let status): .agentReply(status)
        case .note: .note
        case .set(let status): .setStatus(status)
        case .hide(let hidden): .hide(hidden)
        case .restore(let status): .restore(status)
        case .write: .userMessage(late)
        }
    }

    /// What the history calls it.
    var inHistory: HistoryEntry.Event {
        switch self {
        case .reply: .replied
        case .note: .noted
        case .set: .updated
        case .hide(.spam): .markedSpam
        case .hide(.deleted): .deleted
        case .restore: .restored
        case .write: .userMessage
        }
    }
}

extension TicketStatus {
    /// The table's answer as a value.
    fileprivate func result(of event: TicketEvent) -> Result<TicketOutcome, Refusal> {
        do throws(Refusal) {
            return .success(try after(event))
        } catch {
            return .failure(error)
        }
    }

    /// The visible status, or the one below the hidden one.
    fileprivate var underneath: VisibleStatus {
        switch self {
        case .visible(let status): status
        case .hidden(_, let from): from
        }
    }
}

private struct Crew: Sendable {
    let tenant: TestTenant
    let user: Access
    let agent: Access
    let admin: Access

    private func access(_ actor: Player) -> Access {
        switch actor {
        case .user: user
        case .agent: agent
        case .admin: admin
        }
    }

    func person(_ actor: Player) -> Person {
        switch actor {
        case .user: .user(tenant.userID)
        case .agent: .agent(tenant.agentID)
        case .admin: .agent(tenant.adminID)
        }
    }

    /// - Returns: the ticket afterwards, or the one that was opened; the refusal as a value.
    func perform(_ act: Act, as actor: Player, on id: ID<Ticket>) async throws -> Result<Ticket, Refusal> {
        let access = access(actor)
        let helpdesk = tenant.helpdesk
        do {
            switch act {
            case .reply(let status): return .success(try await helpdesk.reply(to: id, text("Answer"), status: status, access).ticket)
            case .write: return .success(try await helpdesk.reply(to: id, text("Question"), access).ticket)
            case .note: return .success(try await helpdesk.addNote(to: id, text("Note"), access).ticket)
            case .hide(let hidden): return .success(try await helpdesk.hideTicket(id, as: hidden, access))
            case .restore(let status): return .success(try await helpdesk.restoreTicket(id, .to(status), access))
            case .set(let status):
                var patch = TicketPatch()
                patch.status = status
                return .success(try await helpdesk.updateTicket(id, patch, access))
            }
        } catch let refusal as Refusal {
            return .failure(refusal)
        }
    }
}

/// What the ticket and its history must be, kept beside them.
private struct Expectation {
    private let id: ID<Ticket>
    private(set) var status: TicketStatus
    private(set) var resolvedAt: Timestamp?
    private var changedAt: Timestamp
    private var hiddenAt: Timestamp?
    private var messages = 1
    private var replies = 0
    private var lines: [Line]

    private struct Line: Equatable {
        var event: HistoryEntry.Event
        var person: Person?
    }

    init(_ id: ID<Ticket>, _ opening: VisibleStatus, at now: Timestamp, by person: Person) {
        self.id = id
        status = .visible(opening)
        resolvedAt = opening == .resolved ? now : nil
        changedAt = now
        lines = [Line(event: .created, person: person)]
    }

    mutating func take(_ new: TicketStatus, _ act: Act, at now: Timestamp, by person: Person) {
        // Setting the status that is there already is no change.
        if case .set = act, new == status { return }
        lines.append(Line(event: act.inHistory, person: person))
        switch act {
        case .reply:
            messages += 1
            replies += 1
        case .write: messages += 1
        case .note, .set, .hide, .restore: break
        }
        guard new != status else { return }
        changedAt = now
        hiddenAt = new.isHidden ? now : nil
        if new.underneath != .resolved {
            resolvedAt = nil
        } else if status.underneath != .resolved {
            resolvedAt = now
        }
        status = new
    }

    /// The message went to a new ticket; this one only notes that.
    mutating func leaveToFollowUp(by person: Person) { lines.append(Line(event: .followedUp, person: person)) }

    func check(against crew: Crew, _ name: String) async throws {
        let reading = try await crew.tenant.helpdesk.readTicket(id, messages: true, history: true, crew.admin)
        let kept = reading.ticket
        let history = try #require(reading.history).page.items
        let said = try #require(reading.messages).items.filter { $0.kind != .note }
        #expect(kept.status == status, "\(name)")
        #expect(kept.statusChangedAt == changedAt, "\(name)")
        #expect(kept.hiddenAt == hiddenAt, "\(name)")
        #expect(kept.resolvedAt == resolvedAt, "\(name)")
        #expect(kept.messageCount == messages, "\(name)")
        #expect(kept.replyCount == replies, "\(name)")
        #expect(said.count == messages, "\(name)")
        // No gaps, and nothing of what was refused.
        #expect(kept.version == Int64(lines.count), "\(name)")
        #expect(history.map(\.version) == Array(1...kept.version), "\(name)")
        #expect(history.map { Line(event: $0.event, person: $0.actor.person) } == lines, "\(name)")

        let changes = history.compactMap { entry in entry.changes.first { $0.field == "status" } }
        let last = try #require(history.last { $0.changes.contains { $0.field == "status" } })
        #expect(changes.last?.to == FieldChange.Value.text(status.name), "\(name)")
        #expect(last.at == changedAt, "\(name)")
        for (before, after) in zip(changes, changes.dropFirst()) { #expect(after.from == before.to, "\(name)") }
    }
}
