import Domain
import Services
import Support
import Testing

/// A helpdesk with tickets of all sorts, in which everything that a queue can ask for is sometimes so.
struct RandomQueueDesk {
    let tenant: TestTenant
    private(set) var tickets: [KnownTicket] = []
    /// Besides the tenant's own, who sees what they see anyway: the unassigned of one department, their own and their teams'.
    let narrow: (id: ID<Agent>, token: String)
    let team: ID<Team>
    private let pools: Pools

    private struct Pools {
        var agents: [Int64]
        var teams: [Int64]
        var departments: [Int64]
        var users: [Int64]
        var organizations: [Int64]
    }

    static let labels = ["late", "billing", "VIP", "größe"]
    static let subjects = ["No paper", "The printer is on fire", "Re: 100% refund", "GRÖSSE falsch", "no_reply \\ backslash", "paper jam"]

    init(_ tenant: TestTenant, count: Int, using generator: inout SeededGenerator) async throws {
        self.tenant = tenant
        let sales = try await tenant.addDepartment("Sales")
        for (name, kind) in [("order", Field.Kind.text), ("pieces", .number), ("gift", .boolean), ("day", .date)] {
            _ = try await tenant.addField(name, kind)
        }
        _ = try await tenant.addField("colour", .choice) { $0.choices = ["red", "blue"] }
        _ = try await tenant.addField("colours", .multiChoice) { $0.choices = ["red", "blue", "green"] }
        narrow = try await tenant.addAgent(
            "narrow", rights: [.viewUnassigned], departments: [DepartmentGrant(departmentID: sales, access: .full)])
        team = try await tenant.addTeam("One", [tenant.agentID, narrow.id])
        let other = try await tenant.addTeam("Two")
        let organization = try await tenant.nowByAdmin { try await tenant.helpdesk.createOrganization(named: "Acme", $0) }.id
        let ada = try await tenant.makeUser("ada@acme.example").id
        pools = Pools(
            agents: [tenant.adminID.value, tenant.agentID.value, narrow.id.value], teams: [team.value, other.value],
            departments: [Department.first.value, sales.value], users: [tenant.userID.value, ada.value],
            organizations: [organization.value])
        for _ in 0..<count { try await makeTicket(using: &generator) }
        try await hideSome(using: &generator)
        tickets = try await known()
    }

    private func makeTicket(using generator: inout SeededGenerator) async throws {
        let user = ID<User>(pools.users.randomElement(using: &generator)!)
        var draft = TicketDraft(
            subject: Subject(Self.subjects.randomElement(using: &generator)!)!, body: text("Please help"), requester: .user(user))
        draft.status = VisibleStatus.allCases.randomElement(using: &generator)!
        draft.departmentID = ID(pools.departments.randomElement(using: &generator)!)
        if .random(using: &generator) { draft.agentID = ID(pools.agents.randomElement(using: &generator)!) }
        if .random(using: &generator) { draft.teamID = ID(pools.teams.randomElement(using: &generator)!) }
        draft.labels = Labels(Self.labels.filter { _ in Int.random(in: 0..<3, using: &generator) == 0 }.map { Label($0)! })!
        draft.priority = Priority.allCases.randomElement(using: &generator)!
        draft.urgency = Urgency(Int.random(in: 1...10, using: &generator))!
        let values: [(String, [FieldValue])] = [
            ("order", [.text("A-17"), .text("a-17"), .text("100%")]),
            ("pieces", [.number(1), .number(2.5), .number(-3), .number(1_000_000)]),
            ("gift", [.boolean(true), .boolean(false)]), ("day", [.text("2026-02-25"), .text("2026-03-02"), .text("2026-03-09")]),
            ("colour", [.text("red"), .text("blue")]), ("colours", [.choices(["red"]), .choices(["red", "green"]), .choices(["blue"])]),
        ]
        for (key, values) in values where .random(using: &generator) {
            draft.fields[FieldKey(unchecked: key)] = values.randomElement(using: &generator)!
        }
        let asked = draft
        let ticket = try await tenant.nowByAgent { try await tenant.helpdesk.createTicket(asked, $0) }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            _ = try? await tenant.nowByAdmin { try await tenant.helpdesk.addCC(ID(pools.users[0]), to: ticket.id, $0) }
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            let follower = ID<Agent>(pools.agents.randomElement(using: &generator)!)
            _ = try? await tenant.nowByAdmin { try await tenant.helpdesk.follow(ticket.id, as: follower, $0) }
        }
        let now = tenant.clock.now
        func ago() -> String { "'\(now.advanced(bySeconds: -[60, 3600, 4 * 3600, 86_400, 8 * 86_400].randomElement(using: &generator)!))'" }
        func perhaps(_ text: String) -> String { .random(using: &generator) ? text : "null" }
        let channel = Channel.allCases.randomElement(using: &generator)!
        try await tenant.sql(
            """
            update helpdesk.tickets
            set created_at = \(ago()), updated_at = \(ago()), status_changed_at = \(ago()), channel = '\(channel.rawValue)',
                resolved_at = case when status = 'resolved' then \(ago())::timestamptz end,
                first_replied_at = \(perhaps(ago()))::timestamptz, user_waiting_since = \(perhaps(ago()))::timestamptz,
                live_until = \(perhaps("'\(now.advanced(bySeconds: [-60, 60].randomElement(using: &generator)!))'"))::timestamptz,
                legal_hold = \(perhaps("'held'")), message_count = \(Int.random(in: 1...5, using: &generator)),
                organization_id = \(perhaps("\(pools.organizations[0])"))::bigint,
                reply_count = \(Int.random(in: 0...3, using: &generator)), follow_up_of = \(perhaps("1"))::bigint
            where tenant_id = $tenant and id = \(ticket.id)
            """)
    }

    private func hideSome(using generator: inout SeededGenerator) async throws {
        let ids = try await tenant.nowByAdmin {
            try await tenant.helpdesk.listTickets(TicketFilter(), TicketOrder(.id, descending: false), after: nil, limit: 200, $0)
        }.items.map(\.id)
        for id in ids where Int.random(in: 0..<3, using: &generator) == 0 {
            let status = HiddenStatus.allCases.randomElement(using: &generator)!
            _ = try await tenant.nowByAdmin { try await tenant.helpdesk.hideTicket(id, as: status, $0) }
        }
        let left = try await tenant.listed()
        try await tenant.sql("update helpdesk.tickets set legal_hold = null where tenant_id = $tenant and id in (\(left[0]), \(left[1]))")
        _ = try await tenant.nowByAdmin { try await tenant.helpdesk.mergeTickets([left[0]], into: left[1], $0) }
    }

    private func known() async throws -> [KnownTicket] {
        let ids = try await tenant.sql("select id from helpdesk.tickets where tenant_id = $tenant and merged_into is null order by id")
        var known: [KnownTicket] = []
        let access = try await tenant.now(tenant.admin)
        for id in ids.compactMap({ $0[0].flatMap { Int64($0) } }).map({ ID<Ticket>($0) }) {
            known.append(
                KnownTicket(
                    ticket: try await tenant.helpdesk.readTicket(id, messages: false, history: false, access).ticket,
                    followers: Set(try await tenant.helpdesk.listFollowers(of: id, access)),
                    copied: Set(try await tenant.helpdesk.listCCs(on: id, access).map(\.id))))
        }
        return known
    }

    // MARK: Criteria

    func criteria(depth: Int = 1, using generator: inout SeededGenerator) -> QueueCriteria {
        func some(_ range: ClosedRange<Int>) -> [QueueCriterion] {
            (0..<Int.random(in: range, using: &generator)).map { _ in
                if depth < 4, Int.random(in: 0..<5, using: &generator) == 0 {
                    return .group(criteria(depth: depth + 1, using: &generator))
                }
                return .condition(condition(using: &generator))
            }
        }
        let all = some(depth == 1 ? 0...2 : 1...2)
        return QueueCriteria(all: all, any: .random(using: &generator) ? some(1...3) : [])
    }

    private static let fields =
        QueueField.Property.allCases.filter { $0 != .words }.map { ($0.rawValue, $0.operators) }
        + [
            ("order", Field.Kind.text), ("pieces", .number), ("gift", .boolean), ("day", .date), ("colour", .choice),
            ("colours", .multiChoice),
        ].map { ("field.\($0)", $1.queueOperators) }

    private func condition(using generator: inout SeededGenerator) -> QueueCondition {
        // Often the status, which says what is looked at.
        let isStatus = Int.random(in: 0..<6, using: &generator) == 0
        let (field, operators) = isStatus ? Self.fields[0] : Self.fields.randomElement(using: &generator)!
        let op = operators.randomElement(using: &generator)!
        let values = values(of: field, op)
        switch op.denied ?? op {
        case .isSet: return QueueCondition(field, op.rawValue)
        case .in:
            let some = (0..<Int.random(in: 1...3, using: &generator)).map { _ in values.randomElement(using: &generator)! }
            return QueueCondition(field, op.rawValue, .list(some))
        default: return QueueCondition(field, op.rawValue, values.randomElement(using: &generator)!)
        }
    }

    private func values(of field: String, _ op: QueueOperator) -> [QueueValue] {
        let plain = op.denied ?? op
        if plain == .withinLast || field == "waiting_time" { return ["4h", "7d", "1d", .integer(3600), .integer(90)] }
        if plain == .before || plain == .after, field != "field.day" {
            return ["2026-03-01", "2026-03-02", .text(tenant.clock.now.advanced(bySeconds: -3600).description), "2026-02-22T09:00:00Z"]
        }
        func numbers(_ numbers: [Int64]) -> [QueueValue] { numbers.map { .integer($0) } }
        switch field {
        case "status": return StatusName.all.map { .text($0.name) }
        case "priority": return Priority.allCases.map { .text($0.rawValue) }
        case "channel": return Channel.allCases.map { .text($0.rawValue) }
        case "live", "legal_hold", "field.gift": return [.flag(true), .flag(false)]
        case "ref": return tickets.prefix(20).map { .text($0.ticket.ref.text) } + ["ABCD-1234-EFGH"]
        case "id": return numbers(tickets.prefix(10).map(\.ticket.id.value))
        case "urgency": return numbers([1, 5, 10])
        case "message_count", "reply_count": return numbers([0, 1, 2, 4])
        case "agent_id", "follower": return numbers(pools.agents) + ["me"]
        case "team_id": return numbers(pools.teams) + ["my_teams"]
        case "department_id": return numbers(pools.departments)
        case "user_id", "cc": return numbers(pools.users + [4711])
        case "organization_id": return numbers(pools.organizations + [4711])
        case "follow_up_of": return numbers([1, 2])
        case "label": return Self.labels.map { .text($0) } + ["Billing"]
        case "subject": return Self.subjects.map { .text($0) } + ["PAPER", "100%", "_", "\\", "größe", "e"]
        case "user_name": return ["User", "us", "SER", "x"]
        case "user_email": return ["ada@acme.example", "ADA@", "customer", "%"]
        case "field.order": return ["A-17", "a-17", "100%", "a"]
        case "field.pieces": return [.integer(1), .number(2.5), .integer(0), .integer(-3), .integer(1_000_000)]
        case "field.day": return ["2026-02-25", "2026-03-02", "2026-03-09"]
        case "field.colour": return ["red", "blue"]
        case "field.colours": return ["red", "blue", "green"]
        default: return [.nothing]
        }
    }
}
