import Domain
import Services

/// A demo helpdesk: what it has set up, who is there, and what happens in a week. Everything goes by its name.
struct DemoScript: Sendable {
    struct Agent: Sendable {
        var name: String
        var isAdmin = false
        /// Permission groups, built-in or of the script's own.
        var groups: [String] = []
        /// Nil: full access to all of them.
        var departments: [String: DepartmentAccess]?
    }

    struct User: Sendable {
        var name: String
        var host = "customers.example"
        var organization: String?
        var groups: [String] = []
        var isSuspended = false
    }

    struct Team: Sendable {
        var name: String
        var members: [String]
    }

    struct Group<Right: Hashable & Sendable>: Sendable {
        var name: String
        var rights: Set<Right>
    }

    struct Field: Sendable {
        var key: String
        var name: String
        var kind: Domain.Field.Kind
        var choices: [String]?
        var minimum: Double?
        var maximum: Double?
        var maximumLength: Int?
        var pattern: String?
        /// Empty: it is for all of them.
        var departments: [String: Domain.Field.Requirement] = [:]
    }

    var slug: String
    var name: String
    var timeZone: String
    var settings = SettingsPatch()
    /// The first is the one that every helpdesk starts with.
    var departments: [String]
    var fields: [Field]
    var permissionGroups: [Group<AgentRight>]
    var usergroups: [Group<UserRight>]
    var organizations: [String]
    /// The first is the admin, the second the agent whose tokens are in `dev.json`.
    var agents: [Agent]
    /// Who opens what comes in through the website.
    var form: String
    var teams: [Team]
    /// Those with an account; the first one's token is in `dev.json`.
    var users: [User]
    var stories: [DemoStory]

    static let all = [acme, globex]

    func email(of name: String) throws -> EmailAddress {
        let isAgent = agents.contains { $0.name == name }
        // Who has no account writes from anywhere.
        let host = isAgent ? "\(slug).example" : users.first { $0.name == name }?.host ?? "mail.example"
        return try address(name.lowercased().replacing(" ", with: ".") + "@" + host)
    }
}
