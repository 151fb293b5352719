import Domain
import Repositories

package typealias PurgeRunRecord = Repositories.PurgeRunRecord

extension Helpdesk {
    /// Purges now, what is due or everything in that status.
    package func startPurge(
        _ status: HiddenStatus, _ scope: PurgeRun.Scope, _ access: Access, once: Once<PurgeRunRecord>? = nil
    ) async throws -> PurgeRunRecord {
        try access.require(.deleteTickets)
        let admin = try access.requireAdmin("start purges")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(purgeRuns: 1), once: once) { tx in
            let run = try await tx.makeRun(status, scope, .manual(by: admin), tx.purgeSchedules.hold(status), at: now)
            guard let run else { throw Refusal.conflict(.purgeRunning) }
            return Pending(PurgeRunRecord(run: run, receipt: nil))
        }
    }

    /// What the schedule's moment asks for. Answers nil where there is nothing to start: it is switched off, was started already, or an
    /// earlier run still goes on.
    package func startScheduledPurge(_ status: HiddenStatus, slot: Timestamp, in scope: TenantScope) async throws -> PurgeRun? {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now, taking: Numbers(purgeRuns: 1)) { tx in
            let schedule = tx.purgeSchedules.hold(status)
            guard try await schedule.value.enabled else { return Pending(nil) }
            return Pending(try await tx.makeRun(status, .due, .schedule(slot: slot), schedule, at: now))
        }
    }

    package func readPurgeRun(_ id: ID<PurgeRun>, _ access: Access) async throws -> PurgeRunRecord {
        try access.require(.readSettings)
        try access.requireAgent("read the purge runs")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.purgeRuns.find(id).map { try $0.orNotFound } }
    }

    /// Newest first.
    package func listPurgeRuns(before id: ID<PurgeRun>?, limit: Int, _ access: Access) async throws -> Page<PurgeRunRecord, ID<PurgeRun>> {
        try access.require(.readSettings)
        try access.requireAgent("read the purge runs")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.purgeRuns.list(before: id, limit: limit).map { Page(oneMore: $0, limit: limit, cursor: \.run.id) }
        }
    }
}

extension TenantTransaction {
    /// Nil when there is one of this status already that has not ended.
    fileprivate func makeRun(
        _ status: HiddenStatus, _ scope: PurgeRun.Scope, _ trigger: PurgeRun.Trigger, _ schedule: Pending<PurgeSchedule>, at now: Timestamp
    ) async throws -> PurgeRun? {
        if let abandoned = try await purgeRuns.abandoned(status).value, var progress = try await purgeRuns.lock(abandoned).value {
            _ = try await end(&progress, as: .failed, try await schedule.value, at: now)
        }
        let run = PurgeRun(
            id: ID(try await numbers.value.purgeRuns), status: status, scope: scope, trigger: trigger,
            retentionDays: try await schedule.value.retentionDays, createdAt: now)
        guard try await purgeRuns.insert(run).value else { return nil }
        jobs.enqueue(.purge(run.id), key: "purge \(run.id)", at: now)
        return run
    }
}
