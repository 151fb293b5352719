import Domain
import Repositories

extension Installation {
    private static let schedulesAtATime = 100

    /// Enqueues what is due in any helpdesk, and moves it on. Whichever process comes first does it; after an outage each schedule runs once.
    /// - Returns: how many were due.
    @discardableResult
    package func runSchedules() async throws -> Int {
        var all = 0
        while true {
            let due = try await runSomeSchedules()
            all += due
            if due < Self.schedulesAtATime { return all }
        }
    }

    private func runSomeSchedules() async throws -> Int {
        let now = clock.now()
        return try await database.system { system in
            let due = try await system.schedules.claimDue(at: now, limit: Self.schedulesAtATime).value
            system.schedules.moveOn(
                due.map { schedule in
                    let times = Timetable(of: schedule.kind, in: schedule.tenant, at: schedule.at, timeZone: schedule.timeZone)
                    return (schedule, next: times.next(after: now))
                }, at: now)
            // A suspended helpdesk misses its turn.
            let active = due.filter { $0.state == .active }
            system.schedules.enqueue(
                active.compactMap { schedule in
                    schedule.nextRunAt.map { slot in
                        (schedule.tenant, schedule.kind.job(slot: slot), key: "\(schedule.kind.rawValue) \(slot)")
                    }
                }, at: now)
            return Pending(due.count)
        }
    }
}
