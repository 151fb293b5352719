import Domain
import Postgres

/// The tokens of the hosting provider's own people.
package struct OperatorTokens {
    let transaction: SystemTransaction

    package struct Record: Equatable, Sendable {
        package var id: Int64
        package var name: String
        package var createdAt: Timestamp
        package var revokedAt: Timestamp?
    }

    package func create(_ hash: TokenHash, name: String, expiresAt: Timestamp?, at now: Timestamp) -> Pending<Int64> {
        transaction.run(SQL.create, [.bytes(hash.bytes), .text(name), now.bind, expiresAt.bind]).map { rows in
            guard let row = rows.first else { throw Refusal.notFound }
            return try row.value("id")
        }
    }

    /// Nil when the token is unknown, expired or revoked.
    package func find(_ hash: TokenHash, at now: Timestamp) -> Pending<Int64?> {
        transaction.run(SQL.find, [.bytes(hash.bytes), now.bind]).map { try $0.first?.value("id") }
    }

    package func list() -> Pending<[Record]> {
        transaction.run(SQL.list).map { rows in
            let id = try rows.column("id", as: Int64.self)
            let name = try rows.column("name", as: String.self)
            let createdAt = try rows.column("created_at", as: Int64.self)
            let revokedAt = try rows.column("revoked_at", as: Int64?.self)
            return try rows.map { row in
                Record(
                    id: try id(row), name: try name(row), createdAt: Timestamp(microseconds: try createdAt(row)),
                    revokedAt: try revokedAt(row).map(Timestamp.init(microseconds:)))
            }
        }
    }

    package func revoke(_ id: Int64, at now: Timestamp) -> Pending<Bool> {
        transaction.run(SQL.revoke, [.bigint(id), now.bind]).map { $0.affected == 1 }
    }

    package enum SQL: String, SystemSQL {
        case create = """
            insert into installation.operator_tokens (hash, name, created_at, expires_at)
            values ($1, $2, $3, $4)
            returning id
            """
        case find = """
            select id
            from installation.operator_tokens
            where hash = $1
                and revoked_at is null
                and (expires_at is null or expires_at > $2)
            """
        case list = """
            select id, name, created_at, revoked_at
            from installation.operator_tokens
            order by id
            """
        case revoke = """
            update installation.operator_tokens
            set revoked_at = $2
            where id = $1
                and revoked_at is null
            """
    }
}
