import Domain
import JSON
import Services

/// How tickets, messages and history look in JSON, and what may be sent: read in TicketRequests, written in TicketAnswers.
enum TicketBodies {
    private static let statuses = StatusName.all.map(\.name)
    private static let visible = VisibleStatus.allCases.map(\.rawValue)
    private static let id = Schema.integer(minimum: 1)

    static let ticket = Schema.object([
        Schema.property("id", id),
        Schema.property("ref", .string(description: "For subject lines and the telephone; discloses nothing.")),
        Schema.property("subject", .string(maximumLength: 300)),
        Schema.property("status", .oneOf(statuses)),
        Schema.property("hidden_from", .nullable(.oneOf(visible))),
        Schema.property("hidden_at", .nullable(.time)),
        Schema.property("agent_id", .nullable(id)),
        Schema.property(
            "user",
            .object([Schema.property("id", id), Schema.property("name", .nullable(.string())), Schema.property("email", .string())])),
        Schema.property("priority", .oneOf(Priority.allCases.map(\.rawValue))),
        Schema.property("urgency", .integer(minimum: 1, maximum: 10)),
        Schema.property("channel", .oneOf(Channel.allCases.map(\.rawValue))),
        Schema.property("follow_up_of", .nullable(id)),
        Schema.property("message_count", .integer(minimum: 0)),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
        Schema.property("updated_at", .time),
        Schema.property("status_changed_at", .time),
        Schema.property("user_waiting_since", .nullable(.time)),
        Schema.property("resolved_at", .nullable(.time)),
        Schema.property("messages", .page(of: .reference("Message")), required: false),
        Schema.property("history", .page(of: .reference("HistoryEntry")), required: false),
    ])

    static let message = Schema.object([
        Schema.property("id", id),
        Schema.property("ticket_id", id),
        Schema.property("kind", .oneOf(Message.Kind.allCases.map(\.rawValue))),
        Schema.property("author", person),
        Schema.property("text", .nullable(.string())),
        Schema.property("html", .nullable(.string())),
        Schema.property("created_at", .time),
        Schema.property("ticket", .reference("Ticket"), required: false),
    ])

    static let historyEntry = Schema.object([
        Schema.property("version", .integer(minimum: 1, description: "The version of the ticket that this change made.")),
        Schema.property("at", .time),
        Schema.property("actor", person),
        Schema.property("event", .oneOf(HistoryEntry.Event.allCases.map(\.rawValue))),
        Schema.property(
            "changes",
            .array(.object([Schema.property("field", .string()), Schema.property("from", .scalar), Schema.property("to", .scalar)]))),
        Schema.property("message_id", .nullable(id)),
    ])

    private static let person = Schema.object([Schema.property("kind", .oneOf(["agent", "user"])), Schema.property("id", id)])

    private static let body: [Schema.Property] = [
        Schema.property("text", .string(description: "Either this or html.", maximumLength: MessageBody.maximumBytes), required: false),
        Schema.property("html", .string(maximumLength: MessageBody.maximumBytes), required: false),
    ]

    static let creation = Schema.object(
        body + [
            Schema.property("subject", .string(maximumLength: 300)),
            Schema.property(
                "user", .object([Schema.property("email", .string()), Schema.property("name", .string(), required: false)]), required: false
            ),
            Schema.property("user_id", id, required: false),
            Schema.property("status", .oneOf(visible), required: false),
            Schema.property("agent_id", .nullable(id), required: false),
            Schema.property("priority", .oneOf(Priority.allCases.map(\.rawValue)), required: false),
            Schema.property("urgency", .integer(minimum: 1, maximum: 10), required: false),
        ])

    static let reply = Schema.object(body + [Schema.property("status", .oneOf(visible), required: false)])
    static let note = Schema.object(body)

    static let patch = Schema.object([
        Schema.property("subject", .string(maximumLength: 300), required: false),
        Schema.property("status", .oneOf(visible), required: false),
        Schema.property("agent_id", .nullable(id), required: false),
        Schema.property("priority", .oneOf(Priority.allCases.map(\.rawValue)), required: false),
        Schema.property("urgency", .integer(minimum: 1, maximum: 10), required: false),
    ])

    static let restoration = Schema.object([Schema.property("status", .oneOf(visible), required: false)])
}
