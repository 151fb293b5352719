import Domain
import Services
import Support

/// What stands in a helpdesk before anybody tries anything: put into its tables past the verbs, because it is a lot, and because the verbs are
/// what is asked about.
enum Scenery {
    /// Where the tickets are.
    static let desk = ID<Department>(20)
    /// Every agent may assign to it.
    static let openDepartment = ID<Department>(21)
    /// Nobody may, but those who have full access to all.
    static let closedDepartment = ID<Department>(22)
    static let departments = [desk, openDepartment, closedDepartment]
    /// Of every agent of the table.
    static let team = ID<Team>(30)
    static let otherTeam = ID<Team>(31)
    static let thirdTeam = ID<Team>(32)
    static let teams = [team, otherTeam, thirdTeam]
    static let organizations = [ID<Organization>(40), ID<Organization>(41)]
    static let fieldKey = FieldKey(unchecked: "order_no")
    /// On copy of every ticket that an agent is tried on, and of none.
    static let copied = ID<User>(1900)
    static let uncopied = ID<User>(1901)

    static func agent(_ index: Int) -> ID<Agent> { ID(Int64(1000 + index)) }
    static func user(_ index: Int) -> ID<User> { ID(Int64(2000 + index)) }

    /// New tickets get higher numbers than this, staged ones lower.
    static let lastStaged: Int64 = 1_000_000

    fileprivate static let time = "'2026-03-01T00:00:00Z'"
    fileprivate static let scopes = "array['tickets:read', 'tickets:write', 'tickets:delete']"
}

/// A ticket as it is put there, with two messages of its user.
struct StagedTicket {
    var id: ID<Ticket>
    var status: TicketStatus
    var user: ID<User>
    var organization: ID<Organization>?
    var department = Scenery.desk
    var agent: ID<Agent>?
    var team: ID<Team>?
    var urgency = 1
    var isHeld = false
    /// Whether a chat is going on.
    var isLive = false
    var createdAt: Timestamp
    var updatedAt: Timestamp
    var followers: [ID<Agent>] = []
    var copies: [ID<User>] = []
    var linked: ID<Ticket>?

    init(id: ID<Ticket>, status: TicketStatus, user: ID<User>, at time: Timestamp) {
        self.id = id
        self.status = status
        self.user = user
        createdAt = time
        updatedAt = time
    }
}

extension TestTenant {
    /// Agents and users who have exactly these rights. Each right comes from a group of its own, unless a built-in group has just
    /// these.
    func stagePeople(_ agents: [AgentRights], _ users: [UserRights]) async throws -> (agents: [Access], users: [Access]) {
        let tokens = agents.indices.map { token(ofAgent: $0) } + users.indices.map { token(ofUser: $0) }
        try await sql([scenery, staging(agents), staging(users), staging(tokens), ending].joined())
        var agentAccesses: [Access] = []
        for index in agents.indices { agentAccesses.append(try await authenticator.access(token(ofAgent: index).text)) }
        var userAccesses: [Access] = []
        for index in users.indices { userAccesses.append(try await authenticator.access(token(ofUser: index).text)) }
        return (agentAccesses, userAccesses)
    }

    /// - Parameter tickets: in the order of their numbers, with no other ticket's number in between.
    func stageTickets(_ tickets: [StagedTicket]) async throws {
        guard let first = tickets.first?.id, let last = tickets.last?.id else { return }
        let rows = tickets.map(\.row)
        let followers = tickets.flatMap { ticket -> [[String]] in ticket.followers.map { ["$tenant", "\(ticket.id)", "\($0)"] } }
        let copies = tickets.flatMap { ticket -> [[String]] in ticket.copies.map { ["$tenant", "\(ticket.id)", "\($0)"] } }
        let links = tickets.flatMap { ticket -> [[String]] in
            guard let other = ticket.linked else { return [] }
            return [["$tenant", "\(ticket.id)", "'related'", "\(other)"], ["$tenant", "\(other)", "'related'", "\(ticket.id)"]]
        }
        let ending = quoted(clock.now.advanced(byDays: 1))
        let sessions = tickets.filter(\.isLive).map { ticket -> [String] in
            ["$tenant", "\(ticket.id)", "1", "'chat'", "\(agentID)", quoted(ticket.createdAt), ending]
        }
        let messages = """
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, user_id, format, body, created_at)
            select tenant_id, id, 2 * id + number, 'user_message', user_id, 'text', 'Please help', created_at
            from helpdesk.tickets cross join generate_series(0, 1) as number
            where tenant_id = $tenant and id between \(first) and \(last)
            """
        let statements = [
            insert(into: StagedTicket.table, rows),
            insert(into: "helpdesk.ticket_followers (tenant_id, ticket_id, agent_id)", followers),
            insert(into: "helpdesk.ticket_ccs (tenant_id, ticket_id, user_id)", copies),
            insert(into: "helpdesk.ticket_links (tenant_id, ticket_id, kind, other_id)", links),
            insert(into: "helpdesk.live_sessions (tenant_id, ticket_id, id, kind, agent_id, started_at, expires_at)", sessions),
            messages,
        ]
        try await sql(statements.joined())
    }
}

// What is written for it.
extension TestTenant {
    private var scenery: String {
        let time = Scenery.time
        let departments = Scenery.departments.map { ["$tenant", "\($0)", "'Department \($0)'", "false", time] }
        let teams = Scenery.teams.map { ["$tenant", "\($0)", "'Team \($0)'", time] }
        let organizations = Scenery.organizations.map { ["$tenant", "\($0)", "'Organization \($0)'", time] }
        let users = [Scenery.copied, Scenery.uncopied].map { ["$tenant", "\($0)", "'user\($0)@customer.example'", time] }
        let field = ["$tenant", "50", "'\(Scenery.fieldKey.text)'", "'Order'", "'text'", time]
        let groups = AgentRight.allCases.enumerated().map { index, right -> [String] in
            let rights = right == .markSpam ? "array['delete', 'mark_spam']" : "array['\(right.rawValue)']"
            return ["$tenant", "\(100 + index)", "'\(right.rawValue)'", rights, time]
        }
        let usergroups = UserRight.allCases.enumerated().map { index, right -> [String] in
            ["$tenant", "\(60 + index)", "'\(right.rawValue)'", "array['\(right.rawValue)']", time]
        }
        return [
            insert(into: "helpdesk.departments (tenant_id, id, name, is_default, created_at)", departments),
            insert(into: "helpdesk.teams (tenant_id, id, name, created_at)", teams),
            insert(into: "helpdesk.organizations (tenant_id, id, name, created_at)", organizations),
            insert(into: "helpdesk.users (tenant_id, id, email, created_at)", users),
            insert(into: "helpdesk.fields (tenant_id, id, key, name, type, created_at)", [field]),
            insert(into: "helpdesk.permission_groups (tenant_id, id, name, rights, created_at)", groups),
            insert(into: "helpdesk.usergroups (tenant_id, id, name, rights, created_at)", usergroups),
            // Else everybody would have what these give.
            "update helpdesk.usergroups set rights = '{}' where tenant_id = $tenant and builtin is not null;\n",
        ].joined()
    }

    private func staging(_ agents: [AgentRights]) -> String {
        var people: [[String]] = []
        var members: [[String]] = []
        var teams: [[String]] = []
        var departments: [[String]] = []
        for (index, rights) in agents.enumerated() {
            let id = "\(Scenery.agent(index))"
            let address = "'agent\(index)@helpdesk.example'"
            let isAdmin = rights.isAdmin ? "true" : "false"
            let hasAll = rights.departments == nil ? "true" : "false"
            people.append(["$tenant", id, "'Agent \(index)'", address, isAdmin, hasAll, Scenery.time])
            members += groups(granting: rights.granted).map { ["$tenant", id, "\($0)"] }
            teams += rights.teams.map { ["$tenant", "\($0)", id] }
            departments += (rights.departments ?? [:]).map { ["$tenant", id, "\($0.key)", "'\($0.value.rawValue)'"] }
        }
        return [
            insert(into: "helpdesk.agents (tenant_id, id, name, email, is_admin, all_departments, created_at)", people),
            insert(into: "helpdesk.agent_permission_groups (tenant_id, agent_id, permission_group_id)", members),
            insert(into: "helpdesk.team_members (tenant_id, team_id, agent_id)", teams),
            insert(into: "helpdesk.agent_departments (tenant_id, agent_id, department_id, access)", departments),
        ].joined()
    }

    private func staging(_ users: [UserRights]) -> String {
        var people: [[String]] = []
        var members: [[String]] = []
        for (index, rights) in users.enumerated() {
            let id = "\(Scenery.user(index))"
            people.append(["$tenant", id, "'user\(index)@customer.example'", quoted(rights.organizationID), Scenery.time])
            for (place, right) in UserRight.allCases.enumerated() where rights.granted.contains(right) {
                members.append(["$tenant", id, "\(60 + place)"])
            }
        }
        return insert(into: "helpdesk.users (tenant_id, id, email, organization_id, created_at)", people)
            + insert(into: "helpdesk.user_usergroups (tenant_id, user_id, usergroup_id)", members)
    }

    /// Everybody's tokens are good for everything, so that it is never the token that refuses.
    private func staging(_ tokens: [StagedToken]) -> String {
        let rows = tokens.map { ["$tenant", $0.id, "'test'", $0.agent, $0.user, Scenery.scopes, Scenery.time] }
        let hashes = tokens.map { ["decode('\($0.hash)', 'hex')", "$tenant", $0.id] }
        return insert(into: "helpdesk.tokens (tenant_id, id, name, agent_id, user_id, scopes, created_at)", rows)
            + insert(into: "installation.token_directory (hash, tenant_id, token_id)", hashes)
    }

    private var ending: String {
        """
        update helpdesk.counters set tickets = \(Scenery.lastStaged), messages = 10000000 where tenant_id = $tenant;
        update helpdesk.settings set configuration_version = configuration_version + 1 where tenant_id = $tenant
        """
    }

    private func groups(granting rights: Set<AgentRight>) -> [Int64] {
        let every = Set(AgentRight.allCases)
        if rights == every { return [PermissionGroup.Builtin.everything.id.value] }
        if rights == every.subtracting([.delete, .markSpam]) { return [PermissionGroup.Builtin.notDestructive.id.value] }
        return AgentRight.allCases.enumerated().filter { rights.contains($0.element) }.map { Int64(100 + $0.offset) }
    }

    private func token(ofAgent index: Int) -> StagedToken {
        StagedToken(text: "rights-\(tenant.id)-a\(index)", id: "\(10_000 + index)", agent: "\(Scenery.agent(index))")
    }

    private func token(ofUser index: Int) -> StagedToken {
        StagedToken(text: "rights-\(tenant.id)-u\(index)", id: "\(20_000 + index)", user: "\(Scenery.user(index))")
    }
}

private struct StagedToken {
    var text: String
    var id: String
    var agent = "null"
    var user = "null"

    var hash: String {
        TokenText.hash(of: text).bytes.map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
    }
}

extension StagedTicket {
    fileprivate static let table = """
        helpdesk.tickets (
            tenant_id, id, ref, subject, status, hidden_from, hidden_at, legal_hold, user_id, organization_id, department_id, agent_id, team_id,
            priority, urgency, channel, message_count, version, created_at, updated_at, status_changed_at, resolved_at
        )
        """

    fileprivate var row: [String] {
        let hiddenAt = status.isHidden ? quoted(updatedAt) : "null"
        let hiddenFrom = status.hiddenFrom.map { "'\($0.rawValue)'" } ?? "null"
        let isResolved = status == .visible(.resolved) || status.hiddenFrom == .resolved
        let resolvedAt = isResolved ? quoted(updatedAt) : "null"
        let hold = isHeld ? "'Court order'" : "null"
        let identity = ["$tenant", "\(id)", "'T-\(id)'", "'It does not work'", "'\(status.name)'", hiddenFrom, hiddenAt, hold]
        let place = ["\(user)", quoted(organization), "\(department)", quoted(agent), quoted(team), "'normal'", "\(urgency)", "'api'"]
        return identity + place + ["2", "1", quoted(createdAt), quoted(updatedAt), quoted(updatedAt), resolvedAt]
    }
}

/// One statement for all rows; nothing where there are none.
private func insert(into table: String, _ rows: [[String]]) -> String {
    if rows.isEmpty { return "" }
    let tuples = rows.map { "(" + $0.joined(separator: ", ") + ")" }
    return "insert into \(table) values\n" + tuples.joined(separator: ",\n") + ";\n"
}

private func quoted(_ time: Timestamp) -> String { "'\(time)'" }

private func quoted<Entity>(_ id: ID<Entity>?) -> String { id.map { "\($0)" } ?? "null" }
