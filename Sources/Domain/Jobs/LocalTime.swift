/// A time on a wall clock, to the minute; which wall and which day is said elsewhere.
package struct LocalTime: Hashable, Sendable {
    /// 0 to 1439.
    package let minuteOfDay: Int

    /// Reads exactly `HH:MM`, from `00:00` to `23:59`; `nil` for anything else.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 5, bytes[2] == UInt8(ascii: ":") else { return nil }
        let digits = [0, 1, 3, 4].map { Int(bytes[$0]) - 48 }
        guard digits.allSatisfy({ (0...9).contains($0) }) else { return nil }
        let hour = digits[0] * 10 + digits[1]
        let minute = digits[2] * 10 + digits[3]
        guard hour < 24, minute < 60 else { return nil }
        minuteOfDay = hour * 60 + minute
    }

    /// For minutes that were a time before: constants and what the database holds.
    package init(unchecked minuteOfDay: Int) { self.minuteOfDay = minuteOfDay }
}

extension LocalTime: CustomStringConvertible {
    /// For example `03:00`.
    package var description: String {
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(two(minuteOfDay / 60)):\(two(minuteOfDay % 60))"
    }
}
