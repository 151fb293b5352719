import Domain
import Services

/// Tells a helpdesk's stories in the order of time. What would come after the end has not happened yet.
struct DemoWeek: Sendable {
    let script: DemoScript
    let cast: DemoCast
    let helpdesk: Helpdesk
    let clock: DemoClock
    let end: Timestamp

    func play() async throws {
        // A start that was killed while it played left a shorter week; a second one beside it would be worse.
        guard try await isEmpty() else { return }
        var tellings = DemoTelling.all(of: script.stories, until: end)
        let scenes = tellings.enumerated().flatMap { index, telling in telling.scenes(of: index) }
        for scene in scenes.filter({ $0.at <= end }).sorted(by: { $0.at < $1.at }) {
            clock.set(to: scene.at)
            if let step = scene.step {
                try await perform(step, &tellings[scene.telling])
            } else {
                try await begin(&tellings[scene.telling])
            }
        }
    }

    private func isEmpty() async throws -> Bool {
        let admin = try cast.access(script.agents[0].name)
        return try await helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 1, admin).items.isEmpty
    }

    private func begin(_ telling: inout DemoTelling) async throws {
        let story = telling.story
        let user = telling.user
        let opener =
            switch story.opening {
            case .account: user
            case .form: script.form
            case .phone: telling.agent
            }
        let somebody = TicketDraft.Requester.address(try script.email(of: user), name: user)
        let requester = story.opening == .account ? TicketDraft.Requester.caller : somebody
        telling.ticket = try await open(telling.text(story.subject), telling.text(story.message), for: requester, opener, telling).id
    }

    private func open(
        _ subject: String, _ message: String, for requester: TicketDraft.Requester, _ opener: String, _ telling: DemoTelling
    ) async throws -> Ticket {
        let story = telling.story
        let access = try cast.access(opener)
        let draft = TicketDraft(
            subject: try valid(subject, Subject.init), body: try body(message), requester: requester,
            departmentID: try story.department.map { try access.configuration.department(named: $0) }, priority: story.priority,
            urgency: try valid(story.urgency, Urgency.init), fields: fields(story.fields, telling))
        return try await helpdesk.createTicket(draft, access)
    }

    private func perform(_ step: DemoStory.Step, _ telling: inout DemoTelling) async throws {
        let ticket = telling.ticket
        let agent = try cast.access(telling.agent)
        switch step {
        case .pause: break
        case .agent(let name): telling.agent = telling.text(name)
        case .take: _ = try await helpdesk.updateTicket(ticket, patch(DemoStory.Change(agent: telling.agent), telling), agent)
        case .change(let change): _ = try await helpdesk.updateTicket(ticket, patch(change, telling), agent)
        case .answer(let text): try await answer(text, nil, telling)
        case .acknowledge(let text): try await answer(text, .awaitingAgent, telling)
        case .stall(let text): try await answer(text, .pending, telling)
        case .resolve(let text): try await answer(text, .resolved, telling)
        case .note(let text): _ = try await helpdesk.addNote(to: ticket, body(telling.text(text)), agent)
        case .user(let text): try await hear(text, from: telling.user, &telling)
        case .other(let name, let text): try await hear(text, from: name, &telling)
        case .follow(let name): _ = try await helpdesk.follow(ticket, as: cast.agentID(name), agent)
        case .copy(let name): _ = try await helpdesk.addCC(cast.userID(name), to: ticket, agent)
        case .hide(let status): _ = try await helpdesk.hideTicket(ticket, as: status, agent)
        case .restore: _ = try await helpdesk.restoreTicket(ticket, Restoration(), agent)
        case .hold(let reason):
            let admin = try cast.access(script.agents[0].name)
            _ = try await helpdesk.setLegalHold(valid(reason, LegalHold.init), on: ticket, admin)
        case .another(let name, let subject, let message):
            telling.otherTicket = try await open(telling.text(subject), telling.text(message), for: .caller, name, telling).id
        case .merge: _ = try await helpdesk.mergeTickets([telling.otherTicket], into: ticket, agent)
        case .link: _ = try await helpdesk.link(ticket, with: telling.otherTicket, agent)
        case .split(let subject):
            let subject = try valid(telling.text(subject), Subject.init)
            _ = try await helpdesk.splitTicket(ticket, moving: [telling.lastMessage], subject: subject, agent)
        }
    }

    private func answer(_ text: String, _ status: VisibleStatus?, _ telling: DemoTelling) async throws {
        let agent = try cast.access(telling.agent)
        _ = try await helpdesk.reply(to: telling.ticket, body(telling.text(text)), status: status, agent)
    }

    /// A message that comes too late opens a new ticket, and the story goes on there.
    private func hear(_ text: String, from name: String, _ telling: inout DemoTelling) async throws {
        let said = try await helpdesk.reply(to: telling.ticket, body(telling.text(text)), cast.access(name))
        telling.ticket = said.ticket.id
        telling.lastMessage = said.message.id
    }

    private func patch(_ change: DemoStory.Change, _ telling: DemoTelling) throws -> TicketPatch {
        let configuration = try cast.access(telling.agent).configuration
        var patch = TicketPatch()
        if let agent = change.agent { patch.agent = .to(try cast.agentID(telling.text(agent))) }
        if let team = change.team { patch.team = .to(try configuration.team(named: team)) }
        if let department = change.department { patch.departmentID = try configuration.department(named: department) }
        if let urgency = change.urgency { patch.urgency = try valid(urgency, Urgency.init) }
        if let labels = change.labels { patch.labels = try valid(labels) { Labels($0.compactMap { Label($0) }) } }
        patch.status = change.status
        patch.priority = change.priority
        patch.fields = fields(change.fields, telling)
        return patch
    }

    private func fields(_ values: [String: FieldValue], _ telling: DemoTelling) -> FieldChanges {
        var changes: FieldChanges = [:]
        for (key, value) in values { changes[FieldKey(unchecked: key)] = telling.value(value) }
        return changes
    }

    private func body(_ content: String) throws -> MessageBody { try valid(content) { MessageBody($0, format: .text) } }

    private func valid<Raw, Value>(_ raw: Raw, _ parse: (Raw) -> Value?) throws -> Value {
        guard let value = parse(raw) else { throw CommandFailure("the demo's \(raw) is not valid") }
        return value
    }
}
