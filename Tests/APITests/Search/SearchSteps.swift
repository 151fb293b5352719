import Domain
import Foundation
import JSON
import Services
import Support
import Testing

extension TestServer {
    /// Searches for what somebody would type, narrowed down by more of the query: `sort=newest&limit=3`.
    func search(_ text: String, _ more: String = "", as token: String) async throws -> Answered {
        let typed = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try await send("GET", "/v1/search?q=\(typed)" + (more.isEmpty ? "" : "&\(more)"), token: token)
    }

    /// The numbers on all pages, in their order, and how many pages there were.
    func searchThrough(
        _ text: String, _ more: String, limit: Int, as token: String, between: () async throws -> Void = {}
    ) async throws -> (ids: [Int64], pages: Int) {
        var ids: [Int64] = []
        var pages = 0
        var cursor = ""
        repeat {
            let page = try await search(text, "\(more)&limit=\(limit)\(cursor)", as: token)
            try #require(page.status == 200, "\(page.json)")
            ids += page.found
            pages += 1
            cursor = page.nextCursor.map { "&cursor=\($0)" } ?? ""
            if !cursor.isEmpty {
                #expect(page.items.count == limit)
                try await between()
            }
        } while !cursor.isEmpty && pages < 100
        return (ids, pages)
    }
}

extension Answered {
    /// The tickets of a search, by number.
    var found: [Int64] { items.compactMap { $0["ticket"]?["id"]?.integer } }
    var snippets: [String] { items.compactMap { $0["snippet"]?.string } }
}
