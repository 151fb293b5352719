import Domain
import Jobs
import Services
import Synchronization

/// A worker at work, and what it has begun so far.
final class RunningWorker: Sendable {
    private final class Log: Sendable {
        let begun = Mutex<[ClaimedJob]>([])
        let hasEnded = Atomic<Bool>(false)
    }

    private let worker: Worker
    private let log: Log
    private let run: Task<Void, Never>

    init(on own: OwnQueue, queue: JobQueue? = nil, slots: Int = 8, patience: Duration = .seconds(20)) {
        let log = Log()
        let handlers = JobHandlers(helpdesk: Helpdesk(database: own.installation.database, clock: own.clock.clock), logger: .silent)
        let worker = Worker(queue: queue ?? own.queue, handlers: handlers, slots: slots, patience: patience, logger: .silent) { job in
            log.begun.withLock { $0.append(job) }
        }
        self.log = log
        self.worker = worker
        run = Task {
            await worker.run()
            log.hasEnded.store(true, ordering: .releasing)
        }
    }

    /// In the order in which they were begun.
    var begun: [ClaimedJob] { log.begun.withLock { $0 } }
    var hasEnded: Bool { log.hasEnded.load(ordering: .acquiring) }

    func wake() { worker.wake() }

    /// Without waiting for the end.
    func tellToStop() { worker.stop() }

    func stop() async {
        worker.stop()
        await run.value
    }
}

/// Runs `body` beside a worker, which has ended afterwards.
func withWorker<Value>(
    on own: OwnQueue, queue: JobQueue? = nil, slots: Int = 8, patience: Duration = .seconds(20),
    _ body: (RunningWorker) async throws -> Value
) async throws -> Value {
    let worker = RunningWorker(on: own, queue: queue, slots: slots, patience: patience)
    do {
        let value = try await body(worker)
        await worker.stop()
        return value
    } catch {
        await worker.stop()
        throw error
    }
}
