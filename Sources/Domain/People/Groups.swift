/// What its agents may do.
package struct PermissionGroup: Equatable, Sendable {
    /// Two that every helpdesk has, and that cannot be changed.
    package enum Builtin: String, CaseIterable, Sendable {
        case everything
        case notDestructive = "not_destructive"

        package var rights: Set<AgentRight> {
            switch self {
            case .everything: Set(AgentRight.allCases)
            case .notDestructive: Set(AgentRight.allCases).subtracting(AgentRight.destructive)
            }
        }

        package var name: String {
            switch self {
            case .everything: "Everything"
            case .notDestructive: "Everything not destructive"
            }
        }

        /// The same number in every helpdesk.
        package var id: ID<PermissionGroup> {
            switch self {
            case .everything: ID(1)
            case .notDestructive: ID(2)
            }
        }
    }

    package var id: ID<PermissionGroup>
    package var name: String
    package var builtin: Builtin?
    package var rights: Set<AgentRight>
    package var version: Int64
    package var createdAt: Timestamp

    package init(
        id: ID<PermissionGroup>, name: String, builtin: Builtin? = nil, rights: Set<AgentRight>, version: Int64 = 1, createdAt: Timestamp
    ) {
        self.id = id
        self.name = name
        self.builtin = builtin
        self.rights = rights
        self.version = version
        self.createdAt = createdAt
    }
}

/// What its users may do.
package struct Usergroup: Equatable, Sendable {
    /// Two that every helpdesk has: users are in them by what they are. Their rights can be changed.
    package enum Builtin: String, CaseIterable, Sendable {
        case everyone
        case registered

        package var name: String {
            switch self {
            case .everyone: "Everyone"
            case .registered: "Registered"
            }
        }

        /// The same number in every helpdesk.
        package var id: ID<Usergroup> {
            switch self {
            case .everyone: ID(1)
            case .registered: ID(2)
            }
        }

        /// What a new helpdesk's users may do.
        package static let firstRights: Set<UserRight> = [.openTickets, .viewOwn, .reopen]
    }

    package var id: ID<Usergroup>
    package var name: String
    package var builtin: Builtin?
    package var rights: Set<UserRight>
    package var version: Int64
    package var createdAt: Timestamp

    package init(id: ID<Usergroup>, name: String, builtin: Builtin? = nil, rights: Set<UserRight>, version: Int64 = 1, createdAt: Timestamp)
    {
        self.id = id
        self.name = name
        self.builtin = builtin
        self.rights = rights
        self.version = version
        self.createdAt = createdAt
    }
}
