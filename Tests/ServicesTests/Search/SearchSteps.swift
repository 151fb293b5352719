import Domain
import Services
import Support
import Testing

/// What tests of searches do on their way.
extension TestTenant {
    /// All pages, one behind the other; each but the last is full.
    func pages(_ request: SearchRequest, _ access: Access) async throws -> (hits: [SearchHit], match: SearchMatch) {
        var request = request
        var hits: [SearchHit] = []
        while true {
            let page = try await helpdesk.search(request, access)
            hits += page.hits
            guard let next = page.next else {
                #expect(page.hits.count <= request.limit)
                return (hits, page.match)
            }
            #expect(page.hits.count == request.limit)
            #expect(next.match == page.match)
            request.cursor = next
        }
    }

    /// The first page for somebody's search.
    func search(_ text: String, by access: Access? = nil, _ change: (inout SearchRequest) -> Void = { _ in }) async throws -> SearchPage {
        var request = SearchRequest(try SearchQuery(parsing: text))
        change(&request)
        if let access { return try await helpdesk.search(request, access) }
        return try await helpdesk.search(request, now(agent))
    }
}

extension SearchPage {
    /// By number, in the page's order.
    var ids: [ID<Ticket>] { hits.map(\.ticket.id) }
}

extension Snippet {
    var text: String { pieces.map(\.text).joined() }

    /// What is marked, piece by piece.
    var marked: [String] { pieces.filter(\.isMarked).map(\.text) }
}
