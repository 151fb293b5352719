import Domain
import Support
import Testing

@testable import Services

@Suite("Search documents, whatever happens to the tickets")
struct RandomDocumentTests {
    @Test("After random sequences of every verb there is, each document is as if it were written anew", arguments: 1...6)
    func keptUp(seed: Int) async throws {
        try await withTenant { tenant in
            var desk = try await RandomDocumentDesk(tenant, seed: UInt64(seed))
            for round in 1...12 {
                var acts: [String] = []
                for _ in 1...12 { acts.append(try await desk.act()) }
                try await tenant.expectRightDocuments("seed \(seed), round \(round): \(acts)")
            }
            // Without each of them the sequences prove nothing of it.
            let missing = RandomDocumentDesk.Act.allCases.filter { desk.done[$0, default: 0] == 0 }
            #expect(missing.isEmpty, "seed \(seed)")
        }
    }
}

/// A helpdesk in which chance does something to a ticket, to many, or to the people behind them.
private struct RandomDocumentDesk {
    enum Act: CaseIterable {
        case open, openAsUser, reply, writeAsUser, note, subject, labels, fields, status, assign, spam, delete, restore, merge, split
        case many, undo, rename, mergeUsers, anonymise, followUp, purge
    }

    private(set) var done: [Act: Int] = [:]

    private let tenant: TestTenant
    private var chance: SeededGenerator
    private var tickets: [ID<Ticket>] = []
    private var users: [ID<User>]
    private var lastMassAction: MassAction?
    private var left: [Act] = []
    private var made = 0

    init(_ tenant: TestTenant, seed: UInt64) async throws {
        self.tenant = tenant
        chance = SeededGenerator(seed: seed)
        users = [tenant.userID]
        _ = try await tenant.addField("cause")
        _ = try await tenant.addField("extras", .multiChoice) { $0.choices = ["fast", "slow"] }
        for _ in 1...4 { users.append(try await makeUser()) }
        for _ in 1...8 { _ = try await perform(.open) }
    }

    /// Does something; every act has its turn before one has its second. What a ticket's state does not allow is refused and counts as nothing.
    mutating func act() async throws -> String {
        if left.isEmpty { left = Act.allCases.shuffled(using: &chance) }
        let act = left.removeLast()
        tenant.clock.advance(seconds: 60)
        do {
            let what = try await perform(act)
            done[act, default: 0] += 1
            return what
        } catch let refusal as Refusal {
            return "\(act) refused: \(refusal)"
        }
    }

    private mutating func perform(_ act: Act) async throws -> String {
        let helpdesk = tenant.helpdesk
        let agent = try await tenant.now(tenant.agent)
        let admin = try await tenant.now(tenant.admin)
        let id = tickets.randomElement(using: &chance) ?? ID(0)
        let body = anyBody()
        switch act {
        case .open:
            var draft = TicketDraft(subject: anySubject(), body: body, requester: .user(users.randomElement(using: &chance)!))
            draft.labels = anyLabels()
            draft.fields = anyFields()
            tickets.append(try await helpdesk.createTicket(draft, agent).id)
            return "open"
        case .openAsUser:
            let draft = TicketDraft(subject: anySubject(), body: body, requester: .caller)
            tickets.append(try await helpdesk.createTicket(draft, tenant.now(tenant.user)).id)
            return "open as user"
        case .reply: _ = try await helpdesk.reply(to: visible(), body, agent)
        case .writeAsUser: _ = try await helpdesk.reply(to: usersOwn(), body, tenant.now(tenant.user))
        case .followUp:
            let id = try await usersOwn()
            _ = try await helpdesk.hideTicket(id, as: .deleted, agent)
            tickets.append(try await helpdesk.reply(to: id, body, tenant.now(tenant.user)).ticket.id)
        case .note: _ = try await helpdesk.addNote(to: id, body, agent)
        case .subject: _ = try await helpdesk.updateTicket(visible(), .subject(anySubject().text), agent)
        case .labels, .fields, .status, .assign:
            var patch = TicketPatch()
            switch act {
            case .labels: patch.labels = anyLabels()
            case .fields: patch.fields = anyFields()
            case .status: patch.status = VisibleStatus.allCases.randomElement(using: &chance)
            default: patch.agent = .to(tenant.adminID)
            }
            _ = try await helpdesk.updateTicket(visible(), patch, agent)
        case .spam: _ = try await helpdesk.hideTicket(visible(), as: .spam, agent)
        case .delete: _ = try await helpdesk.hideTicket(visible(), as: .deleted, agent)
        case .restore: _ = try await helpdesk.restoreTicket(hidden(), .to(nil), agent)
        case .merge:
            let chosen = try await several(where: "hidden_at is null", 3)
            guard chosen.count > 1 else { throw Refusal.notFound }
            _ = try await helpdesk.mergeTickets(Array(chosen.dropFirst()), into: chosen[0], agent)
        case .split:
            let id = try await visible()
            _ = try await helpdesk.reply(to: id, anyBody(), agent)
            let messages = try await tenant.messages(on: id)
            let moved = messages.filter { _ in Bool.random(using: &chance) }.map(\.id)
            tickets.append(try await helpdesk.splitTicket(id, moving: moved.isEmpty ? [messages[0].id] : moved, agent).id)
        case .many:
            let actions = anyActions()
            lastMassAction = try await tenant.act(actions, on: several(where: "true", 6))
            return "many \(actions)"
        case .undo:
            guard let action = lastMassAction else { throw Refusal.notFound }
            lastMassAction = nil
            _ = try await tenant.undo(action)
        case .rename:
            let user = users.randomElement(using: &chance)!
            made += 1
            let patch = UserPatch(name: SearchVocabulary.anyText(1...2, using: &chance), email: EmailAddress("renamed\(made)@example.org"))
            _ = try await helpdesk.updateUser(user, patch, admin)
        case .mergeUsers:
            let user = users.filter { $0 != tenant.userID }.randomElement(using: &chance)!
            _ = try await helpdesk.mergeUser(user, into: users.filter { $0 != user }.randomElement(using: &chance)!, admin)
            users.removeAll { $0 == user }
            users.append(try await makeUser())
        case .anonymise:
            let user = users.filter { $0 != tenant.userID }.randomElement(using: &chance)!
            _ = try await helpdesk.anonymiseUser(user, admin)
            users.removeAll { $0 == user }
            users.append(try await makeUser())
        case .purge:
            _ = try await helpdesk.hideTicket(visible(), as: .deleted, agent)
            try await tenant.purge(.deleted)
            try await forgetPurged()
        }
        return "\(act)"
    }

    // MARK: What chance chooses

    private mutating func makeUser() async throws -> ID<User> {
        made += 1
        return try await tenant.installation.createUser(
            EmailAddress("person\(made)@customer.example")!, name: SearchVocabulary.anyText(1...2, using: &chance), in: tenant.tenant.slug
        ).id
    }

    private mutating func visible() async throws -> ID<Ticket> { try await one(where: "hidden_at is null") }

    private mutating func hidden() async throws -> ID<Ticket> { try await one(where: "hidden_from is not null") }

    private mutating func usersOwn() async throws -> ID<Ticket> { try await one(where: "user_id = \(tenant.userID) and hidden_at is null") }

    private mutating func one(where condition: String) async throws -> ID<Ticket> {
        guard let id = try await several(where: condition, 1).first else { throw Refusal.notFound }
        return id
    }

    private mutating func several(where condition: String, _ count: Int) async throws -> [ID<Ticket>] {
        let ids = try await tenant.sql("select id from helpdesk.tickets where tenant_id = $tenant and \(condition) order by id")
        return ids.map { ID(Int64($0[0] ?? "") ?? 0) }.shuffled(using: &chance).prefix(count).map(\.self)
    }

    private mutating func forgetPurged() async throws {
        let there = Set(try await tenant.everyTicket)
        tickets.removeAll { !there.contains($0) }
    }

    private mutating func anySubject() -> Subject { Subject(SearchVocabulary.anyText(1...4, using: &chance))! }

    private mutating func anyBody() -> MessageBody {
        Bool.random(using: &chance)
            ? MessageBody(SearchVocabulary.anyText(1...10, using: &chance), format: .text)!
            : MessageBody("<p>" + SearchVocabulary.anyHTML(1...10, using: &chance) + "</p>", format: .html)!
    }

    private mutating func anyLabels() -> Labels { Labels(SearchDesk.labels.filter { _ in Bool.random(using: &chance) })! }

    private mutating func anyFields() -> FieldChanges {
        [
            FieldKey("cause")!: Bool.random(using: &chance) ? .text(SearchVocabulary.anyText(1...3, using: &chance)) : nil,
            FieldKey("extras")!: Bool.random(using: &chance) ? .choices(["slow"]) : nil,
        ]
    }

    private mutating func anyActions() -> [TicketAction] {
        while true {
            let kinds = TicketAction.Kind.choices.shuffled(using: &chance).prefix(Int.random(in: 1...3, using: &chance))
            let actions: [TicketAction] = kinds.compactMap { kind in
                switch kind {
                case .setStatus: .setStatus(.pending)
                case .assign: .assign(agent: .to(tenant.agentID), team: nil)
                case .setDepartment: .setDepartment(Department.first)
                case .setPriority: .setPriority(.high)
                case .setUrgency: .setUrgency(Urgency(7)!)
                case .labels: .labels(add: [SearchDesk.labels[0]], remove: [SearchDesk.labels[1], SearchDesk.labels[2]])
                case .setFields: .setFields(anyFields())
                case .reply: .reply(anyBody(), status: nil)
                case .note: .note(anyBody())
                case .spam: .hide(.spam)
                case .delete: .hide(.deleted)
                case .restore: .restore(nil)
                case .purge, .undo: nil
                }
            }
            if !actions.isEmpty, actions.faults.isEmpty { return actions }
        }
    }
}
