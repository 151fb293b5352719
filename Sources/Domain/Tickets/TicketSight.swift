/// Which tickets somebody sees. It is part of every query for tickets, never applied afterwards: pages are full, counts are right, and
/// what one may not see is as if it were not there.
package enum TicketSight: Equatable, Sendable {
    /// Of admins, and of agents with full access to all departments and the rights to see everything in them.
    case everything
    case agent(Agent)
    case user(User)

    package struct Agent: Equatable, Sendable {
        package var id: ID<Domain.Agent>
        package var teams: Set<ID<Team>>
        /// With full access; nil: all of them.
        package var departments: Set<ID<Department>>?
        package var seesUnassigned: Bool
        package var seesOthers: Bool
    }

    package struct User: Equatable, Sendable {
        package var id: ID<Domain.User>
        package var seesOwn: Bool
        package var organization: ID<Organization>?
        /// A user is never told that a ticket of theirs was hidden: it is not there, except to write on.
        package var includesHidden = false
    }

    package init(_ rights: AgentRights, of id: ID<Domain.Agent>) {
        let unassigned = rights.allows(.viewUnassigned)
        let others = rights.allows(.viewOthers)
        if rights.isAdmin || (rights.departments == nil && unassigned && others) {
            self = .everything
        } else {
            self = .agent(
                Agent(
                    id: id, teams: rights.teams, departments: rights.departments.map { Set($0.filter { $0.value == .full }.keys) },
                    seesUnassigned: unassigned, seesOthers: others))
        }
    }

    package init(_ rights: UserRights, of id: ID<Domain.User>) {
        self = .user(
            User(
                id: id, seesOwn: rights.allows(.viewOwn), organization: rights.allows(.viewOrganization) ? rights.organizationID : nil))
    }

    /// For writing: a user's message on a hidden ticket of theirs is kept, or opens a new one.
    package var forWriting: TicketSight {
        guard case .user(var user) = self else { return self }
        user.includesHidden = true
        return .user(user)
    }

    /// The same rule as in the query, for one ticket that is at hand.
    /// - Parameter isBeside: whether the agent follows it, or the user is on copy.
    package func sees(_ ticket: Ticket, isBeside: Bool) -> Bool {
        switch self {
        case .everything:
            return true
        case .agent(let agent):
            if isBeside || ticket.agentID == agent.id || ticket.teamID.map(agent.teams.contains) == true { return true }
            guard agent.departments?.contains(ticket.departmentID) ?? true else { return false }
            return ticket.agentID == nil && ticket.teamID == nil ? agent.seesUnassigned : agent.seesOthers
        case .user(let user):
            if ticket.status.isHidden && !user.includesHidden { return false }
            return isBeside || (user.seesOwn && ticket.user.id == user.id)
                || (user.organization != nil && ticket.organizationID == user.organization && !ticket.status.isHidden)
        }
    }
}
