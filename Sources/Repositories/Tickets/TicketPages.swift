import Domain
import Postgres

/// How the tickets of a page are come by.
enum PagePath {
    /// An index has what is asked for in the order that is asked for.
    case inOrder
    /// An index has it in order for each of the statuses.
    case ofEachStatus
    /// What is asked for is few by itself: all of it is found and put in order.
    case sorted
    /// What is asked for may be nearly all or nearly nothing. The nearest tickets are gone through in order; where they do not fill the page,
    /// what is asked for is rare, or far away, and all of it is found and put in order.
    case nearThenSorted
}

extension TicketQuery {
    package static func list(
        _ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = TicketQuery()
        let path = filter.path(order, seenBy: sight)
        if path == .inOrder {
            query.filter(filter)
            return query.page(order, includesHidden: filter.includesHidden, after: cursor, limit: limit, seenBy: sight)
        }
        let page = Page(order: order, cursor: cursor, limit: query.parameter(.bigint(Int64(limit))))
        // Hidden ones are in none of the indexes that have the visible ones in order.
        let filters = path == .ofEachStatus ? [filter] : filter.visibleAndHidden
        let numbers = filters.map { "    (\n\(query.numbers($0, page, seenBy: sight))\n    )" }
        let clause = order.clause(order.number(filter.includesHidden))
        query.lines =
            [
                "select \(TicketColumns.all)", "from (", "select \(TicketColumns.own)", "from helpdesk.tickets",
                "where tickets.tenant_id = $1", "    and tickets.id = any (array(", numbers.joined(separator: "\n    union\n"), "    ))",
                clause, "limit \(page.limit)", ") as tickets",
            ] + userOfEach + [clause]
        return query
    }

    private struct Page {
        let order: TicketOrder
        let cursor: TicketCursor?
        /// The parameter that holds it.
        let limit: String

        func inOrder(_ includesHidden: Bool) -> [String] { [order.clause(order.number(includesHidden)), "limit \(limit)"] }

        var sorted: [String] { [order.sortingClause, "limit \(limit)"] }
    }

    /// The numbers of the page's tickets, and of some others.
    private mutating func numbers(_ filter: TicketFilter, _ page: Page, seenBy sight: TicketSight) -> String {
        switch filter.path(page.order, seenBy: sight) {
        case .inOrder: return each(of: parts(of: sight), conditions(filter, page), page.inOrder(filter.includesHidden))
        case .ofEachStatus:
            var rest = filter
            rest.statuses = []
            let statuses = "unnest(\(parameter(.texts(filter.statuses.map(\.name))))::text[]) as asked (status)"
            let part = Part(condition: "tickets.status = asked.status", source: statuses)
            return part.ids(conditions(rest, page, includingHidden: filter.includesHidden), page.inOrder(filter.includesHidden))
        case .sorted: return each(of: parts(of: sight), conditions(filter, page), page.sorted)
        case .nearThenSorted:
            isPlannedForValues = true
            let near = near(filter, page, seenBy: sight)
            let isShort = "    and (select count(*) from near) < \(page.limit)"
            let all = each(of: parts(of: sight), conditions(filter, page) + [isShort], page.sorted)
            return (near + ["union all", "(", all, ")"]).joined(separator: "\n")
        }
    }

    private mutating func conditions(_ filter: TicketFilter, _ page: Page, includingHidden: Bool? = nil) -> [String] {
        lines = []
        self.filter(filter, includingHidden: includingHidden)
        begin(page.order, page.order.number(includingHidden ?? filter.includesHidden), after: page.cursor)
        return lines
    }

    private func each(of parts: [Part]?, _ conditions: [String], _ page: [String]) -> String {
        (parts ?? [Part(condition: "true")]).map { $0.ids(conditions, page) }.joined(separator: "\n    union\n")
    }

    /// What is found among the nearest tickets, if that is a whole page.
    private mutating func near(_ filter: TicketFilter, _ page: Page, seenBy sight: TicketSight) -> [String] {
        lines = []
        asksOneByOne = true
        self.filter(filter)
        see(sight)
        asksOneByOne = false
        let asked = lines
        let walked = conditions(TicketFilter(), page) + areMany(filter)
        // An agent's are asked about followers, too.
        let reach = sight == .everything ? 4000 : 1000
        return [
            "with near as materialized (", "select tickets.id", "from (", "select \(TicketColumns.own)", "from helpdesk.tickets",
            "where tickets.tenant_id = $1",
        ] + walked + [page.inOrder(false)[0], "limit \(reach)", ") as tickets", "where true"] + asked + page.inOrder(false)
            + [")", "select near.id from near where (select count(*) from near) = \(page.limit)"]
    }

    /// Where few tickets have the label or the value, as an order's number, none is looked for among the nearest: the index has them at hand.
    private mutating func areMany(_ filter: TicketFilter) -> [String] {
        var held: [String] = []
        if let label = filter.label {
            held.append("ticket_labels as held where held.tenant_id = $1 and held.label = \(parameter(.text(label.text)))")
        }
        for condition in filter.fields {
            guard let key = condition.value.keys.first else { continue }
            held.append(
                "ticket_field_values as held where held.tenant_id = $1 and held.field_id = \(parameter(condition.id.bind))"
                    + " and held.value = \(parameter(.text(key)))")
        }
        return held.map { "    and (select count(*) from (select from helpdesk.\($0) limit 1000) as few) = 1000" }
    }
}

extension TicketFilter {
    fileprivate func path(_ order: TicketOrder, seenBy sight: TicketSight) -> PagePath {
        if isWhole(but: { _ in }), order.key == .updatedAt || sight == .everything { return .inOrder }
        if case .user = sight { return .sorted }
        if isWhole(but: { $0.statuses = [] }), order.key == .updatedAt, sight == .everything {
            return statuses.count == 1 ? .inOrder : .ofEachStatus
        }
        if includesHidden { return statuses.allSatisfy(\.isHidden) ? .sorted : .nearThenSorted }
        if userID != nil { return .sorted }
        return sight == .everything && hasIndex(order) ? .inOrder : .nearThenSorted
    }

    private func hasIndex(_ order: TicketOrder) -> Bool {
        switch order.key {
        case .updatedAt:
            isWhole { $0.agent = nil } || isWhole { $0.team = nil } || isWhole { $0.departmentID = nil } || isWhole { $0.priority = nil }
                || isWhole {
                    $0.updatedBefore = nil
                    $0.updatedAfter = nil
                }
        case .createdAt:
            isWhole {
                $0.createdBefore = nil
                $0.createdAfter = nil
            }
        case .urgency, .id: false
        }
    }

    /// Whether nothing else is asked for.
    private func isWhole(but change: (inout TicketFilter) -> Void) -> Bool {
        var rest = self
        change(&rest)
        return rest == TicketFilter()
    }

    /// The visible statuses and the hidden ones apart, where both are asked for.
    fileprivate var visibleAndHidden: [TicketFilter] {
        [statuses.filter { !$0.isHidden }, statuses.filter(\.isHidden)].filter { !$0.isEmpty }.map {
            var filter = self
            filter.statuses = $0
            return filter
        } + (statuses.isEmpty ? [self] : [])
    }
}

extension TicketOrder {
    /// Behind a sum the planner sees no index that has this order, and goes by what is asked for.
    fileprivate var sortingClause: String {
        let direction = descending ? "desc" : "asc"
        let place =
            switch key {
            case .updatedAt: "tickets.updated_at + interval '0' \(direction), "
            case .createdAt: "tickets.created_at + interval '0' \(direction), "
            case .urgency: "tickets.urgency + 0 \(direction), "
            case .id: ""
            }
        return "order by \(place)tickets.id + 0 \(direction)"
    }
}
