import Domain
import Postgres
import Support

@testable import Repositories

/// A helpdesk full of random tickets, and what there is to search for.
struct SearchScene {
    let tenant: TestTenant
    let configuration: Configuration
    let users: [User]
    let agents: [Agent]
    let tickets: [Ticket]
    /// When the searches are made; no ticket is younger.
    let now: Timestamp

    private var scope: TenantScope { TenantScope(tenant: tenant.tenant.id, token: nil) }

    init(_ tenant: TestTenant, tickets count: Int, using chance: inout SeededGenerator) async throws {
        self.tenant = tenant
        now = tenant.clock.now
        let start = now.advanced(byDays: -61)
        users = Self.people.enumerated().map { User(id: ID(Int64(100 + $0)), name: $1.0, email: $1.1, createdAt: start) }
        agents = [("Ada Lovelace", "ada@helpdesk.example"), ("Grüße", "eve@helpdesk.example")].enumerated().map {
            Agent(id: ID(Int64(11 + $0)), name: $1.0, email: EmailAddress(unchecked: $1.1), isAdmin: false, createdAt: start)
        }
        let agentIDs = [tenant.agentID, tenant.adminID] + agents.map(\.id)
        var tickets: [Ticket] = []
        for number in 1...Int64(count) {
            tickets.append(.random(ID(number), users, agentIDs, at: now, using: &chance))
        }
        self.tickets = tickets
        configuration = try await TestInstallation.shared.value.database.transaction(
            in: TenantScope(tenant: tenant.tenant.id, token: nil), at: now
        ) { [users, agents, tickets] tx in
            for user in users { tx.users.insert(user) }
            for agent in agents { tx.agents.create(agent) }
            tx.teams.insert(Team(id: ID(1), name: "First line", createdAt: start))
            tx.teams.insert(Team(id: ID(2), name: "Second line", createdAt: start))
            tx.departments.insert(Department(id: ID(2), name: "Sales", createdAt: start))
            for ticket in tickets {
                // As it is when it comes to be; then as it is now.
                let first = Ticket.opened(
                    id: ticket.id, ref: ticket.ref, subject: ticket.subject, status: .created(), user: ticket.user, channel: .email,
                    at: ticket.createdAt)
                tx.tickets.insert(first, FieldRules([]))
                tx.tickets.update(ticket, since: first, FieldRules([]))
            }
            tx.searchDocuments.refresh(tickets.map(\.id), .english)
            return tx.configuration.read()
        }
    }

    /// Names and addresses whose letters have two cases, and what other searches take for wildcards.
    private static let people: [(String?, EmailAddress)] = [
        (nil, "mailer-daemon@example.org"), ("MAILER-DAEMON", "bounces@example.net"), ("Ada Lovelace", "ada@example.org"),
        ("Été Müller", "m.mueller@example.org"), (#"100%_off \ "now""#, "shop@example.net"), (nil, "100off@example.net"),
        ("Bob", "bob+été@example.org"),
    ].map { ($0.0, EmailAddress(unchecked: $0.1)) }

    func refreshDocuments() async throws {
        try await TestInstallation.shared.value.database.transaction(in: scope, at: now) { [tickets] tx in
            tx.searchDocuments.refresh(tickets.map(\.id), .english)
            return Pending(())
        }
    }

    func query(_ search: ResolvedSearch) -> TicketQuery {
        var query = TicketQuery()
        query.lines = ["select tickets.id", "from helpdesk.tickets", "where tickets.tenant_id = $1"]
        query.matching(TicketSearch(search, .english))
        query.lines.append("order by tickets.id")
        return query
    }

    /// What the application finds.
    func found(_ searches: [ResolvedSearch]) async throws -> [[Int64]] {
        try await TestInstallation.shared.value.database.transaction(in: scope, at: now) { tx in
            var found: [[Int64]] = []
            for search in searches {
                let rows = try await tx.run(query(search)).value
                let id = try rows.column("id", as: Int64.self)
                found.append(try rows.map { try id($0) })
            }
            return Pending(found)
        }
    }

    /// What is found by somebody from whom row security hides no helpdesk; the documents' view is a wall of its own.
    func foundWithoutWalls(_ searches: [ResolvedSearch]) async throws -> [[Int64]] {
        let queries = searches.map { search in
            let query = query(search)
            return (query.sql, ["\(tenant.tenant.id)"] + query.binds.map(\.asText))
        }
        return try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
            try session.run("select set_config('app.tenant_id', $1, false)", ["\(tenant.tenant.id)"])
            return try queries.map { sql, values in
                try session.run(sql, values).compactMap { $0.first.flatMap { $0 }.flatMap { Int64($0) } }
            }
        }
    }
}

extension Ticket {
    private static let subjects = [
        "No paper", "no PAPER in the printer", "Delivery failed: Ärger", "ärger", "50% off_now", "50 off now", #"C:\temp"#,
        "Re: \"quoted\"",
    ]

    static let someLabels = ["billing", "Billing", "late", "50%", "two words"].map { Label(unchecked: $0) }

    fileprivate static func random(
        _ id: ID<Ticket>, _ users: [User], _ agents: [ID<Agent>], at now: Timestamp, using chance: inout SeededGenerator
    ) -> Ticket {
        let created = Timestamp.random(before: now, using: &chance)
        let isMerged = Int.random(in: 0..<12, using: &chance) == 0
        let isHidden = !isMerged && Int.random(in: 0..<3, using: &chance) == 0
        let status: TicketStatus =
            isMerged ? .visible(.resolved) : TicketStatus.all.filter { $0.isHidden == isHidden }.randomElement(using: &chance)!
        let teams: [ID<Team>?] = [nil, ID(1), ID(2)]
        var ticket = Ticket.opened(
            id: id, ref: .random(using: &chance), subject: Subject(unchecked: subjects.randomElement(using: &chance)!), status: status,
            user: users.randomElement(using: &chance)!.requester, departmentID: ID(Int64.random(in: 1...2, using: &chance)),
            agentID: Bool.random(using: &chance) ? nil : agents.randomElement(using: &chance), teamID: teams.randomElement(using: &chance)!,
            priority: Priority.allCases.randomElement(using: &chance)!,
            labels: Labels(someLabels.shuffled(using: &chance).prefix(Int.random(in: 0...3, using: &chance)))!, channel: .email, at: created
        )
        ticket.hiddenAt = isHidden || isMerged ? created : nil
        ticket.mergedInto = isMerged ? ID(1) : nil
        ticket.resolvedAt = created
        let sinceThen = Int64.random(in: 0...(now.milliseconds - created.milliseconds), using: &chance)
        ticket.updatedAt = Bool.random(using: &chance) ? created : Timestamp(milliseconds: created.milliseconds + sinceThen)
        return ticket
    }
}

extension Timestamp {
    /// In the last sixty days; often where a day begins or an age ends, to the millisecond or one beside it.
    fileprivate static func random(before now: Timestamp, using chance: inout SeededGenerator) -> Timestamp {
        let day: Int64 = 86_400_000
        let days = Int64.random(in: 1...59, using: &chance) * day
        let beside = Int64.random(in: -1...1, using: &chance)
        let milliseconds =
            switch Int.random(in: 0..<3, using: &chance) {
            case 0: now.milliseconds - days + beside
            case 1: (now.milliseconds - days) / day * day + beside
            default: now.milliseconds - Int64.random(in: 0...(60 * day), using: &chance)
            }
        return Timestamp(milliseconds: milliseconds)
    }
}

extension Bind {
    /// As libpq takes it where nothing is said of the type.
    fileprivate var asText: String {
        switch self {
        case .text(let text?): text
        case .bigint(let number?): "\(number)"
        case .timestamp(let microseconds?): Timestamp(microseconds: microseconds).description
        case .texts(let words): "{\(words.compactMap { $0 }.joined(separator: ","))}"
        default: preconditionFailure("no search binds this")
        }
    }
}
