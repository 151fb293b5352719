import Domain
import Services
import Support
import Testing

/// A schedule, and when it is to run according to the newspapers.
final class Watched: Sendable {
    let tenant: TestTenant
    let status: HiddenStatus
    let days: Int
    let at: String
    let timeZone: String
    /// Minutes after midnight UTC on the day of this date (`2026-03-02`, in UTC).
    private let minutes: @Sendable (String) -> Int

    init(
        _ tenant: TestTenant, _ status: HiddenStatus, _ days: Int, _ at: String, _ timeZone: String,
        _ minutes: @escaping @Sendable (String) -> Int
    ) {
        self.tenant = tenant
        self.status = status
        self.days = days
        self.at = at
        self.timeZone = timeZone
        self.minutes = minutes
    }

    func slots(after start: Timestamp, until end: Timestamp) -> [Timestamp] {
        let midnight = Timestamp(milliseconds: start.milliseconds / 86_400_000 * 86_400_000)
        return (0..<60).compactMap { day in
            let midnight = midnight.advanced(byDays: day)
            let date = String(midnight.description.prefix(10))
            let time = midnight.advanced(bySeconds: Int64(minutes(date)) * 60)
            return tenant.slot(time.description, status)
        }.filter { $0 > start && $0 <= end }
    }

    /// The oldest first.
    func runs() async throws -> [PurgeRun] {
        let all = try await tenant.byAdmin { try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 200, $0).items }
        return all.map(\.run).filter { $0.status == status }.reversed()
    }
}
