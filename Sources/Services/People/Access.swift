import Domain
import Repositories

/// Who asks, in which tenant, what they may do there, and what their token is good for.
///
/// It is remembered between requests; each transaction proves anew that nothing of it has changed, and throws `StaleAccess` if it has.
package struct Access: Sendable {
    package enum Rights: Equatable, Sendable {
        case agent(AgentRights)
        case user(UserRights)
    }

    let scope: TenantScope
    package let caller: Caller
    package let rights: Rights
    package let scopes: Set<TokenScope>
    /// What the helpdesk has set up.
    package let configuration: Configuration
    /// Which tickets the caller sees.
    package let sight: TicketSight

    init?(_ scope: TenantScope, _ grants: Grants, _ configuration: Configuration) {
        self.scope = scope.pinned(to: grants.configurationVersion)
        // An invitation carries what the first token will have; until then it is good for one thing only.
        scopes = grants.scopes.contains(.acceptInvitation) ? [.acceptInvitation] : grants.scopes
        self.configuration = configuration
        switch grants.rights {
        case .agent(let id, let state, let rights):
            // Who was only invited may take up the invitation and nothing else.
            guard state == .active || (state == .invited && scopes == [.acceptInvitation]) else { return nil }
            caller = .agent(id, isAdmin: rights.isAdmin)
            self.rights = .agent(rights)
            sight = TicketSight(rights, of: id)
        case .user(let id, let state, let rights):
            guard state == .active else { return nil }
            caller = .user(id)
            self.rights = .user(rights)
            sight = TicketSight(rights, of: id)
        }
    }

    /// Number of the tenant and of the token, for the log.
    package var tenantID: ID<Tenant> { scope.tenant }
    package var tokenID: ID<Token>? { scope.token }

    /// As whom the history knows the caller.
    var actor: HistoryEntry.Actor { HistoryEntry.Actor(caller.person, tokenID: scope.token) }

    func require(_ scope: TokenScope) throws(Refusal) {
        guard scopes.contains(scope) else { throw .forbidden("the token lacks the scope \(scope.rawValue)") }
    }

    /// For what only the helpdesk's own people do.
    @discardableResult
    func requireAgent(_ act: String) throws(Refusal) -> ID<Agent> {
        guard case .agent(let id, _) = caller else { throw .forbidden("only agents \(act)") }
        return id
    }

    /// For what is granted to some agents.
    @discardableResult
    func requireAgent(_ right: AgentRight, _ act: String) throws(Refusal) -> ID<Agent> {
        let id = try requireAgent(act)
        guard allows(right) else { throw .forbidden("you lack the right \(right.rawValue), which one needs to \(act)") }
        return id
    }

    /// For what only those do who set the helpdesk up.
    @discardableResult
    func requireAdmin(_ act: String) throws(Refusal) -> ID<Agent> {
        guard case .agent(let id, isAdmin: true) = caller else { throw .forbidden("only admins \(act)") }
        return id
    }

    /// For what users do as far as their usergroups let them; agents do it by other rights.
    func requireUser(_ right: UserRight, _ act: String) throws(Refusal) {
        guard case .user(let rights) = rights, !rights.allows(right) else { return }
        throw .forbidden("your usergroups do not let you \(act)")
    }

    func allows(_ right: AgentRight) -> Bool {
        if case .agent(let rights) = rights { rights.allows(right) } else { false }
    }

    func allows(_ right: UserRight) -> Bool {
        if case .user(let rights) = rights { rights.allows(right) } else { false }
    }

    /// Whether the caller may put tickets into this department; it must be there.
    func mayAssign(to department: ID<Department>) -> Bool {
        if case .agent(let rights) = rights { rights.mayAssign(to: department) } else { true }
    }
}
