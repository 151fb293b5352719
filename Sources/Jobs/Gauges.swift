import Domain
import Logging
import Metrics
import Services
import Synchronization

/// Keeps the gauges of the queue and of overdue purges up to date, for every process that is asked for its metrics.
package final class Gauges: Sendable {
    /// Helpdesks shown as overdue, at the most: an outage of all must not fill the monitoring.
    private static let mostOverdue = 1000

    private let installation: Installation
    private let queue: JobQueue
    private let logger: Logger
    /// What was shown last; what is gone since is shown as nothing, not as what it was.
    private let shown = Mutex<[[String]: Gauge]>([:])

    package init(installation: Installation, queue: JobQueue, logger: Logger) {
        self.installation = installation
        self.queue = queue
        self.logger = logger
    }

    /// Until its task is cancelled.
    package func run() async {
        await Duty("measure the queue", every: .seconds(10), logger) { [self] in try await measure() }.run()
    }

    package func measure() async throws {
        let now = queue.now
        func age(_ moment: Timestamp) -> Double { max(0, Double(now.milliseconds - moment.milliseconds) / 1000) }
        var values: [[String]: Double] = [:]
        for count in try await queue.counts() {
            let labels = ["kind", count.kind, "class", count.jobClass.name, "state", count.state.rawValue]
            values[["jobs_in_queue"] + labels] = Double(count.count)
            values[["job_oldest_seconds"] + labels] = age(count.oldest)
        }
        for schedule in try await installation.overdueSchedules(limit: Self.mostOverdue) {
            values[["purge_oldest_overdue_seconds", "tenant", schedule.slug.text, "schedule", schedule.kind.rawValue]] =
                schedule.dueFrom.map(age) ?? 0
        }
        values[["schedule_lag_seconds"]] = try await installation.scheduleLag()
        shown.withLock { shown in
            for (name, gauge) in shown where values[name] == nil { gauge.record(0) }
            for (name, value) in values {
                let gauge = shown[name] ?? Self.gauge(name)
                shown[name] = gauge
                gauge.record(value)
            }
        }
    }

    /// A label's name and value follow each other.
    private static func gauge(_ name: [String]) -> Gauge {
        Gauge(label: name[0], dimensions: stride(from: 1, to: name.count - 1, by: 2).map { (name[$0], name[$0 + 1]) })
    }
}
