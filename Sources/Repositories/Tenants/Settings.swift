import Domain
import Postgres

/// What a helpdesk has set for itself.
package struct Settings {
    let transaction: TenantTransaction

    package func reopenPolicy() -> Pending<ReopenPolicy> {
        transaction.run(SQL.reopenPolicy).map { rows in
            guard let row = rows.first else { throw Refusal.notFound }
            let late: String = try row.value("late_message")
            return ReopenPolicy(days: try rows.column("reopen_days", as: Int?.self)(row), late: LateMessage(rawValue: late) ?? .refuse)
        }
    }

    /// A new tenant's settings.
    @discardableResult
    package func start() -> Pending<Void> { transaction.run(SQL.start).map { _ in } }

    package enum SQL: String, TenantSQL {
        case reopenPolicy = """
            select reopen_days, late_message
            from helpdesk.settings
            where tenant_id = $1
            """
        case start = """
            insert into helpdesk.settings (tenant_id)
            values ($1)
            """
    }
}
