import Domain
import Repositories

/// Every shape that the composed statements of mass actions can take: the update of whatever columns differ, and the snapshot of numbers,
/// of each filter and of each kind of search, by somebody who sees everything; and of the usual ones by each other sight.
struct MassCombinations {
    let query: TicketQuery
    /// Whether spam or deleted tickets are asked for by name.
    let asksForHidden: Bool

    var sql: String { query.sql }

    static let all = updates + snapshots

    static let updates = MassWrites.updates.map { MassCombinations(query: $0, asksForHidden: false) }

    static let snapshots = snapshotsByNumber + snapshotsByCriteria

    /// Whoever names a ticket by its number means it, hidden or not.
    static let snapshotsByNumber = ([.everything] + agents).map { snapshot(of: .ids([ID(5), ID(6)]), asksForHidden: true, seenBy: $0) }

    static let snapshotsByCriteria: [MassCombinations] =
        ListCombinations.filters.map { snapshot(of: $0, seenBy: .everything) }
        + searches.map { snapshot(of: $0, seenBy: .everything) }
        + agents.flatMap { sight in
            ListCombinations.filtersUnderSights.map { snapshot(of: $0, seenBy: sight) }
                + usualSearches.map { snapshot(of: $0, seenBy: sight) }
        }

    /// Users act on no more than one ticket.
    private static let agents = ListCombinations.agents

    private static func snapshot(of filter: TicketFilter, seenBy sight: TicketSight) -> MassCombinations {
        snapshot(of: .filter(filter), asksForHidden: filter.includesHidden, seenBy: sight)
    }

    private static func snapshot(of search: ResolvedSearch, seenBy sight: TicketSight) -> MassCombinations {
        snapshot(of: .search(TicketSearch(search, .english)), asksForHidden: search.includesHidden, seenBy: sight)
    }

    private static func snapshot(of source: SnapshotSource, asksForHidden: Bool, seenBy sight: TicketSight) -> MassCombinations {
        MassCombinations(
            query: .snapshot(of: source, into: ID(1), partSize: 2000, seenBy: sight), asksForHidden: asksForHidden)
    }

    // MARK: Searches

    /// Every kind of term, alone and the other way round.
    static let searches = (terms + terms.map { "-" + $0 } + combined).map { search($0) }

    private static let usualSearches = [
        "from:u7", "status:spam,deleted from:mailer-daemon", "subject:invoice created:<30d", "-label:label-3 priority:low,normal",
    ].map { search($0) }

    private static let terms = [
        "status:pending", "status:pending,resolved", "status:spam", "status:spam,pending", "agent:1", "agent:none", "agent:a2@x.example",
        "team:1", "team:none", "department:2", "label:label-3", "priority:high", "priority:high,urgent", "from:u7", "subject:invoice",
        "created:>7d", "created:<=2026-01-01", "updated:>=2026-01-01", "updated:<36h", "#1042", "KXQW-4821-ZTMB", "u51@x.example", "zebra",
        "\"paper zebra\"", "zeb*",
    ]

    private static let combined = [
        "status:deleted from:mailer-daemon created:<30d -label:label-3", "status:pending agent:none team:1 priority:high",
        "from:u7 subject:invoice -from:u8 -subject:printer", "department:2 agent:a1@x.example label:label-1 label:label-2",
    ]

    static func search(_ text: String) -> ResolvedSearch {
        do {
            return try SearchQuery(parsing: text).resolved(in: configuration, caller: ID(1), at: Timestamp(milliseconds: 1_780_000_000_000))
        } catch {
            preconditionFailure("\(text): \(error)")
        }
    }

    private static let configuration = Configuration(
        departments: [], teams: [:], agents: [:], fields: [], reopenPolicy: ReopenPolicy(days: nil, late: .refuse),
        retention: Retention(spamDays: nil, deletedDays: nil))
}
