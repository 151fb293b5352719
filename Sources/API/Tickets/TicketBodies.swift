import Domain
import JSON
import Services

/// How tickets, messages and history look in JSON, and what may be sent: read in TicketRequests, written in TicketAnswers.
enum TicketBodies {
    private static let statuses = StatusName.all.map(\.name)
    static let visible = Schema.oneOf(VisibleStatus.allCases.map(\.rawValue))
    private static let id = Schema.integer(minimum: 1)
    static let priority = Schema.oneOf(Priority.allCases.map(\.rawValue))
    static let urgency = Schema.integer(minimum: 1, maximum: 10)
    static let labels = Schema.array(.string(maximumLength: 60))
    private static let duration = Schema.nullable(.integer(minimum: 0, description: "Seconds."))

    static let ticket = Schema.object([
        Schema.property("id", id),
        Schema.property("ref", .string(description: "For subject lines and the telephone; discloses nothing.")),
        Schema.property("subject", .string(maximumLength: 300)),
        Schema.property("status", .oneOf(statuses)),
        Schema.property("live", .boolean),
        Schema.property("hidden_from", .nullable(visible)),
        Schema.property("hidden_at", .nullable(.time)),
        Schema.property("purge_at", .nullable(.time)),
        Schema.property("legal_hold", .boolean),
        Schema.property("department_id", id),
        Schema.property("agent_id", .nullable(id)),
        Schema.property("team_id", .nullable(id)),
        Schema.property("user", user),
        Schema.property("organization_id", .nullable(id)),
        Schema.property("priority", priority),
        Schema.property("urgency", urgency),
        Schema.property("labels", labels),
        Schema.property("fields", .dictionary(.fieldValue)),
        Schema.property("channel", .oneOf(Channel.allCases.map(\.rawValue))),
        Schema.property("follow_up_of", .nullable(id)),
        Schema.property("message_count", .integer(minimum: 0)),
        Schema.property("reply_count", .integer(minimum: 0, description: "Agents' answers among the messages.")),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
        Schema.property("updated_at", .time),
        Schema.property("status_changed_at", .time),
        Schema.property("user_waiting_since", .nullable(.time)),
        Schema.property("user_waited", .integer(minimum: 0, description: "Seconds in all, without the wait that is going on.")),
        Schema.property("first_reply_time", duration),
        Schema.property("resolved_at", .nullable(.time)),
        Schema.property("messages", .page(of: .reference("Message")), required: false),
        Schema.property("history", .page(of: .reference("HistoryEntry")), required: false),
    ])

    static let user = Schema.object([
        Schema.property("id", id), Schema.property("name", .nullable(.string())), Schema.property("email", .string()),
    ])

    static let message = Schema.object([
        Schema.property("id", id),
        Schema.property("ticket_id", id),
        Schema.property("kind", .oneOf(Message.Kind.allCases.map(\.rawValue))),
        Schema.property("author", .object(person)),
        Schema.property("text", .nullable(.string())),
        Schema.property("html", .nullable(.string())),
        Schema.property("created_at", .time),
        Schema.property("ticket", .reference("Ticket"), required: false),
    ])

    static let historyEntry = Schema.object([
        Schema.property("version", .integer(minimum: 1, description: "The version of the ticket that this change made.")),
        Schema.property("at", .time),
        Schema.property(
            "actor",
            .object([
                Schema.property("kind", .oneOf(["agent", "user", "operator"])),
                Schema.property("id", .nullable(.integer(minimum: 1, description: "Null: an operator, at the command line."))),
                Schema.property("token_id", .nullable(id)),
            ])),
        Schema.property("event", .oneOf(HistoryEntry.Event.allCases.map(\.rawValue))),
        Schema.property(
            "changes",
            .array(.object([Schema.property("field", .string()), Schema.property("from", .scalar), Schema.property("to", .scalar)]))),
        Schema.property("message_id", .nullable(id)),
        Schema.property("mass_action_id", .nullable(.integer(minimum: 1, description: "The mass action it was a part of."))),
        Schema.property("summary", .string(description: "The change in a sentence, made from the other members.")),
    ])

    static let live = Schema.object([
        Schema.property("id", id),
        Schema.property("kind", .oneOf(LiveSession.Kind.allCases.map(\.rawValue))),
        Schema.property("agent_id", id),
        Schema.property("started_at", .time),
        Schema.property("expires_at", .time),
    ])

    static let link = Schema.object([
        Schema.property("kind", .oneOf(TicketLink.Kind.allCases.map(\.rawValue))), Schema.property("ticket_id", id),
    ])

    private static let person = [Schema.property("kind", .oneOf(["agent", "user"])), Schema.property("id", id)]

    static let body: [Schema.Property] = [
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
            Schema.property("status", visible, required: false),
            Schema.property("department_id", id, required: false),
            Schema.property("agent_id", .nullable(id), required: false),
            Schema.property("team_id", .nullable(id), required: false),
            Schema.property("priority", priority, required: false),
            Schema.property("urgency", urgency, required: false),
            Schema.property("labels", labels, required: false),
            Schema.property("fields", .dictionary(.fieldValue), required: false),
        ])

    static let reply = Schema.object(body + [Schema.property("status", visible, required: false)])
    static let note = Schema.object(body)

    static let patch = Schema.object([
        Schema.property("subject", .string(maximumLength: 300), required: false),
        Schema.property("status", visible, required: false),
        Schema.property("department_id", id, required: false),
        Schema.property("agent_id", .nullable(id), required: false),
        Schema.property("team_id", .nullable(id), required: false),
        Schema.property("priority", priority, required: false),
        Schema.property("urgency", urgency, required: false),
        Schema.property("labels", labels, required: false),
        Schema.property("fields", .dictionary(.fieldValue), required: false),
    ])

    static let restoration = Schema.object([
        Schema.property("status", visible, required: false),
        Schema.property("department_id", id, required: false),
        Schema.property("fields", .dictionary(.fieldValue), required: false),
    ])

    static let hold = Schema.object([Schema.property("reason", .string(maximumLength: 1000))])
    static let merge = Schema.object([Schema.property("duplicates", .array(id))])
    static let split = Schema.object([
        Schema.property("message_ids", .array(id)), Schema.property("subject", .string(maximumLength: 300), required: false),
    ])
    static let liveStart = Schema.object([Schema.property("kind", .oneOf(LiveSession.Kind.allCases.map(\.rawValue)))])
    static let heartbeat = Schema.object([
        Schema.property(
            "id", .integer(minimum: 1, description: "The session's; it may be left out while there is one only."), required: false)
    ])

    enum Example {
        static let creation: JSONValue = [
            "subject": "The printer prints stripes", "text": "Since this morning, on every page.",
            "user": ["email": "ada@example.org", "name": "Ada"],
        ]
    }
}
