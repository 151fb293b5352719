/// How often something happened on a day (UTC): it is the same number before and after the tickets are purged.
package struct DailyTotal: Equatable, Sendable {
    package enum Measure: String, CaseIterable, Sendable {
        case created, resolved
        case firstReply = "first_reply"
        case reply
        case userMessage = "user_message"
        case note
    }

    /// `2026-03-02`.
    package var day: String
    package var measure: Measure
    package var count: Int64
    /// Of first replies: how long they took in sum.
    package var milliseconds: Int64

    package init(day: String, measure: Measure, count: Int64, milliseconds: Int64) {
        self.day = day
        self.measure = measure
        self.count = count
        self.milliseconds = milliseconds
    }
}
