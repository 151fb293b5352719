import Domain
import Postgres

/// How many numbers of each kind to take, or the last ones taken.
package struct Numbers: Equatable, Sendable {
    package var tickets: Int64
    package var messages: Int64
    package var users: Int64
    package var agents: Int64
    package var tokens: Int64
    /// Departments, teams, organizations, groups, fields and queues.
    package var configuration: Int64
    package var purgeRuns: Int64
    package var massActions: Int64

    package init(
        tickets: Int64 = 0, messages: Int64 = 0, users: Int64 = 0, agents: Int64 = 0, tokens: Int64 = 0, configuration: Int64 = 0,
        purgeRuns: Int64 = 0, massActions: Int64 = 0
    ) {
        self.tickets = tickets
        self.messages = messages
        self.users = users
        self.agents = agents
        self.tokens = tokens
        self.configuration = configuration
        self.purgeRuns = purgeRuns
        self.massActions = massActions
    }

    package var isEmpty: Bool { self == Numbers() }
}

/// Counts a tenant's things from 1. Numbers that were taken and not used are gaps, as after a refused request; none is given twice.
package struct Counters {
    let transaction: TenantTransaction

    func take(_ numbers: Numbers) -> Pending<Numbers> {
        transaction.run(
            SQL.take,
            [
                .bigint(numbers.tickets), .bigint(numbers.messages), .bigint(numbers.users), .bigint(numbers.agents),
                .bigint(numbers.tokens), .bigint(numbers.configuration), .bigint(numbers.purgeRuns),
                .bigint(numbers.massActions),
            ]
        ).map { rows in
            guard let row = rows.first else { throw Refusal.notFound }
            return try Numbers(
                tickets: row.value("tickets"), messages: row.value("messages"), users: row.value("users"), agents: row.value("agents"),
                tokens: row.value("tokens"), configuration: row.value("configuration"),
                purgeRuns: row.value("purge_runs"), massActions: row.value("mass_actions"))
        }
    }

    /// A new tenant's counters.
    @discardableResult
    package func start() -> Pending<Void> { transaction.run(SQL.start).map { _ in } }

    package enum SQL: String, TenantSQL {
        case take = """
            update helpdesk.counters
            set tickets = tickets + $2,
                messages = messages + $3,
                users = users + $4,
                agents = agents + $5,
                tokens = tokens + $6,
                configuration = configuration + $7,
                purge_runs = purge_runs + $8,
                mass_actions = mass_actions + $9
            where tenant_id = $1
            returning tickets, messages, users, agents, tokens, configuration, purge_runs, mass_actions
            """
        case start = """
            insert into helpdesk.counters (tenant_id)
            values ($1)
            """
    }
}
