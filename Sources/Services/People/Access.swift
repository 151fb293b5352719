import Domain
import Repositories

/// Who asks, in which tenant, and what their token is good for.
package struct Access: Sendable {
    let scope: TenantScope
    package let caller: Caller
    package let scopes: Set<TokenScope>

    /// Number of the tenant and of the token, for the log.
    package var tenantID: ID<Tenant> { scope.tenant }
    package var tokenID: ID<Token>? { scope.token }

    func require(_ scope: TokenScope) throws(Refusal) {
        guard scopes.contains(scope) else { throw .forbidden("the token lacks the scope \(scope.rawValue)") }
    }

    /// For what only the helpdesk's own people do.
    func requireAgent(_ act: String) throws(Refusal) -> ID<Agent> {
        guard case .agent(let id, _) = caller else { throw .forbidden("only agents \(act)") }
        return id
    }

    /// A user sees their own tickets and never learns that one was hidden; everything else is not there.
    func sees(_ ticket: Ticket) -> Bool {
        guard let user = caller.userID else { return true }
        return ticket.user.id == user && !ticket.status.isHidden
    }
}
