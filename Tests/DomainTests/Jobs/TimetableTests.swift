import Domain
import Foundation
import Support
import Testing

@Suite("The timetable of a daily job")
struct TimetableTests {
    @Test(
        "A job runs when the clock on the wall says so, strictly after the moment asked from",
        arguments: [
            ("UTC", "03:00", "2026-01-01T00:00:00Z", "2026-01-01T03:00:00Z"),
            ("UTC", "03:00", "2026-01-01T02:59:59.999Z", "2026-01-01T03:00:00Z"),
            ("UTC", "03:00", "2026-01-01T03:00:00Z", "2026-01-02T03:00:00Z"),
            ("UTC", "00:00", "2024-02-28T12:00:00Z", "2024-02-29T00:00:00Z"),
            ("UTC", "23:59", "1969-12-31T23:58:59.999Z", "1969-12-31T23:59:00Z"),
            ("UTC", "23:59", "1969-12-31T23:59:00.001Z", "1970-01-01T23:59:00Z"),
            ("Europe/London", "03:00", "2025-01-15T02:00:00Z", "2025-01-15T03:00:00Z"),
            ("Europe/London", "03:00", "2025-07-15T02:00:00Z", "2025-07-16T02:00:00Z"),
            ("America/New_York", "03:00", "2025-01-15T12:00:00Z", "2025-01-16T08:00:00Z"),
            ("America/New_York", "03:00", "2025-07-15T07:00:00Z", "2025-07-16T07:00:00Z"),
            ("Asia/Kathmandu", "03:00", "2025-07-15T00:00:00Z", "2025-07-15T21:15:00Z"),
            ("Australia/Lord_Howe", "03:00", "2025-07-15T00:00:00Z", "2025-07-15T16:30:00Z"),
            ("Australia/Lord_Howe", "03:00", "2025-01-15T00:00:00Z", "2025-01-15T16:00:00Z"),
            ("Pacific/Kiritimati", "00:00", "2025-01-15T00:00:00Z", "2025-01-15T10:00:00Z"),
        ])
    func plain(_ zone: String, _ at: String, _ after: String, _ next: String) throws {
        #expect(try timetable(at, zone).next(after: time(after)) == time(next))
    }

    @Test(
        "A time the clock jumps over is the moment after the jump, once, and the next day is as ever",
        arguments: [
            ("Europe/London", "01:00", "2026-03-29T01:00:00Z", "2026-03-30T00:00:00Z"),
            ("Europe/London", "01:30", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"),
            ("Europe/London", "01:59", "2026-03-29T01:00:00Z", "2026-03-30T00:59:00Z"),
            ("Europe/London", "02:00", "2026-03-29T01:00:00Z", "2026-03-30T01:00:00Z"),
            ("America/New_York", "02:30", "2025-03-09T07:00:00Z", "2025-03-10T06:30:00Z"),
            ("Africa/Casablanca", "02:30", "2025-04-06T02:00:00Z", "2025-04-07T01:30:00Z"),
            // Half an hour.
            ("Australia/Lord_Howe", "02:15", "2024-10-05T15:30:00Z", "2024-10-06T15:15:00Z"),
            // There was no midnight.
            ("America/Sao_Paulo", "00:00", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"),
            ("America/Sao_Paulo", "00:30", "2018-11-04T03:00:00Z", "2018-11-05T02:30:00Z"),
            // A jump at one minute past midnight.
            ("America/St_Johns", "00:01", "2011-03-13T03:31:00Z", "2011-03-14T02:31:00Z"),
            ("America/St_Johns", "00:30", "2011-03-13T03:31:00Z", "2011-03-14T03:00:00Z"),
            // Three hours.
            ("Antarctica/Casey", "05:00", "2018-10-06T20:00:00Z", "2018-10-07T18:00:00Z"),
            // Local time was 44 minutes and 30 seconds behind: the jump ends within a minute.
            ("Africa/Monrovia", "00:30", "1972-01-07T00:44:30Z", "1972-01-08T00:30:00Z"),
        ])
    func jumpedOver(_ zone: String, _ at: String, _ slot: String, _ next: String) throws {
        let timetable = try timetable(at, zone)
        let (slot, next) = (try time(slot), try time(next))
        #expect(timetable.next(after: slot.advanced(bySeconds: -3600)) == slot)
        #expect(timetable.next(after: Timestamp(milliseconds: slot.milliseconds - 1)) == slot)
        #expect(timetable.next(after: slot) == next)
        #expect(timetable.next(after: slot.advanced(bySeconds: 1800)) == next)
    }

    @Test(
        "A time the clock shows twice is the first of the two, and only that",
        arguments: [
            ("Europe/London", "01:00", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z"),
            ("Europe/London", "01:30", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"),
            ("Europe/London", "01:59", "2026-10-25T00:59:00Z", "2026-10-26T01:59:00Z"),
            ("Europe/London", "02:00", "2026-10-25T02:00:00Z", "2026-10-26T02:00:00Z"),
            ("America/New_York", "01:30", "2025-11-02T05:30:00Z", "2025-11-03T06:30:00Z"),
            ("Africa/Casablanca", "02:30", "2025-02-23T01:30:00Z", "2025-02-24T02:30:00Z"),
            ("Australia/Lord_Howe", "01:45", "2025-04-05T14:45:00Z", "2025-04-06T15:15:00Z"),
            // Midnight became eleven, so it is the evening before that came twice.
            ("America/Sao_Paulo", "23:30", "2018-02-18T01:30:00Z", "2018-02-19T02:30:00Z"),
            ("America/Sao_Paulo", "00:00", "2018-02-18T03:00:00Z", "2018-02-19T03:00:00Z"),
            // One minute past midnight became one past eleven: the new day had begun before.
            ("America/St_Johns", "00:00", "2010-11-07T02:30:00Z", "2010-11-08T03:30:00Z"),
            // Kwajalein crossed the date line and had nearly all of 30 September 1969 twice.
            ("Pacific/Kwajalein", "03:00", "1969-09-29T16:00:00Z", "1969-10-01T15:00:00Z"),
        ])
    func shownTwice(_ zone: String, _ at: String, _ slot: String, _ next: String) throws {
        let timetable = try timetable(at, zone)
        let (slot, next) = (try time(slot), try time(next))
        #expect(timetable.next(after: slot.advanced(bySeconds: -3600)) == slot)
        for minutes in stride(from: Int64(0), to: 23 * 60, by: 10) {
            #expect(timetable.next(after: slot.advanced(bySeconds: minutes * 60)) == next, "\(minutes) minutes after")
        }
    }

    @Test(
        "A day that a zone left out of its calendar has no slot",
        arguments: [
            // Samoa went from 29 to 31 December 2011.
            ("Pacific/Apia", "00:00", "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
            ("Pacific/Apia", "03:00", "2011-12-29T13:00:00Z", "2011-12-30T13:00:00Z"),
            ("Pacific/Apia", "23:59", "2011-12-30T09:59:00Z", "2011-12-31T09:59:00Z"),
            ("Pacific/Kwajalein", "12:00", "1993-08-21T00:00:00Z", "1993-08-22T00:00:00Z"),
        ])
    func leftOut(_ zone: String, _ at: String, _ dayBefore: String, _ dayAfter: String) throws {
        #expect(try timetable(at, zone).next(after: time(dayBefore)) == time(dayAfter))
    }

    @Test(
        "The jitter is time that passes: it neither ends with the day nor follows the clock's changes",
        arguments: [
            ("UTC", "03:00", 299, "2026-01-01T03:00:00Z", "2026-01-01T03:04:59Z"),
            ("UTC", "03:00", 299, "2026-01-01T03:04:59Z", "2026-01-02T03:04:59Z"),
            ("UTC", "23:58", 180, "2026-01-01T00:00:30Z", "2026-01-01T00:01:00Z"),
            ("UTC", "23:58", 180, "2026-01-01T00:01:00Z", "2026-01-02T00:01:00Z"),
            // All times from 01:00 to 01:59 meet at 02:00 and are still spread.
            ("Europe/London", "01:30", 100, "2026-03-29T00:00:00Z", "2026-03-29T01:01:40Z"),
            ("Europe/London", "00:59", 120, "2026-03-29T00:00:00Z", "2026-03-29T01:01:00Z"),
            ("Europe/London", "01:59", 120, "2026-10-25T00:00:00Z", "2026-10-25T01:01:00Z"),
            ("Europe/London", "01:59", 120, "2026-10-25T01:01:00Z", "2026-10-26T02:01:00Z"),
        ])
    func jitter(_ zone: String, _ at: String, _ jitter: Int, _ after: String, _ next: String) throws {
        #expect(try timetable(at, zone, jitter: jitter).next(after: time(after)) == time(next))
    }

    private func timetable(_ at: String, _ zone: String, jitter: Int = 0) throws -> Timetable {
        let zone = try #require(TimeZone(identifier: zone))
        return Timetable(at: try #require(LocalTime(at)), zone: ZoneRules(zone), jitterSeconds: jitter)
    }

    private func time(_ text: String) throws -> Timestamp { try #require(Timestamp(text)) }
}

@Suite("The timetable, in any zone at any time")
struct TimetablePropertyTests {
    @Test("The next slot is later, and nothing lies between")
    func nothingBetween() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5000 {
            let daily = try Daily(using: &generator)
            let moment = randomMoment(using: &generator)
            let next = daily.timetable.next(after: moment)
            #expect(next > moment, "\(daily) after \(moment)")
            for milliseconds in [next.milliseconds - 1, .random(in: moment.milliseconds..<next.milliseconds, using: &generator)] {
                let between = Timestamp(milliseconds: milliseconds)
                #expect(daily.timetable.next(after: between) == next, "\(daily) after \(between)")
            }
        }
    }

    @Test("A year has one slot a day, each at its time or, where the clock jumps over that, right after the jump")
    func year() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<80 { try walk(Daily(using: &generator), year: .random(in: 1970...2037, using: &generator)) }
        let special = [
            ("Africa/Monrovia", 1972), ("America/Nuuk", 2024), ("America/Sao_Paulo", 2018), ("Antarctica/Vostok", 1994),
            ("Asia/Singapore", 1981), ("Pacific/Apia", 2011), ("Pacific/Kiritimati", 1994),
        ]
        for (zone, year) in special {
            for at in ["00:00", "00:30", "03:00", "23:30"] { try walk(Daily(zone: zone, at: at, jitter: 299), year: year) }
        }
    }

    private func walk(_ daily: Daily, year: Int) throws {
        var days: [String] = []
        var slot = try #require(Timestamp("\(year)-01-01T00:00:00Z")).advanced(byDays: -3)
        while true {
            slot = daily.timetable.next(after: slot)
            let start = slot.advanced(bySeconds: Int64(-daily.jitter))
            let jumpedOver = daily.clock(at: start).second != daily.second
            if jumpedOver { #expect(daily.isJumpedOver(at: start), "\(daily): \(start)") }
            // In Greenland 23:00 becomes midnight, and what was due at 23:30 is the old day's.
            let endsDay = jumpedOver && daily.clock(at: start).second < daily.second
            let day = daily.clock(at: start.advanced(bySeconds: endsDay ? -1 : 0)).day
            if day >= "\(year + 1)" { break }
            if day >= "\(year)" { days.append(day) }
        }
        #expect(days == daily.days(of: year), "\(daily) in \(year)")
    }

    /// Foundation searches, the timetable calculates. Where they differ, Foundation 6.3 is wrong in one of three ways.
    @Test("Foundation's calendar finds the same slot, or another day when it loses its way at a change of clocks")
    func foundation() throws {
        var generator = SeededGenerator(seed: 3)
        var jumps = 0
        for round in 0..<6000 {
            let daily = try Daily(using: &generator)
            var moment = randomMoment(using: &generator)
            if round % 2 == 0, let change = daily.zone.nextDaylightSavingTimeTransition(after: moment.date) {
                moment = Timestamp(change).advanced(bySeconds: .random(in: -86_400...7200, using: &generator))
            }
            let slot = daily.withoutJitter.next(after: moment)
            let comment = Comment("\(daily) after \(moment): \(slot)")
            guard daily.clock(at: slot).second == daily.second else {
                // Foundation knows only jumps of an hour at the full hour, so here the clock itself is asked.
                jumps += 1
                #expect(daily.isJumpedOver(at: slot), comment)
                continue
            }
            #expect(!daily.isSecondShowing(slot), comment)
            switch daily.foundation(after: moment) {
            case slot?: break
            case let theirs? where theirs < slot:
                // Asked between two showings it returns the second.
                #expect(daily.isSecondShowing(theirs), comment)
            case _?:
                // It misses a whole day near changes that are not of an hour at the full hour.
                #expect(daily.changes(around: slot), comment)
            case nil:
                // It finds nothing where local time is no whole minutes from UTC, in Liberia before 1972.
                #expect(daily.zone.secondsFromGMT(for: slot.date) % 60 != 0, comment)
            }
        }
        #expect(jumps > 30)
    }

    private func randomMoment(using generator: inout SeededGenerator) -> Timestamp {
        Timestamp(milliseconds: .random(in: 0..<2_145_916_800_000, using: &generator))
    }
}

@Suite("The jitter of a helpdesk's jobs")
struct JitterTests {
    @Test(
        "It is the same on every machine and after every start",
        arguments: [
            (1, "spam", 165), (1, "deleted", 25), (2, "spam", 298), (2, "deleted", 224), (1_000_001, "spam", 56),
            (1_000_001, "deleted", 290),
        ] as [(Int64, String, Int)])
    func stable(_ tenant: Int64, _ kind: String, _ seconds: Int) {
        #expect(Timetable.jitterSeconds(tenant: ID(tenant), kind: kind) == seconds)
    }

    @Test("It spreads helpdesks evenly over the window", arguments: ["spam", "deleted"])
    func even(_ kind: String) {
        #expect(Timetable.jitterWindow == 300)
        var counts = Array(repeating: 0, count: Timetable.jitterWindow)
        for tenant in 1...10_000 { counts[Timetable.jitterSeconds(tenant: ID(Int64(tenant)), kind: kind)] += 1 }
        // Chi-squared with 299 degrees of freedom exceeds 400 in fewer than one of 10,000 fair draws.
        let expected = 10_000 / Double(counts.count)
        let chiSquared = counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(chiSquared < 400)
    }

    @Test("Two kinds of job of one helpdesk hardly ever meet")
    func kinds() {
        let meetings = (1...10_000).map { ID<Tenant>($0) }.count {
            Timetable.jitterSeconds(tenant: $0, kind: "spam") == Timetable.jitterSeconds(tenant: $0, kind: "deleted")
        }
        // One in 300 by chance.
        #expect(meetings < 100)
    }
}

/// A daily job somewhere, and what Foundation's clocks and calendars say of it.
private struct Daily: CustomStringConvertible {
    let zone: TimeZone
    let at: LocalTime
    let jitter: Int
    let timetable: Timetable
    let withoutJitter: Timetable
    private let calendar: Calendar

    init(zone name: String, at text: String, jitter: Int) throws {
        zone = try #require(TimeZone(identifier: name))
        at = try #require(LocalTime(text))
        self.jitter = jitter
        timetable = Timetable(at: at, zone: ZoneRules(zone), jitterSeconds: jitter)
        withoutJitter = Timetable(at: at, zone: ZoneRules(zone), jitterSeconds: 0)
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = zone
        self.calendar = calendar
    }

    /// Any zone; half of the times before four in the morning, when clocks change.
    init(using generator: inout SeededGenerator) throws {
        let zone = try #require(TimeZone.knownTimeZoneIdentifiers.randomElement(using: &generator))
        let minute = Int.random(in: 0..<(Bool.random(using: &generator) ? 240 : 1440), using: &generator)
        let jitter = Int.random(in: 0..<Timetable.jitterWindow, using: &generator)
        try self.init(zone: zone, at: LocalTime(unchecked: minute).description, jitter: jitter)
    }

    var description: String { "\(at) \(zone.identifier) + \(jitter) s" }

    /// The time of the job on the clock, in seconds since midnight.
    var second: Int { at.minuteOfDay * 60 }

    /// What the clock of the zone shows.
    func clock(at moment: Timestamp) -> (day: String, second: Int) {
        let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: moment.date)
        let day = [parts.year, parts.month, parts.day].map { ($0 ?? 0) < 10 ? "0\($0 ?? 0)" : "\($0 ?? 0)" }.joined(separator: "-")
        return (day, (parts.hour ?? 0) * 3600 + (parts.minute ?? 0) * 60 + (parts.second ?? 0))
    }

    /// Whether at that moment the clock jumps from before the time of the job to after it.
    func isJumpedOver(at moment: Timestamp) -> Bool {
        let before = clock(at: moment.advanced(bySeconds: -1)).second
        func sinceBefore(_ second: Int) -> Int { (second - before + 86_400) % 86_400 }
        return sinceBefore(second) > 0 && sinceBefore(second) < sinceBefore(clock(at: moment).second)
    }

    /// Whether clocks change on the day before or after.
    func changes(around moment: Timestamp) -> Bool {
        zone.secondsFromGMT(for: moment.advanced(byDays: -1).date) != zone.secondsFromGMT(for: moment.advanced(byDays: 1).date)
    }

    /// Seven hours, in Vostok in 1994, is the most that clocks have gone back.
    func isSecondShowing(_ moment: Timestamp) -> Bool {
        let shown = clock(at: moment)
        return stride(from: Int64(-900), through: -25_200, by: -900).contains { clock(at: moment.advanced(bySeconds: $0)) == shown }
    }

    func foundation(after moment: Timestamp) -> Timestamp? {
        let time = DateComponents(hour: at.minuteOfDay / 60, minute: at.minuteOfDay % 60, second: 0)
        let date = calendar.nextDate(after: moment.date, matching: time, matchingPolicy: .nextTime, repeatedTimePolicy: .first)
        return date.map { Timestamp($0) }
    }

    /// 365 or 366, without those that the zone left out when it crossed the date line.
    func days(of year: Int) -> [String] {
        let leftOut = [
            "Pacific/Apia": "2011-12-30", "Pacific/Enderbury": "1994-12-31", "Pacific/Fakaofo": "2011-12-30",
            "Pacific/Kanton": "1994-12-31", "Pacific/Kiritimati": "1994-12-31", "Pacific/Kwajalein": "1993-08-21",
        ]
        let february = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        return zip(1...12, [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]).flatMap { month, length in
            (1...length).map { "\(year)-\(month < 10 ? "0" : "")\(month)-\($0 < 10 ? "0" : "")\($0)" }
        }.filter { $0 != leftOut[zone.identifier] }
    }
}

extension ZoneRules {
    fileprivate init(_ zone: TimeZone) { self.init { zone.secondsFromGMT(for: $0.date) } }
}

extension Timestamp {
    fileprivate init(_ date: Date) { self.init(milliseconds: Int64((date.timeIntervalSince1970 * 1000).rounded())) }

    fileprivate var date: Date { Date(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
