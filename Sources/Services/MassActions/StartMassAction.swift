import Domain
import Repositories

extension Helpdesk {
    /// Resolves the selection and has the rest done behind the requests.
    package func startMassAction(
        _ request: MassActionRequest, by author: MassActionAuthor, once: Once<MassAction>? = nil
    ) async throws -> MassAction {
        try author.require(request.actions)
        let now = clock.now()
        return try await database.transaction(in: author.scope, at: now, taking: Numbers(massActions: 1), once: once) { tx in
            try await tx.check(request.actions, author.configuration)
            let id = ID<MassAction>(try await tx.numbers.value.massActions)
            return Pending(
                try await tx.begin(id, request.actions, .selection, by: author, at: now) {
                    try await tx.takeSnapshot(of: request.selection, into: id, for: author, at: now)
                })
        }
    }
}

extension TenantTransaction {
    /// Makes a mass action of a snapshot, and puts it in line.
    func begin(
        _ id: ID<MassAction>, _ actions: [TicketAction], _ origin: MassAction.Origin, by author: MassActionAuthor, at now: Timestamp,
        snapshot: () async throws -> (total: Int64, gone: Int64)
    ) async throws -> MassAction {
        let settings = try await settings.read().value
        var action = MassAction(id: id, actions: actions, origin: origin, createdBy: author.agent, total: 0, createdAt: now)
        if actions.areUndoable, settings.undoDays > 0 { action.undoUntil = now.advanced(byDays: settings.undoDays) }
        massActions.insert(action, token: author.scope.token)
        let (total, gone) = try await snapshot()
        action.total = total
        action.figures.skipped = gone
        massActions.set(id, total: total, gone: gone)
        enqueue(action, at: now)
        return action
    }

    /// Two lanes for what is more than a moment's work: one waits for the disk while the other one thinks.
    private func enqueue(_ action: MassAction, at now: Timestamp) {
        let lanes = action.total > Int64(2 * MassActionParts.size) ? 2 : 1
        for lane in 0..<lanes {
            jobs.enqueue(.massAction(action.id, lane: lane), key: "mass action \(action.id) \(lane)", at: now)
        }
        forgetLater(at: now)
    }

    /// One job for each helpdesk, which comes back every day.
    func forgetLater(at now: Timestamp) {
        jobs.enqueue(.forgetMassActions, notBefore: now.advanced(bySeconds: 3600), key: "forget mass actions", at: now)
    }
}
