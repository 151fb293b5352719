import Domain
import Hummingbird

/// The query of a search.
enum SearchRequests {
    private static let sorts = SearchSort.allCases.map(\.rawValue)

    /// What the caller calls the text that the domain calls `search`.
    static let text = "q"

    static let parameters =
        [
            Endpoint.Parameter(
                name: text, place: .query, schema: .string(maximumLength: SearchQuery.longestText),
                description:
                    "Words, \"phrases\" and beginnings of words (`refun*`), all of which must be there; `or` between two, `-` before what "
                    + "must not be. Beside them `status:pending,resolved`, `agent:me` (a name, number or address, or none), `team:`, "
                    + "`department:`, `label:`, `priority:`, `from:` and `subject:` for a part of the user and the subject, "
                    + "`has:attachment`, `created:>2026-01-01`, `updated:<7d`, `field.order_no:A-17`, `#1042`, a ref, or the user's "
                    + "whole address.",
                required: true, example: "printer"),
            Endpoint.Parameter(
                name: "sort", place: .query, schema: .oneOf(sorts),
                description: "`relevance` if not given: by how much is said of the words, and how lately; `newest`: by number."),
        ] + TicketFilterQuery.parameters

    /// - Parameter rules: the helpdesk's fields, for `field.<key>`.
    static func request(_ request: Request, _ rules: FieldRules) throws -> SearchRequest {
        var query = Query(request)
        let words = query.search()
        let filter = TicketFilterQuery.filter(&query, rules)
        let sort = query.parse("sort", "one of \(sorts.joined(separator: ", "))") { SearchSort(rawValue: $0) } ?? .relevance
        let cursor = query.parse("cursor", "`next_cursor` of the page before, with the same sort") { text in
            CursorText.parts(text).flatMap { SearchCursor(parts: $0, sort: sort) }
        }
        let limit = query.limit()
        try query.finish()
        guard let words else { throw Refusal.invalid(query.faults) }
        return SearchRequest(words, filter: filter, sort: sort, after: cursor, limit: limit)
    }
}

extension Query {
    fileprivate mutating func search() -> SearchQuery? {
        guard let text = required(SearchRequests.text, "given once", { $0 }) else { return nil }
        do {
            return try SearchQuery(parsing: text)
        } catch .invalid(let wrong) {
            add(wrong.inQuery)
        } catch {
            fault(SearchRequests.text, "cannot be understood")
        }
        return nil
    }
}

extension Refusal {
    /// As the one who searched knows the field.
    var ofSearch: Refusal {
        if case .invalid(let faults) = self { .invalid(faults.inQuery) } else { self }
    }
}

extension [FieldFault] {
    fileprivate var inQuery: [FieldFault] {
        map { $0.field == "search" ? FieldFault(SearchRequests.text, $0.code, $0.message) : $0 }
    }
}
