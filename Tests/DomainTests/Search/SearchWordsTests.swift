import Support
import Testing

@testable import Domain

@Suite("Words of a search, as they are typed")
struct SearchWordsTests {
    private static let unquoted: [(String, [SearchQuery.Term])] = [
        ("refund", [word("refund")]),
        ("-Refund", [not(word("Refund"))]),
        ("refun*", [prefix("refun")]),
        ("-été*", [not(prefix("été"))]),
        ("re*fund *refund", [word("re*fund"), word("*refund")]),
        ("refund**", [prefix("refund*")]),
        ("http://x.y/z*", [prefix("http://x.y/z")]),
        ("12:30", [word("12:30")]),
        ("HTTP://x.y:80/z", [word("HTTP://x.y:80/z")]),
        ("Re:", [word("Re:")]),
        ("Re: refund", [word("Re:"), word("refund")]),
        ("-Re:", [not(word("Re:"))]),
        (":x", [word(":x")]),
        ("x2::y:z", [word("x2::y:z")]),
        ("a-b:c naïve:c f2:c", [word("a-b:c"), word("naïve:c"), word("f2:c")]),
        ("field.order_no status", [word("field.order_no"), word("status")]),
        ("KXQW-4821-ZTM KXQW-48A1-ZTMB", [word("KXQW-4821-ZTM"), word("KXQW-48A1-ZTMB")]),
        ("KXQW-4821-ZTMB*", [prefix("KXQW-4821-ZTMB")]),
        ("c++ .net 7", [word("c++"), word(".net"), word("7")]),
        ("order ör fort", [word("order"), word("ör"), word("fort")]),
        ("don't 退款 a(b)&|!<->", [word("don't"), word("退款"), word("a(b)&|!<->")]),
    ]

    private static let quoted: [(String, [SearchQuery.Term])] = [
        ("\"no paper\" -\"no ink\"", [phrase("no paper"), not(phrase("no ink"))]),
        ("\"refund\"", [phrase("refund")]),
        ("\" no  paper \"", [phrase(" no  paper ")]),
        ("\"refun*\"", [phrase("refun*")]),
        ("“no paper”", [phrase("no paper")]),
        ("„kein Papier“", [phrase("kein Papier")]),
        ("”inget papper” x", [phrase("inget papper"), word("x")]),
        ("“no paper\"", [phrase("no paper")]),
        ("\"say “no paper” twice\"", [phrase("say “no paper” twice")]),
        (#""a\“ b""#, [phrase(#"a\“ b"#)]),
        (#"“27\" and \“a\” in C:\\ or C:\temp”"#, [phrase(#"27" and “a” in C:\ or C:\temp"#)]),
        ("“low „quotes”", [phrase("low „quotes")]),
        ("from:“Ada L”", [.init(.from("Ada L"))]),
        ("\"or\"", [phrase("or")]),
    ]

    @Test("What is no property is a word in any form, or with a star at its end what begins so", arguments: unquoted)
    func bare(_ text: String, _ terms: [SearchQuery.Term]) throws { try expect(text, terms) }

    @Test("What is in quotes, straight or curly, is to be found exactly so", arguments: quoted)
    func inQuotes(_ text: String, _ terms: [SearchQuery.Term]) throws { try expect(text, terms) }

    private func expect(_ text: String, _ terms: [SearchQuery.Term]) throws {
        let query = try SearchQuery(parsing: text)
        #expect(query == SearchQuery(all: terms))
        #expect(try SearchQuery(parsing: query.description) == query)
    }
}

private func word(_ text: String) -> SearchQuery.Term { SearchQuery.Term(.words(SearchQuery.Words(text, .word))) }

private func phrase(_ text: String) -> SearchQuery.Term { SearchQuery.Term(.words(SearchQuery.Words(text, .phrase))) }

private func prefix(_ text: String) -> SearchQuery.Term { SearchQuery.Term(.words(SearchQuery.Words(text, .prefix))) }

private func not(_ term: SearchQuery.Term) -> SearchQuery.Term { SearchQuery.Term(term.criterion, isNegated: true) }
