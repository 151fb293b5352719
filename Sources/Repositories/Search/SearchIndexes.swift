import Postgres

/// The indexes of what tickets are found by, which all helpdesks share.
package struct SearchIndexes {
    let transaction: SystemTransaction

    /// Does what writers put off, for all of them together: a hundred documents cost little more than one.
    package func settle() { transaction.run(SQL.settle) }

    package enum SQL: String, SystemSQL {
        case settle = """
            select search.settle()
            """
    }
}
