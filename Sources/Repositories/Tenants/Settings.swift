import Domain
import Postgres

/// What a helpdesk has set for itself, and what the hosting provider calls it.
package struct HelpdeskSettings: Equatable, Sendable {
    package var name: String
    package var timeZone: String
    package var reopenPolicy: ReopenPolicy
    /// How long a mass action can be taken back; at most as long as there is a result for each of its tickets.
    package var undoDays: Int
    /// How long there is a result for each ticket of a mass action.
    package var massActionDays: Int
    /// What the tickets' words are taken for.
    package var searchLanguage: SearchLanguage
    package var version: Int64
}

package struct Settings {
    let transaction: TenantTransaction

    package func read() -> Pending<HelpdeskSettings> { transaction.run(SQL.read).map(Self.settings) }

    /// The settings, and nobody else changes them until we are done.
    package func lock() -> Pending<HelpdeskSettings> { transaction.run(SQL.lock).map(Self.settings) }

    package func update(_ settings: HelpdeskSettings) {
        let policy = settings.reopenPolicy
        transaction.run(
            SQL.update,
            [
                .integer(policy.days.map { Int32($0) }), .text(policy.late.rawValue), .integer(Int32(settings.undoDays)),
                .integer(Int32(settings.massActionDays)), .text(settings.searchLanguage.rawValue), .bigint(settings.version),
            ])
    }

    /// A new tenant's settings.
    package func start() { transaction.run(SQL.start) }

    private static func settings(_ rows: Rows) throws -> HelpdeskSettings {
        guard let row = rows.first else { throw Refusal.notFound }
        let days = try rows.column("reopen_days", as: Int?.self)(row)
        let late = try known(LateMessage(rawValue: row.value("late_message")))
        let language = try known(SearchLanguage(rawValue: row.value("search_language")))
        return HelpdeskSettings(
            name: try row.value("name"), timeZone: try row.value("time_zone"), reopenPolicy: ReopenPolicy(days: days, late: late),
            undoDays: try row.value("undo_days"), massActionDays: try row.value("mass_action_days"), searchLanguage: language,
            version: try row.value("version"))
    }

    package enum SQL: String, TenantSQL {
        case read = """
            select tenants.name, tenants.time_zone, settings.reopen_days, settings.late_message, settings.undo_days,
                settings.mass_action_days, settings.search_language, settings.version
            from helpdesk.settings
            join installation.tenants on tenants.id = settings.tenant_id
            where settings.tenant_id = $1
            """
        case lock = """
            select tenants.name, tenants.time_zone, settings.reopen_days, settings.late_message, settings.undo_days,
                settings.mass_action_days, settings.search_language, settings.version
            from helpdesk.settings
            join installation.tenants on tenants.id = settings.tenant_id
            where settings.tenant_id = $1
            for update of settings
            """
        case update = """
            update helpdesk.settings
            set reopen_days = $2,
                late_message = $3,
                undo_days = $4,
                mass_action_days = $5,
                search_language = $6,
                version = $7
            where tenant_id = $1
            """
        case start = """
            insert into helpdesk.settings (tenant_id)
            values ($1)
            """
    }
}
