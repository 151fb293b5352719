import Domain
import Repositories

// What operators see of the jobs and schedules, and what they can do about them.
extension Installation {
    /// In order of their numbers.
    package func listJobs(_ filter: JobFilter, after id: Int64?, limit: Int) async throws -> Page<JobRecord, Int64> {
        try await database.system { system in
            system.jobRecords.list(filter, after: id ?? 0, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func findJob(_ id: Int64) async throws -> JobRecord {
        try await database.system { $0.jobRecords.find(id).map { try $0.orNotFound } }
    }

    /// Has a dead job done again, with all its attempts.
    package func retryJob(_ id: Int64) async throws -> JobRecord {
        let now = clock.now()
        return try await database.system { system in
            guard try await system.jobRecords.revive(id, at: now).value else {
                guard try await system.jobRecords.find(id).value != nil else { throw Refusal.notFound }
                throw Refusal.conflict(.jobNotDead)
            }
            return system.jobRecords.find(id).map { try $0.orNotFound }
        }
    }

    /// Throws a job away that is dead or waits. One that runs is told to stop, and stops within seconds.
    package func discardJob(_ id: Int64) async throws {
        switch try await database.system({ $0.jobRecords.discard(id) }) {
        case .notThere: throw Refusal.notFound
        case .toldToStop: break
        case .gone(let job, let scope): if let scope { try await abandon(job, in: scope) }
        }
    }

    /// Ends what nobody works on any more.
    private func abandon(_ job: Job?, in scope: TenantScope) async throws {
        let helpdesk = Helpdesk(database: database, clock: clock)
        switch job {
        case .purge(let run):
            do {
                _ = try await helpdesk.abandonPurge(run, as: .cancelled, in: scope)
            } catch Refusal.tenantNotActive {
                // The next run of a helpdesk that is active again ends it.
            }
        // The first lane does what the others leave.
        case .massAction(let id, lane: 0): _ = try await helpdesk.abandonMassAction(id, as: .cancelled, in: scope)
        case .massAction, .probe, .scheduledPurge, .forgetMassActions, .rebuildSearch, .refreshUserDocuments, nil: break
        }
    }

    /// By helpdesk and kind.
    package func listSchedules(
        of slug: Slug?, after: (Slug, ScheduleKind)?, limit: Int
    ) async throws -> (items: [ScheduleRecord], hasMore: Bool) {
        let found = try await database.system { $0.schedules.list(of: slug, after: after, limit: limit + 1) }
        return (Array(found.prefix(limit)), found.count > limit)
    }

    /// Where something is overdue, the longest first.
    package func overdueSchedules(limit: Int) async throws -> [ScheduleRecord] {
        let now = clock.now()
        return try await database.system { $0.schedules.overdue(at: now, limit: limit) }
    }

    /// How many seconds the schedule is behind that is behind most.
    package func scheduleLag() async throws -> Double {
        let now = clock.now()
        let oldest = try await database.system { $0.schedules.oldestMissed(at: now) }
        return oldest.map { Double(now.milliseconds - $0.milliseconds) / 1000 } ?? 0
    }
}
