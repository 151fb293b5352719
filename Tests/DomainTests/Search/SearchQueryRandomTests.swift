import Support
import Testing

@testable import Domain

@Suite("Whatever is typed as a search")
struct SearchQueryRandomTests {
    /// What is typed into a search, and what is not.
    private static let pieces = [
        " ", " ", " ", " ", "\"", "\"", "\" ", "“", "”", "„", "\\", "-", ":", "#", "@", ",", ">", "<", "=", ".", "*", "/", "a", "é",
        "\u{301}",
        "\u{200D}", "🐘", "\n", "\u{3000}", "\0", "0", "17", "7d", "2026-01-01", "T10:00:00Z", "T10:00:00.120+02:00", "me", "none", "or",
        " or ",
        "spam", "pending", "high", "refund", "attachment", "KXQW-4821-ZTMB", "ada@example.org",
    ]

    private static let beginnings = [
        "status:", "agent:", "team:", "department:", "label:", "priority:", "from:", "subject:", "created:>", "updated:<", "created:<=",
        "has:", "field.a:", "field.", "-from:\"", "subject:“", "agent:\"", "\"", "„", "refun", "#", "ada@example.org -",
        "KXQW-4821-ZTMB or ",
    ]

    @Test("Pieces of searches, put together by chance, are understood or refused where they are wrong")
    func pieces() {
        var chance = SeededGenerator(seed: 5)
        var understood = 0
        for number in 0..<20_000 {
            // Every other one begins as a search does, or hardly any would be one.
            var text = number.isMultiple(of: 2) ? (Self.beginnings.randomElement(using: &chance) ?? "") : ""
            for _ in 0..<Int.random(in: 1...(text.isEmpty ? 12 : 3), using: &chance) {
                text += Self.pieces.randomElement(using: &chance) ?? ""
            }
            if isUnderstood(text) { understood += 1 }
        }
        // Without enough of both it proves nothing.
        #expect((2000...18_000).contains(understood))
    }

    @Test("Characters of every kind, by chance, are understood or refused where they are wrong")
    func characters() {
        var chance = SeededGenerator(seed: 7)
        var understood = 0
        for _ in 0..<20_000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 1...20, using: &chance) { scalars.append(.random(using: &chance)) }
            if isUnderstood(String(scalars)) { understood += 1 }
        }
        #expect((2000...18_000).contains(understood))
    }

    @Test("Searches in which characters were lost, doubled, swapped or added are understood or refused where they are wrong")
    func mistyped() {
        var chance = SeededGenerator(seed: 8)
        var understood = 0
        for _ in 0..<20_000 {
            var scalars = Array(SearchQuery.random(using: &chance).description.unicodeScalars)
            for _ in 0..<Int.random(in: 1...3, using: &chance) where !scalars.isEmpty {
                let (one, other) = (scalars.indices.randomElement(using: &chance)!, scalars.indices.randomElement(using: &chance)!)
                switch Int.random(in: 0..<4, using: &chance) {
                case 0: scalars.remove(at: one)
                case 1: scalars.insert(scalars[one], at: other)
                case 2: scalars.swapAt(one, other)
                default: scalars.insert(.random(using: &chance), at: one)
                }
            }
            if isUnderstood(String(String.UnicodeScalarView(scalars))) { understood += 1 }
        }
        #expect((2000...18_000).contains(understood))
    }

    @Test("Every query is read from what is printed of it")
    func printedAndRead() {
        var chance = SeededGenerator(seed: 6)
        for _ in 0..<5000 {
            let query = SearchQuery.random(using: &chance)
            #expect((try? SearchQuery(parsing: query.description)) == query, "\(query)")
        }
    }

    /// What is printed of it means the same, and is no longer: what could be typed can be kept as it is printed.
    private func isUnderstood(_ text: String) -> Bool {
        do throws(Refusal) {
            let query = try SearchQuery(parsing: text)
            let printed = query.description
            #expect(try SearchQuery(parsing: printed) == query, "\(text.debugDescription) as \(printed)")
            #expect(printed.unicodeScalars.count <= text.unicodeScalars.count, "\(text.debugDescription) as \(printed)")
            #expect(!query.groups.isEmpty && query.groups.allSatisfy { !$0.terms.isEmpty })
            return true
        } catch {
            guard case .invalid(let faults) = error, faults.count == 1, faults[0].field == "search" else {
                Issue.record("\(text.debugDescription): \(error)")
                return false
            }
            if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
                #expect(faults[0].code == "required")
            } else {
                let character = Int(faults[0].message.dropFirst("at character ".count).prefix { $0 != ":" }) ?? 0
                #expect((1...text.unicodeScalars.count).contains(character), "\(text.debugDescription): \(faults[0].message)")
            }
            return false
        }
    }
}

extension Unicode.Scalar {
    /// From all of Unicode; more often what means something in a search.
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        let range: ClosedRange<UInt32> = [
            0...0x7F, 0x20...0x7E, 0xA0...0x24F, 0x300...0x36F, 0x2000...0x206F, 0x3000...0x30FF, 1...0x10_FFFF,
        ]
        .randomElement(using: &chance)!
        let meaning: [Self] = ["\"", "“", "-", ":", "*", " ", " ", "o", "r"]
        guard Int.random(in: 0..<3, using: &chance) > 0 else { return meaning.randomElement(using: &chance)! }
        return Self(UInt32.random(in: range, using: &chance)) ?? "\u{FFFD}"
    }
}
