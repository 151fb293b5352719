import Domain
import Repositories

/// Who the caller is.
package enum Me: Sendable {
    case agent(Agent, scopes: Set<TokenScope>)
    case user(User, scopes: Set<TokenScope>)
}

extension Helpdesk {
    package func me(_ access: Access) async throws -> Me {
        try await database.transaction(in: access.scope, at: clock.now()) { tx in
            switch access.caller {
            case .agent(let id, _): tx.agents.find(id).map { .agent(try $0.orNotFound, scopes: access.scopes) }
            case .user(let id): tx.users.find(id).map { .user(try $0.orNotFound, scopes: access.scopes) }
            }
        }
    }
}

extension Optional {
    var orNotFound: Wrapped {
        get throws(Refusal) {
            guard let value = self else { throw .notFound }
            return value
        }
    }
}
