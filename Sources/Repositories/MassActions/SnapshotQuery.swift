import Domain
import Postgres

/// Which tickets a mass action is about, when they are still to be found.
package enum SnapshotSource: Sendable {
    /// Hidden ones, too: who names a ticket by its number means it.
    case ids([ID<Ticket>])
    case filter(TicketFilter)
    case search(TicketSearch)
    case queue(ResolvedCriteria)
}

extension TicketQuery {
    /// Writes down what the caller sees of the selection, in one statement: from then on nothing is added to it.
    package static func snapshot(
        of source: SnapshotSource, into action: ID<MassAction>, partSize: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = TicketQuery()
        let number = query.parameter(action.bind)
        let size = query.parameter(.bigint(Int64(partSize)))
        switch source {
        case .ids(let ids): query.lines.append("    and tickets.id = any (\(query.parameter(.bigints(ids.map(\.value)))))")
        case .filter(let filter): query.filter(filter)
        case .search(let search): query.matching(search)
        case .queue(let criteria): query.meet(criteria)
        }
        query.see(sight)
        query.lines =
            [
                "insert into helpdesk.mass_action_parts",
                "    (tenant_id, mass_action_id, part, tickets, versions, statuses, message_counts, size)",
                "select $1, \(number), part, array_agg(id order by id), array_agg(version order by id), array_agg(status order by id),",
                "    array_agg(message_count::bigint order by id), count(*)",
                "from (",
                "    select tickets.id, tickets.version, tickets.status, tickets.message_count,",
                "        (row_number() over (order by tickets.id) - 1) / \(size) as part",
                "    from helpdesk.tickets",
                "    where tickets.tenant_id = $1",
            ] + query.lines + [") as found", "group by part", "returning size"]
        return query
    }
}
