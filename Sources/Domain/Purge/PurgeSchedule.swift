/// When a helpdesk throws away its spam, or its deleted tickets, for good.
package struct PurgeSchedule: Equatable, Sendable {
    package static let retentionDays = 0...3650
    package static let usual = (retentionDays: 30, at: LocalTime(unchecked: 180))

    package var status: HiddenStatus
    package var enabled: Bool
    /// Days a ticket stays after it was hidden.
    package var retentionDays: Int
    /// Local time of day; the run comes within `Timetable.jitterWindow` seconds after it.
    package var at: LocalTime
    /// IANA name.
    package var timeZone: String
    package var nextRunAt: Timestamp?
    /// From when on something is overdue, as it was when it was last looked at.
    package var dueFrom: Timestamp?
    package var version: Int64

    package init(
        status: HiddenStatus, enabled: Bool, retentionDays: Int, at: LocalTime, timeZone: String, nextRunAt: Timestamp?,
        dueFrom: Timestamp? = nil, version: Int64
    ) {
        self.status = status
        self.enabled = enabled
        self.retentionDays = retentionDays
        self.at = at
        self.timeZone = timeZone
        self.nextRunAt = nextRunAt
        self.dueFrom = dueFrom
        self.version = version
    }

    /// What was hidden until then is due at `moment`.
    package func hiddenUntil(at moment: Timestamp) -> Timestamp { moment.advanced(byDays: -retentionDays) }
}
