import Postgres

/// What a mass action is measured against: one bare statement that changes the same tickets, and what they are found by, and writes the same
/// rows of history and outcomes.
enum BareMassAction: String {
    case delete, undo, assign
    case setStatus = "set-status"

    /// Its number in the helpdesk: only an undo follows another one.
    var number: Int { self == .undo ? 2 : 1 }

    /// Runs it as the application would.
    /// - Returns: seconds from the beginning of its transaction to the end of the commit.
    func run(in helpdesk: BenchHelpdesk) async throws -> Double {
        let (statement, asked) = (try statement(in: helpdesk), try asked(in: helpdesk))
        return try await ScriptSession.run(on: ServerAddress(helpdesk.database.applicationURL)) { [id = helpdesk.id] session in
            try session.run("set app.tenant_id = '\(id)'")
            try session.run(asked)
            let start = ContinuousClock.now
            try session.run("begin; set local app.tenant_id = '\(id)'")
            try session.run(statement)
            try session.run("commit")
            return start.elapsed
        }
    }

    /// The row that says what is asked for.
    private func asked(in helpdesk: BenchHelpdesk) throws -> String {
        """
        insert into helpdesk.mass_actions (tenant_id, id, state, actions, agent_id, token_id, undo_of, total, created_at, started_at)
        values (\(helpdesk.id), \(number), 'running', '[]', \(try helpdesk.agent), \(try helpdesk.tokenID),
            \(self == .undo ? "1" : "null"), 1, now(), now())
        """
    }

    private func statement(in helpdesk: BenchHelpdesk) throws -> String {
        """
        with changed as (
            \(change(in: helpdesk.id, agent: try helpdesk.agent))
            returning tickets.id, tickets.version, \(changes(agent: try helpdesk.agent)) as changes, \(before) as before
        ), recorded as (
            insert into helpdesk.ticket_history (
                tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes, token_id, mass_action_id, before
            )
            select \(helpdesk.id), id, version, now(), 'agent', \(try helpdesk.agent), '\(event)', changes, \(try helpdesk.tokenID),
                \(number), before
            from changed
        )\(sought)
        insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, version)
        select \(helpdesk.id), \(number), id, 'done', version
        from changed
        """
    }

    /// Hidden tickets are found apart from the others.
    private var sought: String {
        guard self == .delete || self == .undo else { return "" }
        return """
            , sought as (
                update helpdesk.search_documents
                set hidden = \(self == .delete)
                from changed
                where search_documents.ticket_id = changed.id
            )
            """
    }

    /// `old` is the ticket as it was, which `returning` does not know any more.
    private func change(in tenant: Int64, agent: Int64) -> String {
        switch self {
        case .delete:
            update(
                """
                status = 'deleted', hidden_from = tickets.status, hidden_at = now(), live_until = null, resolved_at = tickets.resolved_at,
                    status_changed_at = now()
                """, in: tenant)
        case .setStatus: update("status = 'pending', resolved_at = null, status_changed_at = now()", in: tenant)
        case .assign: update("agent_id = \(agent)", in: tenant)
        case .undo:
            """
            update helpdesk.tickets
            set status = happened.changes -> 0 ->> 'from',
                hidden_from = null,
                hidden_at = null,
                status_changed_at = to_timestamp((happened.before ->> 'status_changed_at')::float8 / 1000),
                resolved_at = to_timestamp((happened.before ->> 'resolved_at')::float8 / 1000),
                version = tickets.version + 1,
                updated_at = now()
            from helpdesk.mass_action_items as done
            join helpdesk.ticket_history as happened
                on happened.tenant_id = \(tenant) and happened.ticket_id = done.ticket and happened.version = done.version
            join helpdesk.tickets as old
                on old.tenant_id = \(tenant) and old.id = done.ticket
            where tickets.tenant_id = \(tenant)
                and tickets.id = done.ticket
                and tickets.version = done.version
                and done.tenant_id = \(tenant)
                and done.mass_action_id = 1
                and done.outcome = 'done'
            """
        }
    }

    private func update(_ assignments: String, in tenant: Int64) -> String {
        """
        update helpdesk.tickets
        set \(assignments), version = tickets.version + 1, updated_at = now()
        from helpdesk.tickets as old
        where tickets.tenant_id = \(tenant)
            and tickets.hidden_at is null
            and old.tenant_id = \(tenant)
            and old.id = tickets.id
        """
    }

    private func changes(agent: Int64) -> String {
        let (field, from, to) =
            switch self {
            case .delete: ("status", "old.status", "'deleted'")
            case .setStatus: ("status", "old.status", "'pending'")
            case .undo: ("status", "old.status", "tickets.status")
            case .assign: ("agent_id", "old.agent_id", "\(agent)")
            }
        return "jsonb_build_array(jsonb_build_object('field', '\(field)', 'from', \(from), 'to', \(to)))"
    }

    /// The times that hang on the status, as the service keeps them.
    private var before: String {
        if self == .assign { return "null::jsonb" }
        func milliseconds(_ column: String) -> String { "'\(column)', (date_part('epoch', old.\(column)) * 1000)::bigint" }
        return """
            jsonb_strip_nulls(jsonb_build_object(\(milliseconds("status_changed_at")), \(milliseconds("hidden_at")),
                'hidden_from', old.hidden_from, \(milliseconds("resolved_at")), \(milliseconds("user_waiting_since")),
                'user_waited_ms', old.user_waited_ms))
            """
    }

    private var event: String {
        switch self {
        case .delete: "deleted"
        case .undo: "undone"
        case .setStatus, .assign: "updated"
        }
    }
}
