import Domain
import Repositories

extension Installation {
    /// Makes a token. The text is here and nowhere else: it cannot be shown again.
    package func createToken(
        for person: Person, named name: String, scopes: [TokenScope]? = nil, expiresAt: Timestamp? = nil, in slug: Slug
    ) async throws -> (TokenText, TokenRecord) {
        let now = clock.now()
        let text = TokenText.random(for: .person)
        let record = try await database.transaction(in: scope(slug), at: now, taking: Numbers(tokens: 1)) { tx in
            Pending(
                try await tx.keepToken(
                    text, for: person, named: name, scopes: scopes ?? TokenScope.usual(of: person), expiresAt: expiresAt, at: now))
        }
        return (text, record)
    }

    package func listTokens(in slug: Slug) async throws -> [TokenRecord] {
        try await database.transaction(in: scope(slug), at: clock.now()) { $0.tokens.list(of: nil, after: nil, limit: nil) }
    }

    /// From the next transaction on the token is refused, in every process.
    package func revokeToken(_ id: ID<Token>, in slug: Slug) async throws {
        let now = clock.now()
        guard try await database.transaction(in: scope(slug), at: now, { $0.tokens.revoke(id, of: nil, at: now) }) else {
            throw Refusal.notFound
        }
    }

    package func createOperatorToken(named name: String, expiresAt: Timestamp? = nil) async throws -> (TokenText, id: Int64) {
        let now = clock.now()
        let text = TokenText.random(for: .systemOperator)
        let id = try await database.system { $0.operatorTokens.create(text.hash, name: name, expiresAt: expiresAt, at: now) }
        return (text, id)
    }

    package func listOperatorTokens() async throws -> [OperatorTokenRecord] { try await database.system { $0.operatorTokens.list() } }

    package func revokeOperatorToken(_ id: Int64) async throws {
        let now = clock.now()
        guard try await database.system({ $0.operatorTokens.revoke(id, at: now) }) else { throw Refusal.notFound }
    }
}

package typealias OperatorTokenRecord = OperatorTokens.Record
