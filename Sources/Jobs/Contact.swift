/// Since when this process has heard from the database without a gap.
///
/// After an outage every worker looks dead, and whoever comes back first would take the jobs of all others, and its own. So who was away
/// itself judges nobody until the others had time to show that they live.
struct Contact {
    typealias Instant = ContinuousClock.Instant

    /// It is heard from every two seconds.
    private static let gap: Duration = .seconds(5)
    private static let grace: Duration = .seconds(3)

    private var since: Instant?
    private var last: Instant?

    mutating func heard(at now: Instant) {
        if !isWhole(at: now) { since = now }
        last = now
    }

    func mayJudge(at now: Instant) -> Bool { isWhole(at: now) && since.map { $0.duration(to: now) >= Self.grace } ?? false }

    private func isWhole(at now: Instant) -> Bool { last.map { $0.duration(to: now) < Self.gap } ?? false }
}
