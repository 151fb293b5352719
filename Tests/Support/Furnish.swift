import Domain
import Postgres

extension TestTenant {
    /// Puts something into every table that a new helpdesk with tickets leaves empty, for tests that want to see it stay where it is.
    ///
    /// Written as the superuser, below all verbs: a test that finds a table without a row says so, and the row belongs here.
    /// - Parameters:
    ///   - marker: stands wherever somebody can write something; lower-case letters, which every rule takes.
    ///   - number: what is made here is counted from this on.
    package func furnish(_ ticket: ID<Ticket>, linkedWith other: ID<Ticket>, marker: String, from number: Int64 = 900) async throws {
        let script = """
            insert into helpdesk.organizations (tenant_id, id, name, created_at) values ($tenant, $number, '$marker', now());
            insert into helpdesk.teams (tenant_id, id, name, created_at) values ($tenant, $number, '$marker', now());
            insert into helpdesk.departments (tenant_id, id, name, is_default, created_at)
            values ($tenant, $number, '$marker', false, now());
            insert into helpdesk.usergroups (tenant_id, id, name, rights, created_at) values ($tenant, $number, '$marker', '{}', now());
            insert into helpdesk.permission_groups (tenant_id, id, name, rights, created_at)
            values ($tenant, $number, '$marker', '{}', now());
            insert into helpdesk.fields (tenant_id, id, key, name, type, created_at)
            values ($tenant, $number, '$marker', '$marker', 'text', now());
            insert into helpdesk.field_departments (tenant_id, field_id, department_id, required_for_agents, required_for_users)
            values ($tenant, $number, $number, false, false);
            insert into helpdesk.team_members (tenant_id, team_id, agent_id) values ($tenant, $number, $agent);
            insert into helpdesk.agent_departments (tenant_id, agent_id, department_id, access) values ($tenant, $agent, $number, 'full');
            insert into helpdesk.user_usergroups (tenant_id, user_id, usergroup_id) values ($tenant, $user, $number);

            update helpdesk.tickets
            set labels = array['$marker'], fields = '{"$marker": "$marker"}', legal_hold = '$marker'
            where tenant_id = $tenant and id = $ticket;
            insert into helpdesk.ticket_labels (tenant_id, ticket_id, label) values ($tenant, $ticket, '$marker');
            insert into helpdesk.ticket_field_values (tenant_id, ticket_id, field_id, value)
            values ($tenant, $ticket, $number, '$marker');
            insert into helpdesk.ticket_followers (tenant_id, ticket_id, agent_id) values ($tenant, $ticket, $agent);
            insert into helpdesk.ticket_ccs (tenant_id, ticket_id, user_id) values ($tenant, $ticket, $user);
            insert into helpdesk.ticket_links (tenant_id, ticket_id, kind, other_id)
            values ($tenant, $ticket, 'related', $other), ($tenant, $other, 'related', $ticket);
            insert into helpdesk.live_sessions (tenant_id, ticket_id, id, kind, agent_id, started_at, expires_at)
            values ($tenant, $ticket, $number, 'chat', $agent, now(), now() + interval '1 day');
            insert into helpdesk.idempotency_keys (tenant_id, token_id, key, request_hash, status, body, ticket_id, created_at)
            values ($tenant, $token, '$marker', '', 200, '$marker', $ticket, now());

            insert into helpdesk.purge_runs (
                tenant_id, id, status, scope, trigger, state, agent_id, retention_days, batch, created_at, started_at, finished_at
            )
            values ($tenant, $number, 'spam', 'due', 'manual', 'done', $agent, 30, 200, now(), now(), now());
            insert into helpdesk.purge_receipts (
                tenant_id, number, run_id, status, scope, trigger, state, retention_days, hidden_until, purged, held, messages, attachments,
                bytes, started_at, finished_at, previous_hash, hash
            )
            values (
                $tenant, $number, $number, 'spam', 'due', 'manual', 'done', 30, now(), 0, 0, 0, 0, 0, now(), now(), sha256('$marker'),
                sha256('$marker')
            );
            insert into helpdesk.daily_totals (tenant_id, day, measure, status, department_id, channel, count, milliseconds)
            values ($tenant, now(), 'created', 'spam', $number, 'email', 1, 0);
            insert into helpdesk.purged_mails (tenant_id, digest, purged_at) values ($tenant, sha256('$marker'), now());
            insert into helpdesk.mass_actions (tenant_id, id, state, actions, agent_id, token_id, total, created_at)
            values ($tenant, $number, 'queued', '[{"type": "note", "text": "$marker"}]', $agent, $token, 1, now());
            insert into helpdesk.mass_action_parts (
                tenant_id, mass_action_id, part, tickets, versions, statuses, message_counts, size
            )
            values ($tenant, $number, 1, array[$ticket], array[1], array['pending'], array[1], 1);
            insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version)
            values ($tenant, $number, $ticket, 'skipped', 'already', 1);

            insert into helpdesk.search_rebuilds (tenant_id, user_id, started_at) values ($tenant, $number, now());

            -- So that nobody goes on with what was before.
            update helpdesk.settings set configuration_version = configuration_version + 1 where tenant_id = $tenant;
            """
        let values: [(name: String, value: String)] = [
            ("$tenant", "\(tenant.id)"), ("$ticket", "\(ticket)"), ("$other", "\(other)"), ("$agent", "\(agentID)"), ("$user", "\(userID)"),
            ("$token", "\(agent.tokenID)"), ("$number", "\(number)"), ("$marker", marker),
        ]
        let filled = values.reduce(script) { $0.replacing($1.name, with: $1.value) }
        try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in _ = try session.run(filled) }
    }
}

extension TestInstallation {
    /// Of whoever sees through all walls, on the shared database.
    package static func superuserAddress() async throws -> ServerAddress {
        try await TestCluster.shared.value.address(database: "deskyard_test")
    }
}
