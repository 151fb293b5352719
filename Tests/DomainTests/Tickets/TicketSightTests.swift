import Domain
import Support
import Testing

@Suite("Which tickets somebody sees")
struct TicketSightTests {
    @Test("Agents see what domain.md says, whatever rights they have and whatever ticket it is", arguments: [1, 2] as [UInt64])
    func agents(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var wrong: [String] = []
        var seen = 0
        var unlimited = 0
        for _ in 0..<10_000 {
            let rights = AgentRights(
                isAdmin: Int.random(in: 0..<10, using: &chance) == 0, granted: AgentRight.allCases.randomSubset(using: &chance),
                teams: allTeams.randomSubset(using: &chance), departments: chance.departments())
            let ticket = chance.ticket()
            let follows = Int.random(in: 0..<6, using: &chance) == 0
            let sight = TicketSight(rights, of: ID(1))
            let expected = rights.see(ticket, as: ID(1), following: follows)
            if sight.sees(ticket, isBeside: follows) != expected { wrong.append("\(rights), \(ticket), follows: \(follows)") }
            // To write on a ticket an agent must see it as for reading.
            if sight.forWriting != sight { wrong.append("\(rights): another sight for writing") }
            seen += expected ? 1 : 0
            unlimited += sight == .everything ? 1 : 0
        }
        #expect(wrong.isEmpty, "\(wrong.count) of 10000: \(wrong.prefix(5))")
        #expect(seen > 2000)
        #expect(seen < 8000)
        #expect(unlimited > 500)
    }

    @Test("Users see what domain.md says, and hidden tickets only to write on them", arguments: [3, 4] as [UInt64])
    func users(seed: UInt64) {
        var chance = SeededGenerator(seed: seed)
        var wrong: [String] = []
        var seen = 0
        for _ in 0..<10_000 {
            let rights = UserRights(granted: UserRight.allCases.randomSubset(using: &chance), organizationID: chance.idOrNone())
            let ticket = chance.ticket()
            let isOnCopy = Int.random(in: 0..<6, using: &chance) == 0
            let sight = TicketSight(rights, of: ID(1))
            let isTheirs = rights.concern(ticket, of: ID(1), onCopy: isOnCopy)
            let isShown = isTheirs && !["spam", "deleted"].contains(ticket.status.name)
            if sight.sees(ticket, isBeside: isOnCopy) != isShown { wrong.append("\(rights), \(ticket), on copy: \(isOnCopy)") }
            if sight.forWriting.sees(ticket, isBeside: isOnCopy) != isTheirs { wrong.append("to write: \(rights), \(ticket)") }
            seen += isShown ? 1 : 0
        }
        #expect(wrong.isEmpty, "\(wrong.count) of 10000: \(wrong.prefix(5))")
        #expect(seen > 500)
        #expect(seen < 8000)
    }

    @Test("An organization is no organization's: who has none does not see the tickets of others who have none")
    func noOrganization() {
        var chance = SeededGenerator(seed: 5)
        let sight = TicketSight(UserRights(granted: [.viewOrganization]), of: ID(1))
        var met = 0
        for _ in 0..<200 {
            let ticket = chance.ticket()
            guard ticket.organizationID == nil else { continue }
            met += 1
            #expect(!sight.sees(ticket, isBeside: false))
        }
        #expect(met > 20)
    }
}

// domain.md, "Permissions", word for word.
extension AgentRights {
    fileprivate func see(_ ticket: Ticket, as me: ID<Agent>, following: Bool) -> Bool {
        if isAdmin { return true }
        // "Tickets assigned to the agent or the agent's team, and those the agent follows, are always visible to the agent."
        if following { return true }
        if let agent = ticket.agentID, agent == me { return true }
        if let team = ticket.teamID, teams.contains(team) { return true }
        // "Department access is full or may assign to (the agent cannot see the ticket afterwards)."
        if let departments, departments[ticket.departmentID] != .full { return false }
        // "View (own, team, followed, unassigned, others', by department)."
        let isUnassigned = ticket.agentID == nil && ticket.teamID == nil
        return granted.contains(isUnassigned ? .viewUnassigned : .viewOthers)
    }
}

extension UserRights {
    /// "See own tickets, see the organization's tickets"; and whoever is on copy gets what is said anyway.
    fileprivate func concern(_ ticket: Ticket, of me: ID<User>, onCopy: Bool) -> Bool {
        if onCopy { return true }
        if granted.contains(.viewOwn), ticket.user.id == me { return true }
        guard granted.contains(.viewOrganization), let mine = organizationID, let theirs = ticket.organizationID else { return false }
        // A colleague never meets a hidden ticket, not even to write on.
        return mine == theirs && !ticket.status.isHidden
    }
}

private let allTeams = [ID<Team>(1), ID<Team>(2), ID<Team>(3)]

extension Array where Element: Hashable {
    fileprivate func randomSubset(using chance: inout SeededGenerator) -> Set<Element> { Set(filter { _ in chance.coin() }) }
}

extension SeededGenerator {
    fileprivate mutating func coin() -> Bool { Int.random(in: 0..<2, using: &self) == 0 }

    /// A number from 1 to 3, or none.
    fileprivate mutating func idOrNone<Entity>() -> ID<Entity>? {
        let number = Int64.random(in: 0...3, using: &self)
        return number == 0 ? nil : ID<Entity>(number)
    }

    /// Full access to all of them, or something else in each of three.
    fileprivate mutating func departments() -> [ID<Department>: DepartmentAccess]? {
        if Int.random(in: 0..<4, using: &self) == 0 { return nil }
        var departments: [ID<Department>: DepartmentAccess] = [:]
        for number in Int64(1)...3 {
            switch Int.random(in: 0..<3, using: &self) {
            case 0: departments[ID(number)] = .full
            case 1: departments[ID(number)] = .assign
            default: break
            }
        }
        return departments
    }

    fileprivate mutating func ticket() -> Ticket {
        let status = TicketStatus.all.randomElement(using: &self) ?? .visible(.pending)
        let user = Ticket.Requester(
            id: ID(Int64.random(in: 1...3, using: &self)), name: nil, email: EmailAddress(unchecked: "ada@example.org"))
        return Ticket.opened(
            id: ID(7), ref: TicketReference(unchecked: "KXQW-4821-ZTMB"), subject: Subject.none, status: status, user: user,
            organizationID: idOrNone(), departmentID: ID(Int64.random(in: 1...3, using: &self)), agentID: idOrNone(), teamID: idOrNone(),
            channel: .api, at: Timestamp(milliseconds: 1_795_412_700_000))
    }
}
