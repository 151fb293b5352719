/// One measurement of each kind.
struct Round {
    /// F_sql: transactions a second.
    var sql: Double
    /// F_http: requests a second.
    var http: Double
    var service: Load
}

struct CaseResult {
    let request: MeasuredRequest
    var rounds: [Round] = []

    var sql: Double { median(\.sql) }
    var http: Double { median(\.http) }
    var rate: Double { median(\.service.rate) }

    /// L: what a service would reach that spent nothing of its own.
    var limit: Double { 1 / (1 / sql + 1 / http) }
    var ratio: Double { rate / limit }

    func median(_ value: (Round) -> Double) -> Double {
        let sorted = rounds.map(value).sorted()
        let middle = sorted.count / 2
        return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
    }

    /// How far the rounds lie apart, by what was measured.
    var spreads: [Spread] {
        [("F_sql", \Round.sql), ("F_http", \Round.http), ("service", \Round.service.rate)].map { name, value in
            let values = rounds.map { $0[keyPath: value] }
            return Spread(
                name: "\(request.title), \(name)", low: values.min() ?? 0, high: values.max() ?? 0, median: median { $0[keyPath: value] })
        }
    }
}

struct Spread {
    var name: String
    var low: Double
    var high: Double
    var median: Double

    /// The distance between the slowest and the quickest round, as a part of the median.
    var width: Double { (high - low) / median }
}
