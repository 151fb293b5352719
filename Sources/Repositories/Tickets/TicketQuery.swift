import Domain
import Postgres

/// A query for tickets, put together from a closed set of fragments. Values are always bound; only these texts ever become SQL.
///
/// What the caller may see is part of it. The usual lists are read in index order and stop at their limit. That is the one right plan for small
/// and large tenants alike, so the cached generic plan serves and nothing is planned anew with each request; an architecture test holds the
/// combinations to it. Whoever does not see everything sees several things: each is read in its own index's order up to the limit, and what
/// was found is put in order once more. What no index has in the order that is asked for: see `PagePath`.
package struct TicketQuery: Sendable {
    package internal(set) var lines: [String] = []
    /// Without the tenant, which is `$1`.
    package private(set) var binds: [Bind] = []
    /// Whether what is right for one value is wrong for another: it is no statement for a cached plan.
    package internal(set) var isPlannedForValues = false
    /// Whether the conditions are asked of tickets that were found before, so that nothing is gathered for them.
    var asksOneByOne = false

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

    /// Of what meets the conditions that are there, what the caller sees, in order, with the users.
    func page(
        _ order: TicketOrder, includesHidden: Bool, after cursor: TicketCursor?, limit: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = self
        let number = order.number(includesHidden)
        query.begin(order, number, after: cursor)
        query.page(order.clause(number), limit: limit, seenBy: sight)
        query.lines =
            ["select \(TicketColumns.all)", "from ("] + query.lines + [") as tickets"] + Self.userOfEach + [order.clause(number)]
        return query
    }

    /// The first tickets of what meets the conditions that are there and the caller sees.
    mutating func page(_ clause: String, limit: Int, seenBy sight: TicketSight) {
        let page = [clause, "limit \(parameter(.bigint(Int64(limit))))"]
        if let parts = parts(of: sight) {
            let found = parts.map { $0.ids(lines, page) }.joined(separator: "\n    union\n")
            lines = ["    and tickets.id = any (array(", found, "    ))"]
        }
        lines = ["select \(TicketColumns.own)", "from helpdesk.tickets", "where tickets.tenant_id = $1"] + lines + page
    }

    private static let each = [
        "select \(TicketColumns.all)", "from helpdesk.tickets",
        "join helpdesk.users on users.tenant_id = tickets.tenant_id and users.id = tickets.user_id", "where tickets.tenant_id = $1",
    ]

    /// Looked up one by one: the planner does not know how few tickets there are, and would read all users of the helpdesk. `offset 0` is what
    /// it does not look behind.
    static let userOfEach = [
        "cross join lateral (", "    select users.name, users.email", "    from helpdesk.users",
        "    where users.tenant_id = $1 and users.id = tickets.user_id", "    offset 0", ") as users",
    ]

    mutating func parameter(_ bind: Bind) -> String {
        binds.append(bind)
        return "$\(binds.count + 1)"
    }

    mutating func add(_ fragment: String, _ bind: Bind?) {
        if let bind { lines.append("    \(fragment) \(parameter(bind))") }
    }
}

// What is asked for.
extension TicketQuery {
    /// - Parameter includingHidden: nil: if the filter asks for it.
    mutating func filter(_ filter: TicketFilter, includingHidden: Bool? = nil) {
        let includesHidden = includingHidden ?? filter.includesHidden
        // Literally so in the partial indexes, or the planner could not use them. Merged tickets have a `hidden_at`, too.
        lines.append(includesHidden ? "    and tickets.merged_into is null" : "    and tickets.hidden_at is null")
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
            let label = parameter(.text(label.text))
            lines +=
                asksOneByOne
                ? ["    and \(label) = any (tickets.labels)"]
                : [
                    "    and exists (",
                    "        select from helpdesk.ticket_labels",
                    "        where ticket_labels.tenant_id = $1 and ticket_labels.ticket_id = tickets.id",
                    "            and ticket_labels.label = \(label)",
                    "    )",
                ]
        }
        for condition in filter.fields { lines.append("    and \(holds(condition))") }
    }

    /// The planner looks behind no `offset 0`: it makes no join of it, for which it would read all that have the value.
    private var end: String { asksOneByOne ? " offset 0" : "" }

    /// Of one field's value.
    mutating func holds(_ condition: TicketFilter.FieldCondition) -> String {
        guard let key = condition.value.keys.first else { return "true" }
        let held = """
            exists (
                    select from helpdesk.ticket_field_values as held
                    where held.tenant_id = $1 and held.ticket_id = tickets.id
                        and held.field_id = \(parameter(condition.id.bind)) and held.value = \(parameter(.text(key)))\(end)
                )
            """
        // The index holds the beginning of a long text; the whole of it decides.
        guard case .text(let text) = condition.value, text.unicodeScalars.count >= FieldValue.keyLength else { return held }
        return "(\(held) and tickets.fields ->> \(parameter(.text(condition.key.text))) = \(parameter(.text(text))))"
    }

    mutating func begin(_ order: TicketOrder, _ number: String, after cursor: TicketCursor?) {
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
    func clause(_ number: String) -> String {
        let direction = descending ? "desc" : "asc"
        return "order by \(key.column.map { "\($0) \(direction), " } ?? "")\(number) \(direction)"
    }

    /// The number, at the end of every order. Hidden tickets are found by their status and put in order then: read in the order of the
    /// primary key, a handful of them would cost as much as the helpdesk has tickets. Behind a sum the planner sees no such order.
    func number(_ includesHidden: Bool) -> String { key == .id && includesHidden ? "(tickets.id + 0)" : "tickets.id" }
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
