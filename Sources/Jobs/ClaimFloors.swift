import Domain

/// Where claims begin to look: at the turn that was served a moment ago, and from the very start every few seconds.
///
/// What was claimed stays in the index until vacuum takes it, and vacuum takes nothing while anybody holds an old snapshot; passing it each
/// time would make the queue slower by the minute. A job whose transaction took long to commit may lie before the floor: the look from the
/// start finds it.
struct ClaimFloors {
    static let lag: Duration = .milliseconds(250)
    static let pauseBetweenStarts: Duration = .seconds(2)

    private var floors: [JobClass: Int64] = [:]
    private var served: [JobClass: [(at: ContinuousClock.Instant, turn: Int64)]] = [:]
    private var lastStart: [JobClass: ContinuousClock.Instant] = [:]

    /// The floor of the next claim.
    mutating func next(_ jobClass: JobClass, at now: ContinuousClock.Instant) -> Int64 {
        if lastStart[jobClass].map({ $0.duration(to: now) >= Self.pauseBetweenStarts }) ?? true {
            lastStart[jobClass] = now
            return 0
        }
        while let first = served[jobClass]?.first, first.at.duration(to: now) >= Self.lag {
            floors[jobClass] = first.turn
            served[jobClass]?.removeFirst()
        }
        return floors[jobClass, default: 0]
    }

    /// A claim has come to this turn.
    mutating func came(to turn: Int64, in jobClass: JobClass, at now: ContinuousClock.Instant) {
        // What is found behind others does not lead back, and a few moments in a second are enough.
        if let last = served[jobClass]?.last, last.turn >= turn || last.at.duration(to: now) < .milliseconds(20) { return }
        served[jobClass, default: []].append((now, turn))
    }
}
