/// What an agent may do, given by permission groups; rights only add up. Admins have all of them.
///
/// There is no right to see one's own tickets, one's teams' and those one follows: an agent always does.
package enum AgentRight: String, CaseIterable, Sendable {
    /// See tickets that nobody is assigned to, in the departments one has full access to.
    case viewUnassigned = "view_unassigned"
    /// See tickets that somebody else or another team is assigned to, in the departments one has full access to.
    case viewOthers = "view_others"
    /// Answer users, put users on copy, chat and call.
    case reply
    case setStatus = "set_status"
    /// Hand tickets over: to agents, teams and departments, and let others follow them.
    case assign
    /// Change subject, priority, urgency, labels and fields; link, merge and split.
    case editFields = "edit_fields"
    case delete
    /// Needs `delete` as well, because spam is purged too.
    case markSpam = "mark_spam"
    case restore
    case massActions = "mass_actions"

    /// What cannot be undone once the purge has come by.
    package static let destructive: Set<AgentRight> = [.delete, .markSpam]

    /// Whoever may mark spam may delete; a permission group that says otherwise is refused.
    package static func isWhole(_ rights: Set<AgentRight>) -> Bool { !rights.contains(.markSpam) || rights.contains(.delete) }
}

/// What an agent may do with a department's tickets.
package enum DepartmentAccess: String, CaseIterable, Sendable {
    /// See and work them.
    case full
    /// Hand tickets over to it, and not see them there.
    case assign
}

/// Everything that is granted to one agent, added up.
package struct AgentRights: Equatable, Sendable {
    package var isAdmin: Bool
    package var granted: Set<AgentRight>
    package var teams: Set<ID<Team>>
    /// Nil: full access to all of them.
    package var departments: [ID<Department>: DepartmentAccess]?

    package init(
        isAdmin: Bool, granted: Set<AgentRight>, teams: Set<ID<Team>> = [], departments: [ID<Department>: DepartmentAccess]? = nil
    ) {
        self.isAdmin = isAdmin
        self.granted = granted
        self.teams = teams
        self.departments = departments
    }

    package func allows(_ right: AgentRight) -> Bool { isAdmin || granted.contains(right) }

    /// Whether tickets may be put there.
    package func mayAssign(to department: ID<Department>) -> Bool { isAdmin || departments?[department] != nil || departments == nil }
}

/// What a user may do, given by usergroups; rights only add up.
package enum UserRight: String, CaseIterable, Sendable {
    case openTickets = "open_tickets"
    case viewOwn = "view_own"
    /// See the tickets of everybody in one's organization.
    case viewOrganization = "view_organization"
    /// Reopen a resolved ticket by writing on it, while the helpdesk's time for that has not passed.
    case reopen
}

/// Everything that is granted to one user, added up.
package struct UserRights: Equatable, Sendable {
    package var granted: Set<UserRight>
    package var organizationID: ID<Organization>?

    package init(granted: Set<UserRight>, organizationID: ID<Organization>? = nil) {
        self.granted = granted
        self.organizationID = organizationID
    }

    package func allows(_ right: UserRight) -> Bool { granted.contains(right) }
}
