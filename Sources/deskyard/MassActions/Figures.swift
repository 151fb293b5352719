extension BinaryInteger {
    /// `41,200`
    var grouped: String {
        let digits = String(magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return self < 0 ? "-" + text : text
    }
}

/// `12 s`, `3 min 05 s`, `1 h 20 min`; what has begun counts as whole.
func spelled(seconds: Double) -> String {
    guard seconds < 1e9 else { return "years" }
    let seconds = Int64(max(seconds, 0).rounded(.up))
    func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
    switch seconds {
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(two(seconds % 60)) s"
    default: return "\(seconds / 3600) h \(two(seconds % 3600 / 60)) min"
    }
}

/// Lines whose columns stand one below the other: words to the left, the last column as it is.
struct AlignedLines {
    private var rows: [[String]] = []

    mutating func add(_ columns: String...) { rows.append(columns) }

    /// Rows that belong together: the first column is said once. Nothing where there are none.
    mutating func add(_ name: String, each rows: [[String]]) {
        for (index, row) in rows.enumerated() { self.rows.append([index == 0 ? name : ""] + row) }
    }

    var text: String {
        var widths: [Int] = []
        for row in rows {
            for (column, text) in row.dropLast().enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], text.count)
            }
        }
        return rows.map { row in
            let padded = row.dropLast().enumerated().map { $1 + String(repeating: " ", count: widths[$0] - $1.count) }
            return (padded + row.suffix(1)).joined(separator: "  ")
        }.joined(separator: "\n")
    }
}

extension [String: Int64] {
    /// `already 30, gone 10`, the most first.
    var listed: String {
        sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.key) \($0.value.grouped)" }.joined(separator: ", ")
    }
}
