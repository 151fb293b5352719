import Domain

/// A search as it is put to the database: what is asked for, of which tickets, and by whom.
package struct TicketSearch: Sendable {
    package var search: ResolvedSearch
    package var filter: TicketFilter
    package var language: SearchLanguage
    /// Users look for words where they may read them: in subjects and messages.
    package var isForUser: Bool
    package var match: SearchMatch

    package init(
        _ search: ResolvedSearch, filter: TicketFilter = TicketFilter(), _ language: SearchLanguage, isForUser: Bool = false,
        match: SearchMatch = .words
    ) {
        self.search = search
        self.filter = filter
        self.language = language
        self.isForUser = isForUser
        self.match = match
    }

    var includesHidden: Bool { filter.includesHidden || search.includesHidden }

    /// Visible documents and hidden ones are found by indexes of their own, so the one, the other or both stand in the statement.
    enum Part: String {
        case visible = "not documents.hidden"
        case hidden = "documents.hidden"
    }

    var parts: [Part] {
        guard includesHidden else { return [.visible] }
        return asksForHiddenOnly ? [.hidden] : [.visible, .hidden]
    }

    private var asksForHiddenOnly: Bool {
        if filter.includesHidden && filter.statuses.allSatisfy(\.isHidden) { return true }
        return search.groups.contains { group in
            group.allSatisfy { term in
                if case .status(let names) = term.condition { !term.isNegated && names.allSatisfy(\.isHidden) } else { false }
            }
        }
    }

    /// Groups in which nothing but words stands, if one of them says what must be there: they are one query for words.
    var wordGroups: [[ResolvedSearch.Term]] {
        let groups = search.groups.filter { $0.allSatisfy { $0.words != nil } }
        return groups.contains { $0.contains { !$0.isNegated } } ? groups : []
    }

    /// Whether each group that says what must be there is content with how a word begins.
    var hasOnlyBeginnings: Bool {
        wordGroups.allSatisfy { group in group.contains { $0.isNegated || $0.words?.kind == .prefix } }
    }

    /// Parts of the subject or of the user's name and address, which must be there.
    var textGroups: [[ResolvedSearch.Term]] {
        search.groups.filter { $0.count == 1 && !$0[0].isNegated && $0[0].condition.isPartOfText }
    }

    /// Words that may be spelt otherwise. What must not be there must not be there as a word.
    var similarGroups: [[ResolvedSearch.Term]] {
        guard match == .similar else { return [] }
        return wordGroups.map { group in group.filter { !$0.isNegated } }.filter { !$0.isEmpty }
    }

    /// Everything else, which is asked of each ticket.
    var otherGroups: [[ResolvedSearch.Term]] {
        let (words, texts) = (wordGroups, textGroups)
        return search.groups.filter { group in
            if texts.contains(group) { return false }
            return match == .words ? !words.contains(group) : !words.contains(group) || group.allSatisfy(\.isNegated)
        }
    }

    /// What says which tickets to look at.
    enum Way: String {
        case words = "documents"
        case texts
    }

    /// Nil: tickets are gone through by number. So are a user's, of whom each has few.
    var way: Way? {
        if isForUser { return nil }
        if match == .words && !wordGroups.isEmpty { return .words }
        return similarGroups.isEmpty && textGroups.isEmpty ? nil : .texts
    }

    /// Whether there are words to weigh tickets by.
    package var canBeWeighed: Bool { !wordGroups.isEmpty }

    /// Whether something may be looked for that is much like what is asked for.
    ///
    /// One or two letters are part of nearly everything. Users' own tickets are few, and they know how they wrote.
    package var hasSimilar: Bool {
        let sought = wordGroups.joined().filter { !$0.isNegated }.compactMap { $0.words?.text }
        return !isForUser && !sought.isEmpty && sought.allSatisfy { $0.count { $0.isLetter || $0.isNumber } >= SearchQuery.shortestPrefix }
    }

    /// What tickets are weighed by.
    var weighed: [String] {
        let (table, name) = match == .words ? ("helpdesk.search_documents", "documents") : ("helpdesk.search_texts", "texts")
        let columns = match == .words ? "documents.words" : "texts.subject, texts.person"
        return [
            "cross join lateral (", "    select \(columns)", "    from \(table) as \(name)",
            "    where \(name).tenant_id = $1 and \(name).ticket_id = tickets.id", "    limit 1", ") as \(name)",
        ]
    }
}

extension ResolvedSearch.Condition {
    fileprivate var isPartOfText: Bool {
        switch self {
        case .subject, .from: true
        default: false
        }
    }
}
