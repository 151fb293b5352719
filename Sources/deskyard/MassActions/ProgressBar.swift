/// How far something has come, as text of one line.
struct ProgressBar: Equatable, Sendable {
    let total: Int64
    private(set) var count: Int64 = 0
    private var marks: [Mark] = []

    private struct Mark: Equatable {
        var seconds: Double
        var count: Int64
    }

    /// Seconds that the speed is the mean of.
    static let window = 10.0
    /// Columns of the bar itself.
    static let widths = 5...50

    init(total: Int64) { self.total = total }

    /// Never goes back: who asks two servers may hear an older figure later.
    /// - Parameter seconds: on any clock that only goes forward.
    mutating func advance(to count: Int64, at seconds: Double) {
        self.count = min(max(self.count, count), total)
        marks.append(Mark(seconds: seconds, count: self.count))
        while marks.count > 2, marks[1].seconds <= seconds - Self.window { marks.removeFirst() }
    }

    /// Rounded down: 100 is the end and nothing less.
    var percent: Int64 { total == 0 ? 100 : Int64(Double(count) / Double(total) * 100) }

    /// How many a second; nil as long as nothing can be said.
    var speed: Double? {
        guard let first = marks.first, let last = marks.last, last.seconds > first.seconds, last.count > first.count else { return nil }
        return Double(last.count - first.count) / (last.seconds - first.seconds)
    }

    /// For a terminal so many columns wide. What does not fit is left out, the least important first.
    func line(width: Int) -> String {
        var text = "\(percent)%"
        for part in ["\(count.grouped) of \(total.grouped)", spelledSpeed, spelledRest] {
            guard let part else { continue }
            guard text.count + 2 + part.count <= width else { break }
            text += "  " + part
        }
        let room = min(width - text.count - 3, Self.widths.upperBound)
        guard room >= Self.widths.lowerBound else { return String(text.prefix(max(width, 0))) }
        let filled = total == 0 ? room : Int(Double(count) / Double(total) * Double(room))
        return "[" + String(repeating: "=", count: filled) + String(repeating: " ", count: room - filled) + "] " + text
    }

    /// For where lines come one below the other.
    var sentence: String {
        let parts = ["\(count.grouped) of \(total.grouped) tickets (\(percent)%)", spelledSpeed, spelledRest]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    private var spelledSpeed: String? { speed.map { "\(Int64($0.rounded()).grouped)/s" } }

    private var spelledRest: String? {
        guard let speed, count < total else { return nil }
        return spelled(seconds: Double(total - count) / speed) + " left"
    }
}

/// Which of many looks at a progress are worth a line: the first after each pause, and the end.
struct ProgressLines: Equatable, Sendable {
    /// Seconds.
    static let pause = 5.0

    private var next: Double

    init(from seconds: Double) { next = seconds + Self.pause }

    mutating func line(_ bar: ProgressBar, at seconds: Double, isEnd: Bool) -> String? {
        guard isEnd || seconds >= next else { return nil }
        next = seconds + Self.pause
        return bar.sentence
    }
}
