import Domain
import Repositories

/// Who asks for a mass action: an agent who may, or an operator at the installation's command line.
package struct MassActionAuthor: Sendable {
    let scope: TenantScope
    /// Nil: an operator.
    let agent: ID<Agent>?
    let rights: AgentRights
    let sight: TicketSight
    /// What the helpdesk has set up.
    package let configuration: Configuration
    private let scopes: Set<TokenScope>

    /// - Throws: `Refusal.forbidden` for users, and for agents without the right.
    package init(_ access: Access) throws(Refusal) {
        agent = try access.requireAgent(.massActions, "act on many tickets at once")
        try access.require(.readTickets)
        guard case .agent(let rights) = access.rights else { throw .forbidden("only agents act on many tickets at once") }
        self.rights = rights
        scope = access.scope
        sight = access.sight
        configuration = access.configuration
        scopes = access.scopes
    }

    fileprivate init(operatorIn scope: TenantScope, _ configuration: Configuration) {
        self.scope = scope
        self.configuration = configuration
        agent = nil
        rights = .ofOperators
        sight = .everything
        scopes = Set(TokenScope.usual)
    }

    /// Whose mass actions the author sees; nil: everybody's.
    var seesOnly: ID<Agent>? { rights.isAdmin ? nil : agent }

    func require(_ tokenScope: TokenScope) throws(Refusal) {
        guard scopes.contains(tokenScope) else { throw .forbidden("the token lacks the scope \(tokenScope.rawValue)") }
    }

    /// - Throws: what forbids it for every ticket alike.
    func require(_ actions: [TicketAction]) throws(Refusal) {
        for action in actions { try require(action.tokenScope) }
        if let refusal = rights.refusal(of: actions, configuration) { throw refusal }
        if agent == nil, !actions.said.isEmpty { throw .forbidden("an operator is nobody's agent: reply and note with an agent's token") }
    }
}

extension AgentRights {
    static let ofOperators = AgentRights(isAdmin: true, granted: [])
}

extension Installation {
    /// The operator, in one helpdesk.
    package func massActionAuthor(in slug: Slug) async throws -> MassActionAuthor {
        let scope = try await scope(slug)
        let configuration = try await database.transaction(in: scope, at: clock.now()) { $0.configuration.read() }
        return MassActionAuthor(operatorIn: scope, configuration)
    }
}
