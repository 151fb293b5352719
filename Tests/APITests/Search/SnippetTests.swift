import Domain
import Foundation
import JSON
import Support
import Testing

@testable import API

@Suite("Snippets")
struct SnippetTests {
    @Test("Whatever somebody wrote is text in the HTML; what was found stands in mark")
    func markup() {
        let snippet = Snippet([
            Snippet.Piece("a < b & \"c\" > 'd' "), Snippet.Piece("<script>", isMarked: true), Snippet.Piece("süß 🦄</mark>"),
        ])
        #expect(
            snippet.html
                == "a &lt; b &amp; &quot;c&quot; &gt; &#39;d&#39; <mark>&lt;script&gt;</mark>süß 🦄&lt;/mark&gt;")
        #expect(Snippet([]).html == "")
    }

    @Test("Nothing that stands in a subject, a message or a name is markup in the answer")
    func hostile() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let attack = "<script>alert('printer')</script> & <b>printer</b> \"printer\" <mark> </mark> &lt;i&gt; \u{E000}printer\u{E001}"
            let bodies: [JSONValue] = [
                ["subject": .string(attack), "text": "Please help"], ["subject": "Plain", "text": .string(attack)],
                ["subject": "Mail", "html": .string("<p onclick=\"x\">\(attack) &lt;script&gt;printer&lt;/script&gt;</p>")],
            ]
            for body in bodies {
                var members = body.object ?? [:]
                members["user"] = ["email": "eve@customer.example", "name": "<script>printer</script>"]
                let made = try await server.send("POST", "/v1/tickets", token: agent, .object(members))
                try #require(made.status == 201, "\(made.json)")
            }
            for text in ["printer", "alert", "rinte", "script", "mark", "\"alert printer\""] {
                for token in [agent, tenant.admin.token] {
                    let answered = try await server.search(text, as: token)
                    #expect(answered.status == 200 && !answered.items.isEmpty, "\(text)")
                    for snippet in answered.snippets {
                        // Without the marks nothing is left that a page would take for markup.
                        let rest = snippet.replacing("<mark>", with: "").replacing("</mark>", with: "")
                        #expect(!rest.contains { "<>\"'".contains($0) }, "\(text): \(snippet)")
                        let entities = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].reduce(rest) { $0.replacing($1, with: "") }
                        #expect(!entities.contains("&"), "\(text): \(snippet)")
                        #expect(snippet.marksAreBalanced, "\(text): \(snippet)")
                    }
                }
            }
            let marked = try await server.search("printer", as: agent).snippets
            #expect(marked.count == 3, "\(marked)")
            #expect(marked.allSatisfy { $0.contains("<mark>") }, "\(marked)")
        }
    }
}

extension String {
    fileprivate var marksAreBalanced: Bool {
        var isOpen = false
        for tag in matches(of: #/</?mark>/#).map(\.output) {
            guard isOpen == (tag == "</mark>") else { return false }
            isOpen.toggle()
        }
        return !isOpen
    }
}
