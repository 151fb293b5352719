import Domain
import Repositories

/// A token as it is asked for.
package struct TokenDraft: Sendable {
    package var name: String
    /// Nil: for oneself.
    package var person: Person?
    /// Nil: as many as it can have.
    package var scopes: Set<TokenScope>?
    /// Nil: as long as it can last.
    package var expiresAt: Timestamp?

    /// - Parameter name: already checked with `personName`.
    package init(name: String, person: Person? = nil, scopes: Set<TokenScope>? = nil, expiresAt: Timestamp? = nil) {
        self.name = name
        self.person = person
        self.scopes = scopes
        self.expiresAt = expiresAt
    }
}

extension Helpdesk {
    /// One's own tokens; an admin's list has everybody's.
    /// - Parameter person: this one's only.
    package func listTokens(
        of person: Person?, after id: ID<Token>?, limit: Int, _ access: Access
    ) async throws -> Page<TokenRecord, ID<Token>> {
        try access.require(.readTokens)
        if let person, person != access.caller.person { try access.requireAdmin("see other people's tokens") }
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.tokens.list(of: person ?? access.whoseTokens, after: id, limit: limit + 1).map {
                Page(oneMore: $0, limit: limit, cursor: \.id)
            }
        }
    }

    /// Makes a token. The text is here and nowhere else: it cannot be shown again.
    ///
    /// One's own new token can do no more, and lasts no longer, than the one it is made with.
    /// - Throws: `Refusal.invalid` with every fault.
    package func createToken(_ draft: TokenDraft, _ access: Access) async throws -> (TokenText, TokenRecord) {
        try access.require(.writeTokens)
        let person = draft.person ?? access.caller.person
        let isOwn = person == access.caller.person
        if !isOwn { try access.requireAdmin("make tokens for other people") }
        let now = clock.now()
        let text = TokenText.random(for: .person)
        let record = try await database.transaction(in: access.scope, at: now, taking: Numbers(tokens: 1)) { tx in
            let most = try await isOwn ? tx.allowance(of: access) : tx.allowance(for: person, by: access)
            let scopes = draft.scopes ?? most.scopes
            let expiresAt = draft.expiresAt ?? most.expiresAt
            var faults = most.faults
            if !scopes.isSubset(of: most.scopes) {
                let beyond = scopes.subtracting(most.scopes).map(\.rawValue).sorted().joined(separator: ", ")
                faults.append(FieldFault("scopes", "forbidden", "\(beyond): more than this token can have"))
            }
            if let expiresAt, expiresAt <= now {
                faults.append(FieldFault("expires_at", "invalid", "must be in the future"))
            } else if let expiresAt, let last = most.expiresAt, expiresAt > last {
                faults.append(FieldFault("expires_at", "forbidden", "the token it is made with expires at \(last)"))
            }
            guard faults.isEmpty else { throw Refusal.invalid(faults) }
            return Pending(
                try await tx.keepToken(
                    text, for: person, named: draft.name, scopes: TokenScope.allCases.filter(scopes.contains), expiresAt: expiresAt, at: now
                ))
        }
        return (text, record)
    }

    /// From the next transaction on the token is refused, in every process. Another person's is an admin's to revoke.
    package func revokeToken(_ id: ID<Token>, _ access: Access) async throws {
        try access.require(.writeTokens)
        let now = clock.now()
        let isRevoked = try await database.transaction(in: access.scope, at: now) { tx in
            tx.tokens.revoke(id, of: access.whoseTokens, at: now)
        }
        guard isRevoked else { throw Refusal.notFound }
    }
}

extension Access {
    /// Whose tokens are the caller's business; nil: everybody's.
    fileprivate var whoseTokens: Person? {
        if case .agent(_, isAdmin: true) = caller { nil } else { caller.person }
    }
}

/// What a new token can have at the most.
private struct TokenAllowance {
    var scopes: Set<TokenScope>
    var expiresAt: Timestamp?
    /// Why there can be none.
    var faults: [FieldFault] = []
}

extension TokenScope {
    /// What this person's token can have.
    static func usual(of person: Person) -> [TokenScope] {
        switch person {
        case .agent: usual
        case .user: forUsers
        }
    }
}

extension TenantTransaction {
    /// For a token made with the caller's own.
    fileprivate func allowance(of access: Access) async throws -> TokenAllowance {
        guard let id = access.tokenID, let token = try await tokens.find(id).value else { throw Refusal.unauthenticated }
        return TokenAllowance(scopes: access.scopes.subtracting([.acceptInvitation]), expiresAt: token.expiresAt)
    }

    /// For a token that an admin makes for somebody: nobody hands on more, or for longer, than their own token has.
    fileprivate func allowance(for person: Person, by access: Access) async throws -> TokenAllowance {
        var allowance = try await allowance(of: access)
        allowance.scopes.formIntersection(TokenScope.usual(of: person))
        switch person {
        case .agent(let id):
            guard try await agents.find(id).value?.state != .active else { break }
            allowance.faults = [FieldFault("agent_id", "unknown", "there is no such active agent in this helpdesk")]
        case .user(let id):
            guard try await users.find(id).value?.state != .active else { break }
            allowance.faults = [FieldFault("user_id", "unknown", "there is no such active user in this helpdesk")]
        }
        return allowance
    }

    /// Keeps a token, with a number that was taken for it. Who has a token has an account: from then on a user counts as registered.
    func keepToken(
        _ text: TokenText, for person: Person, named name: String, scopes: [TokenScope], expiresAt: Timestamp?, at now: Timestamp
    ) async throws -> TokenRecord {
        let record = TokenRecord(
            id: ID(try await numbers.value.tokens), name: name, person: person, scopes: scopes, createdAt: now, expiresAt: expiresAt)
        tokens.create(record, text.hash)
        if case .user(let id) = person, try await users.register(id).value { configuration.touch() }
        return record
    }
}
