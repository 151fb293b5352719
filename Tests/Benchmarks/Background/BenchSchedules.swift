import Postgres
import Services

extension Background {
    /// 10,000 helpdesks with two schedules each: what a look costs when none is due, beside the bare SQL of it.
    func schedules() async throws -> [BackgroundResult] {
        try await ScriptSession.run(on: database.administrator) { session in
            try session.run(
                """
                insert into installation.tenants (slug, name, time_zone, state, created_at)
                select 'sleeper-' || n, 'Sleeper', 'Europe/London', 'active', now() from generate_series(1, 10000) n;
                insert into installation.schedules (tenant_id, kind, at_minute, time_zone, next_run_at)
                select id, kind, 180, 'Europe/London', now() + interval '1 day' + make_interval(secs => id % 300)
                from installation.tenants, unnest(array['purge_spam', 'purge_deleted']) kind
                where slug like 'sleeper-%'
                on conflict do nothing
                """)
            try session.run("update installation.schedules set next_run_at = now() + interval '1 day' where next_run_at <= now()")
            try session.run("vacuum (analyze) installation.schedules")
        }
        let serving = BenchPool(on: ServerAddress(database.applicationURL))
        let installation = Installation(database: serving.database)
        let looks = 2000
        for _ in 0..<100 { try await installation.runSchedules() }
        let start = ContinuousClock.now
        for _ in 0..<looks { try await installation.runSchedules() }
        let each = start.elapsed / Double(looks) * 1000
        await serving.pool.close()

        let script = """
            begin;
            select schedules.tenant_id, slug, tenants.state, kind, at_minute, schedules.time_zone, next_run_at, last_run_at, due_from
            from installation.schedules
            join installation.tenants on tenants.id = schedules.tenant_id
            where next_run_at <= now()
            order by next_run_at
            limit 100
            for update of schedules skip locked;
            commit;

            """
        let file = try pgbench.workplace.write(script, to: "schedules.sql")
        let output = try await pgbench.program.run(
            ["-n", "-M", "prepared", "-c", "1", "-t", "\(looks)", "-f", file, database.applicationURL],
            log: pgbench.workplace.path("pgbench-schedules.log"), limit: .seconds(60))
        guard let bare = output.matches(of: /latency average = ([0-9.]+) ms/).first.flatMap({ Double($0.1) }) else {
            throw Failure("pgbench did not measure schedules:\n\(output.suffix(2000))")
        }
        return [
            BackgroundResult(
                title: "a look at 20,000 schedules, none due", unit: "ms", ours: each, floor: bare, aim: "none given; one look a second")
        ]
    }
}
