import Domain
import Support
import Testing

@testable import Services

@Suite("What stands around the words that were found")
struct SnippetTests {
    @Test("The words are marked in every form, in the message in which most of them stand, and nothing else is")
    func marks() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket("Nothing to see", message: "The printer is broken")
            _ = try await tenant.helpdesk.reply(
                to: ticket.id, text("Refunds for printers are Refunded here, not there"), tenant.user.access)
            let snippet = try await tenant.snippet("printer refund")
            #expect(snippet.text == "Refunds for printers are Refunded here, not there")
            #expect(snippet.marked == ["Refunds", "printers", "Refunded"])
            let prefix = try await tenant.snippet("brok*")
            #expect(prefix.text == "The printer is broken" && prefix.marked == ["broken"])
            let phrase = try await tenant.snippet("\"refunded here\"")
            #expect(phrase.marked == ["Refunded", "here"])
            let negated = try await tenant.snippet("broken -zebra")
            #expect(negated.marked == ["broken"])
        }
    }

    @Test("A word deep in a message is shown with what stands around it, and not from the message's beginning")
    func deep() async throws {
        try await withTenant { tenant in
            let message = String(repeating: "bla ", count: 500) + "the zebra " + String(repeating: "blub ", count: 500)
            _ = try await tenant.makeTicket(message: message)
            let snippet = try await tenant.snippet("zebras")
            #expect(snippet.marked == ["zebra"])
            #expect(snippet.text.count <= 240 && snippet.text.contains("bla the zebra blub"))
        }
    }

    @Test(
        "Of HTML only the text is shown, with its entities as characters; what stands in scripts and attributes is neither found nor shown")
    func html() async throws {
        try await withTenant { tenant in
            let html = """
                <style>p { color: zebra }</style><script>var zebra = "x < y";</script><p class="zebra" onclick='zebra()'>Fish &amp; chips\
                &nbsp;&lt;hot&gt; &quot;now&quot; it&#39;s the <b>refund</b></p>
                """
            let draft = TicketDraft(
                subject: Subject("Dinner")!, body: MessageBody(html, format: .html)!, requester: .user(tenant.userID))
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.createTicket(draft, $0) }
            let snippet = try await tenant.snippet("refund")
            #expect(snippet.marked == ["refund"])
            #expect(snippet.text.split(separator: " ").joined(separator: " ") == "Fish & chips <hot> \"now\" it's the refund")
            let hidden = try await tenant.search("zebra")
            #expect(hidden.hits.isEmpty)
        }
    }

    @Test("What stands between two scripts, or two styles, is text like any other")
    func betweenScripts() async throws {
        try await withTenant { tenant in
            let html = "<style>a {}</style><p>Fish</p><STYLE>b {}</STYLE ><script>1</script>refund<script>2</script><p>chips</p>"
            let draft = TicketDraft(subject: Subject("Dinner")!, body: MessageBody(html, format: .html)!, requester: .user(tenant.userID))
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.createTicket(draft, $0) }
            for word in ["fish", "refund", "chips"] {
                let snippet = try await tenant.snippet(word)
                #expect(snippet.text.split(whereSeparator: \.isWhitespace) == ["Fish", "refund", "chips"])
            }
        }
    }

    @Test("A word that stands in the subject only is marked there")
    func subject() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket("My Zebras are gone", message: "Please help, whoever reads this")
            let snippet = try await tenant.snippet("zebra")
            #expect(snippet.marked == ["Zebras"])
            #expect(snippet.text == "My Zebras are gone\nPlease help, whoever reads this")
        }
    }

    @Test("What was found by what is not shown, such as the user's name, has the subject and how it began")
    func nameless() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket("My printer", message: "Please help")
            _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateUser(tenant.userID, UserPatch(name: "Lovelace"), $0) }
            let snippet = try await tenant.snippet("lovelace")
            #expect(snippet.text == "My printer\nPlease help" && snippet.marked.isEmpty)
            let byStatus = try await tenant.snippet("status:awaiting_agent")
            #expect(byStatus.text == "My printer\nPlease help" && byStatus.marked.isEmpty)
        }
    }

    @Test("Characters that no keyboard has do not mark anything, and stop nothing from being marked")
    func controls() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket(message: "\u{1}no\u{2} \u{2}zebra\u{1} \u{7F}\u{1B}[1m \u{E000}\u{200F}\u{FFFD} a\u{301} end")
            let snippet = try await tenant.snippet("zebra")
            #expect(snippet.marked == ["zebra"])
            #expect(snippet.text.hasPrefix("no zebra ") && snippet.text.hasSuffix(" end"))
            #expect(!snippet.text.unicodeScalars.contains("\u{1}") && !snippet.text.unicodeScalars.contains("\u{2}"))
        }
    }

    @Test("A user is shown nothing of a note, wherever else the word stands")
    func notes() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket("About a zebra", message: "Please help")
            _ = try await tenant.helpdesk.addNote(to: ticket.id, text("zebra zebra secret"), tenant.agent.access)
            let user = try await tenant.search("zebra", by: tenant.user.access)
            #expect(user.hits.map(\.snippet.text) == ["About a zebra\nPlease help"])
            let agent = try await tenant.snippet("zebra")
            #expect(agent.text == "zebra zebra secret")
        }
    }
}

extension TestTenant {
    /// Of the one ticket that is found.
    fileprivate func snippet(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Snippet {
        let page = try await search(text)
        #expect(page.match == .words, sourceLocation: sourceLocation)
        #expect(page.hits.count == 1, sourceLocation: sourceLocation)
        return page.hits.first?.snippet ?? Snippet([])
    }
}
