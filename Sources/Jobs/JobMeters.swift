import Domain
import Metrics
import Services
import Synchronization

/// What is counted of jobs, by kind and class; the meters are made once.
final class JobMeters: Sendable {
    private struct Meters {
        let waited: Metrics.Timer
        let duration: Metrics.Timer
        var outcomes: [String: Counter] = [:]
    }

    private let meters = Mutex<[String: Meters]>([:])

    /// - Parameter waited: milliseconds since it could have run.
    func began(_ job: ClaimedJob, waited: Int64) {
        meters.withLock { Self.meters(of: job, in: &$0).waited.recordNanoseconds(max(0, waited) * 1_000_000) }
    }

    func ended(_ job: ClaimedJob, _ outcome: JobOutcome, _ milliseconds: Double) {
        meters.withLock { all in
            var meters = Self.meters(of: job, in: &all)
            meters.duration.recordNanoseconds(Int64(milliseconds * 1_000_000))
            let word = outcome.word
            let counter =
                meters.outcomes[word] ?? Counter(label: "jobs_total", dimensions: Self.dimensions(of: job) + [("outcome", word)])
            meters.outcomes[word] = counter
            all[job.kind] = meters
            counter.increment()
        }
    }

    private static func meters(of job: ClaimedJob, in all: inout [String: Meters]) -> Meters {
        if let meters = all[job.kind] { return meters }
        let dimensions = dimensions(of: job)
        let meters = Meters(
            waited: Metrics.Timer(label: "job_wait_seconds", dimensions: dimensions),
            duration: Metrics.Timer(label: "job_seconds", dimensions: dimensions))
        all[job.kind] = meters
        return meters
    }

    private static func dimensions(of job: ClaimedJob) -> [(String, String)] { [("kind", job.kind), ("class", job.jobClass.name)] }
}

extension JobOutcome {
    fileprivate var word: String {
        switch self {
        case .done: "done"
        case .again: "again"
        case .discard: "discarded"
        case .failed: "failed"
        }
    }
}
