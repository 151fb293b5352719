import Domain
import Postgres

/// Writes many tickets with one statement a table: for imports and measurements. `COPY` would be quicker and is refused on tables with row security.
package struct Bulk {
    let transaction: TenantTransaction

    /// Users `from` to `through`, named by their numbers.
    @discardableResult
    package func insertUsers(from: Int64, through: Int64, at now: Timestamp) -> Pending<Void> {
        transaction.run(SQL.users, [.bigint(from), .bigint(through), now.bind]).map { _ in }
    }

    /// New tickets, each with its first message and its first line of history, by an agent.
    /// - Parameter rules: the helpdesk's fields, which the values are indexed by.
    @discardableResult
    package func insert(_ items: [(Ticket, Message)], _ rules: FieldRules, by agent: ID<Agent>) -> Pending<Void> {
        let tickets = items.map(\.0)
        let messages = items.map(\.1)
        transaction.run(
            SQL.tickets,
            [
                .bigints(tickets.map(\.id.value)), .texts(tickets.map(\.ref.text)), .texts(tickets.map(\.subject.text)),
                .texts(tickets.map(\.status.name)), .texts(tickets.map { $0.status.hiddenFrom?.rawValue }),
                .timestamps(tickets.map { $0.hiddenAt?.microseconds }), .bigints(tickets.map(\.user.id.value)),
                .bigints(tickets.map { $0.agentID?.value }), .timestamps(tickets.map(\.createdAt.microseconds)),
                .timestamps(tickets.map(\.updatedAt.microseconds)), .timestamps(tickets.map { $0.userWaitingSince?.microseconds }),
                .timestamps(tickets.map { $0.resolvedAt?.microseconds }),
                .texts(tickets.map { FieldColumn.json($0.fields) }),
            ])
        let keys = tickets.flatMap { ticket in
            ticket.fieldKeys(rules).map { (ticket: ticket.id.value, field: $0.field.value, value: $0.value) }
        }
        transaction.run(SQL.fieldValues, [.bigints(keys.map(\.ticket)), .bigints(keys.map(\.field)), .texts(keys.map(\.value))])
        transaction.run(
            SQL.messages,
            [
                .bigints(messages.map(\.ticketID.value)), .bigints(messages.map(\.id.value)), .bigints(tickets.map(\.user.id.value)),
                .texts(messages.map(\.body.content)), .timestamps(messages.map(\.createdAt.microseconds)),
            ])
        return transaction.run(
            SQL.history,
            [
                .bigints(tickets.map(\.id.value)), .timestamps(tickets.map(\.createdAt.microseconds)), .texts(tickets.map(\.status.name)),
                .bigints(messages.map(\.id.value)), agent.bind,
            ]
        ).map { _ in }
    }

    package enum SQL: String, TenantSQL {
        case users = """
            insert into helpdesk.users (tenant_id, id, name, email, created_at)
            select $1, number, 'User ' || number, 'user' || number || '@bench.example', $4
            from generate_series($2::bigint, $3::bigint) number
            """
        case tickets = """
            insert into helpdesk.tickets (
                tenant_id, id, ref, subject, status, hidden_from, hidden_at, user_id, department_id, agent_id, priority, urgency, channel,
                message_count, version, created_at, updated_at, status_changed_at, user_waiting_since, resolved_at, fields
            )
            select $1, id, ref, subject, status, hidden_from, hidden_at, user_id, 1, agent_id, 'normal', 1, 'api', 1, 1, created_at,
                updated_at, updated_at, user_waiting_since, resolved_at, fields::jsonb
            from unnest(
                $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::timestamptz[], $8::bigint[], $9::bigint[],
                $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[], $14::text[]
            ) as new (
                id, ref, subject, status, hidden_from, hidden_at, user_id, agent_id, created_at, updated_at, user_waiting_since,
                resolved_at, fields
            )
            """
        case fieldValues = """
            insert into helpdesk.ticket_field_values (tenant_id, ticket_id, field_id, value)
            select $1, ticket_id, field_id, value
            from unnest($2::bigint[], $3::bigint[], $4::text[]) as new (ticket_id, field_id, value)
            """
        case messages = """
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, user_id, format, body, created_at)
            select $1, ticket_id, id, 'user_message', user_id, 'text', body, created_at
            from unnest($2::bigint[], $3::bigint[], $4::bigint[], $5::text[], $6::timestamptz[])
                as new (ticket_id, id, user_id, body, created_at)
            """
        case history = """
            insert into helpdesk.ticket_history (tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes, message_id)
            select $1, ticket_id, 1, at, 'agent', $6, 'created',
                jsonb_build_array(jsonb_build_object('field', 'status', 'from', null, 'to', status)), message_id
            from unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::bigint[]) as new (ticket_id, at, status, message_id)
            """
    }
}

extension Timestamp {
    fileprivate var microseconds: Int64 { milliseconds * 1000 }
}
