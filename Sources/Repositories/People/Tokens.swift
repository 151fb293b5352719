import Domain
import Postgres

/// SHA-256 of a token: all that is kept of it.
package struct TokenHash: Hashable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }
}

/// A token as it is listed; the token itself was shown once and is gone.
package struct TokenRecord: Equatable, Sendable {
    package var id: ID<Token>
    package var name: String
    package var person: Person
    package var scopes: [TokenScope]
    package var createdAt: Timestamp
    package var expiresAt: Timestamp?
    package var revokedAt: Timestamp?

    package init(
        id: ID<Token>, name: String, person: Person, scopes: [TokenScope], createdAt: Timestamp, expiresAt: Timestamp? = nil,
        revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.person = person
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
    }
}

/// A helpdesk's tokens. The guard in front of each transaction reads this table.
package struct Tokens {
    let transaction: TenantTransaction

    /// Keeps the token's hash in the directory and everything else here.
    @discardableResult
    package func create(_ token: TokenRecord, _ hash: TokenHash) -> Pending<Void> {
        let (agent, user): (Int64?, Int64?) =
            switch token.person {
            case .agent(let id): (id.value, nil)
            case .user(let id): (nil, id.value)
            }
        transaction.run(SQL.register, [.bytes(hash.bytes), token.id.bind])
        return transaction.run(
            SQL.create,
            [
                token.id.bind, .text(token.name), .bigint(agent), .bigint(user), .texts(token.scopes.map(\.rawValue)), token.createdAt.bind,
                token.expiresAt.bind,
            ]
        ).map { _ in }
    }

    package func list() -> Pending<[TokenRecord]> { transaction.run(SQL.list).map(Self.records) }

    /// Whom the token is for. That never changes; whether it still holds, the guard says in each transaction.
    package func caller(_ id: ID<Token>) -> Pending<(Caller, Set<TokenScope>)?> {
        transaction.run(SQL.caller, [id.bind]).map { rows in
            guard let row = rows.first else { return nil }
            let agent = try rows.column("agent_id", as: Int64?.self)(row)
            let user = try rows.column("user_id", as: Int64?.self)(row)
            let isAdmin = try rows.column("is_admin", as: Bool?.self)(row) ?? false
            let scopes = try rows.column("scopes", as: [String].self)(row).compactMap(TokenScope.init)
            let caller: Caller = agent.map { .agent(ID($0), isAdmin: isAdmin) } ?? .user(ID(user ?? 0))
            return (caller, Set(scopes))
        }
    }

    /// Answers false when there is no such token, or it was revoked before.
    package func revoke(_ id: ID<Token>, at now: Timestamp) -> Pending<Bool> {
        transaction.run(SQL.revoke, [id.bind, now.bind]).map { $0.affected == 1 }
    }

    private static func records(_ rows: Rows) throws -> [TokenRecord] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let agent = try rows.column("agent_id", as: Int64?.self)
        let user = try rows.column("user_id", as: Int64?.self)
        let scopes = try rows.column("scopes", as: [String].self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        let expiresAt = try rows.column("expires_at", as: Int64?.self)
        let revokedAt = try rows.column("revoked_at", as: Int64?.self)
        return try rows.map { row in
            let person: Person = try agent(row).map { .agent(ID($0)) } ?? .user(ID(try known(user(row))))
            return TokenRecord(
                id: ID(try id(row)), name: try name(row), person: person, scopes: try scopes(row).compactMap(TokenScope.init),
                createdAt: Timestamp(microseconds: try createdAt(row)), expiresAt: try expiresAt(row).map(Timestamp.init(microseconds:)),
                revokedAt: try revokedAt(row).map(Timestamp.init(microseconds:)))
        }
    }

    package enum SQL: String, TenantSQL {
        case create = """
            insert into helpdesk.tokens (tenant_id, id, name, agent_id, user_id, scopes, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """
        case register = """
            insert into installation.token_directory (tenant_id, hash, token_id)
            values ($1, $2, $3)
            """
        case list = """
            select id, name, agent_id, user_id, scopes, created_at, expires_at, revoked_at
            from helpdesk.tokens
            where tenant_id = $1
            order by id
            """
        case caller = """
            select tokens.agent_id, tokens.user_id, agents.is_admin, tokens.scopes
            from helpdesk.tokens
            left join helpdesk.agents on agents.tenant_id = tokens.tenant_id and agents.id = tokens.agent_id
            where tokens.tenant_id = $1
                and tokens.id = $2
            """
        case revoke = """
            update helpdesk.tokens
            set revoked_at = $3
            where tenant_id = $1
                and id = $2
                and revoked_at is null
            """
    }
}
