import Domain
import Repositories

extension Installation {
    private static let secondsBetweenChecks: Int64 = 600
    private static let checksAtATime = 100

    /// Writes down from when on something is overdue, in every helpdesk and every ten minutes, whether its purges run or not: a purge that
    /// never starts must not be the one to say so.
    package func watchSchedules() async throws {
        while true {
            let now = clock.now()
            let unchecked = try await database.system {
                $0.schedules.claimUnchecked(
                    since: now.advanced(bySeconds: -Self.secondsBetweenChecks), at: now, limit: Self.checksAtATime)
            }
            for (scope, kind) in unchecked {
                try await database.transaction(in: scope, at: now) { tx in
                    let schedule = tx.purgeSchedules.read(kind.purges)
                    let oldest = tx.purge.oldest(kind.purges)
                    let dueFrom = try await schedule.value.dueFrom(oldest: oldest.value)
                    tx.purgeSchedules.setDue(from: dueFrom, of: kind.purges)
                    return Pending(())
                }
            }
            if unchecked.count < Self.checksAtATime { return }
        }
    }
}
