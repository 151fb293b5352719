import Domain

// What must be said of a ticket, as a query for words. The words themselves are bound; how they are put together are these few texts.
extension TicketQuery {
    /// The weights of words in the order D, C, B, A: what agents noted, what was said, what is known of the ticket, its subject.
    static let weights = "'{0.2, 0.5, 0.6, 1.0}'"

    /// Of groups in which nothing but words stands.
    ///
    /// A word that the language puts everywhere, such as "the", is asked for only where nothing else is.
    mutating func words(_ groups: [[ResolvedSearch.Term]], _ search: TicketSearch) -> String {
        let groups = groups.map { group in group.map { term in leaf(term, search) } }
        let strict = groups.map { $0.map(\.strict).joined(separator: " || ") }
        guard groups.contains(where: { $0.count == 1 && $0[0].telling != nil }) else { return Self.all(strict) }
        let telling = groups.map { $0.count == 1 ? $0[0].telling ?? $0[0].strict : $0.map(\.strict).joined(separator: " || ") }
        return "case when numnode(\(Self.all(telling))) > 0 then \(Self.all(telling)) else \(Self.all(strict)) end"
    }

    /// What documents are found by. In the index the words of all helpdesks stand together, and for a beginning all that begin so are gathered:
    /// beside a whole word, it is not asked of the index but of what that has found.
    mutating func wordConditions(_ search: TicketSearch) -> [String] {
        let groups = search.wordGroups
        let begun = groups.filter { $0.contains { $0.words?.kind == .prefix } }
        let whole = groups.filter { !begun.contains($0) }
        guard !begun.isEmpty, whole.contains(where: { $0.contains { !$0.isNegated } }) else {
            return ["documents.words @@ (\(words(groups, search)))"]
        }
        return ["documents.words @@ (\(words(whole, search)))", "(documents.words @@ (\(words(begun, search)))) is true"]
    }

    /// Any of the words that are to be found, for what marks them; those that the language puts everywhere only where there are no others.
    mutating func anyWord(_ groups: [[ResolvedSearch.Term]], _ search: TicketSearch) -> String {
        let leaves = groups.flatMap { $0 }.filter { !$0.isNegated && $0.words != nil }.map { leaf($0, search) }
        let strict = leaves.map(\.strict).joined(separator: " || ")
        guard leaves.contains(where: { $0.telling != nil }) else { return strict }
        let telling = leaves.map { $0.telling ?? $0.strict }.joined(separator: " || ")
        return "case when numnode(\(telling)) > 0 then \(telling) else \(strict) end"
    }

    private static func all(_ groups: [String]) -> String { groups.map { "(\($0))" }.joined(separator: " && ") }

    private struct Leaf {
        var strict: String
        /// Nil for what is asked for in any case.
        var telling: String?
    }

    private mutating func leaf(_ term: ResolvedSearch.Term, _ search: TicketSearch) -> Leaf {
        guard let words = term.words else { preconditionFailure("no words") }
        let text = parameter(.text(words.text))
        let language = search.language.literal
        let place = search.isForUser ? "AC" : ""
        let marks = place.isEmpty ? "''" : "':\(place)'"
        switch words.kind {
        case .word:
            let strict = "search.word(\(language), \(text), \(marks))"
            if term.isNegated { return Leaf(strict: "!! \(strict)") }
            return Leaf(strict: strict, telling: "search.telling_word(\(language), \(text), \(marks))")
        case .phrase: return Leaf(strict: "\(term.isNegated ? "!! " : "")search.term('simple', \(text), \(marks))")
        case .prefix: return Leaf(strict: "\(term.isNegated ? "!! " : "")search.term('simple', \(text), ':*\(place)')")
        }
    }
}

extension ResolvedSearch.Term {
    var words: SearchQuery.Words? {
        if case .words(let words) = condition { words } else { nil }
    }
}

extension SearchLanguage {
    /// One of the names that the database knows, as it stands in a statement: so it is known when the statement is planned.
    var literal: String { "'\(rawValue)'::regconfig" }
}
