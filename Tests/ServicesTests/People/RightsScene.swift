import Domain
import Services
import Support
import Testing

/// A helpdesk with every agent of the table, and one ticket for each relation in each status.
///
/// These stand there for every act that is refused or only reads, and must never change. What changes a ticket gets one of its own.
struct RightsScene {
    /// A ticket that stands there.
    struct Standing {
        var id: ID<Ticket>
        var relation: RightsTable.Relation
        var state: RightsTable.State
        /// Whose own it is.
        var owner: Int?
    }

    private struct Cell {
        var agent: Int
        var relation: RightsTable.Relation
        var state: RightsTable.State
        var expected: RightsTable.Outcome
        var ticket: ID<Ticket>
        /// Another ticket, which the agent sees.
        var other: ID<Ticket>
    }

    /// Standing tickets have lower numbers.
    private static let firstOfItsOwn: Int64 = 1000

    let tenant: TestTenant
    let accesses: [Access]
    let standing: [Standing]
    private var next = Self.firstOfItsOwn

    init(_ tenant: TestTenant) async throws {
        self.tenant = tenant
        accesses = try await tenant.stagePeople(RightsTable.agents.map(\.granted), []).agents
        standing = Self.allStanding
        let everybody = Array(RightsTable.agents.indices)
        try await tenant.stageTickets(
            standing.map { tenant.ticket($0.id, $0.relation, $0.state, for: $0.owner.map { [$0] } ?? everybody, isLive: true) })
    }

    /// Tries the act as everybody on everything, and answers how many cells that were.
    mutating func attempt(_ act: RightsTable.Act) async throws -> Int {
        var tickets: [StagedTicket] = []
        let cells = self.cells(of: act, &tickets)
        try await tenant.stageTickets(tickets)
        var wrong: [String] = []
        for cell in cells {
            let outcome = try await tenant.outcome(of: act, on: cell.ticket, beside: cell.other, as: accesses[cell.agent])
            guard outcome != cell.expected else { continue }
            let name = RightsTable.agents[cell.agent].name
            wrong.append("\(name), \(cell.relation), \(cell.state): \(outcome) and not \(cell.expected)")
        }
        let changed = cells.map(\.ticket.value).filter { $0 >= Self.firstOfItsOwn }
        let versions = try await tenant.wrongVersions(changed: changed, untouchedBelow: Self.firstOfItsOwn)
        #expect(wrong.isEmpty, "\(act): \(wrong.count) of \(cells.count), such as \(wrong.prefix(10))")
        #expect(versions.isEmpty, "\(act): tickets that changed and should not, or the other way round: \(versions.prefix(10))")
        return cells.count
    }

    /// - Parameter tickets: those that are to be there for it.
    private mutating func cells(of act: RightsTable.Act, _ tickets: inout [StagedTicket]) -> [Cell] {
        var cells: [Cell] = []
        for (index, agent) in RightsTable.agents.enumerated() {
            for relation in act.relations {
                for state in [RightsTable.State.open, relation.hidden] {
                    let expected = agent.outcome(of: act, on: relation, state)
                    // A refusal for want of a right costs next to nothing.
                    guard expected == .forbidden || agent.isAsked(act) else { continue }
                    var cell = Cell(
                        agent: index, relation: relation, state: state, expected: expected,
                        ticket: Self.number(relation, state, of: index), other: Self.companion(of: index))
                    if expected == .done && act.changes(relation) { tickets += take(for: act, &cell) }
                    cells.append(cell)
                }
            }
        }
        return cells
    }

    private mutating func take(for act: RightsTable.Act, _ cell: inout Cell) -> [StagedTicket] {
        cell.ticket = ID(next)
        var ticket = tenant.ticket(cell.ticket, cell.relation, cell.state, for: [cell.agent], isLive: act == .endLive)
        ticket.isHeld = act == .release
        next += 1
        guard act.takesTwo else { return [ticket] }
        cell.other = ID(next)
        next += 1
        if act == .unlink { ticket.linked = cell.other }
        return [ticket, tenant.ticket(cell.other, .own, .open, for: [cell.agent])]
    }

    private static let allStanding: [Standing] = {
        var all: [Standing] = []
        for relation in RightsTable.Relation.allCases where relation != .own {
            for state in [RightsTable.State.open, relation.hidden] {
                all.append(Standing(id: number(relation, state, of: 0), relation: relation, state: state))
            }
        }
        for owner in RightsTable.agents.indices {
            for state in [RightsTable.State.open, RightsTable.Relation.own.hidden] {
                all.append(Standing(id: number(.own, state, of: owner), relation: .own, state: state, owner: owner))
            }
        }
        for owner in RightsTable.agents.indices {
            all.append(Standing(id: companion(of: owner), relation: .own, state: .open, owner: owner))
        }
        return all
    }()

    /// One ticket for everybody, but of their own everybody has one.
    private static func number(_ relation: RightsTable.Relation, _ state: RightsTable.State, of agent: Int) -> ID<Ticket> {
        let place = state == .open ? 0 : 1
        if relation == .own { return ID(Int64(100 + 2 * agent + place)) }
        let row = RightsTable.Relation.allCases.firstIndex(of: relation) ?? 0
        return ID(Int64(1 + 2 * row + place))
    }

    private static func companion(of agent: Int) -> ID<Ticket> { ID(Int64(500 + agent)) }
}

extension RightsTable.AgentCase {
    fileprivate var granted: AgentRights {
        var departments: [ID<Department>: DepartmentAccess] = [Scenery.openDepartment: .assign]
        switch desk {
        case .full: departments[Scenery.desk] = .full
        case .assign: departments[Scenery.desk] = .assign
        case .all, .none: break
        }
        return AgentRights(
            isAdmin: isAdmin, granted: rights, teams: [Scenery.team], departments: desk == .all ? nil : departments)
    }
}

extension RightsTable.Act {
    /// Whether what it needs beside the ticket does not survive it.
    fileprivate var takesTwo: Bool { [.mergeInto, .mergeAway, .link, .linkFrom, .unlink].contains(self) }
}

extension TestTenant {
    /// A ticket that is this to these agents. Whose agent is somebody else's is the tenant's agent's, who follows every ticket, too.
    fileprivate func ticket(
        _ id: ID<Ticket>, _ relation: RightsTable.Relation, _ state: RightsTable.State, for agents: [Int], isLive: Bool = false
    ) -> StagedTicket {
        var ticket = StagedTicket(id: id, status: state.status, user: userID, at: clock.now.advanced(bySeconds: -60))
        ticket.isLive = isLive
        ticket.copies = [Scenery.copied]
        ticket.followers = [agentID]
        switch relation {
        case .own: ticket.agent = agents.first.map { Scenery.agent($0) }
        case .team: ticket.team = Scenery.team
        case .followed:
            ticket.agent = agentID
            ticket.followers += agents.map { Scenery.agent($0) }
        case .unassigned: break
        case .colleagues: ticket.agent = agentID
        case .otherTeams: ticket.team = Scenery.otherTeam
        }
        return ticket
    }

    /// The tickets of those that are to have changed which are not at their second version, and of all others with lower numbers which are
    /// not at their first.
    func wrongVersions(changed: [Int64], untouchedBelow first: Int64) async throws -> [String] {
        let ids = changed.map { String($0) }.joined(separator: ",")
        let rows = try await sql(
            """
            select id
            from helpdesk.tickets
            where tenant_id = $tenant
                and (id < \(first) or id = any ('{\(ids)}'::bigint[]))
                and version <> case when id = any ('{\(ids)}'::bigint[]) then 2 else 1 end
            order by id
            """)
        return rows.compactMap { $0.first ?? nil }
    }
}

extension RightsTable.State {
    fileprivate var status: TicketStatus {
        switch self {
        case .open: .visible(.awaitingUser)
        case .spam: .hidden(.spam, from: .pending)
        case .deleted: .hidden(.deleted, from: .pending)
        }
    }
}
