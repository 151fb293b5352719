/// What to do after each look of an event stream, by the time since it began.
struct EventPace {
    static let longest = Duration.seconds(600)
    /// Proxies close what has been silent for a minute, some earlier.
    static let longestSilence = Duration.seconds(15)

    enum Step: Equatable {
        case wait, keepAlive, end
    }

    private var spoke = Duration.zero

    mutating func next(after look: EventLook, at now: Duration) -> Step {
        if look.isLast || now >= Self.longest { return .end }
        if !look.events.isEmpty {
            spoke = now
            return .wait
        }
        guard now - spoke >= Self.longestSilence else { return .wait }
        spoke = now
        return .keepAlive
    }
}
