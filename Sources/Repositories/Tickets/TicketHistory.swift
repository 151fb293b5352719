import Domain
import JSON
import Postgres

/// What happened to a ticket. It can be added to and read; the application's role has no right to do more.
package struct TicketHistory {
    let transaction: TenantTransaction

    @discardableResult
    package func append(_ entry: HistoryEntry, to ticket: ID<Ticket>) -> Pending<Void> {
        let (kind, id) = Self.columns(entry.actor)
        return transaction.run(
            SQL.append,
            [
                ticket.bind, .bigint(entry.version), entry.at.bind, .text(kind), .bigint(id), .text(entry.event.rawValue),
                .json(Self.json(entry.changes)), .bigint(entry.messageID?.value), .bigint(entry.actor.tokenID?.value),
            ]
        ).map { _ in }
    }

    /// One line for each of many tickets, all of one mass action.
    package func append(
        _ changes: [MassChange], of action: ID<MassAction>, _ event: HistoryEntry.Event, by actor: HistoryEntry.Actor
    ) {
        let (kind, id) = Self.columns(actor)
        transaction.run(
            SQL.appendMany,
            [
                .bigints(changes.map(\.ticket.id.value)), .bigints(changes.map(\.ticket.version)),
                .timestamps(changes.map { $0.ticket.updatedAt.milliseconds * 1000 }), .texts(changes.map { Self.json($0.changes) }),
                .texts(changes.map { $0.clocks.map(ClockColumn.json) }), .bigints(changes.map { $0.messageID?.value }), .text(kind),
                .bigint(id), .bigint(actor.tokenID?.value), .text(event.rawValue), action.bind,
            ])
    }

    /// What a mass action changed of tickets, by their numbers.
    /// - Parameter versions: those that it made.
    package func images(of tickets: [ID<Ticket>], at versions: [Int64]) -> Pending<[ID<Ticket>: BeforeImage]> {
        transaction.run(SQL.images, [.bigints(tickets.map(\.value)), .bigints(versions)]).map { rows in
            var columns = PlainColumns(rows)
            let ticket = try columns.number("ticket_id")
            let changes = try columns.text("changes")
            let before = try columns.text("before")
            let images = try rows.map { row in
                (
                    ID<Ticket>(try ticket(row)),
                    BeforeImage(changes: try Self.changes(changes(row)), clocks: try before.optional(row).map(ClockColumn.clocks))
                )
            }
            return Dictionary(images) { $1 }
        }
    }

    /// Operators have no number here.
    private static func columns(_ actor: HistoryEntry.Actor) -> (kind: String, id: Int64) {
        switch actor.person {
        case .agent(let id): ("agent", id.value)
        case .user(let id): ("user", id.value)
        case nil: ("operator", 0)
        }
    }

    private static func person(_ kind: String, _ id: Int64) throws -> Person? {
        switch kind {
        case "agent": .agent(ID(id))
        case "user": .user(ID(id))
        case "operator": nil
        default: throw PostgresError.decoding("nobody is a \(kind)")
        }
    }

    /// Oldest first, one entry more than `limit` where there is one.
    package func list(of ticket: ID<Ticket>, after version: Int64?, limit: Int) -> Pending<[HistoryEntry]> {
        transaction.run(SQL.list, [ticket.bind, .bigint(version ?? 0), .bigint(Int64(limit + 1))]).map { rows in
            var columns = PlainColumns(rows)
            let version = try columns.number("version")
            let at = try columns.number("at")
            let kind = try columns.text("actor_kind")
            let actor = try columns.number("actor_id")
            let event = try columns.text("event")
            let changes = try columns.text("changes")
            let message = try columns.number("message_id")
            let token = try columns.number("token_id")
            let massAction = try columns.number("mass_action_id")
            return try rows.map { row in
                HistoryEntry(
                    version: try version(row), at: Timestamp(microseconds: try at(row)),
                    actor: HistoryEntry.Actor(try Self.person(kind(row), actor(row)), tokenID: try token.optional(row).map { ID($0) }),
                    event: try known(HistoryEntry.Event(rawValue: event(row))), changes: try Self.changes(changes(row)),
                    messageID: try message.optional(row).map { ID($0) }, massActionID: try massAction.optional(row).map { ID($0) })
            }
        }
    }

    private static func json(_ changes: [FieldChange]) -> String {
        var writer = JSONWriter(capacity: 128)
        writer.array(changes) { writer, change in
            writer.object { writer in
                writer.key("field")
                writer.string(change.field)
                writer.key("from")
                writer.value(JSONValue(change.from))
                writer.key("to")
                writer.value(JSONValue(change.to))
            }
        }
        return writer.text
    }

    private static func changes(_ json: String) throws -> [FieldChange] {
        try known(JSONValue(parsing: json.utf8).array).map { change in
            FieldChange(try known(change["field"]?.string), from: value(change["from"]), to: value(change["to"]))
        }
    }

    private static func value(_ json: JSONValue?) -> FieldChange.Value {
        switch json {
        case .string(let text): .text(text)
        case .integer(let number): .number(number)
        case .double(let number): .decimal(number)
        case .bool(let value): .truth(value)
        case .array(let items): .list(items.compactMap(\.string))
        case .null, .object, nil: .none
        }
    }

    package enum SQL: String, TenantSQL {
        case append = """
            insert into helpdesk.ticket_history (
                tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes, message_id, token_id
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            """
        case appendMany = """
            insert into helpdesk.ticket_history (
                tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes, message_id, token_id, mass_action_id, before
            )
            select $1, ticket_id, version, at, $8, $9, $11, changes::jsonb, message_id, $10, $12, before::jsonb
            from unnest($2::bigint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::bigint[])
                as new (ticket_id, version, at, changes, before, message_id)
            """
        case images = """
            select happened.ticket_id, happened.changes, happened.before
            from unnest($2::bigint[], $3::bigint[]) as made (ticket_id, version)
            cross join lateral (
                select ticket_id, changes, before
                from helpdesk.ticket_history
                where tenant_id = $1
                    and ticket_id = made.ticket_id
                    and version = made.version
                offset 0
            ) as happened
            """
        case list = """
            select version, at, actor_kind, actor_id, event, changes, message_id, token_id, mass_action_id
            from helpdesk.ticket_history
            where tenant_id = $1
                and ticket_id = $2
                and version > $3
            order by version
            limit $4
            """
    }
}

extension JSONValue {
    /// As stored and as shown.
    package init(_ value: FieldChange.Value) {
        switch value {
        case .none: self = .null
        case .text(let text): self = .string(text)
        case .number(let number): self = .integer(number)
        case .decimal(let number): self = .double(number)
        case .truth(let value): self = .bool(value)
        case .list(let items): self = .array(items.map { .string($0) })
        }
    }
}
