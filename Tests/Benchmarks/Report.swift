import Foundation
import JSON

/// The results for people and for programs.
struct Report {
    private let text: String

    static func table(_ results: [CaseResult]) -> String {
        let header = ["case", "F_sql tps", "F_http rps", "L", "service rps", "service/L", "p50 ms", "p95 ms", "p99 ms"]
        let rows = results.map { result in
            [
                result.request.title, whole(result.sql), whole(result.http), whole(result.limit), whole(result.rate),
                decimal(result.ratio, 3), milliseconds(result, \.p50), milliseconds(result, \.p95), milliseconds(result, \.p99),
            ]
        }
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        let lines = ([header] + rows).map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
        }
        let widest = results.flatMap(\.spreads).sorted { $0.width > $1.width }.prefix(3)
        let spreads = widest.map { "  \($0.name): \(whole($0.low)) to \(whole($0.high)) (\(whole(100 * $0.width)) % of the median)" }
        return """

            \(lines.joined(separator: "\n"))

            Medians over \(results.first?.rounds.count ?? 0) rounds. L = 1 / (1/F_sql + 1/F_http). Rounds lay furthest apart in:
            \(spreads.joined(separator: "\n"))

            """
    }

    static func json(_ results: [CaseResult], _ background: [BackgroundResult], machine: JSONValue, _ options: Options) -> Report {
        let all: JSONValue = [
            "at": .string(Date().ISO8601Format()),
            "machine": machine,
            "options": [
                "seconds": .integer(Int64(options.seconds)), "rounds": .integer(Int64(options.rounds)),
                "clients": .integer(Int64(options.clients)),
                "tickets": .integer(Int64(options.tickets)), "tenants": .integer(Int64(options.tenants)),
            ],
            "cases": .array(results.map(json)),
            "background": .array(background.map(\.json)),
        ]
        var writer = JSONWriter()
        writer.value(all)
        return Report(text: writer.text + "\n")
    }

    func write(to path: String) throws {
        let url = URL(fileURLWithPath: path)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url, options: .atomic)
    }

    private static func json(_ result: CaseResult) -> JSONValue {
        [
            "case": .string(result.request.name), "sql_tps": .double(result.sql), "http_rps": .double(result.http),
            "limit_rps": .double(result.limit), "service_rps": .double(result.rate), "ratio": .double(result.ratio),
            "rounds": .array(
                result.rounds.map { round in
                    [
                        "sql_tps": .double(round.sql), "http_rps": .double(round.http), "service_rps": .double(round.service.rate),
                        "p50_us": .double(round.service.p50), "p95_us": .double(round.service.p95), "p99_us": .double(round.service.p99),
                    ]
                }),
        ]
    }

    private static func milliseconds(_ result: CaseResult, _ percentile: (Load) -> Double) -> String {
        decimal(result.median { percentile($0.service) } / 1000, 2)
    }
}

func whole(_ value: Double) -> String { decimal(value, 0) }

func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
