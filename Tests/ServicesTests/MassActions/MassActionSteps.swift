import Domain
import Services
import Support
import Testing

/// What tests of mass actions do on their way to what they are about.
extension TestTenant {
    /// Who asks for mass actions by the given token.
    func author(_ token: String? = nil) async throws -> MassActionAuthor {
        try MassActionAuthor(try await authenticator.refreshed(token ?? agent.token))
    }

    // MARK: From the start to the end

    func begin(_ actions: [TicketAction], on selection: MassSelection, by token: String? = nil) async throws -> MassAction {
        try await helpdesk.startMassAction(MassActionRequest(selection: selection, actions: actions), by: author(token))
    }

    func begin(_ actions: [TicketAction], on ids: [ID<Ticket>], by token: String? = nil) async throws -> MassAction {
        try await begin(actions, on: .ids(ids), by: token)
    }

    func preview(_ actions: [TicketAction], on selection: MassSelection, by token: String? = nil) async throws -> MassPreview {
        try await helpdesk.previewMassAction(MassActionRequest(selection: selection, actions: actions), by: author(token))
    }

    /// Starts it and carries it out.
    func act(_ actions: [TicketAction], on ids: [ID<Ticket>], by token: String? = nil) async throws -> MassAction {
        try await finish(begin(actions, on: ids, by: token))
    }

    func undo(_ action: MassAction, by token: String? = nil) async throws -> MassAction {
        try await finish(helpdesk.undoMassAction(action.id, by: author(token)))
    }

    func retry(_ action: MassAction, by token: String? = nil) async throws -> MassAction {
        try await finish(helpdesk.retryMassAction(action.id, by: author(token)))
    }

    func finish(_ action: MassAction) async throws -> MassAction {
        let ended = try await carryOut(action.id)
        return try #require(ended, "it had ended before")
    }

    /// Carries out a mass action to its end, by hand and one piece after the other.
    @discardableResult
    func carryOut(_ id: ID<MassAction>, lane number: Int = 0) async throws -> MassAction? {
        let scope = try await scope
        guard var lane = try await helpdesk.openLane(number, of: id, in: scope) else { return nil }
        while true {
            switch try await helpdesk.massPiece(&lane, in: scope) {
            case .took: continue
            case .stumbled: continue
            case .waiting: clock.advance(seconds: 1)
            case .stale: lane = try #require(try await helpdesk.openLane(number, of: id, in: scope))
            case .ended(let action): return action
            case .over: return nil
            }
        }
    }

    /// One piece of it, by a lane that was opened just for it.
    /// - Parameter size: how many tickets it takes at the most; nil: what is thought fit.
    func piece(of action: MassAction, taking size: Int? = nil) async throws -> MassPiece {
        let batch = size.map { "\($0)" } ?? "null"
        try await sql("update helpdesk.mass_action_parts set batch = \(batch) where tenant_id = $tenant and mass_action_id = \(action.id)")
        guard var lane = try await helpdesk.openLane(0, of: action.id, in: scope) else { return .over }
        return try await helpdesk.massPiece(&lane, in: scope)
    }

    // MARK: What came of it

    func read(_ action: MassAction) async throws -> MassAction { try await helpdesk.readMassAction(action.id, by: author(admin.token)) }

    /// What became of each ticket; every page, by number.
    func items(of action: MassAction, _ outcome: MassOutcome.Kind? = nil, limit: Int = 1000) async throws -> [MassActionItem] {
        let reader = try await author(admin.token)
        var items: [MassActionItem] = []
        var last: ID<Ticket>?
        repeat {
            let page = try await helpdesk.listMassActionItems(of: action.id, outcome: outcome, after: last, limit: limit, by: reader)
            items += page.items
            last = page.next
        } while last != nil
        return items
    }

    /// The outcome of each ticket. Each has one, and the mass action's figures and reasons say the same.
    func outcomes(of action: MassAction) async throws -> [ID<Ticket>: MassOutcome] {
        let items = try await items(of: action)
        var figures = MassActionFigures()
        var reasons: [String: Int64] = [:]
        for item in items {
            figures.count(item.outcome)
            if let reason = item.outcome.reason { reasons[reason, default: 0] += 1 }
        }
        #expect(Set(items.map(\.ticketID)).count == items.count)
        #expect(Int64(items.count) == action.total)
        #expect(action.figures == figures)
        #expect(action.reasons == reasons)
        return Dictionary(items.map { ($0.ticketID, $0.outcome) }) { $1 }
    }

    // MARK: The helpdesk

    /// As the tenant's agent, with what holds now: what was read before a change of rights or settings knows nothing of it.
    func nowByAgent<Value>(_ act: (Access) async throws -> Value) async throws -> Value { try await act(now(agent)) }

    func nowByAdmin<Value>(_ act: (Access) async throws -> Value) async throws -> Value { try await act(now(admin)) }

    /// One that awaits an agent.
    func newTicket() async throws -> Ticket { try await makeTicket(in: .visible(.awaitingAgent)) }

    func addDepartment(_ name: String) async throws -> ID<Department> {
        try await nowByAdmin { try await helpdesk.createDepartment(named: name, isDefault: false, $0).id }
    }

    func addTeam(_ name: String, _ members: [ID<Agent>] = []) async throws -> ID<Team> {
        try await nowByAdmin { try await helpdesk.createTeam(named: name, memberIDs: members, $0).id }
    }

    func addField(_ name: String, _ kind: Field.Kind = .text, _ change: (inout FieldPatch) -> Void = { _ in }) async throws -> Field {
        let key = try #require(FieldKey(name))
        var patch = FieldPatch()
        change(&patch)
        let details = patch
        return try await nowByAdmin { try await helpdesk.createField(key, kind, named: name, details, $0) }
    }

    /// Another agent, who may do everything if nothing else is said, with a token.
    func addAgent(
        _ name: String, rights: Set<AgentRight> = Set(AgentRight.allCases), departments: [DepartmentGrant]? = nil
    ) async throws -> (id: ID<Agent>, token: String) {
        let address = try #require(EmailAddress("\(name)@helpdesk.example"))
        let agent = try await installation.createAgent(address, name: name, isAdmin: false, in: tenant.slug)
        let (token, _) = try await installation.createToken(for: .agent(agent.id), named: name, in: tenant.slug)
        try await grant(rights, to: agent.id, departments)
        return (agent.id, token.text)
    }

    /// From now on the agent has these rights and no others.
    func grant(_ rights: Set<AgentRight>, to agent: ID<Agent>, _ departments: [DepartmentGrant]? = nil) async throws {
        let name = "Group \(try await number(of: "permission_groups"))"
        let group = try await nowByAdmin { try await helpdesk.createPermissionGroup(named: name, rights: rights, $0) }
        let placement = AgentPlacement(hasAllDepartments: departments == nil, departments: departments, permissionGroupIDs: [group.id])
        _ = try await nowByAdmin { try await helpdesk.updateAgent(agent, AgentPatch(placement: placement), $0) }
    }

    func suspend(_ agent: ID<Agent>) async throws {
        _ = try await nowByAdmin { try await helpdesk.updateAgent(agent, AgentPatch(isSuspended: true), $0) }
    }

    func update(_ id: ID<Ticket>, _ change: (inout TicketPatch) -> Void) async throws -> Ticket {
        var patch = TicketPatch()
        change(&patch)
        let wanted = patch
        return try await nowByAgent { try await helpdesk.updateTicket(id, wanted, $0) }
    }

    private func number(of table: String) async throws -> String {
        try await sql("select count(*) from helpdesk.\(table) where tenant_id = $tenant")[0][0] ?? ""
    }

    /// As many tickets at once as a test needs, past the verbs. Answers their numbers.
    @discardableResult
    func fill(_ count: Int, hidden: HiddenStatus? = nil, from first: Int64 = 100_000) async throws -> [ID<Ticket>] {
        try await sql(filling(count, hidden: hidden, from: first))
        return (0..<count).map { ID(first + Int64($0)) }
    }

    /// What makes tickets with such numbers; visible ones are spread over all statuses.
    func filling(_ count: Int, hidden: HiddenStatus? = nil, from first: Int64 = 100_000) -> String {
        let status = hidden.map { "'\($0.rawValue)'" } ?? "(array['awaiting_agent', 'awaiting_user', 'pending', 'resolved'])[n % 4 + 1]"
        let hiding = hidden == nil ? ("null", "null") : ("'pending'", "'\(clock.now)'")
        let resolved = hidden == nil ? "case when n % 4 = 3 then '\(clock.now)'::timestamptz end" : "null"
        return """
            insert into helpdesk.tickets (tenant_id, id, ref, subject, status, hidden_from, hidden_at, user_id, department_id, priority,
                urgency, channel, message_count, version, created_at, updated_at, status_changed_at, resolved_at)
            select \(tenant.id), \(first) + n, 'R' || \(first) + n, 'It does not work', \(status), \(hiding.0), \(hiding.1), \(userID), 1,
                'normal', 1, 'email', 0, 1, '\(clock.now)', '\(clock.now)', '\(clock.now)', \(resolved)
            from generate_series(0, \(count - 1)) n
            """
    }
}

extension MassPiece {
    var figures: MassActionFigures? {
        if case .took(let figures, _, _) = self { figures } else { nil }
    }
}

extension [TicketAction] {
    static func agent(_ id: ID<Agent>) -> [TicketAction] { [.assign(agent: .to(id), team: nil)] }
}
