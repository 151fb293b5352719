import Domain
import Postgres

/// A transaction in which exactly one tenant's rows exist. Its repositories are the only way to them.
package final class TenantTransaction {
    private let transaction: Transaction
    package let scope: TenantScope
    private var taken: Pending<Numbers>?
    /// Something came into the queue: the workers are told when it is committed.
    var willRing = false

    init(_ transaction: Transaction, _ scope: TenantScope) {
        self.transaction = transaction
        self.scope = scope
    }

    package var tickets: Tickets { Tickets(transaction: self) }
    package var messages: Messages { Messages(transaction: self) }
    package var history: TicketHistory { TicketHistory(transaction: self) }
    package var participants: Participants { Participants(transaction: self) }
    package var links: TicketLinks { TicketLinks(transaction: self) }
    package var liveSessions: LiveSessions { LiveSessions(transaction: self) }
    package var agents: Agents { Agents(transaction: self) }
    package var teams: Teams { Teams(transaction: self) }
    package var permissionGroups: PermissionGroups { PermissionGroups(transaction: self) }
    package var users: Users { Users(transaction: self) }
    package var userMerges: UserMerges { UserMerges(transaction: self) }
    package var organizations: Organizations { Organizations(transaction: self) }
    package var usergroups: Usergroups { Usergroups(transaction: self) }
    package var departments: Departments { Departments(transaction: self) }
    package var fields: Fields { Fields(transaction: self) }
    package var access: AccessReader { AccessReader(transaction: self) }
    package var tokens: Tokens { Tokens(transaction: self) }
    package var settings: Settings { Settings(transaction: self) }
    package var configuration: ConfigurationReader { ConfigurationReader(transaction: self) }
    package var jobs: Jobs { Jobs(transaction: self) }
    package var purge: Purge { Purge(transaction: self) }
    package var purgeSchedules: PurgeSchedules { PurgeSchedules(transaction: self) }
    package var purgeRuns: PurgeRuns { PurgeRuns(transaction: self) }
    package var purgeReceipts: PurgeReceipts { PurgeReceipts(transaction: self) }
    package var purgedMails: PurgedMails { PurgedMails(transaction: self) }
    package var dailyTotals: DailyTotals { DailyTotals(transaction: self) }
    package var queues: TicketQueues { TicketQueues(transaction: self) }
    package var massActions: MassActions { MassActions(transaction: self) }
    package var massPreviews: MassPreviews { MassPreviews(transaction: self) }
    package var massParts: MassActionParts { MassActionParts(transaction: self) }
    package var massItems: MassActionItems { MassActionItems(transaction: self) }
    package var massWrites: MassWrites { MassWrites(transaction: self) }
    package var found: FoundTickets { FoundTickets(transaction: self) }
    package var searchDocuments: SearchDocuments { SearchDocuments(transaction: self) }
    package var searchRebuilds: SearchRebuilds { SearchRebuilds(transaction: self) }
    package var bulk: Bulk { Bulk(transaction: self) }
    package var counters: Counters { Counters(transaction: self) }
    var answers: Answers { Answers(transaction: self) }

    /// The numbers that were asked for; the last of each kind.
    package var numbers: Pending<Numbers> {
        guard let taken else { preconditionFailure("this transaction took no numbers") }
        return taken
    }

    func begin(_ statementTimeout: Duration?, at now: Timestamp) {
        open(statementTimeout)
        if let token = scope.token {
            let binds = [scope.tenant.bind, token.bind, now.bind, .bigint(scope.configurationVersion)]
            transaction.send(Statement(GuardSQL.requireToken.rawValue, binds))
        }
    }

    /// A transaction in front of this one, so that nobody waits for the counter's row until we commit.
    ///
    /// It need not wait for the disk: whatever uses a number commits later in the same log, so the log cannot hold the one without the other.
    func takeNumbers(_ numbers: Numbers, _ statementTimeout: Duration?) {
        open(statementTimeout)
        transaction.send(Statement("set local synchronous_commit = off"))
        taken = counters.take(numbers)
        transaction.send(Statement("commit"))
    }

    private func open(_ statementTimeout: Duration?) {
        transaction.send(Statement("begin"))
        enter()
        if let statementTimeout {
            transaction.send(Statement("set local statement_timeout = '\(statementTimeout / .milliseconds(1))ms'", prepared: false))
        }
    }

    func enter() {
        // Citus carries only the literal form to its workers; the value is a number of ours, so nothing can be injected.
        transaction.send(Statement("set local app.tenant_id = '\(scope.tenant.value)'", prepared: false))
    }

    /// Who looks how busy the database is does not count us.
    func markAsBackground() {
        transaction.send(Statement("set local application_name = 'deskyard background'", prepared: false))
    }

    /// Statements that join two thousand values with two thousand rows. A kept plan takes the values for ten, and would compare each with
    /// each: here it must put one side into a hash table.
    func joiningMany(_ statements: () -> Void) {
        transaction.send(Statement("set local enable_nestloop = off", prepared: false))
        statements()
        transaction.send(Statement("set local enable_nestloop = on", prepared: false))
    }

    /// From here on each statement is planned for its values, for data that is in memory as a rule, and words are alike when two letters of six
    /// have changed places.
    package static let planningForValues = [
        "set local plan_cache_mode = force_custom_plan", "set local random_page_cost = 1.1",
        "set local pg_trgm.word_similarity_threshold = 0.4",
    ]

    func planForValues() {
        for setting in Self.planningForValues { transaction.send(Statement(setting, prepared: false)) }
    }

    /// Queues a statement with the tenant as `$1`.
    @discardableResult
    func run(_ sql: some TenantSQL, _ binds: [Bind] = []) -> Pending<Rows> {
        transaction.queue(sql.rawValue, [.bigint(scope.tenant.value)] + binds)
    }

    /// Queues a statement put together from a closed set of fragments.
    @discardableResult
    func run(_ query: TicketQuery) -> Pending<Rows> {
        transaction.queue(query.sql, [.bigint(scope.tenant.value)] + query.binds)
    }
}

/// Sent in front of every transaction of a request, in the same round trip: a token that was revoked or a right that was taken away a moment
/// ago, in whatever process, stops the transaction before its first statement, so that nobody's cache can be too old. (Numbers are taken in
/// front of it; those of a refused request are gaps.)
package enum GuardSQL: String, TenantSQL {
    case requireToken = """
        select case
            when count(*) = 0 then helpdesk.refuse('DY401', 'the token is unknown, expired or revoked')
            when max(tenants.state) <> 'active' then helpdesk.refuse('DY423', 'the helpdesk is not active')
            when max(settings.configuration_version) <> $4 then helpdesk.refuse('DY409', 'rights or settings have changed')
        end
        from helpdesk.tokens
        join installation.tenants on tenants.id = tokens.tenant_id
        join helpdesk.settings on settings.tenant_id = tokens.tenant_id
        where tokens.tenant_id = $1
            and tokens.id = $2
            and tokens.revoked_at is null
            and (tokens.expires_at is null or tokens.expires_at > $3)
        """
}

extension Timestamp {
    var bind: Bind { .timestamp(milliseconds * 1000) }

    init(microseconds: Int64) { self.init(milliseconds: microseconds / 1000) }
}

extension Optional<Timestamp> {
    var bind: Bind { .timestamp(map { $0.milliseconds * 1000 }) }
}

extension ID {
    var bind: Bind { .bigint(value) }
}
