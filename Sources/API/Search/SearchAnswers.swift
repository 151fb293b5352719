import Domain
import JSON

extension Answer {
    static func search(_ page: SearchPage, _ view: TicketView) -> Answer {
        var writer = JSONWriter(capacity: 1300 * page.hits.count + 96)
        writer.object { writer in
            writer.key("items")
            writer.array(page.hits) { writer, hit in
                writer.object { writer in
                    writer.key("ticket")
                    writer.ticket(hit.ticket, view)
                    writer.key("snippet")
                    writer.string(hit.snippet.html)
                }
            }
            writer.key("next_cursor")
            writer.optional(page.next.map { CursorText.make($0.parts) })
            writer.key("match")
            writer.string(page.match.rawValue)
        }
        return Answer(body: writer.bytes)
    }
}
