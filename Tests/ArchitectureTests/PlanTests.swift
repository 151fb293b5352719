import Domain
import Foundation
import JSON
import Postgres
import Repositories
import Services
import Support
import Testing

/// Looks at the plans themselves, under the application's role and with row security on: timings lie, plans do not. They are the generic
/// ones, which the service runs for whatever tenant asks.
@Suite(.serialized) struct PlanTests {
    /// The plan of each shape a query for tickets can take.
    private static let plans = Task { () -> [Planned] in
        try await ScriptSession.run(on: address.value) { session in
            try begin(session, tenant: 1)
            return try ListCombinations.all.enumerated().map { index, shape in
                Planned(shape: shape, plan: try plan(of: shape.query, named: "s\(index)", tenant: 1, session))
            }
        }
    }

    @Test("no query for tickets reads a whole table, nor a part of an index that is another tenant's")
    func tenantsPartOnly() async throws {
        let plans = try await Self.plans.value
        let scanning = plans.filter { $0.plan.nodes.contains { $0.type == "Seq Scan" } }
        let straying = plans.filter { $0.plan.nodes.contains { $0.index != nil && !$0.condition.contains("(tenant_id = ") } }
        #expect(scanning.isEmpty, "\(scanning.count) read a whole table: \(Planned.first(scanning))")
        #expect(straying.isEmpty, "\(straying.count) read what is others': \(Planned.first(straying))")
        #expect(plans.count > 800)
    }

    @Test("no list sorts more than what is one user's, has one label or value, lies in a span of time, or is hidden")
    func listsAreOrdered() async throws {
        let plans = try await Self.plans.value.filter { !$0.shape.maySort }
        let sorting = plans.filter { $0.plan.nodes.contains { $0.type.hasSuffix("Sort") } }
        #expect(sorting.isEmpty, "\(sorting.count) sort: \(Planned.first(sorting))")
        #expect(plans.count > 140)
    }

    /// A helpdesk with many users among helpdesks with few: for the average one, reading all its users would be the cheaper plan.
    @Test("the user beside a ticket is looked up by number, however many users the helpdesk has")
    func usersAreLookedUp() async throws {
        let plans = try await Self.plans.value
        let reading = plans.filter { planned in
            let users = planned.plan.nodes.filter { $0.index?.hasPrefix("users_") ?? false }
            return users.isEmpty || !users.allSatisfy { $0.condition.contains("(id = ") }
        }
        #expect(reading.isEmpty, "\(reading.count) read all users of the helpdesk: \(Planned.first(reading))")
    }

    @Test("tickets asked for by number are looked up in the primary key, whoever asks")
    func lookUpsUseTheKey() async throws {
        let lookUps = try await Self.plans.value.suffix(ListCombinations.lookUps.count)
        let straying = lookUps.filter { planned in
            let tickets = planned.plan.nodes.filter { $0.index?.hasPrefix("tickets_") ?? false }
            return tickets.isEmpty || !tickets.allSatisfy { $0.index == "tickets_pkey" && $0.condition.contains("(id = ") }
        }
        #expect(straying.isEmpty, "\(Planned.first(straying))")
        #expect(lookUps.count > 40)
    }

    @Test(
        "the first page of the latest changes touches a bounded number of buffers, whatever one sees, in the largest tenant and in a small one",
        arguments: [1, 77])
    func firstPagesAreCheap(tenant: Int) async throws {
        for sight in [.everything] + ListCombinations.agents {
            let buffers = try await Self.buffersOfFirstPages(seenBy: sight, tenant: tenant) { $0.key == .updatedAt }
            #expect(buffers.allSatisfy { $0 > 0 && $0 < 2000 }, "\(sight): \(buffers)")
        }
        let everything = try await Self.buffersOfFirstPages(seenBy: .everything, tenant: tenant)
        #expect(everything.allSatisfy { $0 > 0 && $0 < 400 }, "\(everything)")
    }

    /// The first agent has a quarter of the 16,000 visible tickets; there is no index of an agent's tickets but by their last change.
    @Test("in other orders an agent's list touches as many buffers as the agent has tickets, not as the helpdesk has")
    func agentsListsAreBounded() async throws {
        for sight in ListCombinations.agents {
            let buffers = try await Self.buffersOfFirstPages(seenBy: sight, tenant: 1)
            #expect(buffers.allSatisfy { $0 > 0 && $0 < 6000 }, "\(sight): \(buffers)")
        }
    }

    @Test(
        "a user's list touches as many buffers as the user has tickets, not as the helpdesk has, in every order", arguments: [1, 77])
    func usersListsAreCheap(tenant: Int) async throws {
        for sight in ListCombinations.users {
            let buffers = try await Self.buffersOfFirstPages(seenBy: sight, tenant: tenant)
            // Forty visible tickets of the user's own, forty of the organization's, some on copy; the largest tenant has 16,000.
            #expect(buffers.allSatisfy { $0 > 0 && $0 < 600 }, "\(sight): \(buffers)")
        }
    }
}

extension PlanTests {
    /// What a shape is planned like.
    fileprivate struct Planned {
        let shape: ListCombinations
        let plan: Plan

        static func first(_ planned: some Collection<Planned>) -> String {
            planned.first.map { "\($0.shape.sql)\n\($0.plan.text)" } ?? "none"
        }
    }

    private static func buffersOfFirstPages(
        seenBy sight: TicketSight, tenant: Int, _ isWanted: @escaping @Sendable (TicketOrder) -> Bool = { _ in true }
    ) async throws -> [Int64] {
        try await ScriptSession.run(on: address.value) { session in
            try begin(session, tenant: tenant)
            return try ListCombinations.firstPages(seenBy: sight, isWanted).enumerated().map { index, shape in
                try plan(of: shape.query, named: "b\(index)", tenant: tenant, session, analyze: true).buffers
            }
        }
    }

    private static func begin(_ session: ScriptSession, tenant: Int) throws {
        try session.run("set app.tenant_id = '\(tenant)'")
        try session.run("set plan_cache_mode = force_generic_plan")
    }

    private static func plan(
        of query: TicketQuery, named name: String, tenant: Int, _ session: ScriptSession, analyze: Bool = false
    ) throws -> Plan {
        let types = (["bigint"] + query.binds.map(\.typeName)).joined(separator: ", ")
        try session.run("prepare \(name) (\(types)) as \(query.sql)")
        let values = (["\(tenant)"] + query.binds.map(\.literal)).joined(separator: ", ")
        let rows = try session.run("explain (format json\(analyze ? ", analyze, buffers" : "")) execute \(name)(\(values))")
        return try Plan(rows.compactMap { $0.first.flatMap { $0 } }.joined(separator: "\n"))
    }

    /// A database of its own with many small tenants and one that is larger than all of them together, analysed.
    private static let address = Task { () -> ServerAddress in
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: "deskyard_plans")
        try await ScriptSession.run(on: cluster.address(database: "deskyard_plans")) { session in _ = try session.run(fill) }
        return cluster.address(role: "deskyard_app", database: "deskyard_plans")
    }

    /// `writers` of the users have tickets, one in each so many (`gap`), and hardly two of an organization. What a ticket has of one thing
    /// says little about what it has of another.
    private static let fill = """
        -- Foreign keys are right here without being checked 200,000 times.
        set session_replication_role = replica;
        create temporary table sizes as
        select n, case when n = 1 then 20000 else 100 end as tickets, case when n = 1 then 20000 else 20 end as users,
            case when n = 1 then 401 else 20 end as organizations, case when n = 1 then 400 else 20 end as writers,
            case when n = 1 then 50 else 1 end as gap
        from generate_series(1, 100) n;
        insert into installation.tenants (id, slug, name, time_zone, state, created_at)
        select n, 't' || n, 'T', 'UTC', 'active', now() from sizes;
        insert into helpdesk.departments (tenant_id, id, name, is_default, created_at)
        select n, d, 'D' || d, d = 1, now() from sizes, generate_series(1, 3) d;
        insert into helpdesk.teams (tenant_id, id, name, created_at)
        select n, t, 'T' || t, now() from sizes, generate_series(1, 2) t;
        insert into helpdesk.organizations (tenant_id, id, name, created_at)
        select n, o, 'O' || o, now() from sizes, generate_series(1, organizations) o;
        insert into helpdesk.fields (tenant_id, id, key, name, type, created_at)
        select n, f.id, f.key, f.key, f.type, now() from sizes, (values (1, 'order_no', 'text'), (2, 'pieces', 'number')) f (id, key, type);
        insert into helpdesk.agents (tenant_id, id, name, email, is_admin, created_at)
        select n, a, 'A', 'a' || a || '@x.example', true, now() from sizes, generate_series(1, 3) a;
        insert into helpdesk.users (tenant_id, id, name, email, organization_id, created_at)
        select n, u, 'U', 'u' || u || '@x.example', 1 + u % organizations, now() from sizes, generate_series(1, users) u;
        insert into helpdesk.tickets (tenant_id, id, ref, subject, status, hidden_from, hidden_at, user_id, organization_id, department_id,
            agent_id, team_id, priority, urgency, labels, channel, message_count, version, created_at, updated_at, status_changed_at,
            resolved_at)
        select n, i, 'R' || i, 'Subject', s.status, s.hidden_from, s.hidden_at, u, 1 + u % organizations, 1 + i / 13 % 3,
            nullif(i / 7 % 4, 0), nullif(i / 11 % 3, 0), 'normal', 1 + i / 3 % 10, array['label-' || i / 17 % 40], 'api', 1, 1,
            now() - make_interval(mins => i), now() - make_interval(mins => i / 2), now(), now()
        from sizes, generate_series(1, tickets) i, lateral (select 1 + i / 10 % writers * gap as u) w,
            lateral (select case i % 10 when 0 then 'spam' when 1 then 'deleted' when 2 then 'pending' when 3 then 'awaiting_user'
                when 4 then 'awaiting_agent' else 'resolved' end as status,
                case when i % 10 < 2 then 'resolved' end as hidden_from, case when i % 10 < 2 then now() end as hidden_at) s;
        insert into helpdesk.ticket_labels (tenant_id, ticket_id, label)
        select tenant_id, id, labels[1] from helpdesk.tickets;
        insert into helpdesk.ticket_field_values (tenant_id, ticket_id, field_id, value)
        select tenant_id, id, 1, 'A-' || id / 19 % 100 from helpdesk.tickets
        union all select tenant_id, id, 2, (id / 3 % 10)::text from helpdesk.tickets;
        insert into helpdesk.ticket_followers (tenant_id, ticket_id, agent_id)
        select tenant_id, id, 1 + id % 3 from helpdesk.tickets where id % 50 = 0;
        insert into helpdesk.ticket_ccs (tenant_id, ticket_id, user_id)
        select tenant_id, id, 1 + id / 50 % writers * gap from helpdesk.tickets join sizes on n = tenant_id where id % 50 = 0;
        analyze;
        """
}

/// A plan as the server explains it.
private struct Plan {
    struct Node {
        let type: String
        let index: String?
        /// Which part of the index is read.
        let condition: String
    }

    let text: String
    let nodes: [Node]
    let buffers: Int64

    init(_ text: String) throws {
        self.text = text
        let root = try #require(try JSONValue(parsing: text.utf8).array?.first?["Plan"])
        var nodes: [Node] = []
        func walk(_ node: JSONValue) {
            if let type = node["Node Type"]?.string {
                nodes.append(Node(type: type, index: node["Index Name"]?.string, condition: node["Index Cond"]?.string ?? ""))
            }
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
        case .integer: "integer"
        case .text: "text"
        case .timestamp: "timestamptz"
        case .texts: "text[]"
        case .bigints: "bigint[]"
        default: "unknown"
        }
    }

    fileprivate var literal: String {
        switch self {
        case .bigint(let value): value.map { "\($0)" } ?? "null"
        case .integer(let value): value.map { "\($0)" } ?? "null"
        case .text(let value): value.map { "'\($0)'" } ?? "null"
        case .timestamp(let value): value.map { "'\(Timestamp(milliseconds: $0 / 1000))'" } ?? "null"
        case .texts(let values): "'{\(values.compactMap { $0 }.joined(separator: ","))}'"
        case .bigints(let values): "'{\(values.compactMap { $0.map { "\($0)" } }.joined(separator: ","))}'"
        default: "null"
        }
    }
}
