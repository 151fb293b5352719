import Postgres
import Repositories
import Support

/// A database of its own with many small helpdesks and one that is larger than all of them together, analysed: what a statement is planned
/// like there, it is planned like anywhere.
enum PlanDatabase {
    /// As the application, in one of the helpdesks (the first is the large one), with the generic plans that the service runs for whatever
    /// tenant asks.
    static func run<Value: Sendable>(
        in tenant: Int = 1, _ body: @escaping @Sendable (ScriptSession) throws -> Value
    ) async throws -> Value {
        try await ScriptSession.run(on: address.value) { session in
            try session.run("set app.tenant_id = '\(tenant)'")
            try session.run("set plan_cache_mode = force_generic_plan")
            return try body(session)
        }
    }

    private static let address = Task { () -> ServerAddress in
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: "deskyard_plans")
        try await ScriptSession.run(on: cluster.address(database: "deskyard_plans")) { session in _ = try session.run(fill) }
        return cluster.address(role: "deskyard_app", database: "deskyard_plans")
    }

    /// `writers` of the users have tickets, one in each so many (`gap`), and hardly two of an organization. What a ticket has of one thing
    /// says little about what it has of another. Every mass action was about all tickets. A thing is in every ticket, paper in every tenth or so, a
    /// zebra in hardly any.
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
        select n, d, 'D' || d, d = 1, now() from sizes, generate_series(1, 12) d;
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
        insert into helpdesk.messages (tenant_id, ticket_id, id, kind, user_id, format, body, created_at)
        select tenant_id, id, 1, 'user_message', user_id, 'text', 'A thing, some paper and a zebra', created_at from helpdesk.tickets;
        insert into search.documents (tenant_id, ticket_id, hidden, words)
        select tenant_id, id, hidden_at is not null, setweight(to_tsvector('simple', 'order ' || id), 'A') || setweight(to_tsvector(
            'simple', 'thing w' || id % 500 || case when id % 20 in (0, 1, 7) then ' paper' else '' end
                || case when tenant_id in (1, 77) and id % 2000 in (0, 1, 7) then ' zebra' else '' end), 'C')
        from helpdesk.tickets;
        insert into search.texts (tenant_id, ticket_id, subject, person)
        select t.tenant_id, t.id, 'order ' || t.id || case
            when t.tenant_id in (1, 77) and t.id % 2000 in (0, 1, 7) then ' of a zebra' else ' of things' end, 'u' || e'\\n' || u.email
        from helpdesk.tickets t join helpdesk.users u on u.tenant_id = t.tenant_id and u.id = t.user_id;
        select search.settle();
        insert into helpdesk.ticket_history (tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes)
        select tenant_id, id, v, now(), 'agent', 1, 'updated', '[]' from helpdesk.tickets, generate_series(1, 3) v;
        insert into helpdesk.mass_actions (tenant_id, id, state, actions, agent_id, total, created_at, finished_at)
        select n, a, 'done', '[]', 1 + a % 3, tickets, now(), now() from sizes, generate_series(1, 5) a;
        insert into helpdesk.mass_action_parts (tenant_id, mass_action_id, part, tickets, versions, statuses, message_counts, size)
        select n, a, p, array[1], array[1], array['pending'], array[1], 1 from sizes, generate_series(1, 5) a, generate_series(0, 9) p;
        insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version)
        select n, a, i, case when i % 50 = 0 then 'failed' else 'done' end, case when i % 50 = 0 then 'locked' end, 1
        from sizes, generate_series(1, 5) a, generate_series(1, tickets) i;
        analyze;
        """
}
