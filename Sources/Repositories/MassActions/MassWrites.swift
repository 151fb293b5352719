import Domain
import Postgres

/// Writes the new state of many tickets, one statement a table.
package struct MassWrites {
    let transaction: TenantTransaction

    /// Each group of columns is written only where one of the tickets differs in it.
    enum ColumnGroup: CaseIterable {
        case status, assignment, urgency, labels, fields, said
    }

    /// Locked tickets' new states, one version on.
    /// - Parameter rules: the helpdesk's fields, which the values are indexed by.
    package func update(_ changes: [MassChange], _ rules: FieldRules) {
        guard !changes.isEmpty else { return }
        let groups = ColumnGroup.allCases.filter { group in changes.contains { group.differs($0) } }
        transaction.joiningMany { transaction.run(.update(changes, groups)) }
        if groups.contains(.labels) { updateLabels(changes) }
        if groups.contains(.fields) { updateFieldKeys(changes, rules) }
        let silenced = changes.filter { $0.old.liveUntil != nil && $0.ticket.liveUntil == nil }
        if !silenced.isEmpty { transaction.liveSessions.removeAll(from: silenced.map(\.ticket.id)) }
    }

    private func updateLabels(_ changes: [MassChange]) {
        var dropped: [(ticket: Int64, label: String)] = []
        var added: [(ticket: Int64, label: String)] = []
        for change in changes where change.ticket.labels != change.old.labels {
            let (old, new) = (Set(change.old.labels.list), Set(change.ticket.labels.list))
            dropped += old.subtracting(new).map { (change.ticket.id.value, $0.text) }
            added += new.subtracting(old).map { (change.ticket.id.value, $0.text) }
        }
        if !dropped.isEmpty {
            transaction.joiningMany {
                transaction.run(SQL.dropLabels, [.bigints(dropped.map(\.ticket)), .texts(dropped.map(\.label))])
            }
        }
        if !added.isEmpty { transaction.run(SQL.addLabels, [.bigints(added.map(\.ticket)), .texts(added.map(\.label))]) }
    }

    private func updateFieldKeys(_ changes: [MassChange], _ rules: FieldRules) {
        let tickets = changes.filter { $0.ticket.fields != $0.old.fields }.map(\.ticket)
        let keys = tickets.flatMap { ticket in
            ticket.fieldKeys(rules).map { (ticket: ticket.id.value, field: $0.field.value, value: $0.value) }
        }
        transaction.run(SQL.dropFieldKeys, [.bigints(tickets.map(\.id.value))])
        transaction.run(SQL.addFieldKeys, [.bigints(keys.map(\.ticket)), .bigints(keys.map(\.field)), .texts(keys.map(\.value))])
    }

    package enum SQL: String, TenantSQL {
        case dropLabels = """
            delete from helpdesk.ticket_labels
            using unnest($2::bigint[], $3::text[]) as old (ticket_id, label)
            where ticket_labels.tenant_id = $1
                and ticket_labels.ticket_id = any ($2)
                and ticket_labels.ticket_id = old.ticket_id
                and ticket_labels.label = old.label
            """
        case addLabels = """
            insert into helpdesk.ticket_labels (tenant_id, ticket_id, label)
            select $1, ticket_id, label
            from unnest($2::bigint[], $3::text[]) as new (ticket_id, label)
            on conflict do nothing
            """
        case dropFieldKeys = """
            delete from helpdesk.ticket_field_values
            where tenant_id = $1
                and ticket_id = any ($2)
            """
        case addFieldKeys = """
            insert into helpdesk.ticket_field_values (tenant_id, ticket_id, field_id, value)
            select $1, ticket_id, field_id, value
            from unnest($2::bigint[], $3::bigint[], $4::text[]) as new (ticket_id, field_id, value)
            on conflict do nothing
            """
    }
}

extension MassWrites {
    /// Every update that can be put together, for the tests that hold all statements to the rules.
    package static var updates: [TicketQuery] {
        (0..<(1 << ColumnGroup.allCases.count)).map { bits in
            .update([], ColumnGroup.allCases.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
        }
    }

    /// A column, where its values come from, and how they are turned into what it holds.
    fileprivate struct Column {
        var name: String
        var type: String
        var values: ([MassChange]) -> Bind
        /// Around the value, which stands for `?`.
        var form = "?"

        init(_ name: String, _ type: String, form: String = "?", _ values: @escaping ([MassChange]) -> Bind) {
            self.name = name
            self.type = type
            self.form = form
            self.values = values
        }
    }
}

extension MassWrites.ColumnGroup {
    fileprivate func differs(_ change: MassChange) -> Bool {
        let (old, new) = (change.old, change.ticket)
        return switch self {
        case .status: old.status != new.status || change.clocks != nil || old.liveUntil != new.liveUntil
        case .assignment: old.agentID != new.agentID || old.teamID != new.teamID || old.departmentID != new.departmentID
        case .urgency: old.priority != new.priority || old.urgency != new.urgency
        case .labels: old.labels != new.labels
        case .fields: old.fields != new.fields
        // An answer ends a wait, also where the status stays.
        case .said: old.messageCount != new.messageCount || old.userWaited != new.userWaited || old.userWaitingSince != new.userWaitingSince
        }
    }

    fileprivate var columns: [MassWrites.Column] {
        switch self {
        case .status:
            [
                .init("status", "text") { .texts($0.map(\.ticket.status.name)) },
                .init("hidden_from", "text") { .texts($0.map { $0.ticket.status.hiddenFrom?.rawValue }) },
                .time("hidden_at") { $0.hiddenAt }, .time("live_until") { $0.liveUntil },
                .time("status_changed_at") { $0.statusChangedAt }, .time("resolved_at") { $0.resolvedAt },
            ]
        case .assignment:
            [
                .number("department_id") { $0.departmentID.value }, .number("agent_id") { $0.agentID?.value },
                .number("team_id") { $0.teamID?.value },
            ]
        case .urgency:
            [
                .init("priority", "text") { .texts($0.map(\.ticket.priority.rawValue)) }, .number("urgency") { Int64($0.urgency.value) },
            ]
        case .labels:
            // No label has a comma in it.
            [
                .init("labels", "text", form: "string_to_array(?, ',')") { changes in
                    .texts(changes.map { $0.ticket.labels.list.map(\.text).joined(separator: ",") })
                }
            ]
        case .fields: [.init("fields", "text", form: "?::jsonb") { .texts($0.map { FieldColumn.json($0.ticket.fields) }) }]
        case .said:
            [
                .number("message_count") { Int64($0.messageCount) }, .number("reply_count") { Int64($0.replyCount) },
                .time("first_replied_at") { $0.firstRepliedAt }, .time("user_waiting_since") { $0.userWaitingSince },
                .number("user_waited_ms") { $0.userWaited },
            ]
        }
    }
}

extension MassWrites.Column {
    fileprivate static func time(_ name: String, _ value: @escaping (Ticket) -> Timestamp?) -> Self {
        Self(name, "timestamptz") { .timestamps($0.map { value($0.ticket).map { $0.milliseconds * 1000 } }) }
    }

    fileprivate static func number(_ name: String, _ value: @escaping (Ticket) -> Int64?) -> Self {
        Self(name, "bigint") { .bigints($0.map { value($0.ticket) }) }
    }
}

extension TicketQuery {
    fileprivate static func update(_ changes: [MassChange], _ groups: [MassWrites.ColumnGroup]) -> TicketQuery {
        var query = TicketQuery()
        let always: [MassWrites.Column] = [.number("version") { $0.version }, .time("updated_at") { $0.updatedAt }]
        let columns = always + groups.flatMap(\.columns)
        let ids = query.parameter(.bigints(changes.map(\.ticket.id.value)))
        let sources = ["\(ids)::bigint[]"] + columns.map { "\(query.parameter($0.values(changes)))::\($0.type)[]" }
        query.lines = [
            "update helpdesk.tickets",
            "set " + columns.map { "\($0.name) = \($0.form.replacing("?", with: "new.\($0.name)"))" }.joined(separator: ",\n    "),
            "from unnest(\(sources.joined(separator: ", ")))",
            "    as new (\((["id"] + columns.map(\.name)).joined(separator: ", ")))",
            "where tickets.tenant_id = $1",
            // Looked up by number even where the planner takes the helpdesk for empty, because it has grown since it was counted.
            "    and tickets.id = any (\(ids))",
            "    and tickets.id = new.id",
        ]
        return query
    }
}
