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
                .text(message.body.format.rawValue), .text(message.body.content), message.createdAt.bind, .bytes(message.mail?.bytes),
            ]
        ).map { _ in }
    }

    /// One text on many tickets, by an agent; each ticket with the number of its message and the time.
    package func insert(
        _ kind: Message.Kind, _ body: MessageBody, by agent: ID<Agent>, on tickets: [(id: ID<Ticket>, message: ID<Message>, at: Timestamp)]
    ) {
        transaction.run(
            SQL.insertMany,
            [
                .bigints(tickets.map(\.id.value)), .bigints(tickets.map(\.message.value)),
                .timestamps(tickets.map { $0.at.milliseconds * 1000 }), .text(kind.rawValue), agent.bind, .text(body.format.rawValue),
                .text(body.content),
            ])
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

    /// Answers how many there were to be moved.
    package func move(_ ids: [ID<Message>], from ticket: ID<Ticket>, to target: ID<Ticket>) -> Pending<Int> {
        transaction.run(SQL.move, [ticket.bind, .bigints(ids.map(\.value)), target.bind]).map(\.affected)
    }

    /// What a ticket's counts and times are by what was said on it.
    package struct Tally: Equatable, Sendable {
        package var messages: Int
        package var replies: Int
        package var firstReplyAt: Timestamp?
        /// The user's first message that nobody has answered.
        package var unansweredSince: Timestamp?
    }

    package func tally(of ticket: ID<Ticket>) -> Pending<Tally> {
        transaction.run(SQL.tally, [ticket.bind]).map { rows in
            let row = try known(rows.first)
            return Tally(
                messages: try row.value("messages"), replies: try row.value("replies"),
                firstReplyAt: try rows.column("first_reply_at", as: Int64?.self)(row).map(Timestamp.init(microseconds:)),
                unansweredSince: try rows.column("unanswered_since", as: Int64?.self)(row).map(Timestamp.init(microseconds:)))
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
            """
        // By number, not by time: two may be of the same moment.
        case tally = """
            select
                count(*) filter (where kind <> 'note') as messages,
                count(*) filter (where kind = 'reply') as replies,
                min(created_at) filter (where kind = 'reply') as first_reply_at,
                min(created_at) filter (where kind = 'user_message' and id > last_reply) as unanswered_since
            from (
                select kind, created_at, id, coalesce(max(id) filter (where kind = 'reply') over (), 0) as last_reply
                from helpdesk.messages
                where tenant_id = $1
                    and ticket_id = $2
            ) as said
            """
        case insert = """
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, agent_id, user_id, format, body, created_at, mail_digest)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """
        case insertMany = """
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, agent_id, format, body, created_at)
            select $1, ticket_id, id, $5, $6, $7, $8, created_at
            from unnest($2::bigint[], $3::bigint[], $4::timestamptz[]) as new (ticket_id, id, created_at)
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
