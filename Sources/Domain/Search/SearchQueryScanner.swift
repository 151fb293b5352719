/// The text of a search by scalars: spaces, words and quotes. Where it stands, it goes on.
struct SearchQueryScanner {
    let scalars: [Unicode.Scalar]
    private(set) var position = 0

    /// One scalar more than allowed is enough to see that it is too long.
    init(_ text: String) { scalars = Array(text.unicodeScalars.prefix(SearchQuery.longestText + 1)) }

    var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    var rest: ArraySlice<Unicode.Scalar> { scalars[position...] }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard peek == scalar else { return false }
        position += 1
        return true
    }

    /// The whole word, in any case of its letters, or nothing.
    mutating func take(word: String) -> Bool {
        var behind = self
        guard behind.word(until: nil).lowercased() == word, behind.peek?.isQuote != true else { return false }
        self = behind
        return true
    }

    mutating func skipSpace() {
        while peek?.isSpace == true { position += 1 }
    }

    /// Up to a space, a quote or `end`.
    mutating func word(until end: Unicode.Scalar?) -> String {
        var word = String.UnicodeScalarView()
        while let next = peek, !next.isSpace, !next.isQuote, next != end {
            word.append(next)
            position += 1
        }
        return String(word)
    }

    /// What is opened by a straight quote is ended by a straight one, and has curly ones as they are; what is opened by a curly quote is
    /// ended by either. A backslash makes text of what would end it, and of a backslash; before anything else it is itself.
    /// - Throws: where it does not end, or something is wrong right behind its end, or nothing is in it.
    mutating func quoted() throws(Refusal) -> String {
        let start = position
        let ends: [Unicode.Scalar] = scalars[start] == "\"" ? ["\""] : ["\"", "\u{201C}", "\u{201D}"]
        position += 1
        var content = String.UnicodeScalarView()
        while let next = peek {
            position += 1
            if ends.contains(next) {
                guard peek?.isSpace ?? true else { throw fault("invalid", "a space is missing after the quote", at: position) }
                guard !content.isEmpty else { throw fault("required", "nothing stands between the quotes", at: start) }
                return String(content)
            }
            if next == "\\", let escaped = peek, ends.contains(escaped) || escaped == "\\" {
                position += 1
                content.append(escaped)
            } else {
                content.append(next)
            }
        }
        throw fault("invalid", "this quote does not end", at: start)
    }

    func fault(_ code: String, _ message: String, at offset: Int) -> Refusal {
        .invalid([FieldFault("search", code, "at character \(offset + 1): \(message)")])
    }
}

extension Unicode.Scalar {
    var isSpace: Bool { properties.isWhitespace }

    /// Straight, or curly as texts and telephones have them.
    var isQuote: Bool { "\"\u{201C}\u{201D}\u{201E}".unicodeScalars.contains(self) }
}
