/// Who is asking, as their token says.
package enum Caller: Hashable, Sendable {
    case agent(ID<Agent>, isAdmin: Bool)
    case user(ID<User>)

    package var person: Person {
        switch self {
        case .agent(let id, _): .agent(id)
        case .user(let id): .user(id)
        }
    }

    package var isAgent: Bool {
        if case .agent = self { true } else { false }
    }

    package var agentID: ID<Agent>? {
        if case .agent(let id, _) = self { id } else { nil }
    }

    package var userID: ID<User>? {
        if case .user(let id) = self { id } else { nil }
    }
}

/// What a token may be used for, at the most; what its person may do comes on top.
package enum TokenScope: String, CaseIterable, Sendable {
    case readTickets = "tickets:read"
    case writeTickets = "tickets:write"
    /// Hiding: spam is deletion too, because spam is purged.
    case deleteTickets = "tickets:delete"
    case readPeople = "people:read"
    case writePeople = "people:write"
    case readSettings = "settings:read"
    case writeSettings = "settings:write"
    case readTokens = "tokens:read"
    case writeTokens = "tokens:write"
    /// Of the one-time token that an invited agent gets, and of no other.
    case acceptInvitation = "invitation:accept"

    /// What a person's token can have.
    package static let usual = allCases.filter { $0 != .acceptInvitation }

    /// What a user's token can have: users never hide tickets, and never see who else there is.
    package static let forUsers: [TokenScope] = [.readTickets, .writeTickets, .readTokens, .writeTokens]
}

/// Opaque: what a token points at.
package enum Token {}
