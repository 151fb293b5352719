import Domain
import Services

// What becomes of a job in the queue after an attempt.
extension JobQueue.Report {
    mutating func add(_ claimed: ClaimedJob, _ outcome: JobOutcome, at now: Timestamp) {
        switch outcome {
        case .done, .discard: finished.append(claimed.id)
        // It got somewhere: what comes next has all its attempts again.
        case .again(let time): returned.append(.init(id: claimed.id, at: time, attempt: 0, error: nil))
        case .failed(let error):
            let patience = claimed.job?.kind.patience
            guard let pause = patience?.pause(afterAttempt: claimed.attempt, chance: .random(in: 0...1)) else {
                buried.append((claimed.id, error))
                return
            }
            returned.append(
                .init(id: claimed.id, at: Timestamp(milliseconds: now.milliseconds + pause), attempt: claimed.attempt, error: error))
        }
    }

    /// As if it had never been claimed.
    mutating func putBack(_ claimed: ClaimedJob, at now: Timestamp) {
        returned.append(.init(id: claimed.id, at: now, attempt: claimed.attempt - 1, error: nil))
    }

    mutating func merge(_ other: Self) {
        finished += other.finished
        returned += other.returned
        buried += other.buried
    }
}
