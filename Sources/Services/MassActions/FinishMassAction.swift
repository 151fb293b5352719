import Domain
import Repositories

extension Helpdesk {
    /// Ends a mass action of which nothing is left. Answers nil when somebody is at a piece of it still, or it has ended otherwise.
    func finishMassAction(_ action: MassAction, in scope: TenantScope) async throws -> MassAction? {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now, taking: action.numbersToSettle) { tx in
            guard let found = try await tx.massActions.lock(action.id, by: nil).value, found.state == .running else { return Pending(nil) }
            let parts = try await tx.massParts.lockAll(of: action.id).value
            guard parts.isThrough else { return Pending(nil) }
            return try await tx.end(found, as: .done, parts, at: now).map { $0 }
        }
    }
}

extension MassAction {
    /// A purge leaves a run for each status it took tickets of.
    var numbersToSettle: Numbers { Numbers(purgeRuns: actions.arePurge ? Int64(HiddenStatus.allCases.count) : 0) }
}

extension TenantTransaction {
    /// Ends a mass action that is locked, before its time; waits for who is at a piece of it.
    func end(_ action: MassAction, as state: MassAction.State, at now: Timestamp) async throws -> Pending<MassAction> {
        // So that a retry takes what nobody has come to.
        if state == .failed { massItems.insertRest(of: action.id) }
        let parts = try await massParts.lockAll(of: action.id).value
        return try await end(action, as: state, parts, at: now)
    }

    /// The one place where a mass action ends, however it does: whoever is to be told of what it has changed, is told here, once for all of
    /// its tickets.
    fileprivate func end(
        _ action: MassAction, as state: MassAction.State, _ parts: MassActionParts.Sum, at now: Timestamp
    ) async throws -> Pending<MassAction> {
        massActions.end(action.id, as: state, at: now)
        massActions.settle(action.id, parts.figures, try await massItems.reasons(of: action.id).value)
        for (place, status) in HiddenStatus.allCases.enumerated() {
            guard let figures = parts.purged[status], figures.purged > 0 else { continue }
            let schedule = try await purgeSchedules.read(status).value
            try await recordPurge(
                PurgeRun(
                    id: ID(try await numbers.value.purgeRuns - Int64(place)), status: status, scope: .selection,
                    trigger: action.createdBy.map { .manual(by: $0) } ?? .systemOperator, massActionID: action.id, state: .done,
                    retentionDays: schedule.retentionDays, figures: figures, createdAt: action.createdAt,
                    startedAt: action.startedAt ?? action.createdAt, finishedAt: max(now, action.startedAt ?? action.createdAt)))
        }
        return massActions.find(action.id, by: nil).map { try $0.orNotFound }
    }
}
