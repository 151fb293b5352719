/// One text of a ticket as a reader sees it: its words, in small letters, one behind the other.
struct SearchedText: Equatable, Sendable {
    let words: [String]
    /// An address, a ref: no language has a say in it.
    let isName: Bool
    /// What users search; the rest is the agents'.
    let isForUsers: Bool

    init(_ text: String, isName: Bool = false, isForUsers: Bool = false) {
        words = Self.words(text)
        self.isName = isName
        self.isForUsers = isForUsers
    }

    init(html: String, isForUsers: Bool) {
        let withoutScripts = html.replacing(#/<(?:script|style)[^>]*>.*?</(?:script|style)>/#, with: " ")
        let plain = withoutScripts.replacing(#/<[^>]*>/#, with: " ").replacing("&nbsp;", with: " ").replacing("&lt;", with: "<")
            .replacing("&amp;", with: "&")
        self.init(plain, isForUsers: isForUsers)
    }

    /// Words stand between spaces, slashes and angle brackets. A code such as A-17 is a word and a number below zero; what a hyphen joins is found as a whole and by its
    /// parts; an address is one word.
    static func words(_ text: String) -> [String] {
        text.split { $0.isWhitespace || "</>".contains($0) }.flatMap { token in
            let word = token.lowercased().trimming { $0.isLetter || $0.isNumber }
            guard !word.contains("@") else { return [word] }
            let parts = word.split(separator: "-").map(String.init)
            guard parts.count > 1 else { return parts }
            let written = parts.enumerated().map { $0.offset > 0 && $0.element.allSatisfy(\.isNumber) ? "-" + $0.element : $0.element }
            return written == parts ? [word] + parts : written
        }
    }

    /// These words, one behind the other. What the language makes of a text lies beside its words, in the same document: "printer" is found
    /// where there are printers, even in quotes. What the language leaves out keeps its place.
    func has(_ phrase: [String]) -> Bool {
        Self.has(phrase, in: words) || (!isName && Self.has(phrase.map(Optional.some), in: words.map(SearchVocabulary.stem)))
    }

    func has(beginning: String) -> Bool {
        words.contains { $0.hasPrefix(beginning) || (!isName && SearchVocabulary.stem($0)?.hasPrefix(beginning) == true) }
    }

    private static func has<Word: Equatable>(_ phrase: [Word], in words: [Word]) -> Bool {
        guard words.count >= phrase.count else { return false }
        return (0...(words.count - phrase.count)).contains { start in zip(phrase, words[start...]).allSatisfy { $0 == $1 } }
    }
}

extension String {
    fileprivate func trimming(to isKept: (Character) -> Bool) -> String {
        guard let first = firstIndex(where: isKept), let last = lastIndex(where: isKept) else { return "" }
        return String(self[first...last])
    }
}
