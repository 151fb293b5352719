import Domain
import Postgres

package struct Tickets {
    let transaction: TenantTransaction

    package func find(_ id: ID<Ticket>) -> Pending<Ticket?> { transaction.run(SQL.find, [id.bind]).map { try Self.tickets($0).first } }

    /// The ticket, and nobody else changes it until we are done.
    package func lock(_ id: ID<Ticket>) -> Pending<Ticket?> { transaction.run(SQL.lock, [id.bind]).map { try Self.tickets($0).first } }

    /// One ticket more than `limit` where there is one.
    package func list(_ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int) -> Pending<[Ticket]> {
        transaction.run(TicketListSQL(filter, order, after: cursor, limit: limit + 1)).map(Self.tickets)
    }

    @discardableResult
    package func insert(_ ticket: Ticket) -> Pending<Void> {
        transaction.run(
            SQL.insert,
            [
                ticket.id.bind, .text(ticket.ref.text), .text(ticket.subject.text), .text(ticket.status.name), ticket.user.id.bind,
                .bigint(ticket.agentID?.value), .text(ticket.priority.rawValue), .integer(Int32(ticket.urgency.value)),
                .text(ticket.channel.rawValue), .bigint(ticket.followUpOf?.value), .integer(Int32(ticket.messageCount)),
                .bigint(ticket.version), ticket.createdAt.bind, ticket.userWaitingSince.bind, ticket.resolvedAt.bind,
            ]
        ).map { _ in }
    }

    /// Writes the locked ticket's new state, one version on.
    @discardableResult
    package func update(_ ticket: Ticket) -> Pending<Void> {
        transaction.run(
            SQL.update,
            [
                ticket.id.bind, .bigint(ticket.version), .text(ticket.subject.text), .text(ticket.status.name),
                .text(ticket.status.hiddenFrom?.rawValue), ticket.hiddenAt.bind, .bigint(ticket.agentID?.value),
                .text(ticket.priority.rawValue), .integer(Int32(ticket.urgency.value)), .integer(Int32(ticket.messageCount)),
                ticket.updatedAt.bind, ticket.statusChangedAt.bind, ticket.userWaitingSince.bind, ticket.resolvedAt.bind,
            ]
        ).map { _ in }
    }

    private static func tickets(_ rows: Rows) throws -> [Ticket] {
        let columns = try TicketColumns(rows)
        return try rows.map(columns.ticket)
    }

    package enum SQL: String, TenantSQL {
        case find = """
            select
                tickets.id, tickets.ref, tickets.subject, tickets.status, tickets.hidden_from, tickets.hidden_at, tickets.user_id,
                users.name as user_name, users.email as user_email, tickets.agent_id, tickets.priority, tickets.urgency, tickets.channel,
                tickets.follow_up_of, tickets.message_count, tickets.version, tickets.created_at, tickets.updated_at,
                tickets.status_changed_at, tickets.user_waiting_since, tickets.resolved_at
            from helpdesk.tickets
            join helpdesk.users on users.tenant_id = tickets.tenant_id and users.id = tickets.user_id
            where tickets.tenant_id = $1
                and tickets.id = $2
            """
        case lock = """
            select
                tickets.id, tickets.ref, tickets.subject, tickets.status, tickets.hidden_from, tickets.hidden_at, tickets.user_id,
                users.name as user_name, users.email as user_email, tickets.agent_id, tickets.priority, tickets.urgency, tickets.channel,
                tickets.follow_up_of, tickets.message_count, tickets.version, tickets.created_at, tickets.updated_at,
                tickets.status_changed_at, tickets.user_waiting_since, tickets.resolved_at
            from helpdesk.tickets
            join helpdesk.users on users.tenant_id = tickets.tenant_id and users.id = tickets.user_id
            where tickets.tenant_id = $1
                and tickets.id = $2
            for no key update of tickets
            """
        case insert = """
            insert into helpdesk.tickets (
                tenant_id, id, ref, subject, status, user_id, agent_id, priority, urgency, channel, follow_up_of, message_count, version,
                created_at, updated_at, status_changed_at, user_waiting_since, resolved_at
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9::integer, $10, $11, $12, $13, $14, $14, $14, $15, $16)
            """
        case update = """
            update helpdesk.tickets
            set version = $3,
                subject = $4,
                status = $5,
                hidden_from = $6,
                hidden_at = $7,
                agent_id = $8,
                priority = $9,
                urgency = $10::integer,
                message_count = $11,
                updated_at = $12,
                status_changed_at = $13,
                user_waiting_since = $14,
                resolved_at = $15
            where tenant_id = $1
                and id = $2
            """
    }
}

/// A ticket's columns, found by name once per answer.
private struct TicketColumns {
    let id: Column<Int64>
    let ref: Column<String>
    let subject: Column<String>
    let status: Column<String>
    let hiddenFrom: Column<String?>
    let hiddenAt: Column<Int64?>
    let userID: Column<Int64>
    let userName: Column<String?>
    let userEmail: Column<String>
    let agentID: Column<Int64?>
    let priority: Column<String>
    let urgency: Column<Int>
    let channel: Column<String>
    let followUpOf: Column<Int64?>
    let messageCount: Column<Int>
    let version: Column<Int64>
    let createdAt: Column<Int64>
    let updatedAt: Column<Int64>
    let statusChangedAt: Column<Int64>
    let userWaitingSince: Column<Int64?>
    let resolvedAt: Column<Int64?>

    init(_ rows: Rows) throws {
        id = try rows.column("id")
        ref = try rows.column("ref")
        subject = try rows.column("subject")
        status = try rows.column("status")
        hiddenFrom = try rows.column("hidden_from")
        hiddenAt = try rows.column("hidden_at")
        userID = try rows.column("user_id")
        userName = try rows.column("user_name")
        userEmail = try rows.column("user_email")
        agentID = try rows.column("agent_id")
        priority = try rows.column("priority")
        urgency = try rows.column("urgency")
        channel = try rows.column("channel")
        followUpOf = try rows.column("follow_up_of")
        messageCount = try rows.column("message_count")
        version = try rows.column("version")
        createdAt = try rows.column("created_at")
        updatedAt = try rows.column("updated_at")
        statusChangedAt = try rows.column("status_changed_at")
        userWaitingSince = try rows.column("user_waiting_since")
        resolvedAt = try rows.column("resolved_at")
    }

    func ticket(_ row: Row) throws -> Ticket {
        Ticket(
            id: ID(try id(row)),
            ref: TicketReference(unchecked: try ref(row)),
            subject: Subject(unchecked: try subject(row)),
            status: try status(of: row),
            hiddenAt: try hiddenAt(row).map(Timestamp.init(microseconds:)),
            user: Ticket.Requester(
                id: ID(try userID(row)), name: try userName(row), email: EmailAddress(unchecked: try userEmail(row))),
            agentID: try agentID(row).map { ID($0) },
            priority: try known(Priority(rawValue: priority(row))),
            urgency: try known(Urgency(urgency(row))),
            channel: try known(Channel(rawValue: channel(row))),
            followUpOf: try followUpOf(row).map { ID($0) },
            messageCount: try messageCount(row),
            version: try version(row),
            createdAt: Timestamp(microseconds: try createdAt(row)),
            updatedAt: Timestamp(microseconds: try updatedAt(row)),
            statusChangedAt: Timestamp(microseconds: try statusChangedAt(row)),
            userWaitingSince: try userWaitingSince(row).map(Timestamp.init(microseconds:)),
            resolvedAt: try resolvedAt(row).map(Timestamp.init(microseconds:)))
    }

    private func status(of row: Row) throws -> TicketStatus {
        let name = try status(row)
        if let visible = VisibleStatus(rawValue: name) { return .visible(visible) }
        let from = try known(hiddenFrom(row).flatMap(VisibleStatus.init))
        return .hidden(try known(HiddenStatus(rawValue: name)), from: from)
    }
}
