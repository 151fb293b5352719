import Domain
import Postgres

package struct Tickets {
    let transaction: TenantTransaction

    package func find(_ id: ID<Ticket>, seenBy sight: TicketSight) -> Pending<Ticket?> {
        transaction.run(.one(id, seenBy: sight)).map { try TicketColumns.tickets($0).first }
    }

    /// The ticket, and nobody else changes it until we are done.
    ///
    /// Read when the lock is there: beside a row that was waited for, whatever is joined to it is still what was before.
    package func lock(_ id: ID<Ticket>, seenBy sight: TicketSight) -> Pending<Ticket?> {
        transaction.run(SQL.lock, [.bigints([id.value])])
        return find(id, seenBy: sight)
    }

    /// Those of them that are there, locked, in the order of their numbers.
    package func lock(_ ids: [ID<Ticket>], seenBy sight: TicketSight) -> Pending<[Ticket]> {
        transaction.run(SQL.lock, [.bigints(ids.map(\.value))])
        return transaction.run(.several(ids, seenBy: sight)).map(TicketColumns.tickets)
    }

    /// Locks those of them that nobody is at; the others are passed over.
    package func lockFree(_ ids: [ID<Ticket>]) -> Pending<Set<ID<Ticket>>> {
        transaction.run(SQL.lockFree, [.bigints(ids.map(\.value))]).map(Self.ids)
    }

    /// Those of them that there are, whoever may see them.
    package func existing(_ ids: [ID<Ticket>]) -> Pending<Set<ID<Ticket>>> {
        transaction.run(SQL.existing, [.bigints(ids.map(\.value))]).map(Self.ids)
    }

    package func several(_ ids: [ID<Ticket>], seenBy sight: TicketSight) -> Pending<[Ticket]> {
        transaction.run(.several(ids, seenBy: sight)).map(TicketColumns.tickets)
    }

    private static func ids(_ rows: Rows) throws -> Set<ID<Ticket>> {
        let id = try rows.column("id", as: Int64.self)
        return Set(try rows.map { ID(try id($0)) })
    }

    /// One ticket more than `limit` where there is one.
    package func list(
        _ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, seenBy sight: TicketSight
    ) -> Pending<[Ticket]> {
        let query = TicketQuery.list(filter, order, after: cursor, limit: limit + 1, seenBy: sight)
        if query.isPlannedForValues { transaction.planForValues() }
        return transaction.run(query).map(TicketColumns.tickets)
    }

    /// - Parameter rules: the helpdesk's fields, which the values are indexed by.
    package func insert(_ ticket: Ticket, _ rules: FieldRules) {
        transaction.run(
            SQL.insert,
            [
                ticket.id.bind, .text(ticket.ref.text), .text(ticket.subject.text), .text(ticket.status.name), ticket.user.id.bind,
                .bigint(ticket.organizationID?.value), ticket.departmentID.bind, .bigint(ticket.agentID?.value),
                .bigint(ticket.teamID?.value), .text(ticket.priority.rawValue), .integer(Int32(ticket.urgency.value)), ticket.labels.bind,
                .json(FieldColumn.json(ticket.fields)), .text(ticket.channel.rawValue), .bigint(ticket.followUpOf?.value),
                .integer(Int32(ticket.messageCount)), .bigint(ticket.version), ticket.createdAt.bind, ticket.userWaitingSince.bind,
                ticket.resolvedAt.bind,
            ])
        if !ticket.labels.list.isEmpty { transaction.run(SQL.addLabels, [ticket.id.bind, ticket.labels.bind]) }
        if !ticket.fields.isEmpty { addFieldKeys(ticket, rules) }
    }

    /// Writes the locked ticket's new state, one version on.
    package func update(_ ticket: Ticket, since old: Ticket, _ rules: FieldRules) {
        transaction.run(
            SQL.update,
            [
                ticket.id.bind, .bigint(ticket.version), .text(ticket.subject.text), .text(ticket.status.name),
                .text(ticket.status.hiddenFrom?.rawValue), ticket.hiddenAt.bind, .text(ticket.legalHold?.reason),
                ticket.departmentID.bind, .bigint(ticket.agentID?.value), .bigint(ticket.teamID?.value), .text(ticket.priority.rawValue),
                .integer(Int32(ticket.urgency.value)), ticket.labels.bind, .json(FieldColumn.json(ticket.fields)),
                .bigint(ticket.mergedInto?.value), ticket.liveUntil.bind, .integer(Int32(ticket.messageCount)),
                .integer(Int32(ticket.replyCount)), ticket.updatedAt.bind, ticket.statusChangedAt.bind, ticket.userWaitingSince.bind,
                .bigint(ticket.userWaited), ticket.firstRepliedAt.bind, ticket.resolvedAt.bind,
            ])
        if ticket.labels != old.labels {
            transaction.run(SQL.dropLabels, [ticket.id.bind, ticket.labels.bind])
            transaction.run(SQL.addLabels, [ticket.id.bind, ticket.labels.bind])
        }
        if ticket.fields != old.fields {
            transaction.run(SQL.dropFieldKeys, [ticket.id.bind])
            addFieldKeys(ticket, rules)
        }
    }

    /// Moves a chat's or call's end on; that is no new version.
    package func keepLive(_ ticket: Ticket) { transaction.run(SQL.keepLive, [ticket.id.bind, ticket.liveUntil.bind]) }

    private func addFieldKeys(_ ticket: Ticket, _ rules: FieldRules) {
        let keys = ticket.fieldKeys(rules)
        transaction.run(SQL.addFieldKeys, [ticket.id.bind, .bigints(keys.map(\.field.value)), .texts(keys.map(\.value))])
    }

    package enum SQL: String, TenantSQL {
        case lock = """
            select
            from helpdesk.tickets
            where tenant_id = $1
                and id = any ($2::bigint[])
            order by id
            for no key update
            """
        case lockFree = """
            select id
            from helpdesk.tickets
            where tenant_id = $1
                and id = any ($2::bigint[])
            order by id
            for no key update skip locked
            """
        case existing = """
            select id
            from helpdesk.tickets
            where tenant_id = $1
                and id = any ($2::bigint[])
            """
        case insert = """
            insert into helpdesk.tickets (
                tenant_id, id, ref, subject, status, user_id, organization_id, department_id, agent_id, team_id, priority, urgency, labels,
                fields, channel, follow_up_of, message_count, version, created_at, updated_at, status_changed_at, user_waiting_since,
                resolved_at
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12::integer, $13, $14, $15, $16, $17, $18, $19, $19, $19, $20, $21)
            """
        case update = """
            update helpdesk.tickets
            set version = $3,
                subject = $4,
                status = $5,
                hidden_from = $6,
                hidden_at = $7,
                legal_hold = $8,
                department_id = $9,
                agent_id = $10,
                team_id = $11,
                priority = $12,
                urgency = $13::integer,
                labels = $14,
                fields = $15,
                merged_into = $16,
                live_until = $17,
                message_count = $18,
                reply_count = $19,
                updated_at = $20,
                status_changed_at = $21,
                user_waiting_since = $22,
                user_waited_ms = $23,
                first_replied_at = $24,
                resolved_at = $25
            where tenant_id = $1
                and id = $2
            """
        case keepLive = """
            update helpdesk.tickets
            set live_until = $3
            where tenant_id = $1
                and id = $2
            """
        case dropLabels = """
            delete from helpdesk.ticket_labels
            where tenant_id = $1
                and ticket_id = $2
                and label <> all ($3::text[])
            """
        case addLabels = """
            insert into helpdesk.ticket_labels (tenant_id, ticket_id, label)
            select $1, $2, label
            from unnest($3::text[]) as new (label)
            on conflict do nothing
            """
        case dropFieldKeys = """
            delete from helpdesk.ticket_field_values
            where tenant_id = $1
                and ticket_id = $2
            """
        case addFieldKeys = """
            insert into helpdesk.ticket_field_values (tenant_id, ticket_id, field_id, value)
            select $1, $2, field_id, value
            from unnest($3::bigint[], $4::text[]) as new (field_id, value)
            on conflict do nothing
            """
    }
}

extension Ticket {
    /// What lists find the ticket by, of its fields.
    func fieldKeys(_ rules: FieldRules) -> [(field: ID<Field>, value: String)] {
        fields.sorted { $0.key.text < $1.key.text }.flatMap { key, value in
            rules.fields[key].map { field in value.keys.map { (field.id, $0) } } ?? []
        }
    }
}

extension Labels {
    fileprivate var bind: Bind { .texts(list.map(\.text)) }
}
