// What a value says, for whoever expects one of a kind.

extension QueueValue {
    /// In characters.
    static let longestText = 1000

    var word: String? {
        if case .text(let text) = self { text } else { nil }
    }

    /// A text that says something, and that the database can hold.
    var line: String? {
        guard let word, !word.trimmed.isEmpty, word.unicodeScalars.count <= Self.longestText, !word.utf8.contains(0) else { return nil }
        return word
    }

    var whole: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    var amount: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number.isFinite ? number : nil
        default: nil
        }
    }

    /// `4h`, or seconds; up to a hundred years.
    var seconds: Int64? {
        let longest: Int64 = 36_500 * 86_400
        switch self {
        case .integer(let seconds): return (0...longest).contains(seconds) ? seconds : nil
        case .text(let text):
            guard let last = text.last, let unit = Self.units[last], String(text.dropLast()).isDigits,
                let count = Int64(text.dropLast()), count <= longest / unit
            else { return nil }
            return count * unit
        default: return nil
        }
    }

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    /// A time, or a day's beginning in UTC.
    var moment: (Timestamp, isDay: Bool)? {
        guard let word else { return nil }
        return word.isDay ? Timestamp("\(word)T00:00:00Z").map { ($0, true) } : Timestamp(word).map { ($0, false) }
    }

    /// - Parameter looksUp: whether it must be a choice that there still is.
    func value(for form: FieldForm, looksUp: Bool) -> FieldValue? {
        switch form {
        case .text: return line.map { .text($0) }
        case .date: return line.flatMap { $0.isDay ? .text($0) : nil }
        case .number: return amount.map { .number($0) }
        case .boolean:
            if case .flag(let flag) = self { return .boolean(flag) }
            return nil
        case .choice(let choices): return line.flatMap { choices.contains($0) || !looksUp ? .text($0) : nil }
        case .multiChoice(let choices): return line.flatMap { choices.contains($0) || !looksUp ? .choices([$0]) : nil }
        }
    }
}

extension String {
    /// `YYYY-MM-DD`, a day that there is.
    var isDay: Bool { utf8.count == "2026-11-23".utf8.count && Timestamp("\(self)T00:00:00Z") != nil }
}
