import Postgres

/// The indexes of what tickets are found by, which all helpdesks share.
package struct SearchIndexes {
    let transaction: SystemTransaction

    /// Does what writers put off, for all of them together: a hundred documents cost little more than one.
    package func settle() { transaction.run(SQL.settle) }

    /// The same, unless somebody is at it.
    package func settleIfNobodyDoes() { transaction.run(SQL.settleIfNobodyDoes) }

    package enum SQL: String, SystemSQL {
        case settle = """
            select search.settle()
            """
        // A number of our own among advisory locks.
        case settleIfNobodyDoes = """
            select case when pg_try_advisory_xact_lock(7321000000000000001) then search.settle() end
            """
    }
}
