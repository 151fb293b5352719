import Domain
import Hummingbird
import JSON
import Services

/// Reads what is asked of queues; what the conditions mean, the domain says.
enum QueueRequests {
    /// - Parameter caller: whose alone the queue is if the body does not say.
    static func draft(_ json: JSONValue, by caller: Caller) throws -> QueueDraft {
        var fields = try Fields(json)
        let name = fields.queueName(required: true)
        let criteria = fields.criteria(required: true)
        let order = fields.order()
        let visibility = fields.visibility()
        try fields.finish()
        guard let name, let criteria else { throw Refusal.invalid(fields.faults) }
        var draft = QueueDraft(name: name, criteria: criteria, visibility: visibility ?? .everybody)
        if visibility == nil, case .agent(let agent, _) = caller { draft.visibility = .alone(agent) }
        if let order { draft.order = order }
        return draft
    }

    static func patch(_ json: JSONValue) throws -> QueuePatch {
        var fields = try Fields(json)
        let patch = QueuePatch(
            name: fields.queueName(), criteria: fields.criteria(), order: fields.order(), visibility: fields.visibility())
        try fields.finish()
        return patch
    }

    struct Listing {
        var order: TicketOrder?
        var cursor: TicketCursor?
        var limit: Int
    }

    static let pageParameters: [Endpoint.Parameter] = [
        Endpoint.Parameter(
            name: "sort", place: .query, schema: .oneOf(TicketListQuery.sorts),
            description: "The queue's if not given; a minus: descending."),
        .limit, .cursor,
    ]

    /// A page goes on in the order of the one before, whatever the queue's has become meanwhile.
    static func listing(_ request: Request) throws -> Listing {
        var query = Query(request)
        let order = query.parse("sort", "one of \(TicketListQuery.sorts.joined(separator: ", "))") { TicketOrder($0) }
        let cursor = query.parse("cursor", "`next_cursor` of the page before, with the same sort") { TicketCursor($0, in: order) }
        let limit = query.limit()
        try query.finish()
        return Listing(order: order, cursor: cursor, limit: limit)
    }

    static let countParameter = Endpoint.Parameter(
        name: "exact", place: .query, schema: .boolean,
        description: "`true`: whatever the number; else more than \(Int(QueueCount.cap)) are `\(QueueCount.beyond)`.")

    static func isExact(_ request: Request) throws -> Bool {
        var query = Query(request)
        let exact = query.parse("exact", "true or false") { Bool($0) }
        try query.finish()
        return exact ?? false
    }
}

extension Fields {
    /// Each may be left out of a patch, but not emptied.
    fileprivate mutating func queueName(required: Bool = false) -> QueueName? {
        parse("name", required: required || has("name"), "1 to \(QueueName.lengths.upperBound) characters on one line") { QueueName($0) }
    }

    fileprivate mutating func order() -> TicketOrder? {
        parse("sort", required: has("sort"), "one of \(TicketListQuery.sorts.joined(separator: ", "))") { TicketOrder($0) }
    }

    fileprivate mutating func criteria(required: Bool = false) -> QueueCriteria? {
        guard let value = value("criteria"), !value.isNull else {
            if required || has("criteria") { fault("criteria", "required", "must be given; an empty object is every visible ticket") }
            return nil
        }
        // A body has room for a million, and each could be wrong.
        guard value.criteriaInside <= QueueCriteria.mostConditions * QueueCriteria.deepest else {
            fault("criteria", "too_many", "at most \(QueueCriteria.mostConditions) conditions")
            return nil
        }
        return object("criteria") { $0.group() }
    }

    fileprivate mutating func visibility() -> QueueVisibility? {
        guard let value = value("visible_to") else { return nil }
        if value.string == QueueBodies.everybody { return .everybody }
        guard value.object != nil else {
            fault("visible_to", "invalid", "must be everybody, or an object with teams, agents or both")
            return nil
        }
        return object("visible_to") { fields in
            .only(teams: Set(fields.ids("teams") ?? []), agents: Set(fields.ids("agents") ?? []))
        }
    }

    private mutating func group() -> QueueCriteria {
        QueueCriteria(all: criteria("all"), any: criteria("any"))
    }

    private mutating func criteria(_ name: String) -> [QueueCriterion] {
        objects(name, atMost: QueueCriteria.mostConditions) { fields in
            fields.has("all") || fields.has("any") ? .group(fields.group()) : fields.condition().map { .condition($0) }
        } ?? []
    }

    private mutating func condition() -> QueueCondition? {
        let field = parse("field", required: true, "a property of tickets, or field. and a custom field's key") { $0 }
        let op = parse("op", required: true, "an operator, such as is, in or before") { $0 }
        guard let value = QueueValue(value("value") ?? .null) else {
            fault("value", "type", "must be a string, a number, true, false, null, or a list of such")
            return nil
        }
        guard let field, let op else { return nil }
        return QueueCondition(field, op, value)
    }
}

extension JSONValue {
    /// Conditions and groups, those in groups among them.
    fileprivate var criteriaInside: Int {
        ["all", "any"].flatMap { self[$0]?.array ?? [] }.reduce(0) { $0 + 1 + $1.criteriaInside }
    }
}

extension QueueValue {
    /// Nil for what no field of a ticket can be compared with.
    fileprivate init?(_ json: JSONValue) {
        switch json {
        case .null: self = .nothing
        case .bool(let flag): self = .flag(flag)
        case .integer(let number): self = .integer(number)
        case .double(let number): self = .number(number)
        case .string(let text):
            // PostgreSQL's text cannot hold it.
            guard !text.utf8.contains(0) else { return nil }
            self = .text(text)
        case .array(let items):
            var values: [QueueValue] = []
            for item in items {
                guard item.array == nil, let value = QueueValue(item) else { return nil }
                values.append(value)
            }
            self = .list(values)
        case .object: return nil
        }
    }
}
