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
            let found = try rows.column("found", as: Int.self)
            let id = try rows.column("id", as: Int64.self)
            let kind = try rows.column("kind", as: String.self)
            let agent = try rows.column("agent_id", as: Int64?.self)
            let user = try rows.column("user_id", as: Int64?.self)
            let format = try rows.column("format", as: String.self)
            let body = try rows.column("body", as: String.self)
            let createdAt = try rows.column("created_at", as: Int64.self)
            let messages = try rows.map { row in
                let author: Person = try agent(row).map { .agent(ID($0)) } ?? .user(ID(try known(user(row))))
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

    package enum SQL: String, TenantSQL {
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
