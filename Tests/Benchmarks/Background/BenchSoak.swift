import Foundation
import Postgres
import Services

extension Background {
    private static let cycles = 12
    private static let tickets = 50_000

    /// Weeks of churn in minutes: again and again a fifth of the tickets is hidden and purged and as many come in, with autovacuum as the
    /// schema sets it. What tables and indexes take afterwards, beside what they took at the start.
    func soak() async throws -> [BackgroundResult] {
        let workplace = try Workplace(named: "soak")
        defer { workplace.remove() }
        // It looks each second here and each minute in real life, where a cycle takes a day.
        let other = try BenchDatabase(
            in: workplace, options, settings: ["autovacuum": "on", "autovacuum_naptime": "1s", "fsync": "off"])
        defer { other.destroy() }
        try await other.prepare()
        let helpdesk = try await BenchHelpdesk(named: "soak", on: other)
        try await helpdesk.fill(Self.tickets, deleted: false)
        try await change(other, "vacuum full analyze")
        try await tellSizes(other)
        let worker = BenchWorker(on: ServerAddress(other.applicationURL))
        let start = try await size(other)
        let fifth = Self.tickets / 5
        var highest = start
        for cycle in 0..<Self.cycles {
            try await change(
                other,
                """
                update helpdesk.tickets
                set status = 'deleted', hidden_from = 'resolved', hidden_at = now() - interval '40 days', version = version + 1
                where tenant_id = \(helpdesk.id)
                    and id in (select id from helpdesk.tickets where tenant_id = \(helpdesk.id) order by id limit \(fifth))
                """)
            _ = try await helpdesk.purgeAll(expecting: fifth)
            try await settle(other)
            try await helpdesk.fill(fifth, from: Self.tickets + 1 + cycle * fifth, deleted: false, vacuuming: false)
            let now = try await size(other)
            highest = max(highest, now)
            say("  cycle \(cycle + 1): \(whole(now / 1e6)) MB of \(whole(start / 1e6)) MB at the start")
        }
        let end = try await size(other)
        try await tellSizes(other)
        await worker.stop()
        await helpdesk.close()
        return [
            BackgroundResult(
                title: "size after \(Self.cycles) times a fifth purged and refilled", unit: "MB", ours: end / 1e6, floor: start / 1e6,
                aim: "at most 1.3 times"),
            BackgroundResult(
                title: "the same at its highest", unit: "MB", ours: highest / 1e6, floor: start / 1e6, aim: "at most 1.3 times"),
        ]
    }

    private func change(_ database: BenchDatabase, _ sql: String) async throws {
        try await ScriptSession.run(on: database.administrator) { session in _ = try session.run(sql) }
    }

    /// Tables of the helpdesks with their indexes and large values.
    private func size(_ database: BenchDatabase) async throws -> Double {
        let rows = try await ScriptSession.run(on: database.administrator) { session in
            try session.run(
                "select sum(pg_total_relation_size(oid)) from pg_class where relnamespace = 'helpdesk'::regnamespace and relkind = 'r'")
        }
        return rows.first?.first.flatMap { $0.flatMap(Double.init) } ?? 0
    }

    private func tellSizes(_ database: BenchDatabase) async throws {
        let rows = try await ScriptSession.run(on: database.administrator) { session in
            try session.run(
                """
                select relname, pg_size_pretty(pg_relation_size(oid))
                from pg_class
                where relnamespace in ('helpdesk'::regnamespace, 'installation'::regnamespace) and relkind in ('r', 'i')
                order by pg_relation_size(oid) desc
                limit 12
                """)
        }
        for row in rows { say("    \(row.compactMap { $0 }.joined(separator: "  "))") }
    }

    /// Until autovacuum has seen what happened, as it will have by the next day.
    private func settle(_ database: BenchDatabase) async throws {
        try await wait(upTo: 120, for: "autovacuum") {
            try await Task.sleep(for: .milliseconds(500))
            let busy = try await ScriptSession.run(on: database.administrator) { session in
                try session.run(
                    """
                    select relname
                    from pg_stat_user_tables
                    where schemaname = 'helpdesk'
                        and n_dead_tup > 500 + 0.02 * n_live_tup
                        and relname in ('tickets', 'messages', 'ticket_history', 'ticket_labels')
                    union all
                    select 'working' from pg_stat_progress_vacuum
                    """)
            }
            return busy.isEmpty
        }
    }
}
