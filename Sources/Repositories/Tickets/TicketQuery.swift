import Domain
import Postgres

/// A query for tickets, put together from a closed set of fragments. Values are always bound; only these texts ever become SQL.
///
/// What the caller may see is part of it. Lists are read in index order and stop at their limit. That is the one right plan for small and
/// large tenants alike, so the cached generic plan serves and nothing is planned anew with each request; an architecture test holds the
/// combinations to it. Whoever does not see everything sees several things: each is read in its own index's order up to the limit, and what
/// was found is put in order once more. What has one label or value, what is one user's, and what lies between two times, may be sorted when
/// another order is asked for: it is bounded by that.
package struct TicketQuery: Sendable {
    package internal(set) var lines: [String] = []
    /// Without the tenant, which is `$1`.
    package private(set) var binds: [Bind] = []

    package var sql: String { lines.joined(separator: "\n") }

    /// One ticket, if the caller sees it.
    package static func one(_ id: ID<Ticket>, seenBy sight: TicketSight) -> TicketQuery {
        var query = TicketQuery()
        query.lines = each
        query.add("and tickets.id =", id.bind)
        query.see(sight)
        return query
    }

    /// Several, in the order of their numbers.
    package static func several(_ ids: [ID<Ticket>], seenBy sight: TicketSight) -> TicketQuery {
        var query = TicketQuery()
        query.lines = ["select \(TicketColumns.own)", "from helpdesk.tickets", "where tickets.tenant_id = $1"]
        query.lines.append("    and tickets.id = any (\(query.parameter(.bigints(ids.map(\.value)))))")
        query.see(sight)
        query.lines = ["select \(TicketColumns.all)", "from ("] + query.lines + [") as tickets"] + userOfEach + ["order by tickets.id"]
        return query
    }

    package static func list(
        _ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = TicketQuery()
        query.filter(filter)
        let number = order.number(filter)
        query.begin(order, number, after: cursor)
        let page = [order.clause(number), "limit \(query.parameter(.bigint(Int64(limit))))"]
        if let parts = query.parts(of: sight) {
            let found = parts.map { $0.ids(query.lines, page) }.joined(separator: "\n    union\n")
            query.lines = ["    and tickets.id = any (array(", found, "    ))"]
        }
        query.lines =
            [
                "select \(TicketColumns.all)", "from (", "select \(TicketColumns.own)", "from helpdesk.tickets",
                "where tickets.tenant_id = $1",
            ]
            + query.lines + page + [") as tickets"] + userOfEach + [order.clause(number)]
        return query
    }

    private static let each = [
        "select \(TicketColumns.all)", "from helpdesk.tickets",
        "join helpdesk.users on users.tenant_id = tickets.tenant_id and users.id = tickets.user_id", "where tickets.tenant_id = $1",
    ]

    /// Looked up one by one: the planner does not know how few tickets there are, and would read all users of the helpdesk. `offset 0` is what
    /// it does not look behind.
    private static let userOfEach = [
        "cross join lateral (", "    select users.name, users.email", "    from helpdesk.users",
        "    where users.tenant_id = $1 and users.id = tickets.user_id", "    offset 0", ") as users",
    ]

    mutating func parameter(_ bind: Bind) -> String {
        binds.append(bind)
        return "$\(binds.count + 1)"
    }

    private mutating func add(_ fragment: String, _ bind: Bind?) {
        if let bind { lines.append("    \(fragment) \(parameter(bind))") }
    }
}

// What is asked for.
extension TicketQuery {
    mutating func filter(_ filter: TicketFilter) {
        // Literally so in the partial indexes, or the planner could not use them. Merged tickets have a `hidden_at`, too.
        lines.append(filter.includesHidden ? "    and tickets.merged_into is null" : "    and tickets.hidden_at is null")
        if filter.statuses.count == 1 {
            add("and tickets.status =", .text(filter.statuses[0].name))
        } else if !filter.statuses.isEmpty {
            lines.append("    and tickets.status = any (\(parameter(.texts(filter.statuses.map(\.name)))))")
        }
        switch filter.agent {
        case nil: break
        case .some(.none): lines.append("    and tickets.agent_id is null")
        case .to(let id): add("and tickets.agent_id =", id.bind)
        }
        switch filter.team {
        case nil: break
        case .some(.none): lines.append("    and tickets.team_id is null")
        case .to(let id): add("and tickets.team_id =", id.bind)
        }
        add("and tickets.department_id =", filter.departmentID?.bind)
        add("and tickets.user_id =", filter.userID?.bind)
        add("and tickets.priority =", filter.priority.map { .text($0.rawValue) })
        add("and tickets.created_at <", filter.createdBefore?.bind)
        add("and tickets.created_at >", filter.createdAfter?.bind)
        add("and tickets.updated_at <", filter.updatedBefore?.bind)
        add("and tickets.updated_at >", filter.updatedAfter?.bind)
        if let label = filter.label {
            lines += [
                "    and exists (",
                "        select from helpdesk.ticket_labels",
                "        where ticket_labels.tenant_id = $1 and ticket_labels.ticket_id = tickets.id",
                "            and ticket_labels.label = \(parameter(.text(label.text)))",
                "    )",
            ]
        }
        for condition in filter.fields { self.filter(condition) }
    }

    private mutating func filter(_ condition: TicketFilter.FieldCondition) {
        guard let key = condition.value.keys.first else { return }
        lines += [
            "    and exists (",
            "        select from helpdesk.ticket_field_values as held",
            "        where held.tenant_id = $1 and held.ticket_id = tickets.id",
            "            and held.field_id = \(parameter(condition.id.bind)) and held.value = \(parameter(.text(key)))",
            "    )",
        ]
        // The index holds the beginning of a long text; the whole of it decides.
        if case .text(let text) = condition.value, text.unicodeScalars.count >= FieldValue.keyLength {
            lines.append("    and tickets.fields ->> \(parameter(.text(condition.key.text))) = \(parameter(.text(text)))")
        }
    }

    private mutating func begin(_ order: TicketOrder, _ number: String, after cursor: TicketCursor?) {
        guard let cursor else { return }
        let comparison = order.descending ? "<" : ">"
        let place: String? =
            switch cursor.place {
            case .none: nil
            case .time(let time): parameter(time.bind)
            case .urgency(let urgency): "\(parameter(.integer(Int32(urgency.value))))::integer"
            }
        if let column = order.key.column, let place {
            lines.append("    and (\(column), tickets.id) \(comparison) (\(place), \(parameter(cursor.id.bind)))")
        } else if order.key == .id {
            add("and \(number) \(comparison)", cursor.id.bind)
        }
    }
}

extension TicketOrder {
    fileprivate func clause(_ number: String) -> String {
        let direction = descending ? "desc" : "asc"
        return "order by \(key.column.map { "\($0) \(direction), " } ?? "")\(number) \(direction)"
    }

    /// The number, at the end of every order. Hidden tickets are found by their status and put in order then: read in the order of the
    /// primary key, a handful of them would cost as much as the helpdesk has tickets. Behind a sum the planner sees no such order.
    fileprivate func number(_ filter: TicketFilter) -> String { key == .id && filter.includesHidden ? "(tickets.id + 0)" : "tickets.id" }
}

extension TicketOrder.Key {
    /// Nil for the id, which is its own tail.
    fileprivate var column: String? {
        switch self {
        case .updatedAt: "tickets.updated_at"
        case .createdAt: "tickets.created_at"
        case .urgency: "tickets.urgency"
        case .id: nil
        }
    }
}
