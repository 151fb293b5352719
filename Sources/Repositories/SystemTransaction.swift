import Postgres

/// A transaction on the installation's own tables. It has no tenant, so row security shows it no tenant's rows.
package final class SystemTransaction {
    private let transaction: Transaction
    /// Something came into the queue: the workers are told when it is committed.
    var willRing = false

    init(_ transaction: Transaction) { self.transaction = transaction }

    package var tenants: Tenants { Tenants(transaction: self) }
    package var operatorTokens: OperatorTokens { OperatorTokens(transaction: self) }
    package var schemaVersion: SchemaVersion { SchemaVersion(transaction: self) }
    package var jobLine: JobLine { JobLine(transaction: self) }
    package var workers: Workers { Workers(transaction: self) }
    package var jobRecords: JobRecords { JobRecords(transaction: self) }
    package var searchIndexes: SearchIndexes { SearchIndexes(transaction: self) }
    package var searchSweeps: SearchSweeps { SearchSweeps(transaction: self) }
    package var schedules: Schedules { Schedules(transaction: self) }
    package var tokenDirectory: TokenDirectory { TokenDirectory(transaction: self) }

    /// Goes on inside a tenant that this transaction has just made.
    func enter(_ scope: TenantScope) -> TenantTransaction {
        let tenant = TenantTransaction(transaction, scope)
        tenant.enter()
        return tenant
    }

    @discardableResult
    func run(_ sql: some SystemSQL, _ binds: [Bind] = []) -> Pending<Rows> { transaction.queue(sql.rawValue, binds) }
}
