/// How many tickets go at a time, and how long to rest in between: measured, not guessed.
///
/// A batch should take long enough to be worth its transaction and end before anybody notices its locks. When others work on the database,
/// batches get shorter and the rests longer than the batches.
package struct PurgePace: Equatable, Sendable {
    package static let first = 200
    private static let sizes = 20...10_000

    /// Milliseconds.
    private static let quietAim = 200.0
    private static let busyAim = 100.0

    package var size: Int

    package init(size: Int = PurgePace.first) { self.size = size }

    /// - Parameters:
    ///   - tickets: how many went.
    ///   - milliseconds: how long they took.
    ///   - others: how many other sessions were at work in the database meanwhile.
    package mutating func learn(tickets: Int, milliseconds: Double, others: Int) {
        guard tickets > 0, milliseconds > 0 else { return }
        let aim = others > 0 ? Self.busyAim : Self.quietAim
        let fitting = Double(tickets) / milliseconds * aim
        // Up carefully, down at once: one slow batch is one too many.
        let bounded = min(fitting, Double(size) * 2)
        size = min(max(Int(bounded), Self.sizes.lowerBound), Self.sizes.upperBound)
    }

    /// After a batch that failed, perhaps because it was too much for one transaction: down to a single ticket, if it must be.
    package mutating func shrink() { size = max(1, size / 2) }

    /// Milliseconds to leave the database to others.
    package static func rest(after milliseconds: Double, others: Int) -> Double {
        switch others {
        case 0: 0
        case 1: milliseconds
        default: milliseconds * 2
        }
    }
}
