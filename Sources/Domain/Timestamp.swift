/// A moment in UTC, in whole milliseconds since 1970: what the interface shows is exactly what is kept.
package struct Timestamp: Hashable, Comparable, Sendable {
    package let milliseconds: Int64

    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    package func advanced(bySeconds seconds: Int64) -> Timestamp { Timestamp(milliseconds: milliseconds + seconds * 1000) }

    package func advanced(byDays days: Int) -> Timestamp { advanced(bySeconds: Int64(days) * 86_400) }

    package static func < (one: Self, other: Self) -> Bool { one.milliseconds < other.milliseconds }
}

extension Timestamp: CustomStringConvertible {
    /// The end of the year 9999.
    package static let distantFuture = Timestamp(milliseconds: 253_402_300_799_999)

    /// The years 0000 to 9999.
    package static let writable: Range<Int64> = -62_167_219_200_000..<253_402_300_800_000

    /// RFC 3339, for example `2026-11-23T05:45:00.000Z`.
    package var description: String { String(decoding: utf8, as: UTF8.self) }

    /// The 24 bytes of `description`; the hot answers are written from these without a string in between.
    package var utf8: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        func put(_ value: Int64, digits: Int, then separator: UInt8) {
            var power: Int64 = digits == 4 ? 1000 : digits == 3 ? 100 : 10
            for _ in 0..<digits {
                bytes.append(UInt8(48 + value / power % 10))
                power /= 10
                if power == 0 { break }
            }
            bytes.append(separator)
        }
        let days = milliseconds.floorDivided(by: 86_400_000)
        let time = milliseconds - days * 86_400_000
        let date = CivilDate(daysSince1970: days)
        put(date.year, digits: 4, then: UInt8(ascii: "-"))
        put(date.month, digits: 2, then: UInt8(ascii: "-"))
        put(date.day, digits: 2, then: UInt8(ascii: "T"))
        put(time / 3_600_000, digits: 2, then: UInt8(ascii: ":"))
        put(time / 60_000 % 60, digits: 2, then: UInt8(ascii: ":"))
        put(time / 1000 % 60, digits: 2, then: UInt8(ascii: "."))
        put(time % 1000, digits: 3, then: UInt8(ascii: "Z"))
        return bytes
    }

    /// Reads RFC 3339 with any offset and any fraction (what is finer than a millisecond is dropped); `nil` for anything else.
    package init?(_ text: some StringProtocol) {
        var rest = Array(text.utf8)[...]
        func number(_ digits: Int) -> Int64? {
            guard rest.count >= digits else { return nil }
            var value: Int64 = 0
            for _ in 0..<digits {
                guard let digit = rest.popFirst(), (48...57).contains(digit) else { return nil }
                value = value * 10 + Int64(digit - 48)
            }
            return value
        }
        func skip(_ allowed: String) -> Bool { rest.popFirst().map { allowed.utf8.contains($0) } ?? false }
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2), skip("Tt "),
            let hour = number(2), skip(":"), let minute = number(2), skip(":"), let second = number(2),
            let date = CivilDate(year: year, month: month, day: day), hour < 24, minute < 60, second < 61
        else { return nil }
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            var digits = 0
            while let digit = rest.first, (48...57).contains(digit) {
                rest = rest.dropFirst()
                if digits < 3 { fraction = fraction * 10 + Int64(digit - 48) }
                digits += 1
            }
            guard digits > 0 else { return nil }
            while digits < 3 {
                fraction *= 10
                digits += 1
            }
        }
        var offset: Int64 = 0
        switch rest.popFirst() {
        case UInt8(ascii: "Z"), UInt8(ascii: "z"): break
        case let sign? where sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"):
            guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
            offset = (hours * 60 + minutes) * (sign == UInt8(ascii: "-") ? -60_000 : 60_000)
        default: return nil
        }
        guard rest.isEmpty else { return nil }
        let time = ((hour * 60 + minute) * 60 + second) * 1000 + fraction
        milliseconds = date.daysSince1970 * 86_400_000 + time - offset
        // The offset may lead out of the years that RFC 3339 can write.
        guard Self.writable.contains(milliseconds) else { return nil }
    }
}

/// A day of the proleptic Gregorian calendar, after Howard Hinnant's `chrono`-compatible low-level date algorithms.
private struct CivilDate {
    let year: Int64
    let month: Int64
    let day: Int64

    init(daysSince1970 days: Int64) {
        let shifted = days + 719_468
        let era = shifted.floorDivided(by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    init?(year: Int64, month: Int64, day: Int64) {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let lengths: [Int64] = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        guard (1...12).contains(month), day >= 1, day <= lengths[Int(month) - 1] else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    var daysSince1970: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear.floorDivided(by: 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension Int64 {
    fileprivate func floorDivided(by divisor: Int64) -> Int64 { (self >= 0 ? self : self - divisor + 1) / divisor }
}
