/// What the clocks of a zone show. The rules are given from outside: nothing here knows a zone by its name.
package struct ZoneRules: Sendable {
    /// Seconds east of UTC at that moment: less than a day either way, and changed at most once within two days.
    package let offset: @Sendable (Timestamp) -> Int

    package init(offset: @escaping @Sendable (Timestamp) -> Int) { self.offset = offset }
}

/// Once a day, when the clock of a zone reaches a set time, and a little later.
///
/// A time the clock jumps over is reached right after the jump, one it shows twice is reached the first time. So every local day has
/// exactly one slot, also where clocks change; a day that a zone left out of its calendar (30 December 2011 in Samoa) has none.
package struct Timetable: Sendable {
    package let at: LocalTime
    package let zone: ZoneRules
    /// How much later, in seconds that pass, not on the clock: jobs that meet right after a jump are spread, too.
    package let jitterSeconds: Int

    package init(at: LocalTime, zone: ZoneRules, jitterSeconds: Int) {
        self.at = at
        self.zone = zone
        self.jitterSeconds = jitterSeconds
    }

    /// The first slot strictly after `moment`.
    package func next(after moment: Timestamp) -> Timestamp {
        let moment = moment.advanced(bySeconds: Int64(-jitterSeconds))
        // The clock has passed the slots of all days before this one. A day early, because before 1970 division rounds up.
        var day = (moment.milliseconds / 1000 + Int64(zone.offset(moment))) / Self.dayLength - 1
        while true {
            if let slot = slot(onDay: day), slot > moment { return slot.advanced(bySeconds: Int64(jitterSeconds)) }
            day += 1
        }
    }

    private static let dayLength: Int64 = 86_400

    /// Without the jitter; nil for a day that the zone left out. Days are counted from 1970 on the local calendar.
    private func slot(onDay day: Int64) -> Timestamp? {
        let midnight = day * Self.dayLength
        guard zone.first(reaching: midnight) < zone.first(reaching: midnight + Self.dayLength) else { return nil }
        return zone.first(reaching: midnight + Int64(at.minuteOfDay) * 60)
    }
}

extension ZoneRules {
    /// The first moment at which the clock shows this time or a later one; `local` is in seconds since 1970 on the clock itself.
    fileprivate func first(reaching local: Int64) -> Timestamp {
        func offset(_ seconds: Int64) -> Int64 { Int64(self.offset(Timestamp(milliseconds: seconds * 1000))) }
        let before = offset(local - 86_400)
        let after = offset(local + 86_400)
        // Most days both are one moment. Where clocks go back the early one is the first of two; where they go forward neither may
        // be right, and the jump lies between.
        var early = local - max(before, after)
        var late = local - min(before, after)
        if early + offset(early) >= local { late = early }
        while late - early > 1 {
            let middle = early + (late - early) / 2
            if middle + offset(middle) < local { early = middle } else { late = middle }
        }
        return Timestamp(milliseconds: late * 1000)
    }
}

extension Timetable {
    /// Seconds over which the work of all helpdesks is spread.
    package static let jitterWindow = 300

    /// Always the same for one helpdesk and one kind of job, from 0 to just under the window: FNV-1a, because Swift's own hash
    /// changes with every start.
    package static func jitterSeconds(tenant: ID<Tenant>, kind: String) -> Int {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: tenant.value >> ($0 * 8)) }
        let hash = (number + kind.utf8).reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return Int(hash % UInt64(jitterWindow))
    }
}
