import Domain
import Postgres

/// From a token's hash to the tenant it belongs to. Rows are never changed.
package struct TokenDirectory {
    let transaction: SystemTransaction

    /// The key to the tenant. It opens nothing by itself: each transaction proves the token anew.
    package func find(_ hash: TokenHash) -> Pending<TenantScope?> {
        transaction.run(SQL.find, [.bytes(hash.bytes)]).map { rows in
            guard let row = rows.first else { return nil }
            return TenantScope(tenant: ID(try row.value("tenant_id")), token: ID(try row.value("token_id")))
        }
    }

    package enum SQL: String, SystemSQL {
        case find = """
            select tenant_id, token_id
            from installation.token_directory
            where hash = $1
            """
    }
}
