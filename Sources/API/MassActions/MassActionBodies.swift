import Domain
import JSON
import Services

/// How mass actions look in JSON, and what may be sent: read in MassActionRequests, written in MassActionAnswers.
enum MassActionBodies {
    /// How tickets can be selected, one of them at a time.
    static let ways: Set<String> = ["ids", "filter", "queue_id", "search", "token"]

    private static let id = Schema.integer(minimum: 1)
    private static let count = Schema.integer(minimum: 0)
    private static let counts = Schema.dictionary(count)
    private static let outcome = Schema.oneOf(MassOutcome.Kind.allCases.map(\.rawValue))
    private static let reasons = MassOutcome.SkipReason.allCases.map(\.rawValue) + MassOutcome.FailReason.allCases.map(\.rawValue)

    private static let filter = Schema.object(
        [
            ("status", .either([.oneOf(StatusName.all.map(\.name)), .array(.oneOf(StatusName.all.map(\.name)))])),
            ("agent_id", assignee), ("team_id", assignee), ("department_id", id), ("user_id", id), ("label", .string(maximumLength: 60)),
            ("priority", TicketBodies.priority), ("field.{key}", .either([.string(), .number(), .boolean])), ("created_before", .time),
            ("created_after", .time), ("updated_before", .time), ("updated_after", .time),
        ].map { (name: String, schema: Schema) in Schema.property(name, schema, required: false) })

    private static let assignee = Schema.nullable(.either([id, .oneOf(["none"])]))

    private static let selection = Schema.object([
        Schema.property("ids", .array(id), required: false),
        Schema.property("filter", filter, required: false),
        Schema.property(
            "queue_id", .integer(minimum: 1, description: "What is in this ticket queue, of what you see; me in its criteria is you."),
            required: false),
        Schema.property(
            "search",
            .string(
                description:
                    "As q of a search: printer or scanner from:mailer-daemon status:pending -label:billing. Only what words find: nothing "
                    + "that is merely similar.",
                maximumLength: SearchQuery.longestText),
            required: false),
        Schema.property(
            "token", .string(description: "Of a dry run: exactly the tickets that it showed.", maximumLength: 200), required: false),
    ])

    private static let members = [
        Schema.property("status", TicketBodies.visible, required: false),
        Schema.property("agent_id", .nullable(id), required: false),
        Schema.property("team_id", .nullable(id), required: false),
        Schema.property("department_id", id, required: false),
        Schema.property("priority", TicketBodies.priority, required: false),
        Schema.property("urgency", TicketBodies.urgency, required: false),
        Schema.property("add", TicketBodies.labels, required: false),
        Schema.property("remove", TicketBodies.labels, required: false),
        Schema.property("fields", .dictionary(.fieldValue), required: false),
    ]

    /// Of one type or another.
    static let membersOfActions = (members + TicketBodies.body).map(\.name)

    private static func action(_ types: [TicketAction.Kind]) -> Schema {
        .object([Schema.property("type", .oneOf(types.map(\.rawValue)))] + members + TicketBodies.body)
    }

    static let submission = Schema.object([
        Schema.property("selection", selection),
        Schema.property("actions", .array(action(TicketAction.Kind.choices))),
        Schema.property("dry_run", .boolean, required: false),
    ])

    static let example: JSONValue = [
        "selection": ["filter": ["status": ["awaiting_agent", "pending"], "label": "outage"]],
        "actions": [["type": "set_priority", "priority": "high"], ["type": "labels", "add": ["reviewed"]]], "dry_run": false,
    ]

    static let massAction = Schema.object([
        Schema.property("id", id),
        Schema.property("state", .oneOf(MassAction.State.allCases.map(\.rawValue))),
        Schema.property("total", .integer(minimum: 0, description: "Tickets in the snapshot; none is added later.")),
        Schema.property("done", count),
        Schema.property("skipped", .integer(minimum: 0, description: "Left alone; trying again changes nothing.")),
        Schema.property("failed", .integer(minimum: 0, description: "Could be done once something is put right; retry takes these.")),
        Schema.property("actions", .array(action(TicketAction.Kind.allCases))),
        Schema.property("created_by", .nullable(.integer(minimum: 1, description: "The agent; null: an operator, at the command line."))),
        Schema.property("created_at", .time),
        Schema.property("started_at", .nullable(.time)),
        Schema.property("finished_at", .nullable(.time)),
        // Null when nothing of it can be taken back.
        Schema.property("undo_until", .nullable(.time)),
        Schema.property("undo_of", .nullable(.integer(minimum: 1, description: "The mass action that this one takes back."))),
        Schema.property("retry_of", .nullable(.integer(minimum: 1, description: "The mass action that failed at these tickets."))),
        // By how many tickets were left alone for them; empty while it goes on.
        Schema.property("reasons", counts),
        // Until then there is a result for each ticket, afterwards only the figures.
        Schema.property("items_until", .nullable(.time)),
    ])

    static let preview = Schema.object([
        Schema.property("total", count),
        Schema.property("by_status", counts),
        // By the department's number.
        Schema.property("by_department", counts),
        // By the agent's number, or none.
        Schema.property("by_agent", counts),
        Schema.property("sample", .array(id)),
        Schema.property("would_change", .integer(minimum: 0, description: "Of those that were examined.")),
        Schema.property("would_leave", counts),
        Schema.property(
            "examined",
            .integer(minimum: 0, description: "How many were looked at one by one; fewer than total only where there are very many.")),
        Schema.property("undoable", .boolean),
        Schema.property("token", .string(description: "For selection.token: acts on exactly these tickets.")),
        Schema.property("expires_at", .time),
    ])

    static let item = Schema.object([
        Schema.property("ticket_id", id),
        Schema.property("outcome", outcome),
        Schema.property("reason", .nullable(.oneOf(reasons))),
        Schema.property("errors", Problem.faults, required: false),
    ])

    static let outcomeParameter = Endpoint.Parameter(
        name: "outcome", place: .query, schema: outcome, description: "Only tickets with this outcome.")
}
