import Postgres

/// How far the database was migrated.
package struct SchemaVersion {
    let transaction: SystemTransaction

    package func read() -> Pending<Int> {
        transaction.run(SQL.read).map { rows in try rows.first?.value("version") ?? 0 }
    }

    package enum SQL: String, SystemSQL {
        case read = """
            select coalesce(max(version), 0) as version
            from public.schema_migrations
            """
    }
}
