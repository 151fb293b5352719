import Domain
import Foundation
import JSON
import Postgres
import Repositories
import Services
import Support
import Testing

/// Looks at the plans themselves, under the application's role and with row security on: timings lie, plans do not.
@Suite(.serialized) struct PlanTests {
    /// A database of its own with many small tenants and one large one, analysed.
    private static let address = Task { () -> ServerAddress in
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: "deskyard_plans")
        try await ScriptSession.run(on: cluster.address(database: "deskyard_plans")) { session in
            _ = try session.run(
                """
                insert into installation.tenants (id, slug, name, time_zone, state, created_at)
                select n, 't' || n, 'T', 'UTC', 'active', now() from generate_series(1, 200) n;
                insert into helpdesk.agents (tenant_id, id, name, email, is_admin, created_at)
                select n, a, 'A', 'a' || a || '@x.example', true, now() from generate_series(1, 200) n, generate_series(1, 3) a;
                insert into helpdesk.users (tenant_id, id, name, email, created_at)
                select n, u, 'U', 'u' || u || '@x.example', now() from generate_series(1, 200) n, generate_series(1, 50) u;
                insert into helpdesk.tickets (tenant_id, id, ref, subject, status, hidden_from, hidden_at, user_id, agent_id, priority,
                    urgency, channel, message_count, version, created_at, updated_at, status_changed_at, resolved_at)
                select n, i, 'R' || i, 'Subject', s.status, s.hidden_from, s.hidden_at, 1 + i % 50, nullif(i % 4, 0), 'normal', 1, 'api', 1, 1,
                    now() - make_interval(mins => i), now() - make_interval(mins => i / 2), now(), now()
                from generate_series(1, 200) n, generate_series(1, 20000) i,
                    lateral (select case i % 10 when 0 then 'spam' when 1 then 'deleted' when 2 then 'pending' when 3 then 'awaiting_user'
                        when 4 then 'awaiting_agent' else 'resolved' end as status,
                        case when i % 10 < 2 then 'resolved' end as hidden_from, case when i % 10 < 2 then now() end as hidden_at) s
                where i <= case when n = 1 then 20000 else 100 end;
                analyze;
                """)
        }
        return cluster.address(role: "deskyard_app", database: "deskyard_plans")
    }

    @Test("no list reads the whole table, and none sorts more than one user's tickets, a span of time, or hidden ones", arguments: [1, 77])
    func listsAreOrdered(tenant: Int) async throws {
        let address = try await Self.address.value
        try await ScriptSession.run(on: address) { session in
            try session.run("set app.tenant_id = '\(tenant)'")
            try session.run("set plan_cache_mode = force_generic_plan")
            var unsorted = 0
            for (index, combination) in ListCombinations.all.enumerated() {
                let plan = try Self.plan(of: combination.statement, named: "l\(index)", tenant, session)
                #expect(!plan.nodes.contains("Seq Scan"), "reads the whole table:\n\(combination.sql)\n\(plan.text)")
                if combination.maySort { continue }
                #expect(!plan.nodes.contains("Sort"), "sorts:\n\(combination.sql)\n\(plan.text)")
                unsorted += 1
            }
            #expect(unsorted > 60)
        }
    }

    @Test("a page of the default list touches a bounded number of buffers, in the smallest tenant and in the largest", arguments: [1, 77])
    func defaultListIsCheap(tenant: Int) async throws {
        let address = try await Self.address.value
        let buffers = try await ScriptSession.run(on: address) { session in
            try session.run("set app.tenant_id = '\(tenant)'")
            try session.run("set plan_cache_mode = force_generic_plan")
            let list = ListCombinations(filter: TicketFilter(), order: .newestChangeFirst, hasCursor: false)
            return try Self.plan(of: list.statement, named: "d", tenant, session, analyze: true).buffers
        }
        #expect(buffers > 0 && buffers < 400)
    }

    @Test("one ticket is one look-up in the primary key, under row security")
    func findUsesTheKey() async throws {
        let address = try await Self.address.value
        try await ScriptSession.run(on: address) { session in
            try session.run("set app.tenant_id = '1'")
            try session.run("set plan_cache_mode = force_generic_plan")
            try session.run("prepare f as \(Tickets.SQL.find.rawValue)")
            let plan = try Plan(session.run("explain (format json) execute f(1, 5)").first?.first.flatMap { $0 } ?? "")
            #expect(plan.text.contains("tickets_pkey") && plan.text.contains("users_pkey"))
            #expect(!plan.nodes.contains("Seq Scan"))
        }
    }

    private static func plan(
        of list: TicketListSQL, named name: String, _ tenant: Int, _ session: ScriptSession, analyze: Bool = false
    ) throws -> Plan {
        let types = (["bigint"] + list.binds.map(\.typeName)).joined(separator: ", ")
        try session.run("prepare \(name) (\(types)) as \(list.sql)")
        let values = (["\(tenant)"] + list.binds.map(\.literal)).joined(separator: ", ")
        let rows = try session.run("explain (format json\(analyze ? ", analyze, buffers" : "")) execute \(name)(\(values))")
        return try Plan(rows.compactMap { $0.first.flatMap { $0 } }.joined(separator: "\n"))
    }
}

/// A plan as the server explains it.
private struct Plan {
    let text: String
    let nodes: Set<String>
    let buffers: Int64

    init(_ text: String) throws {
        self.text = text
        let root = try #require(try JSONValue(parsing: text.utf8).array?.first?["Plan"])
        var nodes: Set<String> = []
        func walk(_ node: JSONValue) {
            if let type = node["Node Type"]?.string { nodes.insert(type) }
            for child in node["Plans"]?.array ?? [] { walk(child) }
        }
        walk(root)
        self.nodes = nodes
        buffers = (root["Shared Hit Blocks"]?.integer ?? 0) + (root["Shared Read Blocks"]?.integer ?? 0)
    }
}

extension Bind {
    fileprivate var typeName: String {
        switch self {
        case .bigint: "bigint"
        case .text: "text"
        case .timestamp: "timestamptz"
        case .texts: "text[]"
        default: "unknown"
        }
    }

    fileprivate var literal: String {
        switch self {
        case .bigint(let value): value.map { "\($0)" } ?? "null"
        case .text(let value): value.map { "'\($0)'" } ?? "null"
        case .timestamp(let value): value.map { "'\(Timestamp(milliseconds: $0 / 1000))'" } ?? "null"
        case .texts(let values): "'{\(values.compactMap { $0 }.joined(separator: ","))}'"
        default: "null"
        }
    }
}
