import Domain
import JSON
import Services

/// How ticket queues look in JSON, and what may be sent: read in QueueRequests, written in QueueAnswers.
enum QueueBodies {
    static let criteriaName = "QueueCriteria"

    private static let id = Schema.integer(minimum: 1)
    private static let count = Schema.integer(minimum: 0)

    private static let condition = Schema.object([
        Schema.property(
            "field",
            .string(
                description: (QueueField.Property.allCases.map(\.rawValue) + [QueueField.customPrefix + "{key}"]).joined(separator: ", "))),
        Schema.property("op", .oneOf(QueueOperator.allCases.map(\.rawValue))),
        Schema.property("value", .scalar, required: false),
    ])

    /// A group among the criteria has the form of the whole.
    static let criteria = Schema.object(
        ["all", "any"].map { name in
            Schema.property(name, .array(.either([condition, .reference(criteriaName)])), required: false)
        })

    private static let visibility = Schema.either([
        .object([
            Schema.property("teams", .array(id), required: false), Schema.property("agents", .array(id), required: false),
        ]), .oneOf([everybody]),
    ])

    static let everybody = "everybody"

    private static let name = Schema.string(maximumLength: QueueName.lengths.upperBound)
    private static let sort = Schema.oneOf(TicketListQuery.sorts)

    static let queue = Schema.object([
        Schema.property("id", id),
        Schema.property("name", name),
        // What every helpdesk has; its criteria cannot be changed.
        Schema.property("built_in", .nullable(.oneOf(BuiltInQueue.allCases.map(\.rawValue)))),
        Schema.property("criteria", .reference(criteriaName)),
        Schema.property("sort", sort),
        Schema.property("visible_to", visibility),
        Schema.property("version", id),
        Schema.property("created_at", .time),
        Schema.property("updated_at", .time),
    ])

    static let creation = Schema.object([
        Schema.property("name", name),
        Schema.property("criteria", .reference(criteriaName)),
        Schema.property("sort", sort, required: false),
        Schema.property("visible_to", visibility, required: false),
    ])

    static let patch = Schema.object([
        Schema.property("name", name, required: false),
        Schema.property("criteria", .reference(criteriaName), required: false),
        Schema.property("sort", sort, required: false),
        Schema.property("visible_to", visibility, required: false),
    ])

    /// By the queue's number; a text where there are more than anybody counts.
    static let counts = Schema.object([
        Schema.property("counts", .dictionary(.either([count, .string(description: "10,000+")])))
    ])

    enum Example {
        static let creation: JSONValue = [
            "name": "Urgent or late",
            "criteria": [
                "all": [
                    ["field": "status", "op": "in", "value": ["awaiting_agent", "pending"]],
                    [
                        "any": [
                            ["field": "priority", "op": "at_least", "value": "high"],
                            ["field": "waiting_time", "op": "greater", "value": "4h"],
                        ]
                    ],
                ]
            ],
            "sort": "-urgency",
            "visible_to": ["agents": [7]],
        ]
        static let patch: JSONValue = ["name": "Urgent", "sort": "created_at"]
    }
}
