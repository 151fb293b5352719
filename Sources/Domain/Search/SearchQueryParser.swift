/// Reads the text of a search in one pass, by scalars. Strict: what it does not know is refused and never passed over, because a search
/// selects tickets that are then deleted.
struct SearchQueryParser {
    private var typed: SearchQueryScanner

    init(_ text: String) { typed = SearchQueryScanner(text) }

    mutating func groups() throws(Refusal) -> [SearchQuery.Group] {
        guard typed.scalars.count <= SearchQuery.longestText else {
            throw typed.fault("too_long", "a search has at most \(SearchQuery.longestText) characters", at: SearchQuery.longestText)
        }
        if let nul = typed.scalars.firstIndex(of: "\0") { throw typed.fault("invalid", "no text has this character", at: nul) }
        var groups: [SearchQuery.Group] = []
        var count = 0
        typed.skipSpace()
        while typed.peek != nil {
            let joined = groups.isEmpty ? nil : takeOr()
            if let joined, typed.peek == nil { throw misplacedOr(at: joined) }
            guard count < SearchQuery.mostTerms else {
                throw typed.fault("too_many", "a search has at most \(SearchQuery.mostTerms) terms", at: typed.position)
            }
            let term = try term()
            count += 1
            if joined == nil {
                groups.append(SearchQuery.Group([term]))
            } else {
                groups[groups.count - 1].terms.append(term)
            }
            typed.skipSpace()
        }
        guard !groups.isEmpty else {
            throw .invalid([FieldFault("search", "required", "say what to search for: nothing would be everything")])
        }
        return groups
    }

    /// Where the `or` stands that is here; nil if there is none.
    private mutating func takeOr() -> Int? {
        let start = typed.position
        guard typed.take(word: "or") else { return nil }
        typed.skipSpace()
        return start
    }

    private mutating func term() throws(Refusal) -> SearchQuery.Term {
        let start = typed.position
        guard typed.take("-") else { return SearchQuery.Term(try criterion()) }
        guard let next = typed.peek, !next.isSpace, next != "-" else {
            throw typed.fault("invalid", "a - stands right before what must not be", at: start)
        }
        return SearchQuery.Term(try criterion(), isNegated: true)
    }

    private mutating func criterion() throws(Refusal) -> SearchQuery.Criterion {
        let start = typed.position
        if typed.peek?.isQuote == true { return try words(typed.quoted(), .phrase, at: start) }
        let name = typed.word(until: ":")
        if typed.peek == ":", let property = try property(called: name, at: start) {
            _ = typed.take(":")
            return try criterion(property, from: start)
        }
        let word = name + typed.word(until: nil)
        if typed.peek?.isQuote == true { throw misplacedQuote() }
        return try bare(word, at: start)
    }

    // MARK: Without a property

    private func bare(_ word: String, at start: Int) throws(Refusal) -> SearchQuery.Criterion {
        if word.lowercased() == "or" { throw misplacedOr(at: start) }
        if word.unicodeScalars.contains("@") {
            // Small letters may be more characters, as of İ: what is printed would be longer than what can be typed.
            guard let address = EmailAddress(word), address.text.unicodeScalars.count <= word.unicodeScalars.count else {
                throw typed.fault("invalid", "this is no e-mail address; for a part of one use from:, for text put it in quotes", at: start)
            }
            return .address(address)
        }
        if word.unicodeScalars.first == "#" {
            let digits = String(word.unicodeScalars.dropFirst())
            guard digits.isDigits, let number = Int64(digits) else {
                throw typed.fault("invalid", "after # stands a ticket's number; for text put it in quotes", at: start)
            }
            return .number(ID(number))
        }
        if let reference = TicketReference(typed: word) { return .reference(reference) }
        guard word.unicodeScalars.last == "*" else { return try words(word, .word, at: start) }
        let beginning = String(word.unicodeScalars.dropLast())
        guard beginning.unicodeScalars.count(where: \.isLetterOrDigit) >= SearchQuery.shortestPrefix else {
            let least = "at least \(SearchQuery.shortestPrefix) letters or digits"
            let reason = "too much begins with fewer; for a star in text put it in quotes"
            throw typed.fault("invalid", "before a * stand \(least): \(reason)", at: start)
        }
        return try words(beginning, .prefix, at: start)
    }

    private func words(_ text: String, _ kind: SearchQuery.Words.Kind, at start: Int) throws(Refusal) -> SearchQuery.Criterion {
        guard text.unicodeScalars.contains(where: \.isLetterOrDigit) else {
            throw typed.fault("invalid", "this has no letter and no digit to search for", at: start)
        }
        return .words(SearchQuery.Words(text, kind))
    }

    private func misplacedOr(at start: Int) -> Refusal {
        typed.fault("invalid", "or stands between two terms; to search for the word put it in quotes", at: start)
    }

    // MARK: With a property

    private enum Property {
        case known(SearchQuery.Property)
        case field(FieldKey)
    }

    /// What the name before this colon stands for; nil if the colon is part of a word, as in `12:30`, `https://example.org` and `Re:`.
    private func property(called name: String, at start: Int) throws(Refusal) -> Property? {
        let folded = name.lowercased()
        if let property = SearchQuery.Property(rawValue: folded) { return .known(property) }
        if folded.hasPrefix("field.") {
            guard let key = FieldKey(String(folded.dropFirst("field.".count))) else {
                throw typed.fault("invalid", "between field. and the colon stands a field's key, such as field.order_no:A-17", at: start)
            }
            return .field(key)
        }
        let next = typed.rest.dropFirst().prefix(2)
        guard let first = next.first, !first.isSpace, !next.elementsEqual(["/", "/"]), folded.looksLikeProperty else { return nil }
        let known = SearchQuery.Property.allCases.map { "\($0.rawValue):" }.joined(separator: " ")
        let advice = "to search for the text put it in quotes"
        throw typed.fault("unknown", "this is nothing to search by; there are \(known) field.<key>: (\(advice))", at: start)
    }

    /// - Parameter start: of the term.
    private mutating func criterion(_ property: Property, from start: Int) throws(Refusal) -> SearchQuery.Criterion {
        let value = try value(from: start)
        switch property {
        case .field(let key): return .field(key, value.text)
        case .known(let property): return try criterion(property, value)
        }
    }

    private func criterion(_ property: SearchQuery.Property, _ value: Value) throws(Refusal) -> SearchQuery.Criterion {
        switch property {
        case .status:
            return .status(try list(value, of: StatusName.all.map(\.name)) { StatusName($0) })
        case .priority:
            return .priority(try list(value, of: Priority.allCases.map(\.rawValue)) { Priority(rawValue: $0) })
        case .agent:
            if value.isWord("me") { return .mine }
            return .agent(value.isWord("none") ? nil : try named(value))
        case .team: return .team(value.isWord("none") ? nil : try named(value))
        case .department: return .department(try named(value))
        case .label:
            guard let label = Label(value.text) else {
                throw typed.fault("invalid", "a label has 1 to 60 characters and no comma", at: value.start)
            }
            return .label(label)
        case .from: return .from(value.text)
        case .subject: return .subject(value.text)
        case .created: return try time(.created, value)
        case .updated: return try time(.updated, value)
        case .has:
            guard value.text.lowercased() == "attachment" else { throw typed.fault("invalid", "there is has:attachment", at: value.start) }
            return .attachment
        }
    }

    private func list<Item: Equatable>(_ value: Value, of names: [String], _ read: (String) -> Item?) throws(Refusal) -> [Item] {
        var items: [Item] = []
        for name in value.text.lowercased().unicodeScalars.split(separator: ",", omittingEmptySubsequences: false) {
            guard let item = read(String(name)) else {
                throw typed.fault("invalid", "one or more of \(names.joined(separator: ", ")), with commas and no spaces", at: value.start)
            }
            if !items.contains(item) { items.append(item) }
        }
        return items
    }

    private func named<Entity>(_ value: Value) throws(Refusal) -> SearchQuery.Named<Entity> {
        guard !value.isQuoted, value.text.isDigits else { return .name(value.text) }
        guard let number = Int64(value.text) else { throw typed.fault("invalid", "this number is too large", at: value.start) }
        return .number(ID(number))
    }

    private func time(_ event: SearchQuery.Event, _ value: Value) throws(Refusal) -> SearchQuery.Criterion {
        guard let comparison = SearchQuery.Comparison.allCases.first(where: { value.text.hasPrefix($0.rawValue) }),
            let moment = SearchQuery.Moment(value.text.dropFirst(comparison.rawValue.count))
        else {
            throw typed.fault(
                "invalid", "a time is such as >2026-01-01, <2026-02-01T10:00:00Z, or <7d for less than 7 days ago", at: value.start)
        }
        return .time(event, comparison, moment)
    }

    // MARK: Values

    private struct Value {
        let text: String
        let isQuoted: Bool
        let start: Int

        /// In quotes it is a name.
        func isWord(_ word: String) -> Bool { !isQuoted && text.lowercased() == word }
    }

    private mutating func value(from term: Int) throws(Refusal) -> Value {
        let start = typed.position
        guard let first = typed.peek, !first.isSpace else {
            throw typed.fault("required", "nothing stands right after the colon", at: term)
        }
        guard first.isQuote else {
            let text = typed.word(until: nil)
            if typed.peek?.isQuote == true { throw misplacedQuote() }
            return Value(text: text, isQuoted: false, start: start)
        }
        return Value(text: try typed.quoted(), isQuoted: true, start: start)
    }

    private func misplacedQuote() -> Refusal {
        typed.fault("invalid", "quotes stand around a whole phrase or value: \"no paper\", from:\"Ada L\"", at: typed.position)
    }
}

extension SearchQuery.Moment {
    fileprivate init?(_ text: Substring) {
        if text.utf8.count == "2026-01-01".utf8.count, let day = Timestamp(text + "T00:00:00Z") {
            self = .day(day)
        } else if let time = Timestamp(text) {
            self = .time(time)
        } else if let unit = Unit.allCases.first(where: { text.lowercased().hasSuffix($0.rawValue) }), String(text.dropLast()).isDigits,
            let count = Int(text.dropLast()), Int64(count) <= Self.greatestAge / unit.seconds
        {
            self = .age(count, unit)
        } else {
            return nil
        }
    }
}

extension TicketReference {
    /// Four letters, four digits, four letters; nil for anything else.
    fileprivate init?(typed text: String) {
        let groups = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard groups.count == 3, groups.allSatisfy({ $0.count == 4 }), groups[1].allSatisfy(\.isDigit),
            groups[0].allSatisfy(\.isLetter), groups[2].allSatisfy(\.isLetter)
        else { return nil }
        self.init(unchecked: text.uppercased())
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    fileprivate var isLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self | 0x20) }
}

extension String {
    var isDigits: Bool { !isEmpty && utf8.allSatisfy(\.isDigit) }

    /// In small letters.
    fileprivate var looksLikeProperty: Bool { !isEmpty && utf8.allSatisfy { $0.isLetter || $0 == UInt8(ascii: "_") } }
}

extension Unicode.Scalar {
    fileprivate var isLetterOrDigit: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber, .letterNumber: true
        default: false
        }
    }
}
