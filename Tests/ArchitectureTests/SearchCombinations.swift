import Domain
import Repositories

/// Every way a search can go: words, beginnings, parts of texts, what is spelt alike, or none of them; the newest or the most relevant, from
/// the beginning or from a later place; for agents and for users.
struct SearchCombinations {
    let text: String
    let query: TicketQuery
    let search: TicketSearch

    var sql: String { query.sql }

    static let all: [SearchCombinations] =
        texts.flatMap { everyPage($0, seenBy: .everything) }
        + (ListCombinations.agents + ListCombinations.users).flatMap { sight in
            usualTexts.flatMap { firstPages($0, seenBy: sight) }
        }

    /// What goes by an index of words or of parts of texts.
    static let texts = wordTexts + partTexts + otherTexts

    /// Found by words.
    static let wordTexts = [
        "zebra", "paper", "thing", "zebra paper", "zebra or paper", "zebra -paper", "\"paper zebra\"", "zebra status:pending",
        "zebra agent:1",
        "zebra label:label-3", "zebra created:>7d", "thing priority:high", "zebra status:spam", "zebra status:spam,resolved",
    ]

    static let partTexts = ["subject:zebra", "from:u51", "subject:zebra from:u51", "subject:zebra status:spam"]

    private static let otherTexts = [
        "zeb*", "zeb* paper", "-zebra", "status:pending", "label:label-3 -zebra", "#17", "zebra subject:order",
    ]

    private static let usualTexts = ["zebra", "zebra status:pending", "subject:zebra", "status:spam zebra"]

    static func firstPages(
        _ text: String, match: SearchMatch = .words, filter: TicketFilter = TicketFilter(), seenBy sight: TicketSight
    ) -> [SearchCombinations] {
        let resolved = MassCombinations.search(text)
        let isForUser = if case .user = sight { true } else { false }
        let search = TicketSearch(resolved, filter: filter, .english, isForUser: isForUser, match: match)
        let newest = TicketQuery.newest(search, behind: nil, limit: 51, seenBy: sight)
        let relevant = TicketQuery.mostRelevant(search, .newest(behind: nil), limit: 51, seenBy: sight)
        return (search.canBeWeighed ? [newest, relevant] : [newest]).map { SearchCombinations(text: text, query: $0, search: search) }
    }

    private static func everyPage(_ text: String, seenBy sight: TicketSight) -> [SearchCombinations] {
        let search = TicketSearch(MassCombinations.search(text), .english)
        var filter = TicketFilter()
        filter.departmentID = ID(2)
        var pages = firstPages(text, seenBy: sight) + firstPages(text, filter: filter, seenBy: sight)
        if search.hasSimilar { pages += firstPages(text, match: .similar, seenBy: sight) }
        var later = [TicketQuery.newest(search, behind: ID(5000), limit: 51, seenBy: sight)]
        if search.canBeWeighed {
            later.append(.mostRelevant(search, .newest(behind: ID(5000)), limit: 51, seenBy: sight))
            later.append(.mostRelevant(search, .within(1...5000, isLast: false, score: 1, id: ID(5)), limit: 51, seenBy: sight))
        }
        return pages + later.map { SearchCombinations(text: text, query: $0, search: search) }
    }
}
