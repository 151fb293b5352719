import Domain
import Hummingbird

/// The query of a list of tickets.
struct TicketListQuery {
    let filter: TicketFilter
    let order: TicketOrder
    let cursor: TicketCursor?
    let limit: Int

    private static let sorts = TicketOrder.Key.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }

    static let parameters: [Endpoint.Parameter] = [
        Endpoint.Parameter(
            name: "status", place: .query, schema: .oneOf(StatusName.all.map(\.name)),
            description: "Any of these; every visible one if not given.",
            repeatable: true),
        Endpoint.Parameter(name: "agent_id", place: .query, schema: .string(), description: "The assigned agent, or `none`."),
        Endpoint.Parameter(name: "user_id", place: .query, schema: .integer(minimum: 1), description: "Whose ticket it is."),
        Endpoint.Parameter(
            name: "priority", place: .query, schema: .oneOf(Priority.allCases.map(\.rawValue)), description: "Of this priority."),
        Endpoint.Parameter(name: "created_before", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(name: "created_after", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(name: "updated_before", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(name: "updated_after", place: .query, schema: .time, description: "RFC 3339."),
        Endpoint.Parameter(
            name: "sort", place: .query, schema: .oneOf(sorts), description: "`-updated_at` if not given; a minus: descending."),
    ]

    init(_ request: Request) throws {
        var query = Query(request)
        var filter = TicketFilter()
        let time = "a time in RFC 3339, such as 2026-11-23T05:45:00Z"
        let number = "a whole number"
        for name in query.all("status") {
            if let status = StatusName(name) {
                if !filter.statuses.contains(status) { filter.statuses.append(status) }
            } else {
                query.fault("status", "one of \(StatusName.all.map(\.name).joined(separator: ", "))")
            }
        }
        filter.agent = query.parse("agent_id", "an agent's id, or none") { text in
            text == "none" ? .nobody : Int64(text).map { .agent(ID($0)) }
        }
        filter.userID = query.parse("user_id", number) { Int64($0).map { ID($0) } }
        filter.priority = query.parse("priority", "one of \(Priority.allCases.map(\.rawValue).joined(separator: ", "))") {
            Priority(rawValue: $0)
        }
        filter.createdBefore = query.parse("created_before", time) { Timestamp($0) }
        filter.createdAfter = query.parse("created_after", time) { Timestamp($0) }
        filter.updatedBefore = query.parse("updated_before", time) { Timestamp($0) }
        filter.updatedAfter = query.parse("updated_after", time) { Timestamp($0) }
        let order = query.parse("sort", "one of \(Self.sorts.joined(separator: ", "))") { TicketOrder($0) } ?? .newestChangeFirst
        cursor = query.parse("cursor", "`next_cursor` of the page before, with the same sort") { TicketCursor($0, in: order) }
        limit = query.limit()
        try query.finish()
        self.filter = filter
        self.order = order
    }
}
