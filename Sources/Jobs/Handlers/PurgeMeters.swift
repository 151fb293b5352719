import Domain
import Metrics
import Services

/// What is counted of purges.
struct PurgeMeters: Sendable {
    private let tickets = Counter(label: "purge_tickets_total")

    func took(_ count: Int) { tickets.increment(by: Int64(count)) }

    func ended(_ ending: PurgeEnding) {
        let dimensions = [
            ("status", ending.run.status.rawValue), ("state", ending.run.state.rawValue), ("verdict", ending.verdict.rawValue),
        ]
        Counter(label: "purge_runs_total", dimensions: dimensions).increment()
    }
}
