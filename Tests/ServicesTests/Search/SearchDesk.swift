import Domain
import Postgres
import Support

@testable import Services

/// A helpdesk full of random tickets, and everybody who may look for them.
struct SearchDesk: Sendable {
    struct Caller: Sendable {
        var name: String
        var access: Access
    }

    let tenant: TestTenant
    let tickets: [SearchedTicket]
    let callers: [Caller]
    let agents: [Agent]
    let teams: [ID<Team>: String]
    let departments: [ID<Department>: String]
    /// When the searches are made; no ticket is younger.
    let now: Timestamp

    static let labels = ["billing", "VIP", "rain damage", "A-17", "Ärger", "no paper"].map { Label(unchecked: $0) }

    init(_ tenant: TestTenant, tickets count: Int, using chance: inout SeededGenerator) async throws {
        self.tenant = tenant
        now = tenant.clock.now
        let sales = try await tenant.addDepartment("Sales")
        let other = try await tenant.addDepartment("Other")
        departments = [sales: "Sales", other: "Other"]
        let few = try await tenant.addAgent("few", departments: [DepartmentGrant(departmentID: sales, access: .full)])
        let unassigned = try await tenant.addAgent("unassigned", rights: [.viewUnassigned])
        let others = try await tenant.addAgent(
            "others", rights: [.viewOthers], departments: [DepartmentGrant(departmentID: other, access: .full)])
        let own = try await tenant.addAgent("own", rights: [.reply])
        let first = try await tenant.addTeam("First line", [own.id, unassigned.id])
        let second = try await tenant.addTeam("Second line", [few.id])
        teams = [first: "First line", second: "Second line"]
        _ = try await tenant.addField("cause")
        _ = try await tenant.addField("order_no")
        _ = try await tenant.addField("seats", .number)
        _ = try await tenant.addField("speed", .multiChoice) { $0.choices = ["fast", "slow", "no refund"] }
        for group in Usergroup.Builtin.allCases {
            let patch = UsergroupPatch(rights: Set(UserRight.allCases))
            _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateUsergroup(group.id, patch, $0) }
        }
        let organization = try await tenant.nowByAdmin { try await tenant.helpdesk.createOrganization(named: "Zoo", $0) }
        let start = now.advanced(byDays: -61)
        let mine = Ticket.Requester(id: tenant.userID, name: "User", email: EmailAddress(unchecked: "user@customer.example"))
        let users = Self.people.enumerated().map { offset, person in
            User(
                id: ID(Int64(1000 + offset)), name: person.0, email: EmailAddress(unchecked: person.1),
                organizationID: person.inZoo ? organization.id : nil, createdAt: start)
        }
        agents = [
            (tenant.adminID, "Admin"), (tenant.agentID, "Agent"), (few.id, "few"), (unassigned.id, "unassigned"), (others.id, "others"),
            (own.id, "own"),
        ].map { id, name in
            Agent(
                id: id, name: name, email: EmailAddress(unchecked: "\(name.lowercased())@helpdesk.example"), isAdmin: false,
                createdAt: start)
        }
        let rules = try await tenant.now(tenant.admin).configuration.fields
        let setting = RandomTicketSetting(
            now: now, users: [mine] + users.map(\.requester), agents: agents.map(\.id), teams: [first, second],
            departments: [Department.first, sales, other], organization: organization.id)
        var made: [SearchedTicket] = []
        for number in 1...Int64(count) { made.append(setting.ticket(ID(number), using: &chance)) }
        let tickets = made
        self.tickets = tickets
        try await tenant.helpdesk.database.transaction(in: tenant.scope, at: now) { tx in
            for user in users { tx.users.insert(user) }
            for searched in tickets {
                let ticket = searched.ticket
                // As it is when it comes to be; then as it is now.
                let opened = Ticket.opened(
                    id: ticket.id, ref: ticket.ref, subject: ticket.subject, status: .created(), user: ticket.user,
                    organizationID: ticket.organizationID, channel: .email, at: ticket.createdAt)
                tx.tickets.insert(opened, rules)
                tx.tickets.update(ticket, since: opened, rules)
                for message in searched.messages { tx.messages.insert(message) }
                for agent in searched.followers { _ = tx.participants.follow(ticket.id, agent) }
                for user in searched.ccs { _ = tx.participants.addCC(user, to: ticket.id) }
            }
            tx.searchDocuments.refresh(tickets.map(\.ticket.id), .english)
            return Pending(())
        }
        var tokens = [
            ("admin", tenant.admin.token), ("agent", tenant.agent.token), ("agent of one department", few.token),
            ("agent for what is unassigned", unassigned.token), ("agent for what others have", others.token),
            ("agent with nothing but their own", own.token), ("user", tenant.user.token),
        ]
        for user in [users[0], users[3]] {
            let (token, _) = try await tenant.installation.createToken(for: .user(user.id), named: "test", in: tenant.tenant.slug)
            tokens.append((user.email.text, token.text))
        }
        // Whoever gets a first token is registered, which changes what the others may remember.
        var callers: [Caller] = []
        for (name, token) in tokens { callers.append(Caller(name: name, access: try await tenant.authenticator.refreshed(token))) }
        self.callers = callers
    }

    private static let people: [(String?, String, inZoo: Bool)] = [
        ("Ada Lovelace", "ada@example.org", inZoo: true), (nil, "mailer-daemon@example.org", inZoo: false),
        ("Été Müller", "m.mueller@example.net", inZoo: true), ("Zebra Printers", "printers@zoo.example", inZoo: false),
        ("The User", "bill@example.net", inZoo: false),
    ]
}

/// What random tickets are made of.
private struct RandomTicketSetting {
    let now: Timestamp
    let users: [Ticket.Requester]
    let agents: [ID<Agent>]
    let teams: [ID<Team>]
    let departments: [ID<Department>]
    let organization: ID<Organization>

    func ticket(_ id: ID<Ticket>, using chance: inout SeededGenerator) -> SearchedTicket {
        func one<Item>(in count: Int, _ item: Item) -> Item? { Int.random(in: 0..<count, using: &chance) == 0 ? item : nil }
        let created = now.advanced(bySeconds: -Int64.random(in: 0...5_000_000, using: &chance))
        let isMerged = one(in: 15, ()) != nil
        let isHidden = !isMerged && one(in: 4, ()) != nil
        let status: TicketStatus =
            isMerged ? .visible(.resolved) : TicketStatus.all.filter { $0.isHidden == isHidden }.randomElement(using: &chance)!
        var ticket = Ticket.opened(
            id: id, ref: .random(using: &chance), subject: Subject(unchecked: SearchVocabulary.anyText(1...6, using: &chance)),
            status: status, user: users.randomElement(using: &chance)!, organizationID: one(in: 3, organization),
            departmentID: departments.randomElement(using: &chance)!, agentID: one(in: 2, agents.randomElement(using: &chance)!),
            teamID: one(in: 2, teams.randomElement(using: &chance)!), priority: Priority.allCases.randomElement(using: &chance)!,
            labels: Labels(SearchDesk.labels.filter { _ in one(in: 4, ()) != nil })!, fields: fields(using: &chance), channel: .email,
            at: created)
        ticket.hiddenAt = isHidden || isMerged ? created : nil
        ticket.mergedInto = isMerged ? ID(1) : nil
        ticket.resolvedAt = status.hiddenFrom == .resolved || status == .visible(.resolved) ? created : nil
        let sinceThen = (now.milliseconds - created.milliseconds) / 1000
        ticket.updatedAt = created.advanced(bySeconds: Int64.random(in: 0...sinceThen, using: &chance))
        let messages = (0..<Int64.random(in: 1...4, using: &chance)).map { message($0, on: ticket, using: &chance) }
        return SearchedTicket(
            ticket: ticket, messages: messages, followers: Set(agents.filter { _ in one(in: 12, ()) != nil }),
            ccs: Set(users.map(\.id).filter { _ in one(in: 12, ()) != nil }))
    }

    private func message(_ offset: Int64, on ticket: Ticket, using chance: inout SeededGenerator) -> Message {
        let kind = offset == 0 ? .userMessage : Message.Kind.allCases.randomElement(using: &chance)!
        let body =
            switch Int.random(in: 0..<6, using: &chance) {
            case 0, 1: MessageBody(unchecked: SearchVocabulary.anyHTML(1...12, using: &chance), format: .html)
            case 2:
                MessageBody(
                    unchecked: SearchVocabulary.anyText(1...5, using: &chance) + " <script>alert</script> 1 < 2 & "
                        + SearchVocabulary.anyText(1...5, using: &chance), format: .text)
            default: MessageBody(unchecked: SearchVocabulary.anyText(1...15, using: &chance), format: .text)
            }
        let author: Person = kind == .userMessage ? .user(ticket.user.id) : .agent(agents[0])
        return Message(
            id: ID(ticket.id.value * 10 + offset), ticketID: ticket.id, kind: kind, author: author, body: body, createdAt: ticket.createdAt)
    }

    private func fields(using chance: inout SeededGenerator) -> [FieldKey: FieldValue] {
        var fields: [FieldKey: FieldValue] = [:]
        if Bool.random(using: &chance) { fields[FieldKey("cause")!] = .text(SearchVocabulary.anyText(1...3, using: &chance)) }
        if Bool.random(using: &chance) { fields[FieldKey("order_no")!] = .text(SearchVocabulary.codes.randomElement(using: &chance)!) }
        if Bool.random(using: &chance) { fields[FieldKey("seats")!] = .number(Double(Int.random(in: 1...3, using: &chance))) }
        let speeds = ["fast", "slow", "no refund"].filter { _ in Int.random(in: 0..<4, using: &chance) == 0 }
        if !speeds.isEmpty { fields[FieldKey("speed")!] = .choices(speeds) }
        return fields
    }
}
