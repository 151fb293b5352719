import Postgres

extension BenchHelpdesk {
    /// What mass actions have left behind in it, counted by kind: what did the same reads the same.
    func massTrace() async throws -> String {
        let rows = try await ScriptSession.run(on: database.administrator) { [id] session in
            try session.run(
                """
                select concat_ws(' ', 'ticket', status, hidden_from, agent_id, version, hidden_at is null, resolved_at is null, count(*))
                from helpdesk.tickets
                where tenant_id = \(id)
                group by status, hidden_from, agent_id, version, hidden_at is null, resolved_at is null
                union all
                select concat_ws(' ', 'history', mass_action_id, version, actor_kind, actor_id, token_id, event, changes,
                    (select string_agg(key, ',' order by key) from jsonb_object_keys(before) as key), count(*))
                from helpdesk.ticket_history
                where tenant_id = \(id)
                    and mass_action_id is not null
                group by mass_action_id, version, actor_kind, actor_id, token_id, event, changes,
                    (select string_agg(key, ',' order by key) from jsonb_object_keys(before) as key)
                union all
                select concat_ws(' ', 'item', mass_action_id, outcome, reason, version, count(*))
                from helpdesk.mass_action_items
                where tenant_id = \(id)
                group by mass_action_id, outcome, reason, version
                order by 1
                """)
        }
        return rows.compactMap { $0.first ?? nil }.joined(separator: "\n")
    }
}
