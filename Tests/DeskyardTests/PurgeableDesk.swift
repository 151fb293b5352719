import Domain
import Foundation
import JSON
import Postgres
import Services
import Support

/// A helpdesk with many deleted tickets in a database of its own, for processes to purge.
struct PurgeableDesk: Sendable {
    let tenant: TestTenant
    /// For the processes.
    let environment: [String: String]
    private let administrator: ServerAddress
    private let pool: ConnectionPool

    /// - Parameters:
    ///   - deleted: tickets that a run takes, each with two messages and an entry of its history.
    ///   - held: deleted ones beside them, under legal hold.
    ///   - visible: ones that nobody deleted.
    init(deleted: Int, held: Int, visible: Int) async throws {
        let cluster = try await TestCluster.shared.value
        let name = "w" + UUID().uuidString.lowercased().replacing("-", with: "")
        try await cluster.makeDatabase(named: name)
        let installation = TestInstallation(cluster, database: name)
        tenant = try await installation.makeTenant(clock: TestClock(Clock.system.now()))
        pool = installation.pool
        administrator = cluster.address(database: name)
        environment = ["DESKYARD_DATABASE_URL": cluster.address(role: "deskyard_app", database: name).connectionString]
        try await write(
            """
            set session_replication_role = replica;
            insert into helpdesk.tickets (tenant_id, id, ref, subject, status, hidden_from, hidden_at, resolved_at, legal_hold, user_id,
                department_id, priority, urgency, channel, message_count, version, created_at, updated_at, status_changed_at)
            select \(tenant.tenant.id), n, 'BULK-' || n, 'Subject ' || repeat('x', n % 50),
                case when hides then 'deleted' else 'resolved' end,
                case when hides then 'resolved' end, case when hides then now() - interval '1 day' + make_interval(secs => n % 1000) end,
                now() - interval '2 days', case when n > \(deleted) and hides then 'a law suit' end, \(tenant.userID),
                1, 'normal', 1, 'api', 2, 1,
                now() - make_interval(days => 3 + n % 5), now() - interval '1 day', now() - interval '1 day'
            from generate_series(1, \(deleted + held + visible)) n, lateral (select n <= \(deleted + held) as hides) as fate;
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, agent_id, user_id, format, body, created_at)
            select tenant_id, tickets.id, m, case m when 1 then 'user_message' else 'reply' end, case m when 2 then \(tenant.agentID) end,
                case m when 1 then \(tenant.userID) end, 'text', repeat('Words. ', 10 + (tickets.id % 30)::integer), tickets.created_at
            from helpdesk.tickets, generate_series(1, 2) m;
            insert into helpdesk.ticket_history (tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes)
            select tenant_id, id, 1, created_at, 'user', \(tenant.userID), 'created', '[]' from helpdesk.tickets;
            analyze;
            """)
    }

    /// Every fourth ticket takes a moment to go, so that somebody can come in between.
    func slowDown() async throws {
        try await write(
            """
            create function public.linger() returns trigger language plpgsql as $$ begin perform pg_sleep(0.0003); return old; end $$;
            grant execute on function public.linger() to deskyard_app;
            create trigger linger before delete on helpdesk.tickets for each row when (old.id % 4 = 0) execute function public.linger();
            """)
    }

    func close() async { await pool.close() }

    @discardableResult
    func write(_ script: String) async throws -> [[String?]] {
        try await ScriptSession.run(on: administrator) { try $0.run(script) }
    }

    func number(_ query: String) async throws -> Int64 {
        let rows = try await write(query)
        return rows.first?.first.flatMap { $0 }.flatMap { Int64($0) } ?? -1
    }

    /// What a run takes: tickets, messages and the bytes of both, counted without the service.
    func doomed() async throws -> [Int64] {
        let doomed = "hidden_at is not null and legal_hold is null"
        return [
            try await number("select count(*) from helpdesk.tickets where \(doomed)"),
            try await number("select count(*) from helpdesk.messages join helpdesk.tickets on tickets.id = ticket_id where \(doomed)"),
            try await number(
                """
                select (select sum(octet_length(subject)) from helpdesk.tickets where \(doomed))
                    + (select sum(octet_length(body))
                        from helpdesk.messages join helpdesk.tickets on tickets.id = ticket_id where \(doomed))
                """),
        ]
    }

    /// Stands for every byte of what must not be touched. In order: the server may read the parts side by side.
    func rest() async throws -> [[String?]] {
        let stays = "where tickets.hidden_at is null or legal_hold is not null"
        return try await write(
            """
            select 'tickets' as of, count(*), md5(string_agg(tickets::text, '' order by id)) from helpdesk.tickets \(stays)
            union all
            select 'messages', count(*), md5(string_agg(messages::text, '' order by ticket_id, messages.id))
            from helpdesk.messages join helpdesk.tickets on tickets.id = ticket_id \(stays)
            union all
            select 'history', count(*), md5(string_agg(ticket_history::text, '' order by ticket_id, ticket_history.version))
            from helpdesk.ticket_history join helpdesk.tickets on tickets.id = ticket_id \(stays)
            order by 1
            """)
    }

    /// How many tickets the run has taken.
    func purged() async throws -> Int64 { try await number("select coalesce(max(purged), 0) from helpdesk.purge_runs") }

    /// The worker and the process that have the purge in hand.
    func holder() async throws -> (worker: Int64, process: Int32)? {
        let rows = try await write(
            """
            select workers.id, workers.process
            from installation.jobs
            join installation.workers on workers.id = jobs.worker_id
            where kind = 'purge'
            """)
        guard let row = rows.first, let worker = row[0].flatMap({ Int64($0) }), let process = row[1].flatMap({ Int32($0) }) else {
            return nil
        }
        return (worker, process)
    }
}
