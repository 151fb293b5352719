import Domain
import Foundation
import Support
import Testing

@Suite("A moment in time")
struct TimestampTests {
    /// From 1000-01-01T00:00:00.000Z to 9999-12-31T23:59:59.999Z: four digits for the year.
    private let fourDigitYears: ClosedRange<Int64> = -30_610_224_000_000...253_402_300_799_999

    @Test(
        "Days of which the calendar is proud are written as everybody writes them",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
            (5_097_600_001, "1970-03-01T00:00:00.001Z"),
            (946_684_800_000, "2000-01-01T00:00:00.000Z"),
            (951_825_600_000, "2000-02-29T12:00:00.000Z"),
            (-2_203_891_200_001, "1900-02-28T23:59:59.999Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00.000Z"),
            (-11_670_998_400_000, "1600-02-29T00:00:00.000Z"),
            (1_735_603_200_000, "2024-12-31T00:00:00.000Z"),
            (1_795_412_700_000, "2026-11-23T05:45:00.000Z"),
            (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (-30_610_224_000_000, "1000-01-01T00:00:00.000Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] as [(Int64, String)])
    func known(_ milliseconds: Int64, _ text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test("What is written is read back, to the millisecond, and takes 24 bytes")
    func roundTrip() {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<5000 {
            let timestamp = Timestamp(milliseconds: Int64.random(in: fourDigitYears, using: &generator))
            #expect(Timestamp(timestamp.description) == timestamp, "\(timestamp.milliseconds)")
            #expect(timestamp.utf8.count == 24, "\(timestamp.milliseconds)")
        }
    }

    @Test("Times sort like the texts they are written as")
    func order() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<1000 {
            let one = Timestamp(milliseconds: Int64.random(in: fourDigitYears, using: &generator))
            let other = Timestamp(milliseconds: Int64.random(in: fourDigitYears, using: &generator))
            let sortsBefore = one.utf8.lexicographicallyPrecedes(other.utf8)
            #expect((one < other) == sortsBefore, "\(one) \(other)")
        }
    }

    @Test("Foundation writes and means the same seconds")
    func foundation() {
        let formatter = ISO8601DateFormatter()
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<500 {
            // From 1600 on, well after Foundation's change from the Julian calendar.
            let seconds = Int64.random(in: -11_676_096_000...253_402_300_799, using: &generator)
            let theirs = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
            let ours = Timestamp(milliseconds: seconds * 1000)
            #expect(Timestamp(theirs) == ours, "\(seconds): \(theirs)")
            #expect(ours.description == String(theirs.dropLast()) + ".000Z", "\(seconds): \(theirs)")
        }
    }

    @Test(
        "Every way RFC 3339 allows to write a time is understood",
        arguments: [
            ("2026-11-23T05:45:00Z", 0),
            ("2026-11-23t05:45:00z", 0),
            ("2026-11-23 05:45:00Z", 0),
            ("2026-11-23T05:45:00+00:00", 0),
            ("2026-11-23T05:45:00-00:00", 0),
            ("2026-11-23T06:45:00+01:00", 0),
            ("2026-11-23T00:15:00-05:30", 0),
            ("2026-11-24T05:44:00+23:59", 0),
            ("2026-11-22T05:46:00-23:59", 0),
            ("2026-11-23T05:45:00.5Z", 500),
            ("2026-11-23T05:45:00.05Z", 50),
            ("2026-11-23T05:45:00.123Z", 123),
            ("2026-11-23T05:45:00.1239Z", 123),
            ("2026-11-23T05:45:00.0009999999999999999999999999Z", 0),
            ("2026-11-23T06:45:00.250+01:00", 250),
            ("2026-11-23T05:45:59.999Z", 59_999),
            // A leap second is the first one of the next minute.
            ("2026-11-23T05:45:60Z", 60_000),
        ] as [(String, Int64)])
    func readable(_ text: String, _ millisecondsLater: Int64) {
        #expect(Timestamp(text) == Timestamp(milliseconds: 1_795_412_700_000 + millisecondsLater))
    }

    @Test("An offset only says where the clock hangs: the moment is the same")
    func offsets() {
        var generator = SeededGenerator(seed: 6)
        func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        for _ in 0..<1000 {
            let moment = Timestamp(milliseconds: Int64.random(in: 0...4_107_542_399_999, using: &generator))
            let hours = Int64.random(in: 0...23, using: &generator)
            let minutes = Int64.random(in: 0...59, using: &generator)
            let east = Bool.random(using: &generator)
            let shown = moment.advanced(bySeconds: (hours * 3600 + minutes * 60) * (east ? 1 : -1))
            let text = String(shown.description.dropLast()) + (east ? "+" : "-") + two(hours) + ":" + two(minutes)
            #expect(Timestamp(text) == moment, "\(text)")
        }
    }

    @Test(
        "What is no time of RFC 3339 is no time",
        arguments: [
            "", " ", "Z", "now", "infinity", "1795412700", "2026", "2026-11-23", "2026-11-23T", "2026-11-23T05:45Z",
            "2026-11-23T05:45:00", "2026-11-23T05:45:00.5", "2026-11-23T05:45:00.Z", "2026-11-23T05:45:00,5Z", "2026-11-23T05:45:00.5.5Z",
            "2026-11-23T05:45:00ZZ", "2026-11-23T05:45:00Z ", " 2026-11-23T05:45:00Z", "2026-11-23T05:45:00 Z", "2026-11-23X05:45:00Z",
            "2026/11/23T05:45:00Z", "2026-11-23T05.45.00Z", "20261123T054500Z", "26-11-23T05:45:00Z", "12026-11-23T05:45:00Z",
            "+2026-11-23T05:45:00Z", "-2026-11-23T05:45:00Z", "2026-1-23T05:45:00Z", "2026-11-3T05:45:00Z", "2026-11-23T5:45:00Z",
            "2026-00-23T05:45:00Z", "2026-13-23T05:45:00Z", "2026-11-00T05:45:00Z", "2026-11-31T05:45:00Z", "2026-01-32T05:45:00Z",
            "2026-02-29T05:45:00Z", "1900-02-29T05:45:00Z", "2100-02-29T05:45:00Z", "2000-02-30T05:45:00Z",
            "2026-11-23T24:00:00Z", "2026-11-23T05:60:00Z", "2026-11-23T05:45:61Z",
            "2026-11-23T05:45:00+01", "2026-11-23T05:45:00+0100", "2026-11-23T05:45:00+1:00", "2026-11-23T05:45:00+24:00",
            "2026-11-23T05:45:00+01:60", "2026-11-23T05:45:00+01:00Z", "2026-11-23T05:45:00Z+01:00", "２０２６-11-23T05:45:00Z",
            "2026-11-23T05:45:0aZ", "2026-11-23T05:45:00\u{0}Z",
        ])
    func unreadable(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("A part of a longer text is read without copying it first")
    func substring() {
        #expect(Timestamp("at 2026-11-23T05:45:00Z".dropFirst(3)) == Timestamp(milliseconds: 1_795_412_700_000))
    }

    @Test("Seconds and days are added, backwards, too")
    func advanced() {
        let moment = Timestamp(milliseconds: 1_795_412_700_123)
        #expect(moment.advanced(bySeconds: 90).milliseconds == 1_795_412_790_123)
        #expect(moment.advanced(bySeconds: -1).milliseconds == 1_795_412_699_123)
        #expect(moment.advanced(byDays: 1).description == "2026-11-24T05:45:00.123Z")
        #expect(moment.advanced(byDays: -23).description == "2026-10-31T05:45:00.123Z")
        #expect(moment.advanced(byDays: 0) == moment)
    }
}
