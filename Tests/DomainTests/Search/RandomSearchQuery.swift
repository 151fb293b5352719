import Support

@testable import Domain

extension SearchQuery {
    static func random(using chance: inout SeededGenerator) -> Self {
        SearchQuery(
            (0..<Int.random(in: 1...4, using: &chance)).map { _ in
                Group((0..<Int.random(in: 1...3, using: &chance)).map { _ in .random(using: &chance) })
            })
    }
}

extension SearchQuery.Term {
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        Self(.random(using: &chance), isNegated: Bool.random(using: &chance))
    }
}

extension SearchQuery.Criterion {
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        let text = text(using: &chance)
        switch Int.random(in: 0..<18, using: &chance) {
        case 0: return .status(Array(StatusName.all.shuffled(using: &chance).prefix(Int.random(in: 1...6, using: &chance))))
        case 1: return .mine
        case 2: return .agent(Bool.random(using: &chance) ? nil : named(text, using: &chance))
        case 3: return .team(Bool.random(using: &chance) ? nil : named(text, using: &chance))
        case 4: return .department(named(text, using: &chance))
        case 5: return .label(Label(text) ?? Label(unchecked: "late"))
        case 6: return .priority(Array(Priority.allCases.shuffled(using: &chance).prefix(Int.random(in: 1...4, using: &chance))))
        case 7: return .from(text)
        case 8: return .subject(text)
        case 9: return .number(ID(Int64.random(in: 0...Int64.max, using: &chance)))
        case 10: return .reference(.random(using: &chance))
        case 11: return .address(EmailAddress("a\(Int.random(in: 0...99, using: &chance))#'+@example.org")!)
        case 12: return .attachment
        case 13: return .field(FieldKey(["order_no", "or", "a1"].randomElement(using: &chance)!)!, text)
        case 14: return .words(SearchQuery.Words(word(using: &chance), .word))
        case 15: return .words(SearchQuery.Words("a1c" + word(using: &chance), .prefix))
        case 16: return .words(SearchQuery.Words(text + "a" + text, .phrase))
        default:
            return .time(
                Bool.random(using: &chance) ? .created : .updated,
                SearchQuery.Comparison.allCases.randomElement(using: &chance) ?? .more, .random(using: &chance))
        }
    }

    private static func named<Entity>(_ text: String, using chance: inout SeededGenerator) -> SearchQuery.Named<Entity> {
        Bool.random(using: &chance) ? .number(ID(Int64.random(in: 0...999, using: &chance))) : .name(text)
    }

    /// As it can stand without quotes.
    private static func word(using chance: inout SeededGenerator) -> String {
        let beginnings = ["12:", "Re:", "C++", "http://", "field.", "退款", "*a", ".a", "ör", "a\u{301}", "orb", "or9:", "5%"]
        let ends = ["", "", "1", "a1", "é", "\u{301}1", "'s", "\\", "..", "-or", "#1", "**a", "&|!()"]
        let (beginning, end) = (beginnings.randomElement(using: &chance)!, ends.randomElement(using: &chance)!)
        // Nothing stands right behind the colon of what could be a property.
        return beginning == "Re:" ? beginning : beginning + end
    }

    private static func text(using chance: inout SeededGenerator) -> String {
        let pieces = ["me", "none", "or", "7", "*", "\"", "“", "”", "„", "\\", "\\", " ", "a", "é", "\u{301}", ":", "-", "#", "@", "\n"]
        return (0..<Int.random(in: 1...6, using: &chance)).reduce(into: "") { text, _ in
            text += pieces.randomElement(using: &chance) ?? ""
        }
    }
}

extension SearchQuery.Moment {
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        let milliseconds = Int64.random(in: Timestamp.writable, using: &chance)
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: return .day(Timestamp(milliseconds: milliseconds / 86_400_000 * 86_400_000))
        case 1: return .time(Timestamp(milliseconds: milliseconds))
        case 2: return .time(Timestamp(milliseconds: milliseconds / 10_000 * 10_000))
        default: return .age(Int.random(in: 0...5214, using: &chance), Unit.allCases.randomElement(using: &chance) ?? .days)
        }
    }
}
