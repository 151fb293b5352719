/// Works tickets. An admin is an agent who may also change the helpdesk's settings.
package struct Agent: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        /// Has not taken up the invitation yet.
        case invited
        case active
        /// Locked out: every token of theirs is refused.
        case suspended
    }

    package var id: ID<Agent>
    package var name: String
    package var email: EmailAddress
    package var isAdmin: Bool
    package var state: State
    /// Full access to every department; else only those in `departments`.
    package var hasAllDepartments: Bool
    package var departments: [ID<Department>: DepartmentAccess]
    package var teamIDs: [ID<Team>]
    package var permissionGroupIDs: [ID<PermissionGroup>]
    package var version: Int64
    package var createdAt: Timestamp

    package init(
        id: ID<Agent>, name: String, email: EmailAddress, isAdmin: Bool, state: State = .active, hasAllDepartments: Bool = true,
        departments: [ID<Department>: DepartmentAccess] = [:], teamIDs: [ID<Team>] = [], permissionGroupIDs: [ID<PermissionGroup>] = [],
        version: Int64 = 1, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.isAdmin = isAdmin
        self.state = state
        self.hasAllDepartments = hasAllDepartments
        self.departments = departments
        self.teamIDs = teamIDs
        self.permissionGroupIDs = permissionGroupIDs
        self.version = version
        self.createdAt = createdAt
    }
}

/// A customer of the helpdesk.
package struct User: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case active
        /// Locked out; their tickets stay.
        case suspended
        /// The person is gone, the tickets stay.
        case anonymised
        /// Was the same person as another user, who has everything now.
        case merged
    }

    package var id: ID<User>
    package var name: String?
    package var email: EmailAddress
    package var organizationID: ID<Organization>?
    /// Has an account, and did not only write once.
    package var isRegistered: Bool
    package var state: State
    package var mergedInto: ID<User>?
    /// Beside everyone and registered, which nobody is put into by hand.
    package var usergroupIDs: [ID<Usergroup>]
    package var version: Int64
    package var createdAt: Timestamp

    package init(
        id: ID<User>, name: String?, email: EmailAddress, organizationID: ID<Organization>? = nil, isRegistered: Bool = false,
        state: State = .active, mergedInto: ID<User>? = nil, usergroupIDs: [ID<Usergroup>] = [], version: Int64 = 1, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.email = email
        self.organizationID = organizationID
        self.isRegistered = isRegistered
        self.state = state
        self.mergedInto = mergedInto
        self.usergroupIDs = usergroupIDs
        self.version = version
        self.createdAt = createdAt
    }

    /// As shown beside a ticket.
    package var requester: Ticket.Requester { Ticket.Requester(id: id, name: name, email: email) }
}

/// Whoever said or did something in a helpdesk.
package enum Person: Hashable, Sendable {
    case agent(ID<Agent>)
    case user(ID<User>)
}

/// A name that is shown: 1 to 200 characters, no control characters.
package func personName(_ text: String) -> String? {
    let name = text.trimmed
    return (1...200).contains(name.unicodeScalars.count) && !name.unicodeScalars.contains(where: \.isControl) ? name : nil
}
