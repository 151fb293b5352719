/// Reads the text of a search in one pass, by scalars. Strict: what it does not know is refused and never passed over, because a search
/// selects tickets that are then deleted.
struct SearchQueryParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0

    /// One scalar more than allowed is enough to see that it is too long.
    init(_ text: String) { scalars = Array(text.unicodeScalars.prefix(SearchQuery.longestText + 1)) }

    mutating func terms() throws(Refusal) -> [SearchQuery.Term] {
        guard scalars.count <= SearchQuery.longestText else {
            throw fault("too_long", "a search has at most \(SearchQuery.longestText) characters", at: SearchQuery.longestText)
        }
        if let nul = scalars.firstIndex(of: "\0") { throw fault("invalid", "no text has this character", at: nul) }
        var terms: [SearchQuery.Term] = []
        skipSpace()
        while peek != nil {
            guard terms.count < SearchQuery.mostTerms else {
                throw fault("too_many", "a search has at most \(SearchQuery.mostTerms) terms", at: position)
            }
            terms.append(try term())
            skipSpace()
        }
        guard !terms.isEmpty else {
            throw .invalid([FieldFault("search", "required", "say what to search for: nothing would be everything")])
        }
        return terms
    }

    private mutating func term() throws(Refusal) -> SearchQuery.Term {
        let start = position
        guard take("-") else { return SearchQuery.Term(try criterion()) }
        guard let next = peek, !next.isSpace, next != "-" else {
            throw fault("invalid", "a - stands right before what must not be", at: start)
        }
        return SearchQuery.Term(try criterion(), isNegated: true)
    }

    private mutating func criterion() throws(Refusal) -> SearchQuery.Criterion {
        let start = position
        if peek == "\"" { throw fullText(at: start) }
        let word = word(until: ":")
        if peek == "\"" { throw misplacedQuote() }
        return take(":") ? try property(word, from: start) : try bare(word, at: start)
    }

    // MARK: Without a property

    private func bare(_ word: String, at start: Int) throws(Refusal) -> SearchQuery.Criterion {
        if word.unicodeScalars.contains("@") {
            guard let address = EmailAddress(word) else {
                throw fault("invalid", "this is no e-mail address; for a part of one use from:", at: start)
            }
            return .address(address)
        }
        if word.unicodeScalars.first == "#" {
            let digits = String(word.unicodeScalars.dropFirst())
            guard digits.isDigits, let number = Int64(digits) else { throw fault("invalid", "after # stands a ticket's number", at: start) }
            return .number(ID(number))
        }
        if let reference = TicketReference(typed: word) { return .reference(reference) }
        if word.lowercased() == "or" {
            throw fault("invalid", "or comes with full text in a later release: all terms must hold", at: start)
        }
        throw fullText(at: start)
    }

    private func fullText(at start: Int) -> Refusal {
        fault("invalid", "words and phrases come with full text in a later release: use subject: or from:", at: start)
    }

    // MARK: With a property

    private mutating func property(_ word: String, from start: Int) throws(Refusal) -> SearchQuery.Criterion {
        guard let property = SearchQuery.Property(rawValue: word.lowercased()) else {
            let known = SearchQuery.Property.allCases.map { "\($0.rawValue):" }.joined(separator: " ")
            throw fault("unknown", "this is nothing to search by; there are \(known)", at: start)
        }
        let value = try value(from: start)
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
                throw fault("invalid", "a label has 1 to 60 characters and no comma", at: value.start)
            }
            return .label(label)
        case .from: return .from(value.text)
        case .subject: return .subject(value.text)
        case .created: return try time(.created, value)
        case .updated: return try time(.updated, value)
        }
    }

    private func list<Item: Equatable>(_ value: Value, of names: [String], _ read: (String) -> Item?) throws(Refusal) -> [Item] {
        var items: [Item] = []
        for name in value.text.lowercased().unicodeScalars.split(separator: ",", omittingEmptySubsequences: false) {
            guard let item = read(String(name)) else {
                throw fault("invalid", "one or more of \(names.joined(separator: ", ")), with commas and no spaces", at: value.start)
            }
            if !items.contains(item) { items.append(item) }
        }
        return items
    }

    private func named<Entity>(_ value: Value) throws(Refusal) -> SearchQuery.Named<Entity> {
        guard !value.isQuoted, value.text.isDigits else { return .name(value.text) }
        guard let number = Int64(value.text) else { throw fault("invalid", "this number is too large", at: value.start) }
        return .number(ID(number))
    }

    private func time(_ event: SearchQuery.Event, _ value: Value) throws(Refusal) -> SearchQuery.Criterion {
        guard let comparison = SearchQuery.Comparison.allCases.first(where: { value.text.hasPrefix($0.rawValue) }),
            let moment = SearchQuery.Moment(value.text.dropFirst(comparison.rawValue.count))
        else {
            throw fault("invalid", "a time is such as >2026-01-01, <2026-02-01T10:00:00Z, or <7d for less than 7 days ago", at: value.start)
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
        let start = position
        guard let first = peek, !first.isSpace else { throw fault("required", "nothing stands right after the colon", at: term) }
        guard first == "\"" else {
            let text = word(until: nil)
            if peek == "\"" { throw misplacedQuote() }
            return Value(text: text, isQuoted: false, start: start)
        }
        let text = try quoted()
        guard !text.isEmpty else { throw fault("required", "nothing stands between the quotes", at: start) }
        return Value(text: text, isQuoted: true, start: start)
    }

    /// `\"` is a quote and `\\` a backslash; before anything else a backslash is itself.
    private mutating func quoted() throws(Refusal) -> String {
        let start = position
        position += 1
        var content = String.UnicodeScalarView()
        while let next = peek {
            position += 1
            if next == "\"" {
                guard peek?.isSpace ?? true else { throw fault("invalid", "a space is missing after the quote", at: position) }
                return String(content)
            }
            if next == "\\", let escaped = peek, escaped == "\"" || escaped == "\\" {
                position += 1
                content.append(escaped)
            } else {
                content.append(next)
            }
        }
        throw fault("invalid", "this quote does not end", at: start)
    }

    private func misplacedQuote() -> Refusal { fault("invalid", "quotes stand around a whole value: from:\"Ada L\"", at: position) }

    // MARK: Scalars

    private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while peek?.isSpace == true { position += 1 }
    }

    /// Up to a space, a quote or `end`.
    private mutating func word(until end: Unicode.Scalar?) -> String {
        var word = String.UnicodeScalarView()
        while let next = peek, !next.isSpace, next != "\"", next != end {
            word.append(next)
            position += 1
        }
        return String(word)
    }

    private func fault(_ code: String, _ message: String, at offset: Int) -> Refusal {
        .invalid([FieldFault("search", code, "at character \(offset + 1): \(message)")])
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
}

extension Unicode.Scalar {
    var isSpace: Bool { properties.isWhitespace }
}
