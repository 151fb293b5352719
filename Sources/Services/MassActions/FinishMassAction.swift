import Domain
import Repositories

extension Helpdesk {
    /// Ends a mass action of which nothing is left. Answers nil when somebody is at a piece of it still, or it has ended otherwise.
    ///
    /// The one place where a mass action is done: whoever is to be told of it, is told here, once for all of its tickets.
    func finishMassAction(_ action: MassAction, in scope: TenantScope) async throws -> MassAction? {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now, taking: action.numbersToSettle) { tx in
            guard let found = try await tx.massActions.lock(action.id, by: nil).value, found.state == .running else { return Pending(nil) }
            let parts = try await tx.massParts.lockAll(of: action.id).value
            guard parts.isThrough else { return Pending(nil) }
            tx.massActions.end(action.id, as: .done, at: now)
            return try await tx.settle(found, parts, at: now).map { $0 }
        }
    }

    /// Adds up what the pieces of a mass action came to that has ended before its time; waits for who is at one of them still. Answers nil
    /// when that was done before, or it goes on.
    @discardableResult
    func settle(_ id: ID<MassAction>, in scope: TenantScope) async throws -> MassAction? {
        let now = clock.now()
        let unsettled = try await database.transaction(in: scope, at: now) { tx in
            tx.massActions.find(id, by: nil).and(tx.massParts.areThere(of: id)).map { $0.1 ? $0.0 : nil }
        }
        guard let action = unsettled, action.state.isFinished else { return nil }
        return try await database.transaction(in: scope, at: now, taking: action.numbersToSettle) { tx in
            guard let found = try await tx.massActions.lock(id, by: nil).value, found.state.isFinished else { return Pending(nil) }
            let parts = try await tx.massParts.lockAll(of: id).value
            return try await tx.settle(found, parts, at: now).map { $0 }
        }
    }
}

extension MassAction {
    /// A purge leaves a run for each status it took tickets of.
    fileprivate var numbersToSettle: Numbers { Numbers(purgeRuns: actions.arePurge ? Int64(HiddenStatus.allCases.count) : 0) }
}

extension TenantTransaction {
    fileprivate func settle(
        _ action: MassAction, _ parts: MassActionParts.Sum, at now: Timestamp
    ) async throws -> Pending<MassAction?> {
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
        return massActions.find(action.id, by: nil)
    }
}
