import Domain
import Postgres

/// A list of tickets, put together from a closed set of fragments. Values are always bound; only these texts ever become SQL.
///
/// Lists are read in index order and stop at their limit. That is the one right plan for small and large tenants alike, so the cached
/// generic plan serves and nothing is planned anew with each request; an architecture test holds the combinations to it. What one user
/// wrote, and what lies between two times, may be sorted when another order is asked for: it is bounded by that user or those times.
package struct TicketListSQL: Sendable {
    package let sql: String
    /// Without the tenant, which is `$1`.
    package private(set) var binds: [Bind] = []

    private enum Fragment {
        static let columns = """
            select
                tickets.id, tickets.ref, tickets.subject, tickets.status, tickets.hidden_from, tickets.hidden_at, tickets.user_id,
                users.name as user_name, users.email as user_email, tickets.agent_id, tickets.priority, tickets.urgency, tickets.channel,
                tickets.follow_up_of, tickets.message_count, tickets.version, tickets.created_at, tickets.updated_at,
                tickets.status_changed_at, tickets.user_waiting_since, tickets.resolved_at
            from helpdesk.tickets
            join helpdesk.users on users.tenant_id = tickets.tenant_id and users.id = tickets.user_id
            where tickets.tenant_id = $1
            """
        /// Literally so in the partial indexes, or the planner could not use them.
        static let visible = "and tickets.hidden_at is null"
        static let status = "and tickets.status ="
        static let statuses = "and tickets.status = any"
        static let unassigned = "and tickets.agent_id is null"
        static let agent = "and tickets.agent_id ="
        static let user = "and tickets.user_id ="
        static let priority = "and tickets.priority ="
        static let createdBefore = "and tickets.created_at <"
        static let createdAfter = "and tickets.created_at >"
        static let updatedBefore = "and tickets.updated_at <"
        static let updatedAfter = "and tickets.updated_at >"
    }

    package init(_ filter: TicketFilter, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int) {
        var lines = [Fragment.columns]
        var binds: [Bind] = []
        func parameter(_ bind: Bind) -> String {
            binds.append(bind)
            return "$\(binds.count + 1)"
        }
        func add(_ fragment: String, _ bind: Bind?) {
            if let bind { lines.append("    \(fragment) \(parameter(bind))") }
        }

        if !filter.includesHidden { lines.append("    " + Fragment.visible) }
        if filter.statuses.count == 1 {
            add(Fragment.status, .text(filter.statuses[0].name))
        } else if !filter.statuses.isEmpty {
            lines.append("    \(Fragment.statuses) (\(parameter(.texts(filter.statuses.map(\.name)))))")
        }
        switch filter.agent {
        case nil: break
        case .nobody: lines.append("    " + Fragment.unassigned)
        case .agent(let id): add(Fragment.agent, id.bind)
        }
        add(Fragment.user, filter.userID?.bind)
        add(Fragment.priority, filter.priority.map { .text($0.rawValue) })
        add(Fragment.createdBefore, filter.createdBefore?.bind)
        add(Fragment.createdAfter, filter.createdAfter?.bind)
        add(Fragment.updatedBefore, filter.updatedBefore?.bind)
        add(Fragment.updatedAfter, filter.updatedAfter?.bind)

        let direction = order.descending ? "desc" : "asc"
        let comparison = order.descending ? "<" : ">"
        switch (order.key.column, cursor) {
        case (nil, nil):
            lines.append("order by tickets.id \(direction)")
        case (nil, let cursor?):
            lines.append("    and tickets.id \(comparison) \(parameter(cursor.id.bind))")
            lines.append("order by tickets.id \(direction)")
        case (let column?, let cursor):
            if let cursor, let time = cursor.time {
                lines.append("    and (\(column), tickets.id) \(comparison) (\(parameter(time.bind)), \(parameter(cursor.id.bind)))")
            }
            lines.append("order by \(column) \(direction), tickets.id \(direction)")
        }
        lines.append("limit \(parameter(.bigint(Int64(limit))))")
        sql = lines.joined(separator: "\n")
        self.binds = binds
    }
}

extension TicketOrder.Key {
    /// Nil for the id, which is its own tail.
    fileprivate var column: String? {
        switch self {
        case .updatedAt: "tickets.updated_at"
        case .createdAt: "tickets.created_at"
        case .id: nil
        }
    }
}
