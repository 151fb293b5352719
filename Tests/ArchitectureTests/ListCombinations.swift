import Domain
import Repositories

/// Every shape a query for tickets can take: each filter alone and the usual ones together, in each order and direction, seen by somebody who
/// sees everything; each sight in each order, under the filters that change a plan most; and the look-ups of single tickets by each of them.
struct ListCombinations {
    let query: TicketQuery
    /// Where no index has all of it in the asked order: one user's tickets, a span of time, hidden tickets, which the purge takes away, the first
    /// tickets of each part that somebody sees or of each status, and what was not found among the nearest.
    let maySort: Bool
    /// Whether spam or deleted tickets are asked for by name.
    let asksForHidden: Bool
    /// With them, visible ones.
    let asksForBoth: Bool

    var sql: String { query.sql }

    static let all = lists + lookUps

    static let lists: [ListCombinations] =
        filters.flatMap { pages($0, in: TicketOrder.all, seenBy: .everything) }
        + sights.flatMap { sight in filtersUnderSights.flatMap { pages($0, in: TicketOrder.descending, seenBy: sight) } }

    static let lookUps: [ListCombinations] = ([.everything] + sights).flatMap { sight in
        [
            TicketQuery.one(ID(5), seenBy: sight), .one(ID(5), seenBy: sight.forWriting),
            .several([ID(5), ID(6)], seenBy: sight),
        ].map { ListCombinations(query: $0, maySort: true, asksForHidden: false) }
    }

    /// The first page of what somebody sees, unfiltered, in each order.
    static func firstPages(seenBy sight: TicketSight, _ isWanted: (TicketOrder) -> Bool) -> [ListCombinations] {
        TicketOrder.all.filter(isWanted).map { ListCombinations(TicketFilter(), $0, after: nil, seenBy: sight) }
    }

    /// The first page of what hardly a ticket is, or none, in each order: nothing of it is near, whoever asks.
    static let rare: [ListCombinations] = ([.everything] + agents).flatMap { sight in
        rareFilters.flatMap { filter in TicketOrder.all.map { ListCombinations(filter, $0, after: nil, seenBy: sight) } }
    }

    /// Sights of agents: of teams or of none, in some departments or in all, with each of the two rights or without. Both rights in all
    /// departments are the sight of everything.
    static let agents: [TicketSight] = [Set([ID<Team>(1), ID(2)]), []].flatMap { teams in
        [nil, [ID<Department>(1): DepartmentAccess.full, ID(2): .full, ID(3): .assign]].flatMap { departments in
            [[.viewUnassigned, .viewOthers], [.viewUnassigned], [.viewOthers], []].map { (rights: Set<AgentRight>) in
                TicketSight(AgentRights(isAdmin: false, granted: rights, teams: teams, departments: departments), of: ID(1))
            }
        }
    }.filter { $0 != .everything }

    /// Sights of users: their own tickets or not, their organization's or not.
    static let users: [TicketSight] = [[.viewOwn, .viewOrganization], [.viewOwn], [.viewOrganization], []].map { (rights: Set<UserRight>) in
        TicketSight(UserRights(granted: rights, organizationID: ID(1)), of: ID(1))
    }

    private static let sights = agents + users

    private init(query: TicketQuery, maySort: Bool, asksForHidden: Bool) {
        self.query = query
        self.maySort = maySort
        self.asksForHidden = asksForHidden
        asksForBoth = false
    }

    private init(_ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, seenBy sight: TicketSight) {
        query = .list(filter, order, after: cursor, limit: 51, seenBy: sight)
        maySort = filter.isBounded || sight != .everything || query.isPlannedForValues
        asksForHidden = filter.statuses.contains { $0.isHidden }
        asksForBoth = asksForHidden && filter.statuses.contains { !$0.isHidden }
    }

    /// The first page and a later one.
    private static func pages(_ filter: TicketFilter, in orders: [TicketOrder], seenBy sight: TicketSight) -> [ListCombinations] {
        orders.flatMap { order in
            [nil, TicketCursor(order: order, place: order.key.place, id: ID(5))].map {
                ListCombinations(filter, order, after: $0, seenBy: sight)
            }
        }
    }

    private static func filter(_ change: (inout TicketFilter) -> Void) -> TicketFilter {
        var filter = TicketFilter()
        change(&filter)
        return filter
    }

    private static let time = Timestamp(milliseconds: 1_780_000_000_000)
    private static let label = Label("label-3")
    private static let value = TicketFilter.FieldCondition(id: ID(1), key: FieldKey(unchecked: "order_no"), value: .text("A-17"))
    /// Longer than what the index holds.
    private static let longValue = TicketFilter.FieldCondition(
        id: ID(1), key: FieldKey(unchecked: "order_no"), value: .text(String(repeating: "A", count: FieldValue.keyLength + 1)))
    private static let number = TicketFilter.FieldCondition(id: ID(2), key: FieldKey(unchecked: "pieces"), value: .number(7))

    static let filtersUnderSights = [
        TicketFilter(),
        filter { $0.statuses = [.visible(.awaitingAgent), .visible(.pending)] },
        filter { $0.statuses = [.hidden(.spam)] },
        filter { $0.label = label },
    ]

    private static let rareFilters = [
        filter { $0.priority = .urgent },
        filter { $0.departmentID = ID(99) },
        filter { $0.agent = .to(ID(99)) },
        filter { $0.team = .to(ID(99)) },
        filter { $0.label = Label("nowhere") },
        filter { $0.fields = [TicketFilter.FieldCondition(id: ID(1), key: FieldKey(unchecked: "order_no"), value: .text("B-1"))] },
        filter { $0.updatedAfter = Timestamp(milliseconds: 4_000_000_000_000) },
        filter { $0.createdBefore = Timestamp(milliseconds: 1_000_000_000_000) },
        filter {
            $0.priority = .urgent
            $0.statuses = [.visible(.resolved), .visible(.pending)]
        },
        filter {
            $0.agent = .some(.none)
            $0.label = Label("nowhere")
        },
    ]

    static let filters = [
        TicketFilter(),
        filter { $0.statuses = [.visible(.pending)] },
        filter { $0.statuses = [.visible(.pending), .visible(.awaitingAgent)] },
        filter { $0.statuses = [.hidden(.spam)] },
        filter { $0.statuses = [.hidden(.spam), .visible(.resolved)] },
        filter { $0.agent = .some(.none) },
        filter { $0.agent = .to(ID(1)) },
        filter { $0.team = .some(.none) },
        filter { $0.team = .to(ID(1)) },
        filter { $0.departmentID = ID(2) },
        filter { $0.userID = ID(1) },
        filter {
            $0.agent = .to(ID(1))
            $0.statuses = [.visible(.pending)]
        },
        filter { $0.priority = .high },
        filter { $0.label = label },
        filter { $0.fields = [value] },
        filter { $0.fields = [longValue] },
        filter { $0.fields = [value, number] },
        filter {
            $0.createdBefore = time
            $0.createdAfter = time
            $0.updatedBefore = time
            $0.updatedAfter = time
        },
        filter {
            $0.statuses = [.visible(.pending)]
            $0.agent = .to(ID(1))
            $0.team = .to(ID(1))
            $0.departmentID = ID(2)
            $0.userID = ID(1)
            $0.priority = .low
            $0.label = label
            $0.fields = [value, longValue]
        },
    ]
}

extension TicketFilter {
    fileprivate var isBounded: Bool { userID != nil || createdAfter != nil || statuses.count > 1 || includesHidden }
}

extension TicketSight {
    fileprivate var isUsers: Bool {
        if case .user = self { true } else { false }
    }
}

extension TicketOrder {
    fileprivate static let descending = Key.allCases.map { TicketOrder($0, descending: true) }
    fileprivate static let all = descending + Key.allCases.map { TicketOrder($0, descending: false) }
}

extension TicketOrder.Key {
    /// Somewhere in the middle of a list in this order.
    fileprivate var place: TicketCursor.Place {
        switch self {
        case .updatedAt, .createdAt: .time(Timestamp(milliseconds: 1_790_000_000_000))
        case .urgency: .urgency(.lowest)
        case .id: .none
        }
    }
}
