import Domain
import Services

/// Those who play in a demo helpdesk, each logged in once.
struct DemoCast: Sendable {
    /// By their names.
    var accesses: [String: Access] = [:]
    var tokens: DevFile.Tokens.Tenant

    func access(_ name: String) throws -> Access { try accesses[name].orUnknown(name) }

    func agentID(_ name: String) throws -> ID<Agent> {
        guard case .agent(let id, _) = try access(name).caller else { throw CommandFailure("the demo's \(name) is no agent") }
        return id
    }

    func userID(_ name: String) throws -> ID<User> { try access(name).caller.userID.orUnknown(name) }
}

extension Configuration {
    func department(named name: String) throws -> ID<Department> {
        try departments.values.first { $0.name == name }.map(\.id).orUnknown(name)
    }

    func team(named name: String) throws -> ID<Team> { try teams.first { $0.value == name }.map(\.key).orUnknown(name) }

    func agent(named name: String) throws -> ID<Agent> { try agents.first { $0.value == name }.map(\.key).orUnknown(name) }
}

extension Optional {
    func orUnknown(_ name: String) throws -> Wrapped {
        guard let value = self else { throw CommandFailure("the demo knows no \(name)") }
        return value
    }
}
