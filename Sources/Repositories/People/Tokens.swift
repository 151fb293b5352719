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
    /// To the minute or so.
    package var lastUsedAt: Timestamp?
    package var revokedAt: Timestamp?

    package init(
        id: ID<Token>, name: String, person: Person, scopes: [TokenScope], createdAt: Timestamp, expiresAt: Timestamp? = nil,
        lastUsedAt: Timestamp? = nil, revokedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.person = person
        self.scopes = scopes
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
        self.revokedAt = revokedAt
    }
}

/// A helpdesk's tokens. The guard in front of each transaction reads this table.
package struct Tokens {
    let transaction: TenantTransaction

    /// Keeps the token's hash in the directory and everything else here.
    @discardableResult
    package func create(_ token: TokenRecord, _ hash: TokenHash) -> Pending<Void> {
        let (agent, user) = Self.ids(of: token.person)
        transaction.run(SQL.register, [.bytes(hash.bytes), token.id.bind])
        return transaction.run(
            SQL.create,
            [
                token.id.bind, .text(token.name), .bigint(agent), .bigint(user), .texts(token.scopes.map(\.rawValue)), token.createdAt.bind,
                token.expiresAt.bind,
            ]
        ).map { _ in }
    }

    package func find(_ id: ID<Token>) -> Pending<TokenRecord?> { transaction.run(SQL.find, [id.bind]).map { try Self.records($0).first } }

    /// By their numbers.
    /// - Parameters:
    ///   - person: whose; nil: everybody's.
    ///   - limit: nil: all of them.
    package func list(of person: Person?, after id: ID<Token>?, limit: Int?) -> Pending<[TokenRecord]> {
        let page: [Bind] = [.bigint(id?.value ?? 0), .bigint(limit.map { Int64($0) })]
        let rows =
            switch person {
            case nil: transaction.run(SQL.list, page)
            case .agent(let id): transaction.run(SQL.listOfAgent, page + [id.bind])
            case .user(let id): transaction.run(SQL.listOfUser, page + [id.bind])
            }
        return rows.map(Self.records)
    }

    /// Notes that the token was used, unless that was noted lately.
    package func use(_ id: ID<Token>, at now: Timestamp, unlessSince lately: Timestamp) {
        transaction.run(SQL.use, [id.bind, now.bind, lately.bind])
    }

    /// Answers false when the person has no such token, or it was revoked before.
    /// - Parameter person: whose it must be; nil: anybody's.
    package func revoke(_ id: ID<Token>, of person: Person?, at now: Timestamp) -> Pending<Bool> {
        let (agent, user) = Self.ids(of: person)
        return transaction.run(SQL.revoke, [id.bind, now.bind, .bigint(agent), .bigint(user)]).map { $0.affected == 1 }
    }

    private static func ids(of person: Person?) -> (agent: Int64?, user: Int64?) {
        switch person {
        case nil: (nil, nil)
        case .agent(let id): (id.value, nil)
        case .user(let id): (nil, id.value)
        }
    }

    private static func records(_ rows: Rows) throws -> [TokenRecord] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let agent = try rows.column("agent_id", as: Int64?.self)
        let user = try rows.column("user_id", as: Int64?.self)
        let scopes = try rows.column("scopes", as: [String].self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        let expiresAt = try rows.column("expires_at", as: Int64?.self)
        let lastUsedAt = try rows.column("last_used_at", as: Int64?.self)
        let revokedAt = try rows.column("revoked_at", as: Int64?.self)
        return try rows.map { row in
            let person: Person = try agent(row).map { .agent(ID($0)) } ?? .user(ID(try known(user(row))))
            return TokenRecord(
                id: ID(try id(row)), name: try name(row), person: person, scopes: try scopes(row).compactMap(TokenScope.init),
                createdAt: Timestamp(microseconds: try createdAt(row)), expiresAt: try expiresAt(row).map(Timestamp.init(microseconds:)),
                lastUsedAt: try lastUsedAt(row).map(Timestamp.init(microseconds:)),
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
        case find = """
            select id, name, agent_id, user_id, scopes, created_at, expires_at, last_used_at, revoked_at
            from helpdesk.tokens
            where tenant_id = $1
                and id = $2
            """
        case list = """
            select id, name, agent_id, user_id, scopes, created_at, expires_at, last_used_at, revoked_at
            from helpdesk.tokens
            where tenant_id = $1
                and id > $2
            order by id
            limit $3
            """
        case listOfAgent = """
            select id, name, agent_id, user_id, scopes, created_at, expires_at, last_used_at, revoked_at
            from helpdesk.tokens
            where tenant_id = $1
                and id > $2
                and agent_id = $4
            order by id
            limit $3
            """
        case listOfUser = """
            select id, name, agent_id, user_id, scopes, created_at, expires_at, last_used_at, revoked_at
            from helpdesk.tokens
            where tenant_id = $1
                and id > $2
                and user_id = $4
            order by id
            limit $3
            """
        case use = """
            update helpdesk.tokens
            set last_used_at = $3
            where tenant_id = $1
                and id = $2
                and (last_used_at is null or last_used_at <= $4)
            """
        case revoke = """
            update helpdesk.tokens
            set revoked_at = $3
            where tenant_id = $1
                and id = $2
                and ($4::bigint is null or agent_id = $4)
                and ($5::bigint is null or user_id = $5)
                and revoked_at is null
            """
    }
}
