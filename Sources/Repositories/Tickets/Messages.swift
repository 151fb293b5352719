import Domain
import Postgres

package struct Messages {
    let transaction: TenantTransaction

    @discardableResult
    package func insert(_ message: Message) -> Pending<Void> {
        let (agent, user): (Int64?, Int64?) =
            switch message.author {
            case .agent(let id): (id.value, nil)
            case .user(let id): (nil, id.value)
            }
        return transaction.run(
            SQL.insert,
            [
                message.ticketID.bind, message.id.bind, .text(message.kind.rawValue), .bigint(agent), .bigint(user),
                .text(message.body.format.rawValue), .text(message.body.content), message.createdAt.bind,
            ]
        ).map { _ in }
    }

    /// A page ends here even before its limit: a message may have a mebibyte, and two hundred of them are no answer.
    private static let pageBytes: Int64 = 4 << 20

    /// What was said on a ticket, oldest first.
    package func list(
        on ticket: ID<Ticket>, notes: Bool, after cursor: ID<Message>?, limit: Int
    ) -> Pending<Page<Message, ID<Message>>> {
        transaction.run(
            SQL.list,
            [ticket.bind, .bool(notes), .bigint(cursor?.value ?? 0), .bigint(Int64(limit + 1)), .bigint(Self.pageBytes)]
        ).map { rows in
            var columns = PlainColumns(rows)
            let id = try columns.number("id")
            let kind = try columns.text("kind")
            let agent = try columns.number("agent_id")
            let user = try columns.number("user_id")
            let format = try columns.text("format")
            let body = try columns.text("body")
            let createdAt = try columns.number("created_at")
            let found = try columns.number("found")
            let messages = try rows.map { row in
                let author: Person = try agent.optional(row).map { .agent(ID($0)) } ?? .user(ID(try user(row)))
                return Message(
                    id: ID(try id(row)), ticketID: ticket, kind: try known(Message.Kind(rawValue: kind(row))), author: author,
                    body: MessageBody(unchecked: try body(row), format: try known(MessageBody.Format(rawValue: format(row)))),
                    createdAt: Timestamp(microseconds: try createdAt(row)))
            }
            let shown = messages.prefix(limit)
            let hasMore = try rows.first.map { try found($0) > shown.count } ?? false
            return Page(items: Array(shown), next: hasMore ? shown.last?.id : nil)
        }
    }

    /// Everything that was said on the tickets is on another one from now on.
    package func moveAll(from tickets: [ID<Ticket>], to target: ID<Ticket>) {
        transaction.run(SQL.moveAll, [.bigints(tickets.map(\.value)), target.bind])
    }

    /// What was moved, as far as the ticket's counts and times hang on it.
    package struct Moved: Sendable {
        package var kind: Message.Kind
        package var createdAt: Timestamp
    }

    package func move(_ ids: [ID<Message>], from ticket: ID<Ticket>, to target: ID<Ticket>) -> Pending<[Moved]> {
        transaction.run(SQL.move, [ticket.bind, .bigints(ids.map(\.value)), target.bind]).map { rows in
            let kind = try rows.column("kind", as: String.self)
            let createdAt = try rows.column("created_at", as: Int64.self)
            return try rows.map { row in
                Moved(kind: try known(Message.Kind(rawValue: kind(row))), createdAt: Timestamp(microseconds: try createdAt(row)))
            }
        }
    }

    package enum SQL: String, TenantSQL {
        case moveAll = """
            update helpdesk.messages
            set ticket_id = $3
            where tenant_id = $1
                and ticket_id = any ($2)
            """
        case move = """
            update helpdesk.messages
            set ticket_id = $4
            where tenant_id = $1
                and ticket_id = $2
                and id = any ($3)
            returning kind, created_at
            """
        case insert = """
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, agent_id, user_id, format, body, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """
        case list = """
            select id, kind, agent_id, user_id, format, body, created_at, found
            from (
                select id, kind, agent_id, user_id, format, body, created_at, count(*) over () as found,
                    sum(octet_length(body)) over (order by id) - octet_length(body) as bytes_before
                from (
                    select id, kind, agent_id, user_id, format, body, created_at
                    from helpdesk.messages
                    where tenant_id = $1
                        and ticket_id = $2
                        and ($3 or kind <> 'note')
                        and id > $4
                    order by id
                    limit $5
                ) as page
            ) as weighed
            where bytes_before < $6
            order by id
            """
    }
}
