import Domain
import Foundation
import Postgres
import Repositories
import Services

extension Background {
    private static let tickets = 100_000

    /// A purge of 100,000 tickets with 300,000 messages and 300,000 history rows, beside one bare DELETE of the same; and what readers notice.
    func purge() async throws -> [BackgroundResult] {
        let address = ServerAddress(database.applicationURL)
        let bare = try await BenchHelpdesk(named: "purge-bare", on: database)
        try await bare.fill(Self.tickets)
        let start = ContinuousClock.now
        try await ScriptSession.run(on: address) { [id = bare.id] session in
            try session.run("begin; set local app.tenant_id = '\(id)'")
            try session.run("delete from helpdesk.tickets where tenant_id = \(id) and status = 'deleted'")
            try session.run("commit")
        }
        let bareSeconds = start.elapsed

        let quiet = try await BenchHelpdesk(named: "purge-quiet", on: database)
        try await quiet.fill(Self.tickets)
        let worker = BenchWorker(on: address)
        let seconds = try await quiet.purgeAll(expecting: Self.tickets)

        let busy = try await BenchHelpdesk(named: "purge-busy", on: database)
        try await busy.fill(Self.tickets)
        let reading = LuaScript(.read, tenants, port: wrk.port)
        _ = try await wrk.measure(reading, seconds: 1)
        let without = try await wrk.measure(reading, seconds: options.seconds)
        let run = try await busy.startPurge()
        let during = try await wrk.measure(reading, seconds: options.seconds)
        let isOver = try await busy.isOver(run)
        _ = try await busy.finish(run, expecting: Self.tickets)
        await worker.stop()
        for helpdesk in [bare, quiet, busy] { await helpdesk.close() }
        guard !isOver else { throw Failure("the purge ended before the readers did: choose fewer --seconds") }
        return [
            BackgroundResult(
                title: "purge of 100,000 tickets", unit: "s", ours: seconds, floor: bareSeconds, aim: "at most 2 times the bare DELETE"),
            BackgroundResult(
                title: "purge, in tickets", unit: "tickets/s", ours: Double(Self.tickets) / seconds,
                floor: Double(Self.tickets) / bareSeconds, aim: "at least 0.5"),
            BackgroundResult(
                title: "p99 of ticket reads during a purge", unit: "ms", ours: during.p99 / 1000, floor: without.p99 / 1000,
                aim: "at most 2 times"),
            BackgroundResult(
                title: "ticket reads during a purge", unit: "reads/s", ours: during.rate, floor: without.rate, aim: "none given"),
        ]
    }

    /// How long a helpdesk with ten tickets waits while another one purges 500,000.
    func neighbour() async throws -> [BackgroundResult] {
        let large = try await BenchHelpdesk(named: "purge-large", on: database)
        try await large.fill(500_000, messages: 1)
        let small = try await BenchHelpdesk(named: "purge-small", on: database)
        try await small.fill(10)
        let worker = BenchWorker(on: ServerAddress(database.applicationURL))
        let run = try await large.startPurge()
        try await Task.sleep(for: .seconds(2))
        let waited = try await small.purgeAll(expecting: 10)
        let isOver = try await large.isOver(run)
        await worker.stop()
        for helpdesk in [large, small] { await helpdesk.close() }
        // What is left of the large one is in nobody's way.
        try await ScriptSession.run(on: database.administrator) { _ = try $0.run("delete from installation.jobs") }
        guard !isOver else { throw Failure("the large purge ended before the small one began") }
        return [
            BackgroundResult(
                title: "ten tickets' purge beside one of 500,000", unit: "s", ours: waited, floor: nil, aim: "at most 5 s")
        ]
    }
}

/// A helpdesk of the benchmark's own, with deleted tickets to purge.
struct BenchHelpdesk {
    let id: Int64
    let helpdesk: Helpdesk
    /// Its admin's, and the token that it comes from.
    let access: Access
    let token: String
    let database: BenchDatabase
    private let serving: BenchPool

    /// - Parameter shared: a pool that serves several; whoever made it closes it.
    init(named name: String, on database: BenchDatabase, sharing shared: BenchPool? = nil) async throws {
        self.database = database
        serving = shared ?? BenchPool(on: ServerAddress(database.applicationURL))
        helpdesk = Helpdesk(database: serving.database)
        let installation = Installation(database: serving.database)
        let tenant = try await installation.createTenant(.init(slug: name, name: name, timeZone: "UTC"))
        id = tenant.id.value
        guard let address = EmailAddress("admin@\(name).example") else { throw Failure("\(name) makes no address") }
        let admin = try await installation.createAgent(address, name: "Admin", isAdmin: true, in: tenant.slug)
        let (token, _) = try await installation.createToken(for: .agent(admin.id), named: "bench", in: tenant.slug)
        self.token = token.text
        access = try await Authenticator(database: serving.database).access(token.text)
    }

    func close() async { await serving.pool.close() }

    /// Tickets with so many messages and history rows each, and a label: deleted 40 days ago, or visible.
    func fill(_ count: Int, messages: Int = 3, from first: Int = 1, deleted: Bool = true, vacuuming: Bool = true) async throws {
        let (status, from, hiddenAt) = deleted ? ("'deleted'", "'resolved'", "t") : ("'resolved'", "null", "null")
        let script = """
            set session_replication_role = replica;
            insert into helpdesk.users (tenant_id, id, email, created_at)
            select \(id), 1, 'u@x.example', now() on conflict do nothing;
            insert into helpdesk.tickets (tenant_id, id, ref, subject, status, hidden_from, hidden_at, user_id, department_id, priority,
                urgency, labels, channel, message_count, version, created_at, updated_at, status_changed_at, resolved_at)
            select \(id), i, 'B' || i, '\(Sample.subject)', \(status), \(from), \(hiddenAt), 1, 1, 'normal', 1, array['bench'], 'api',
                \(messages), \(messages), t, t, t, t
            from generate_series(\(first), \(first + count - 1)) i,
                lateral (select now() - interval '40 days' - make_interval(secs => \(count) - (i - \(first)))) as times (t);
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, user_id, format, body, created_at)
            select \(id), i, i::bigint * 10 + m, 'user_message', 1, 'text', '\(Sample.body)', now() - interval '40 days'
            from generate_series(\(first), \(first + count - 1)) i, generate_series(1, \(messages)) m;
            insert into helpdesk.ticket_history (tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes)
            select \(id), i, m, now(), 'agent', 1, 'updated', '[{"field":"status","from":"resolved","to":"deleted"}]'
            from generate_series(\(first), \(first + count - 1)) i, generate_series(1, \(messages)) m;
            insert into helpdesk.ticket_labels (tenant_id, ticket_id, label)
            select \(id), i, 'bench' from generate_series(\(first), \(first + count - 1)) i;
            -- All alike, so put together once.
            insert into search.documents (tenant_id, ticket_id, hidden, words)
            select \(id), i, \(deleted), alike.words
            from (
                select search.joined(
                    search.head('english', '\(Sample.subject)', null, 'u@x.example', 'B1', array['bench'], '{}'),
                    search.all_messages(search.message('english', 'user_message', '\(Sample.body)', 'text'))
                ) as words
                from generate_series(1, \(messages))
            ) as alike, generate_series(\(first), \(first + count - 1)) i;
            insert into search.texts (tenant_id, ticket_id, subject, person)
            select \(id), i, lower('\(Sample.subject)'), 'u@x.example' from generate_series(\(first), \(first + count - 1)) i;
            select search.settle();
            reset session_replication_role;
            """
        try await ScriptSession.run(on: database.administrator) { session in
            try session.run(script)
            guard vacuuming else { return }
            // A statement each: none of them may run in a transaction with others.
            let tables = ["tickets", "messages", "ticket_history", "ticket_labels"].map { "helpdesk.\($0)" }
            for table in tables + ["search.documents", "search.texts"] { try session.run("vacuum (analyze) \(table)") }
            try session.run("checkpoint")
        }
    }

    func startPurge(_ scope: PurgeRun.Scope = .all) async throws -> ID<PurgeRun> {
        try await helpdesk.startPurge(.deleted, scope, access).run.id
    }

    func isOver(_ run: ID<PurgeRun>) async throws -> Bool { try await helpdesk.readPurgeRun(run, access).run.state.isFinished }

    /// Seconds from the request to the end, as the helpdesk sees it.
    func purgeAll(expecting count: Int) async throws -> Double {
        let start = ContinuousClock.now
        let run = try await startPurge()
        try await finish(run, expecting: count)
        return start.elapsed
    }

    func finish(_ run: ID<PurgeRun>, expecting count: Int) async throws {
        try await wait(upTo: 600, for: "the end of a purge") { try await isOver(run) }
        let ended = try await helpdesk.readPurgeRun(run, access).run
        guard ended.state == .done, ended.figures.purged == count else {
            throw Failure("the purge took \(ended.figures.purged) of \(count) tickets and is \(ended.state)")
        }
    }
}
