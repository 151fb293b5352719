import Domain
import JSON
import Postgres

/// What happened to a ticket. It can be added to and read; the application's role has no right to do more.
package struct TicketHistory {
    let transaction: TenantTransaction

    @discardableResult
    package func append(_ entry: HistoryEntry, to ticket: ID<Ticket>) -> Pending<Void> {
        let (kind, id): (String, Int64) =
            switch entry.actor.person {
            case .agent(let id): ("agent", id.value)
            case .user(let id): ("user", id.value)
            }
        return transaction.run(
            SQL.append,
            [
                ticket.bind, .bigint(entry.version), entry.at.bind, .text(kind), .bigint(id), .text(entry.event.rawValue),
                .json(Self.json(entry.changes)), .bigint(entry.messageID?.value), .bigint(entry.actor.tokenID?.value),
            ]
        ).map { _ in }
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
            return try rows.map { row in
                let person: Person = try kind(row) == "agent" ? .agent(ID(try actor(row))) : .user(ID(try actor(row)))
                return HistoryEntry(
                    version: try version(row), at: Timestamp(microseconds: try at(row)),
                    actor: HistoryEntry.Actor(person, tokenID: try token.optional(row).map { ID($0) }),
                    event: try known(HistoryEntry.Event(rawValue: event(row))), changes: try Self.changes(changes(row)),
                    messageID: try message.optional(row).map { ID($0) })
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
        case list = """
            select version, at, actor_kind, actor_id, event, changes, message_id, token_id
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
