import Domain
import Repositories

extension Helpdesk {
    /// In one statement; more queues than this are counted in several.
    private static let countedAtOnce = 200
    /// There are far fewer: see `TicketQueue.most`.
    private static let mostQueues = 100_000

    /// A page of the queue's tickets, as far as the caller sees them, in the order asked for, or that of the page before, or the queue's.
    /// - Throws: `Refusal.invalid` with the field `cursor` if it is of another order than the one asked for.
    package func listQueueTickets(
        _ id: ID<TicketQueue>, _ order: TicketOrder? = nil, after cursor: TicketCursor?, limit: Int, _ access: Access
    ) async throws -> Page<Ticket, TicketCursor> {
        let reader = try access.queueReader()
        if let order, let cursor, cursor.order != order {
            throw Refusal.invalid([FieldFault("cursor", "invalid", "`next_cursor` of the page before, with the same sort")])
        }
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let queue = try await tx.queues.find(id, for: reader).value.orNotFound
            let order = order ?? cursor?.order ?? queue.order
            return tx.queues.tickets(access.resolve(queue, at: now), order, after: cursor, limit: limit, seenBy: access.sight)
                .map { Page(oneMore: $0, limit: limit) { TicketCursor(after: $0, in: order) } }
        }
    }

    /// How many tickets each queue of the caller's has, of those the caller sees: up to `QueueCount.cap`, unless it is to be exact.
    package func countQueues(exact: Bool, _ access: Access) async throws -> [ID<TicketQueue>: QueueCount] {
        let reader = try access.queueReader()
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let queues = try await tx.queues.list(after: nil, limit: Self.mostQueues, for: reader).value
            var counts: [Int64] = []
            for start in stride(from: 0, to: queues.count, by: Self.countedAtOnce) {
                let some = queues[start..<min(start + Self.countedAtOnce, queues.count)].map { access.resolve($0, at: now) }
                counts += try await tx.queues.counts(some, limit: exact ? nil : QueueCount.cap + 1, seenBy: access.sight).value
            }
            let capped = counts.map { count in
                exact
                    ? QueueCount(count: count, isCapped: false)
                    : QueueCount(count: min(count, QueueCount.cap), isCapped: count > QueueCount.cap)
            }
            return Pending(Dictionary(zip(queues.map(\.id), capped)) { $1 })
        }
    }
}

extension Access {
    /// - Throws: `Refusal.forbidden` for users, who have no queues.
    func queueReader() throws(Refusal) -> QueueReader {
        try require(.readTickets)
        let id = try requireAgent("see queues")
        guard case .agent(let rights) = rights, !rights.isAdmin else { return .all }
        return .agent(id, teams: rights.teams)
    }

    fileprivate func resolve(_ queue: TicketQueue, at now: Timestamp) -> ResolvedCriteria {
        guard case .agent(let id, _) = caller, case .agent(let rights) = rights else { return ResolvedCriteria(test: .any([])) }
        return queue.criteria.resolved(in: configuration, caller: id, teams: rights.teams, at: now)
    }
}
