import Domain
import JSON
import Postgres

/// A ticket's columns, found by name once per answer. The one place that says how a row becomes a ticket.
struct TicketColumns {
    /// Of the tickets' own table.
    static let own = """
        tickets.id, tickets.ref, tickets.subject, tickets.status, tickets.hidden_from, tickets.hidden_at, tickets.legal_hold,
            tickets.user_id, tickets.organization_id, tickets.department_id, tickets.agent_id, tickets.team_id, tickets.priority,
            tickets.urgency, tickets.labels, tickets.fields, tickets.channel, tickets.follow_up_of, tickets.merged_into,
            tickets.live_until, tickets.message_count, tickets.reply_count, tickets.version, tickets.created_at, tickets.updated_at,
            tickets.status_changed_at, tickets.user_waiting_since, tickets.user_waited_ms, tickets.first_replied_at, tickets.resolved_at
        """
    /// With the user's, who stands beside each ticket.
    static let all = own + ",\n    users.name as user_name, users.email as user_email"

    private let id: NumberColumn
    private let ref: TextColumn
    private let subject: TextColumn
    private let status: TextColumn
    private let hiddenFrom: TextColumn
    private let hiddenAt: NumberColumn
    private let legalHold: TextColumn
    private let userID: NumberColumn
    private let organizationID: NumberColumn
    private let departmentID: NumberColumn
    private let agentID: NumberColumn
    private let teamID: NumberColumn
    private let priority: TextColumn
    private let urgency: NumberColumn
    private let labels: TextsColumn
    private let fields: TextColumn
    private let channel: TextColumn
    private let followUpOf: NumberColumn
    private let mergedInto: NumberColumn
    private let liveUntil: NumberColumn
    private let messageCount: NumberColumn
    private let replyCount: NumberColumn
    private let version: NumberColumn
    private let createdAt: NumberColumn
    private let updatedAt: NumberColumn
    private let statusChangedAt: NumberColumn
    private let userWaitingSince: NumberColumn
    private let userWaited: NumberColumn
    private let firstRepliedAt: NumberColumn
    private let resolvedAt: NumberColumn
    private let userName: TextColumn
    private let userEmail: TextColumn

    private init(_ rows: Rows) throws {
        // In the order in which `all` names them.
        var columns = PlainColumns(rows)
        id = try columns.number("id")
        ref = try columns.text("ref")
        subject = try columns.text("subject")
        status = try columns.text("status")
        hiddenFrom = try columns.text("hidden_from")
        hiddenAt = try columns.number("hidden_at")
        legalHold = try columns.text("legal_hold")
        userID = try columns.number("user_id")
        organizationID = try columns.number("organization_id")
        departmentID = try columns.number("department_id")
        agentID = try columns.number("agent_id")
        teamID = try columns.number("team_id")
        priority = try columns.text("priority")
        urgency = try columns.number("urgency")
        labels = try columns.texts("labels")
        fields = try columns.text("fields")
        channel = try columns.text("channel")
        followUpOf = try columns.number("follow_up_of")
        mergedInto = try columns.number("merged_into")
        liveUntil = try columns.number("live_until")
        messageCount = try columns.number("message_count")
        replyCount = try columns.number("reply_count")
        version = try columns.number("version")
        createdAt = try columns.number("created_at")
        updatedAt = try columns.number("updated_at")
        statusChangedAt = try columns.number("status_changed_at")
        userWaitingSince = try columns.number("user_waiting_since")
        userWaited = try columns.number("user_waited_ms")
        firstRepliedAt = try columns.number("first_replied_at")
        resolvedAt = try columns.number("resolved_at")
        userName = try columns.text("user_name")
        userEmail = try columns.text("user_email")
    }

    static func tickets(_ rows: Rows) throws -> [Ticket] {
        if rows.isEmpty { return [] }
        let columns = try TicketColumns(rows)
        var tickets: [Ticket] = []
        tickets.reserveCapacity(rows.count)
        for index in 0..<rows.count { tickets.append(try columns.ticket(rows[index])) }
        return tickets
    }

    private func ticket(_ row: Row) throws -> Ticket {
        Ticket(
            id: ID(try id(row)),
            ref: TicketReference(unchecked: try ref(row)),
            subject: Subject(unchecked: try subject(row)),
            status: try status(of: row),
            hiddenAt: try time(hiddenAt, row),
            legalHold: legalHold.optional(row).map { LegalHold(unchecked: $0) },
            user: Ticket.Requester(
                id: ID(try userID(row)), name: userName.optional(row), email: EmailAddress(unchecked: try userEmail(row))),
            organizationID: try organizationID.optional(row).map { ID($0) },
            departmentID: ID(try departmentID(row)),
            agentID: try agentID.optional(row).map { ID($0) },
            teamID: try teamID.optional(row).map { ID($0) },
            priority: try known(Priority(rawValue: priority(row))),
            urgency: try known(Urgency(Int(urgency(row)))),
            labels: try labels(of: row),
            fields: try FieldColumn.values(in: fields(row)),
            channel: try known(Channel(rawValue: channel(row))),
            followUpOf: try followUpOf.optional(row).map { ID($0) },
            mergedInto: try mergedInto.optional(row).map { ID($0) },
            liveUntil: try time(liveUntil, row),
            messageCount: Int(try messageCount(row)),
            replyCount: Int(try replyCount(row)),
            version: try version(row),
            createdAt: Timestamp(microseconds: try createdAt(row)),
            updatedAt: Timestamp(microseconds: try updatedAt(row)),
            statusChangedAt: Timestamp(microseconds: try statusChangedAt(row)),
            userWaitingSince: try time(userWaitingSince, row),
            userWaited: try userWaited(row),
            firstRepliedAt: try time(firstRepliedAt, row),
            resolvedAt: try time(resolvedAt, row))
    }

    private func time(_ column: NumberColumn, _ row: Row) throws -> Timestamp? {
        guard let microseconds = try column.optional(row) else { return nil }
        return Timestamp(microseconds: microseconds)
    }

    private func labels(of row: Row) throws -> Labels {
        let texts = try labels(row)
        return texts.isEmpty ? .none : Labels(unchecked: texts.map { Label(unchecked: $0) })
    }

    private func status(of row: Row) throws -> TicketStatus {
        let name = try status(row)
        if let visible = VisibleStatus(rawValue: name) { return .visible(visible) }
        let from = try known(hiddenFrom.optional(row).flatMap(VisibleStatus.init))
        return .hidden(try known(HiddenStatus(rawValue: name)), from: from)
    }
}

/// A ticket's fields as they are kept: one JSON object, a member for each value.
enum FieldColumn {
    static func values(in json: String) throws -> [FieldKey: FieldValue] {
        // Most tickets of most helpdesks have none.
        if json == "{}" { return [:] }
        let members = try known(JSONValue(parsing: json.utf8).object)
        return try Dictionary(uniqueKeysWithValues: members.map { (FieldKey(unchecked: $0), try value($1)) })
    }

    static func json(_ values: [FieldKey: FieldValue]) -> String {
        if values.isEmpty { return "{}" }
        var writer = JSONWriter(capacity: 256)
        writer.fields(values)
        return writer.text
    }

    static func value(_ json: JSONValue) throws -> FieldValue {
        switch json {
        case .string(let text): .text(text)
        case .integer(let number): .number(Double(number))
        case .double(let number): .number(number)
        case .bool(let value): .boolean(value)
        case .array(let choices): .choices(try choices.map { try known($0.string) })
        case .null, .object: throw PostgresError.decoding("a field's value is neither text, number, boolean nor list")
        }
    }
}

extension JSONWriter {
    /// As stored and as shown, in order of their keys.
    package mutating func fields(_ values: [FieldKey: FieldValue]) {
        object { writer in
            for (key, value) in values.sorted(by: { $0.key.text < $1.key.text }) {
                writer.key(dynamic: key.text)
                writer.fieldValue(value)
            }
        }
    }

    mutating func fieldValue(_ value: FieldValue) {
        switch value {
        case .text(let text): string(text)
        case .number(let number): self.value(Int64(exactly: number).map { .integer($0) } ?? .double(number))
        case .boolean(let value): bool(value)
        case .choices(let choices): array(choices) { $0.string($1) }
        }
    }
}
