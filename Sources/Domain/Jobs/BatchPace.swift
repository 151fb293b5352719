/// How many tickets are taken at a time, and how long to rest in between: measured, not guessed.
///
/// A batch should take long enough to be worth its transaction and end before anybody notices its locks. When others work on the database,
/// batches get shorter and the rests longer than the batches.
package struct BatchPace: Equatable, Sendable {
    package struct Limits: Equatable, Sendable {
        package var first: Int
        package var sizes: ClosedRange<Int>
        /// Milliseconds that a batch should take.
        package var quietAim: Double
        package var busyAim: Double
        /// How many others may be at work before it rests.
        package var restsBeside: Int
        /// How often as long as it worked it rests beside more than these.
        package var longRest: Double

        package static let purge = Limits(
            first: 200, sizes: 20...10_000, quietAim: 200, busyAim: 100, restsBeside: 1, longRest: 2)
        /// Agents work on these tickets: who answers one of them waits until its batch is through, so it is short.
        package static let massAction = Limits(
            first: 200, sizes: 20...2000, quietAim: 100, busyAim: 15, restsBeside: 1, longRest: 4)
        /// Agents work on these tickets, too, and each takes its time: all that was ever said on it is read.
        package static let search = Limits(
            first: 50, sizes: 10...1000, quietAim: 200, busyAim: 30, restsBeside: 1, longRest: 2)
    }

    private let limits: Limits
    package var size: Int

    package init(_ limits: Limits, size: Int? = nil) {
        self.limits = limits
        self.size = size ?? limits.first
    }

    /// - Parameters:
    ///   - tickets: how many went.
    ///   - milliseconds: how long they took.
    ///   - others: how many other sessions were at work in the database meanwhile.
    package mutating func learn(tickets: Int, milliseconds: Double, others: Int) {
        guard tickets > 0, milliseconds > 0 else { return }
        let aim = others > 0 ? limits.busyAim : limits.quietAim
        let fitting = Double(tickets) / milliseconds * aim
        // Up carefully, down at once: one slow batch is one too many.
        let bounded = min(fitting, Double(size) * 2)
        size = min(max(Int(bounded), limits.sizes.lowerBound), limits.sizes.upperBound)
    }

    /// After a batch that failed, perhaps because it was too much for one transaction: down to a single ticket, if it must be.
    package mutating func shrink() { size = max(1, size / 2) }

    /// Whether others are so many that one lane is enough.
    package func isCrowded(_ others: Int) -> Bool { others > limits.restsBeside }

    /// Milliseconds to leave the database to others.
    package func rest(after milliseconds: Double, others: Int) -> Double {
        if others < limits.restsBeside { return 0 }
        return others == limits.restsBeside ? milliseconds : milliseconds * limits.longRest
    }
}
