import Domain
import Hummingbird

/// The query of a list of tickets.
struct TicketListQuery {
    let filter: TicketFilter
    let order: TicketOrder
    let cursor: TicketCursor?
    let limit: Int

    static let sorts = TicketOrder.Key.allCases.flatMap { [$0.rawValue, "-" + $0.rawValue] }

    static let parameters =
        TicketFilterQuery.parameters + [
            Endpoint.Parameter(
                name: "sort", place: .query, schema: .oneOf(sorts), description: "`-updated_at` if not given; a minus: descending.")
        ]

    /// - Parameter rules: the helpdesk's fields, for `field.<key>`.
    init(_ request: Request, _ rules: FieldRules) throws {
        var query = Query(request)
        let filter = TicketFilterQuery.filter(&query, rules)
        let order = query.parse("sort", "one of \(Self.sorts.joined(separator: ", "))") { TicketOrder($0) } ?? .newestChangeFirst
        cursor = query.parse("cursor", "`next_cursor` of the page before, with the same sort") { TicketCursor($0, in: order) }
        limit = query.limit()
        try query.finish()
        self.filter = filter
        self.order = order
    }
}
