import Domain
import Postgres

/// What a helpdesk has set up, as the services remember it until it changes.
package struct ConfigurationReader {
    let transaction: TenantTransaction

    package func read() -> Pending<Configuration> {
        let departments = transaction.departments.list(after: nil, limit: Self.most)
        let teams = names(SQL.teams) as Pending<[ID<Team>: String]>
        let agents = names(SQL.agents) as Pending<[ID<Agent>: String]>
        let fields = transaction.fields.list(after: nil, limit: Self.most)
        let settings = transaction.settings.read().and(retention())
        return departments.and(teams).and(agents).and(fields).and(settings).map { all in
            let ((((departments, teams), agents), fields), (settings, retention)) = all
            return Configuration(
                departments: departments, teams: teams, agents: agents, fields: fields, reopenPolicy: settings.reopenPolicy,
                retention: retention, language: settings.searchLanguage)
        }
    }

    /// To be called by whatever changes a right or a setting: from the commit on, nobody goes on with what was before.
    package func touch() { transaction.run(SQL.touch) }

    /// What admins set up by hand stays far below.
    private static let most = 100_000

    private func retention() -> Pending<Retention> {
        transaction.run(SQL.retention).map { rows in
            let status = try rows.column("status", as: String.self)
            let days = try rows.column("retention_days", as: Int.self)
            let all = try rows.map { (try known(HiddenStatus(rawValue: status($0))), try days($0)) }
            let byStatus = Dictionary(uniqueKeysWithValues: all)
            return Retention(spamDays: byStatus[.spam], deletedDays: byStatus[.deleted])
        }
    }

    private func names<Entity>(_ sql: SQL) -> Pending<[ID<Entity>: String]> {
        transaction.run(sql).map { rows in
            let id = try rows.column("id", as: Int64.self)
            let name = try rows.column("name", as: String.self)
            return try Dictionary(uniqueKeysWithValues: rows.map { (ID(try id($0)), try name($0)) })
        }
    }

    package enum SQL: String, TenantSQL {
        case touch = """
            update helpdesk.settings
            set configuration_version = configuration_version + 1
            where tenant_id = $1
            """
        case teams = """
            select id, name
            from helpdesk.teams
            where tenant_id = $1
                and removed_at is null
            """
        case agents = """
            select id, name
            from helpdesk.agents
            where tenant_id = $1
            """
        case retention = """
            select status, retention_days
            from helpdesk.purge_schedules
            where tenant_id = $1
                and enabled
            """
    }
}
