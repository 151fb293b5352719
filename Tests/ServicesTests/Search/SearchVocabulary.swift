import Support

/// The words that the random helpdesk talks in, and what English makes of them: written down here, and held against PostgreSQL by a test.
enum SearchVocabulary {
    /// Words in their forms, by stem.
    static let families: [(stem: String, forms: [String])] = [
        ("refund", ["refund", "refunds", "refunded", "refunding"]), ("print", ["print", "prints", "printed", "printing"]),
        ("printer", ["printer", "printers"]), ("invoic", ["invoice", "invoices", "invoiced"]), ("deliveri", ["delivery", "deliveries"]),
        ("deliv", ["deliver", "delivered"]), ("connect", ["connect", "connected", "connection"]), ("paper", ["paper", "papers"]),
        ("univers", ["university", "universe"]), ("happi", ["happy", "happiness"]), ("fail", ["fail", "failed"]), ("failur", ["failure"]),
        ("ärger", ["ärger"]), ("müller", ["müller"]), ("grüße", ["grüße"]), ("été", ["été"]), ("ada", ["ada"]),
        ("lovelac", ["lovelace"]), ("bill", ["bill", "billing"]), ("vip", ["vip"]), ("rain", ["rain"]), ("damag", ["damage", "damaged"]),
        ("fast", ["fast"]), ("slow", ["slow"]), ("alert", ["alert"]), ("mail", ["mail", "mails"]), ("e-mail", ["e-mail", "e-mails"]),
        ("zebra", ["zebra", "zebras"]), ("user", ["user", "users"]), ("exampl", ["example", "examples"]), ("org", ["org"]),
        ("daemon", ["daemon"]), ("mailer", ["mailer"]), ("e", ["e"]),
    ]

    /// Words that English puts everywhere.
    static let leftOut: Set<String> = ["the", "is", "not", "in", "and", "for", "a", "no"]

    static let codes = ["A-17", "A-18", "INV-2041", "42"]

    private static let stems = Dictionary(families.flatMap { family in family.forms.map { ($0, family.stem) } }) { $1 }

    /// What any form of the word has in common; nil: English leaves it out.
    static func stem(_ word: String) -> String? { leftOut.contains(word) ? nil : stems[word] ?? word }

    static func anyWord(using chance: inout SeededGenerator) -> String {
        // Some are everywhere and some nowhere but in a ticket or two.
        let reach = Double.random(in: 0..<1, using: &chance)
        return families[Int(reach * reach * Double(families.count))].forms.randomElement(using: &chance)!
    }

    /// In any case of its letters, with what stands around words.
    static func anyToken(using chance: inout SeededGenerator) -> String {
        let token =
            switch Int.random(in: 0..<12, using: &chance) {
            case 0, 1: leftOut.sorted().randomElement(using: &chance)!
            case 2: codes.randomElement(using: &chance)!
            case 3: Int.random(in: 0..<4, using: &chance) == 0 ? "ada@example.org" : anyWord(using: &chance)
            default: anyWord(using: &chance)
            }
        let written =
            switch Int.random(in: 0..<6, using: &chance) {
            case 0: token.uppercased()
            case 1: token.prefix(1).uppercased() + token.dropFirst()
            default: token
            }
        switch Int.random(in: 0..<10, using: &chance) {
        case 0: return written + ["!", "?", ",", ";", ")"].randomElement(using: &chance)!
        case 1: return "(" + written
        default: return written
        }
    }

    static func anyText(_ lengths: ClosedRange<Int>, using chance: inout SeededGenerator) -> String {
        (0..<Int.random(in: lengths, using: &chance)).map { _ in anyToken(using: &chance) }.joined(separator: " ")
    }

    /// With tags, entities, a script and a style between the words.
    static func anyHTML(_ lengths: ClosedRange<Int>, using chance: inout SeededGenerator) -> String {
        (0..<Int.random(in: lengths, using: &chance)).map { _ in
            let token = anyToken(using: &chance)
            return switch Int.random(in: 0..<12, using: &chance) {
            case 0: "<p class=\"refund\">\(token)</p>"
            case 1: "<b>\(token)</b>"
            case 2: "<script type=\"x\">var printer = 'zebra < vip';</script> \(token)"
            case 3: "<style>p { rain: 1 }</style>\(token)"
            case 4: "&nbsp;\(token)&nbsp;&amp; "
            case 5: "<a href=\"https://damage.example/slow\">\(token)</a>"
            case 6: "\(token)<br>"
            case 7: "\(token) &lt; "
            default: token
            }
        }.joined(separator: " ")
    }
}
