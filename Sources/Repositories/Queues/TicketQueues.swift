import Domain
import Postgres

/// Who looks for queues: an agent finds those that are for them.
package enum QueueReader: Sendable {
    case all
    case agent(ID<Agent>, teams: Set<ID<Team>>)
}

package struct TicketQueues {
    let transaction: TenantTransaction

    /// By their numbers.
    package func list(after id: ID<TicketQueue>?, limit: Int, for reader: QueueReader) -> Pending<[TicketQueue]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? 0)] + reader.binds + [.bigint(Int64(limit))]).map(Self.queues)
    }

    package func find(_ id: ID<TicketQueue>, for reader: QueueReader) -> Pending<TicketQueue?> {
        transaction.run(SQL.find, [id.bind] + reader.binds).map { try Self.queues($0).first }
    }

    /// The queue, and nobody else changes it until we are done.
    package func lock(_ id: ID<TicketQueue>, for reader: QueueReader) -> Pending<TicketQueue?> {
        transaction.run(SQL.lock, [id.bind])
        return find(id, for: reader)
    }

    /// How many there are for one agent alone, or, for nobody, all others that were made.
    package func count(aloneFor agent: ID<Agent>?) -> Pending<Int64> {
        transaction.run(SQL.count, [.bigint(agent?.value)]).map { try $0.first?.value("count") ?? 0 }
    }

    package func insert(_ queue: TicketQueue) {
        transaction.run(
            SQL.insert,
            [
                queue.id.bind, .text(queue.name.text), .text(queue.builtIn?.rawValue), .json(CriteriaColumn.json(queue.criteria)),
                .text(queue.order.kept), .bool(queue.visibility == .everybody), queue.visibility.teamIDs, queue.visibility.agentIDs,
                queue.createdAt.bind,
            ])
    }

    package func update(_ queue: TicketQueue) {
        transaction.run(
            SQL.update,
            [
                queue.id.bind, .text(queue.name.text), .json(CriteriaColumn.json(queue.criteria)), .text(queue.order.kept),
                .bool(queue.visibility == .everybody), queue.visibility.teamIDs, queue.visibility.agentIDs, .bigint(queue.version),
                queue.updatedAt.bind,
            ])
    }

    package func delete(_ id: ID<TicketQueue>) { transaction.run(SQL.delete, [id.bind]) }

    /// A page of a queue's tickets; one more than `limit` where there is one.
    package func tickets(
        _ criteria: ResolvedCriteria, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, seenBy sight: TicketSight
    ) -> Pending<[Ticket]> {
        // What a queue asks for may be nearly everything or nearly nothing: which, its values say.
        transaction.planForValues()
        return transaction.run(.queue(criteria, order, after: cursor, limit: limit + 1, seenBy: sight)).map(TicketColumns.tickets)
    }

    /// How many tickets each of them has, up to the limit, in one statement.
    package func counts(_ queues: [ResolvedCriteria], limit: Int64?, seenBy sight: TicketSight) -> Pending<[Int64]> {
        guard !queues.isEmpty else { return Pending([]) }
        return transaction.run(.counts(queues, limit: limit, seenBy: sight)).map { rows in
            try known(rows.first).value("counts", as: [Int64].self)
        }
    }

    private static func queues(_ rows: Rows) throws -> [TicketQueue] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let builtIn = try rows.column("builtin", as: String?.self)
        let criteria = try rows.column("criteria", as: String.self)
        let sort = try rows.column("sort", as: String.self)
        let isForEverybody = try rows.column("for_everybody", as: Bool.self)
        let teams = try rows.column("team_ids", as: [Int64].self)
        let agents = try rows.column("agent_ids", as: [Int64].self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        let updatedAt = try rows.column("updated_at", as: Int64.self)
        return try rows.map { row in
            TicketQueue(
                id: ID(try id(row)), name: QueueName(unchecked: try name(row)),
                builtIn: try builtIn(row).map { try known(BuiltInQueue(rawValue: $0)) },
                criteria: try CriteriaColumn.criteria(criteria(row)), order: try known(TicketOrder(kept: sort(row))),
                visibility: try isForEverybody(row)
                    ? .everybody : .only(teams: Set(try teams(row).map { ID($0) }), agents: Set(try agents(row).map { ID($0) })),
                version: try version(row), createdAt: Timestamp(microseconds: try createdAt(row)),
                updatedAt: Timestamp(microseconds: try updatedAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, name, builtin, criteria, sort, for_everybody, team_ids, agent_ids, version, created_at, updated_at
            from helpdesk.ticket_queues
            where tenant_id = $1
                and id > $2
                and ($3::bigint is null or for_everybody or $3 = any (agent_ids) or team_ids && $4::bigint[])
            order by id
            limit $5
            """
        case find = """
            select id, name, builtin, criteria, sort, for_everybody, team_ids, agent_ids, version, created_at, updated_at
            from helpdesk.ticket_queues
            where tenant_id = $1
                and id = $2
                and ($3::bigint is null or for_everybody or $3 = any (agent_ids) or team_ids && $4::bigint[])
            """
        case lock = """
            select
            from helpdesk.ticket_queues
            where tenant_id = $1
                and id = $2
            for no key update
            """
        case count = """
            select count(*) as count
            from helpdesk.ticket_queues
            where tenant_id = $1
                and builtin is null
                and case
                    when $2::bigint is null then for_everybody or cardinality(team_ids) > 0 or cardinality(agent_ids) <> 1
                    else agent_ids = array[$2] and cardinality(team_ids) = 0
                end
            """
        case insert = """
            insert into helpdesk.ticket_queues (
                tenant_id, id, name, builtin, criteria, sort, for_everybody, team_ids, agent_ids, created_at, updated_at
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)
            """
        case update = """
            update helpdesk.ticket_queues
            set name = $3,
                criteria = $4,
                sort = $5,
                for_everybody = $6,
                team_ids = $7,
                agent_ids = $8,
                version = $9,
                updated_at = $10
            where tenant_id = $1
                and id = $2
            """
        case delete = """
            delete from helpdesk.ticket_queues
            where tenant_id = $1
                and id = $2
            """
    }
}

extension QueueReader {
    fileprivate var binds: [Bind] {
        switch self {
        case .all: [.bigint(nil), .bigints([])]
        case .agent(let id, let teams): [id.bind, .bigints(teams.sorted().map(\.value))]
        }
    }
}

extension QueueVisibility {
    fileprivate var teamIDs: Bind {
        if case .only(let teams, _) = self { .bigints(teams.sorted().map(\.value)) } else { .bigints([]) }
    }

    fileprivate var agentIDs: Bind {
        if case .only(_, let agents) = self { .bigints(agents.sorted().map(\.value)) } else { .bigints([]) }
    }
}

extension TicketOrder {
    fileprivate var kept: String { (descending ? "-" : "") + key.rawValue }

    fileprivate init?(kept text: String) {
        let descending = text.hasPrefix("-")
        guard let key = Key(rawValue: descending ? String(text.dropFirst()) : text) else { return nil }
        self.init(key, descending: descending)
    }
}
