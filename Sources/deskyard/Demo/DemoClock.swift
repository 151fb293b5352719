import Domain
import Services
import Synchronization

/// The time in a demo helpdesk, as its script says.
final class DemoClock: Sendable {
    private let hand: Mutex<Timestamp>

    init(_ time: Timestamp) { hand = Mutex(time) }

    var clock: Clock { Clock { self.hand.withLock { $0 } } }

    func set(to time: Timestamp) { hand.withLock { $0 = time } }
}
