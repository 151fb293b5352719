import Domain
import Repositories

package typealias ClaimedJob = Repositories.ClaimedJob
package typealias ClaimWindow = Repositories.ClaimWindow
package typealias JobCount = Repositories.JobCount
package typealias JobFilter = Repositories.JobFilter
package typealias JobRecord = Repositories.JobRecord
package typealias ScheduleRecord = Repositories.ScheduleRecord
package typealias TenantScope = Repositories.TenantScope

/// The queue as a worker deals with it.
package struct JobQueue: Sendable {
    /// What a worker has to say of the jobs it held.
    package struct Report: Sendable {
        package var finished: [Int64] = []
        package var returned: [JobLine.Return] = []
        package var buried: [(id: Int64, error: String)] = []

        package init() {}

        package var isEmpty: Bool { finished.isEmpty && returned.isEmpty && buried.isEmpty }
        package var ids: [Int64] { finished + returned.map(\.id) + buried.map(\.id) }
        package var count: Int { finished.count + returned.count + buried.count }
    }

    /// The channel that workers listen on.
    package static let channel = Doorbell.channel

    private let database: Database
    private let clock: Clock

    package init(database: Database, clock: Clock = .system) {
        self.database = database
        self.clock = clock
    }

    package var now: Timestamp { clock.now() }

    /// Calls the listener whenever this process has put something into the queue.
    package func onRing(_ listener: @escaping @Sendable () -> Void) { database.doorbell.onRing(listener) }

    package func register(host: String, process: Int32, slots: Int) async throws -> Int64 {
        let now = clock.now()
        return try await database.system { $0.workers.register(host: host, process: process, slots: slots, at: now) }
    }

    /// Settles what is done and takes what is next, in one transaction. Answers nil when the worker was taken for dead: then nothing is
    /// settled or taken.
    package func exchange(_ report: Report, _ wanted: [(JobClass, ClaimWindow)], by worker: Int64) async throws -> [[ClaimedJob]]? {
        let now = clock.now()
        return try await onQueue { system in
            let isAlive = system.workers.hold(worker)
            system.jobLine.finish(report.finished, by: worker)
            system.jobLine.putBack(report.returned, by: worker, at: now)
            system.jobLine.bury(report.buried, by: worker, at: now)
            let claimed = wanted.reduce(Pending([])) { claimed, wanted in
                claimed.and(system.jobLine.claim(wanted.0, wanted.1, for: worker, at: now)).map { $0 + [$1] }
            }
            if !wanted.isEmpty { system.workers.releaseUnlessKnown(worker) }
            return isAlive.and(claimed).map { $0 ? $1 : nil }
        }
    }

    /// Everything else that this worker holds, without knowing, goes back in line.
    package func keepOnly(_ ids: [Int64], of worker: Int64) async throws {
        try await onQueue { system in
            system.workers.keepOnly(ids, of: worker)
            return Pending(())
        }
    }

    /// Shows that the worker lives. Answers which of its jobs were cancelled, or nil when it was taken for dead.
    package func beat(_ worker: Int64) async throws -> [Int64]? { try await onQueue { $0.workers.beat(worker) } }

    package func leave(_ worker: Int64) async throws {
        try await onQueue { system in
            system.workers.leave(worker)
            return Pending(())
        }
    }

    /// Puts the jobs of workers that died back in line. Answers how many had died.
    package func rescue() async throws -> Int { try await onQueue { Pending(try await $0.workers.rescue()) } }

    /// What was to wait until now is ready. Answers how many.
    package func promote() async throws -> Int {
        let now = clock.now()
        return try await onQueue { $0.jobLine.promote(at: now, most: 1000) }
    }

    package func counts() async throws -> [JobCount] { try await database.system { $0.jobRecords.counts() } }

    /// Puts a job in so often, in turn for each of so many helpdesks' numbers; for measurements.
    package func enqueue(_ job: Job, times: Int, tenants: Int = 1) async throws {
        let now = clock.now()
        try await database.system { system in
            system.jobLine.enqueue(job, for: (0..<times).map { Int64($0 % tenants) }, at: now)
            return Pending(())
        }
    }

    private func onQueue<Value>(_ body: (SystemTransaction) async throws -> Pending<Value>) async throws -> Value {
        try await database.system { system in
            system.jobLine.planForMany()
            return try await body(system)
        }
    }
}
