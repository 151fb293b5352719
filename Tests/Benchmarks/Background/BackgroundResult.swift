import JSON

/// A figure of ours beside what it is measured against.
struct BackgroundResult {
    var title: String
    var unit: String
    var ours: Double
    /// What the bare SQL, or the time without us, came to; nil where the figure stands alone.
    var floor: Double?
    /// What the ratio is to keep to: `at least 0.6`.
    var aim: String

    var ratio: Double? { floor.map { ours / $0 } }

    var line: String {
        let beside = floor.map { ", beside \(decimal($0, 2)): \(decimal(ours / $0, 2))" } ?? ""
        return "\(title): \(decimal(ours, 2)) \(unit)\(beside) (aim: \(aim))"
    }

    static func table(_ results: [BackgroundResult]) -> String {
        let header = ["case", "ours", "floor", "unit", "ours/floor", "aim"]
        let rows = results.map { result in
            [
                result.title, decimal(result.ours, 2), result.floor.map { decimal($0, 2) } ?? "–", result.unit,
                result.ratio.map { decimal($0, 3) } ?? "–", result.aim,
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return (1...2).contains(column) || column == 4 ? space + row[column] : row[column] + space
            }.joined(separator: "  ")
        }
        return "\n" + lines.joined(separator: "\n") + "\n"
    }

    var json: JSONValue {
        [
            "case": .string(title), "unit": .string(unit), "ours": .double(ours), "floor": floor.map { .double($0) } ?? .null,
            "ratio": ratio.map { .double($0) } ?? .null, "aim": .string(aim),
        ]
    }
}
