import Domain
import Repositories

/// Who the caller is, what they may do, and the token that says so.
package struct Me: Sendable {
    package enum Person: Sendable {
        case agent(Agent)
        case user(User)
    }

    package var person: Person
    package var rights: Access.Rights
    package var token: TokenRecord
}

extension Helpdesk {
    package func me(_ access: Access) async throws -> Me {
        guard let tokenID = access.tokenID else { throw Refusal.unauthenticated }
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let token = tx.tokens.find(tokenID).map { try $0.orNotFound }
            let person: Pending<Me.Person> =
                switch access.caller {
                case .agent(let id, _): tx.agents.find(id).map { .agent(try $0.orNotFound) }
                case .user(let id): tx.users.find(id).map { .user(try $0.orNotFound) }
                }
            return person.and(token).map { Me(person: $0, rights: access.rights, token: $1) }
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
