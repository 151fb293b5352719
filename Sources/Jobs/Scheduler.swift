import Logging
import Services

/// Enqueues what is due in all helpdesks, and watches that it is done. Any number of processes run one; whichever comes first does the work.
package struct Scheduler: Sendable {
    private let duties: [Duty]

    package init(installation: Installation, logger: Logger) {
        duties = [
            Duty("run the schedules", every: .seconds(1), logger) { _ = try await installation.runSchedules() },
            Duty("settle the search indexes", every: .seconds(1), logger) { try await installation.settleSearch() },
            Duty("look for what is overdue", every: .seconds(15), logger) { try await installation.watchSchedules() },
        ]
    }

    /// Until its task is cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for duty in duties { group.addTask { await duty.run() } }
        }
    }
}
