import Domain
import Repositories

extension Helpdesk {
    /// Those the caller finds among theirs; admins find all. By their numbers, the built-in ones first.
    package func listQueues(
        after id: ID<TicketQueue>?, limit: Int, _ access: Access
    ) async throws -> Page<TicketQueue, ID<TicketQueue>> {
        let reader = try access.queueReader()
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.queues.list(after: id, limit: limit + 1, for: reader).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readQueue(_ id: ID<TicketQueue>, _ access: Access) async throws -> TicketQueue {
        let reader = try access.queueReader()
        return try await database.transaction(in: access.scope, at: clock.now()) {
            $0.queues.find(id, for: reader).map { try $0.orNotFound }
        }
    }

    /// Admins make queues for whomever they like, other agents for themselves.
    /// - Throws: `Refusal.invalid` with every fault, named as `criteria.all[0].value`, `visible_to.teams`.
    package func createQueue(_ draft: QueueDraft, _ access: Access, once: Once<TicketQueue>? = nil) async throws -> TicketQueue {
        try access.require(.writeSettings)
        let keeper = try QueueKeeper(access)
        try keeper.requireKeeping(draft.visibility)
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            // From the first answer on, what we remember of the helpdesk is proven to hold.
            let queue = TicketQueue(
                id: ID(try await tx.numbers.value.configuration), name: draft.name, criteria: draft.criteria, order: draft.order,
                visibility: draft.visibility, createdAt: now, updatedAt: now)
            let owner = queue.visibility.loner
            let count = try await tx.queues.count(aloneFor: owner).value
            try queue.check(access.configuration, isNew: true, beside: Int(count))
            tx.queues.insert(queue)
            return Pending(queue)
        }
    }

    /// What a built-in queue has in it cannot be changed.
    package func updateQueue(
        _ id: ID<TicketQueue>, _ patch: QueuePatch, _ access: Access, ifMatch: Int64? = nil
    ) async throws -> TicketQueue {
        try access.require(.writeSettings)
        let keeper = try QueueKeeper(access)
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let old = try await tx.queues.lock(id, for: keeper.reader).value.orNotFound
            try keeper.requireKeeping(old.visibility)
            try old.version.mustMatch(ifMatch)
            var queue = old
            if let name = patch.name { queue.name = name }
            if let criteria = patch.criteria { queue.criteria = criteria }
            if let order = patch.order { queue.order = order }
            if let visibility = patch.visibility { queue.visibility = visibility }
            guard queue != old else { return Pending(old) }
            try keeper.requireKeeping(queue.visibility)
            if old.builtIn != nil, queue.criteria != old.criteria { throw Refusal.conflict(.builtin) }
            let isNewThere = queue.visibility.loner != old.visibility.loner
            let count = isNewThere ? try await tx.queues.count(aloneFor: queue.visibility.loner).value : 0
            try queue.check(access.configuration, since: old, isNew: isNewThere, beside: Int(count))
            queue.version += 1
            queue.updatedAt = now
            tx.queues.update(queue)
            return Pending(queue)
        }
    }

    package func deleteQueue(_ id: ID<TicketQueue>, _ access: Access, ifMatch: Int64? = nil) async throws {
        try access.require(.writeSettings)
        let keeper = try QueueKeeper(access)
        try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let queue = try await tx.queues.lock(id, for: keeper.reader).value.orNotFound
            try keeper.requireKeeping(queue.visibility)
            try queue.version.mustMatch(ifMatch)
            if queue.builtIn != nil { throw Refusal.conflict(.builtin) }
            tx.queues.delete(id)
            return Pending(())
        }
    }
}

/// Somebody who makes and changes queues.
private struct QueueKeeper {
    let agent: ID<Agent>
    let isAdmin: Bool
    let reader: QueueReader

    init(_ access: Access) throws(Refusal) {
        reader = try access.queueReader()
        agent = try access.requireAgent("keep queues")
        isAdmin = if case .agent(_, isAdmin: true) = access.caller { true } else { false }
    }

    func requireKeeping(_ visibility: QueueVisibility) throws(Refusal) {
        guard isAdmin || visibility == .alone(agent) else {
            throw .forbidden("only admins keep queues for others: yours are visible to nobody but you")
        }
    }
}

extension QueueVisibility {
    /// The agent for whom alone it is.
    fileprivate var loner: ID<Agent>? {
        if case .only(let teams, let agents) = self, teams.isEmpty, agents.count == 1 { agents.first } else { nil }
    }
}

extension TicketQueue {
    /// - Parameter old: what was right once, or is nobody's fault, is not looked at again.
    /// - Parameter count: how many there are of its kind.
    /// - Throws: `Refusal.invalid` with every fault.
    fileprivate func check(
        _ configuration: Configuration, since old: TicketQueue? = nil, isNew: Bool = false, beside count: Int = 0
    ) throws(Refusal) {
        var faults: [FieldFault] = []
        if criteria != old?.criteria {
            faults += criteria.faults(in: configuration)
            if criteria.length > QueueCriteria.longest {
                faults.append(FieldFault("criteria", "too_large", "at most \(QueueCriteria.longest / 1024) KiB when written down"))
            }
        }
        if visibility != old?.visibility { faults += visibility.faults(in: configuration) }
        let most = visibility.loner == nil ? Self.most.shared : Self.most.own
        if isNew, count >= most { faults.append(FieldFault("visible_to", "too_many", "there are \(most) such queues: remove one first")) }
        if !faults.isEmpty { throw .invalid(faults) }
    }
}
