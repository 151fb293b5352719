/// Works tickets. An admin is an agent who may also change the helpdesk's settings.
package struct Agent: Equatable, Sendable {
    package var id: ID<Agent>
    package var name: String
    package var email: EmailAddress
    package var isAdmin: Bool

    package init(id: ID<Agent>, name: String, email: EmailAddress, isAdmin: Bool) {
        self.id = id
        self.name = name
        self.email = email
        self.isAdmin = isAdmin
    }
}

/// A customer of the helpdesk.
package struct User: Equatable, Sendable {
    package var id: ID<User>
    package var name: String?
    package var email: EmailAddress

    package init(id: ID<User>, name: String?, email: EmailAddress) {
        self.id = id
        self.name = name
        self.email = email
    }
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
