import Support
import Testing

@testable import Domain

@Suite("What or does in a search")
struct SearchGroupsTests {
    @Test(
        "Or binds closer than standing beside each other, in any case of its letters, and joins terms of every kind",
        arguments: [
            ("printer or scanner", [["printer", "scanner"]]),
            ("status:pending printer or scanner", [["status:pending"], ["printer", "scanner"]]),
            ("printer or scanner status:pending", [["printer", "scanner"], ["status:pending"]]),
            ("a OR b Or c oR d", [["a", "b", "c", "d"]]),
            ("a b or c d or e f", [["a"], ["b", "c"], ["d", "e"], ["f"]]),
            ("-a or -b -c", [["-a", "-b"], ["-c"]]),
            ("#7 or kxqw-4821-ztmb or ada@example.org", [["#7", "KXQW-4821-ZTMB", "ada@example.org"]]),
            ("\"a b\" or refun* or has:attachment", [["\"a b\"", "refun*", "has:attachment"]]),
            ("a \"or\" b", [["a"], ["\"or\""], ["b"]]), ("a or \"or\" or b", [["a", "\"or\"", "b"]]),
            ("a\u{3000}or\n b", [["a", "b"]]), ("subject:or or label:OR", [["subject:or", "label:OR"]]),
            ("order or fort or: or’s", [["order", "fort"], ["or:"], ["or’s"]]),
        ])
    func groups(_ text: String, _ groups: [[String]]) throws {
        let query = try SearchQuery(parsing: text)
        #expect(query.groups.map { $0.terms.map(\.description) } == groups)
        #expect(query.description == groups.map { $0.joined(separator: " or ") }.joined(separator: " "))
        #expect(try SearchQuery(parsing: query.description) == query)
    }

    @Test(
        "Or with nothing on one side of it is refused where it stands",
        arguments: [
            ("or", 1), ("or a", 1), (" OR a", 2), ("a or", 3), ("a or ", 3), ("a or or b", 6), ("a or or", 6), ("a or b Or", 8), ("-or", 2),
            ("a or -or", 7),
        ])
    func misplaced(_ text: String, _ character: Int) throws {
        let fault = try #require(SearchQueryTests.fault(text))
        #expect(fault.code == "invalid")
        #expect(fault.message.hasPrefix("at character \(character): or stands between two terms"), "\(fault.message)")
    }
}
