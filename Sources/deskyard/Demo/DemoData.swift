import Domain
import Repositories
import Services
import Synchronization

/// Two helpdesks with a week behind them, made by the same verbs that serve requests, so that every history is a real one.
struct DemoData {
    let database: Database
    let installation: Installation

    func fill() async throws -> DevFile.Tokens {
        var tenants: [DevFile.Tokens.Tenant] = []
        for script in DemoScript.all { tenants.append(try await fill(script)) }
        let (token, _) = try await installation.createOperatorToken(named: "demo")
        return DevFile.Tokens(systemOperator: token.text, tenants: tenants)
    }

    private func fill(_ script: DemoScript) async throws -> DevFile.Tokens.Tenant {
        let slug = try parsed(slug: script.slug)
        // A start that was killed half way left the helpdesk behind; it goes on with what is there.
        do {
            _ = try await installation.createTenant(.init(slug: script.slug, name: script.name, timeZone: script.timeZone))
        } catch Refusal.conflict(.slugTaken) {}
        let admin = try await agent(script.admin, isAdmin: true, slug)
        var agents: [Person] = []
        for name in script.agents { agents.append(try await agent(name, isAdmin: false, slug)) }
        let users = try script.users.map { ($0, try address($0.lowercased().replacing(" ", with: ".") + "@customers.example")) }
        let firstUser = try await installation.createUser(users[0].1, name: users[0].0, in: slug)

        let tokens = DevFile.Tokens.Tenant(
            slug: script.slug, admin: try await token(admin, slug), agent: try await token(agents[0], slug),
            user: try await token(.user(firstUser.id), slug))
        if try await isEmpty(agentToken: tokens.agent) { try await play(script, users: users, slug: slug, agentToken: tokens.agent) }
        return tokens
    }

    private func isEmpty(agentToken: String) async throws -> Bool {
        let access = try await Authenticator(database: database).access(agentToken)
        return try await Helpdesk(database: database).listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 1, access).items
            .isEmpty
    }

    private func agent(_ name: String, isAdmin: Bool, _ slug: Slug) async throws -> Person {
        let email = try address(name.lowercased().replacing(" ", with: ".") + "@\(slug.text).example")
        do {
            return .agent(try await installation.createAgent(email, name: name, isAdmin: isAdmin, in: slug).id)
        } catch Refusal.conflict(.emailTaken) {
            return try await installation.findPerson(email, in: slug)
        }
    }

    private func token(_ person: Person, _ slug: Slug) async throws -> String {
        try await installation.createToken(for: person, named: "demo", in: slug).0.text
    }

    /// Tells the stories one after the other over seven days, each at its own hours.
    private func play(_ script: DemoScript, users: [(String, EmailAddress)], slug: Slug, agentToken: String) async throws {
        let end = Clock.system.now()
        let hand = Mutex(end)
        let clock = Clock { hand.withLock { $0 } }
        let helpdesk = Helpdesk(database: database, clock: clock)
        let access = try await Authenticator(database: database).access(agentToken)
        let count = script.stories.count * script.rounds
        for index in 0..<count {
            let story = script.stories[index % script.stories.count]
            let (name, email) = users[index * 7 % users.count]
            var time = end.advanced(bySeconds: -7 * 86_400 + Int64(index) * 7 * 86_400 / Int64(count))
            func pass(_ minutes: Int64) {
                time = min(time.advanced(bySeconds: minutes * 60 + Int64(index * 13 % 60)), end)
                let now = time
                hand.withLock { $0 = now }
            }
            pass(0)
            let ticket = try await helpdesk.createTicket(
                TicketDraft(
                    subject: try text(story.subject, Subject.init), body: try body(story.message), requester: .address(email, name: name),
                    priority: story.priority, urgency: try text(1 + index % 4, Urgency.init)),
                access)
            for step in story.steps {
                switch step {
                case .assign:
                    pass(9)
                    var patch = TicketPatch()
                    if case .agent(let id, _) = access.caller { patch.assignment = .agent(id) }
                    _ = try await helpdesk.updateTicket(ticket.id, patch, access)
                case .answer(let said, let status):
                    pass(35)
                    _ = try await helpdesk.reply(to: ticket.id, try body(said), status: status, access)
                case .note(let said):
                    pass(12)
                    _ = try await helpdesk.addNote(to: ticket.id, try body(said), access)
                case .user(let said):
                    pass(190)
                    let token = try await installation.createToken(
                        for: .user(ticket.user.id), named: "demo message", expiresAt: end.advanced(bySeconds: 60), in: slug)
                    let user = try await Authenticator(database: database).access(token.0.text)
                    _ = try await helpdesk.reply(to: ticket.id, try body(said), user)
                    try await installation.revokeToken(token.1.id, in: slug)
                case .hide(let status):
                    pass(4)
                    _ = try await helpdesk.hideTicket(ticket.id, as: status, access)
                case .restore:
                    pass(60)
                    _ = try await helpdesk.restoreTicket(ticket.id, access)
                }
            }
        }
    }

    private func body(_ content: String) throws -> MessageBody { try text(content) { MessageBody($0, format: .text) } }

    private func text<Raw, Value>(_ raw: Raw, _ parse: (Raw) -> Value?) throws -> Value {
        guard let value = parse(raw) else { throw CommandFailure("the demo's text \(raw) is not valid") }
        return value
    }
}
