import Domain
import Foundation
import Logging
import Services
import Synchronization

/// Takes jobs from the queue and has them done, as many at a time as it has slots, until it is told to stop; then it finishes what runs.
///
/// Settling what is done and claiming what is next is one transaction, so the busier it is, the more goes into each.
package final class Worker: Sendable {
    /// A job, under the number by which it was claimed: who was taken for dead may meet the same job again under another one.
    fileprivate struct Claim: Hashable {
        var job: Int64
        var worker: Int64
    }

    fileprivate struct Held {
        var state: WorkerState
        var report = JobQueue.Report()
        var tasks: [Claim: Task<Void, Never>] = [:]
        /// What operators have told to stop.
        var cancelled: Set<Claim> = []
        /// By whose name jobs are claimed; nil before it is registered, and after it was taken for dead.
        var id: Int64?
        var floors = ClaimFloors()
        var lastExchange = ContinuousClock.now
        var isGathering = false
        var contact = Contact()
        /// The connection was lost on the way: jobs may have been claimed for us that we never heard of.
        var isUnsure = false
        var isStopped = false
    }

    /// Results are gathered for so long, or until so many are there, while there is still work at hand.
    fileprivate static let gathering: Duration = .milliseconds(50)
    fileprivate static let gathered = 250

    private let queue: JobQueue
    private let handlers: JobHandlers
    private let logger: Logger
    private let slots: Int
    /// How long to wait for what runs when it is told to stop.
    private let patience: Duration
    /// For those who measure.
    private let onBegin: @Sendable (ClaimedJob) -> Void
    private let held: Mutex<Held>
    private let wakes: AsyncStream<Void>
    private let waker: AsyncStream<Void>.Continuation
    private let meters = JobMeters()

    /// - Parameter slots: jobs at a time, at least 1.
    package init(
        queue: JobQueue, handlers: JobHandlers, slots: Int, patience: Duration = .seconds(20), logger: Logger,
        onBegin: @escaping @Sendable (ClaimedJob) -> Void = { _ in }
    ) {
        self.queue = queue
        self.handlers = handlers
        self.slots = slots
        self.patience = patience
        self.logger = logger
        self.onBegin = onBegin
        held = Mutex(Held(state: WorkerState(slots: slots)))
        (wakes, waker) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        queue.onRing { [weak self] in self?.wake() }
    }

    /// There may be something to do.
    package func wake() {
        held.withLock { $0.state.ring() }
        waker.yield()
    }

    /// Begins nothing more; `run` returns when what runs is done, or was cancelled because it took too long.
    package func stop() {
        held.withLock { $0.isStopped = true }
        wake()
    }

    /// Works until `stop`, whatever becomes of the database in between.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for duty in duties { group.addTask { await duty.run() } }
            for await _ in wakes {
                await settleAndClaim()
                if held.withLock({ $0.isStopped }) { break }
            }
            group.cancelAll()
        }
        await drain()
    }

    private var duties: [Duty] {
        [
            Duty("look for jobs", every: .seconds(1), logger) { [self] in try await look() },
            showsThatItLives,
            Duty("rescue jobs of dead workers", every: .seconds(2), logger) { [self] in
                guard held.withLock({ $0.contact.mayJudge(at: .now) }) else { return }
                let dead = try await queue.rescue()
                if dead > 0 { logger.warning("workers died; their jobs go on here and elsewhere", metadata: ["workers": "\(dead)"]) }
            },
        ]
    }

    private var showsThatItLives: Duty {
        Duty("show that the worker lives", every: .seconds(2), logger) { [self] in try await beat() }
    }

    // MARK: What is done, and what is next

    /// Goes on as long as there is something to settle or to claim.
    private func settleAndClaim() async {
        while let (id, report, wanted, windows) = held.withLock({ $0.prepareExchange() }) {
            do {
                try await letGoOfUnknown(id, report)
                guard let claimed = try await queue.exchange(report, windows, by: id) else {
                    takenForDead(id)
                    return
                }
                held.withLock { $0.took(claimed, of: wanted, by: id) }
                begin()
            } catch {
                let isNew = held.withLock { held -> Bool in
                    held.state.missed()
                    guard held.id == id else { return false }
                    held.report.merge(report)
                    defer { held.isUnsure = true }
                    return !held.isUnsure
                }
                if isNew { logger.warning("cannot reach the queue", metadata: ["error": "\(error)"]) }
                try? await Task.sleep(for: .milliseconds(500))
                return
            }
        }
        gather()
    }

    /// What is left to say is said in a moment, with what comes by then.
    private func gather() {
        let begins = held.withLock { held in
            guard held.id != nil, !held.report.isEmpty, !held.isGathering else { return false }
            held.isGathering = true
            return true
        }
        guard begins else { return }
        Task {
            try? await Task.sleep(for: Self.gathering)
            held.withLock { $0.isGathering = false }
            waker.yield()
        }
    }

    /// After an exchange of which nobody knows whether it happened: what it may have claimed goes back in line.
    private func letGoOfUnknown(_ id: Int64, _ report: JobQueue.Report) async throws {
        let mine = held.withLock { held in held.isUnsure ? held.running(for: id) + held.state.waitingIDs + held.report.ids : nil }
        guard let mine else { return }
        try await queue.keepOnly(mine + report.ids, of: id)
        held.withLock { $0.isUnsure = false }
    }

    private func begin() {
        held.withLock { held in
            guard let worker = held.id else { return }
            while !held.isStopped, let job = held.state.begin() {
                let claim = Claim(job: job.id, worker: worker)
                held.tasks[claim] = Task { await self.perform(job, claim) }
            }
        }
    }

    private func perform(_ claimed: ClaimedJob, _ claim: Claim) async {
        let start = ContinuousClock.now
        onBegin(claimed)
        meters.began(claimed, waited: queue.now.milliseconds - claimed.runAt.milliseconds)
        let outcome = await outcome(of: claimed, claim)
        let milliseconds = start.duration(to: .now) / .milliseconds(1)
        meters.ended(claimed, outcome, milliseconds)
        held.withLock { held in
            held.tasks[claim] = nil
            held.cancelled.remove(claim)
            held.state.ended(claimed.jobClass, after: milliseconds)
            // Else it is somebody else's by now.
            if held.id == claim.worker { held.report.add(claimed, outcome, at: queue.now) }
        }
        begin()
        waker.yield()
    }

    private func outcome(of claimed: ClaimedJob, _ claim: Claim) async -> JobOutcome {
        guard let job = claimed.job else {
            // Put there by a newer release, whose workers will know it.
            return .again(at: queue.now.advanced(bySeconds: 60))
        }
        let failure: String
        var isCancelled = false
        do {
            if claimed.isCancelled { throw CancellationError() }
            guard claimed.attempt <= job.kind.patience.attempts else { throw WorkerDied() }
            return try await handlers.perform(job, in: claimed.scope)
        } catch is CancellationError where claimed.isCancelled || held.withLock({ $0.cancelled.contains(claim) }) {
            failure = "cancelled"
            isCancelled = true
        } catch is CancellationError where Task.isCancelled {
            // We stop, or were taken for dead: the job goes on.
            return .again(at: queue.now)
        } catch let refusal as Refusal where refusal == .tenantNotActive {
            return .again(at: queue.now.advanced(bySeconds: 300))
        } catch {
            failure = String("\(error)".prefix(1000))
            logger.warning(
                "job failed",
                metadata: ["job": "\(claimed.id)", "kind": "\(claimed.kind)", "attempt": "\(claimed.attempt)", "error": "\(failure)"])
            if claimed.attempt < job.kind.patience.attempts { return .failed(failure) }
        }
        if isCancelled {
            // On its own task: this one is cancelled.
            await Task { [handlers] in await handlers.cancelled(job, in: claimed.scope) }.value
            return .discard(because: failure)
        }
        logger.error("job has failed for good: see deskyard jobs list --state dead", metadata: ["job": "\(claimed.id)"])
        await handlers.gaveUp(job, in: claimed.scope)
        return .failed(failure)
    }

    private struct WorkerDied: Error, CustomStringConvertible {
        var description: String { "the worker died each time it did this" }
    }

    // MARK: Duties

    private func look() async throws {
        if held.withLock({ $0.id }) == nil { try await register() }
        _ = try await queue.promote()
        wake()
    }

    private func register() async throws {
        let id = try await queue.register(
            host: ProcessInfo.processInfo.hostName, process: ProcessInfo.processInfo.processIdentifier, slots: slots)
        held.withLock { held in
            held.id = id
            held.contact.heard(at: .now)
        }
    }

    private func beat() async throws {
        guard let id = held.withLock({ $0.id }) else { return }
        guard let cancelled = try await queue.beat(id) else { return takenForDead(id) }
        let tasks = held.withLock { held in
            held.contact.heard(at: .now)
            let told = cancelled.map { Claim(job: $0, worker: id) }.filter { held.tasks[$0] != nil }
            held.cancelled.formUnion(told)
            return told.compactMap { held.tasks[$0] }
        }
        for task in tasks { task.cancel() }
    }

    /// We were silent for too long, and our jobs are somebody else's by now.
    private func takenForDead(_ id: Int64) {
        let tasks = held.withLock { held -> [Task<Void, Never>] in
            guard held.id == id else { return [] }
            held.id = nil
            held.report = JobQueue.Report()
            held.state.forget()
            return Array(held.tasks.values)
        }
        logger.warning("taken for dead: what ran here goes on elsewhere")
        for task in tasks { task.cancel() }
    }

    private func drain() async {
        held.withLock { held in
            for job in held.state.drain() { held.report.putBack(job, at: queue.now) }
        }
        let deadline = ContinuousClock.now.advanced(by: patience)
        await withDiscardingTaskGroup { group in
            let life = showsThatItLives
            group.addTask { await life.run() }
            while held.withLock({ !$0.tasks.isEmpty }) {
                await settleAndClaim()
                if ContinuousClock.now > deadline { for task in held.withLock({ Array($0.tasks.values) }) { task.cancel() } }
                try? await Task.sleep(for: .milliseconds(20))
            }
            group.cancelAll()
        }
        await settleAndClaim()
        if let id = held.withLock({ $0.id }) { try? await queue.leave(id) }
    }
}

extension Worker.Held {
    fileprivate typealias Exchange = (
        id: Int64, report: JobQueue.Report, wanted: [(jobClass: JobClass, count: Int)], windows: [(JobClass, ClaimWindow)]
    )

    /// What to say to the queue and what to ask of it; nil when that can wait.
    fileprivate mutating func prepareExchange() -> Exchange? {
        guard let id else { return nil }
        let wanted = isStopped ? [] : state.ask()
        if wanted.isEmpty {
            if report.isEmpty { return nil }
            let isBusy = state.waitingCount > 0 && !isStopped
            if isBusy, report.count < Worker.gathered, lastExchange.duration(to: .now) < Worker.gathering { return nil }
        }
        let now = ContinuousClock.now
        defer { report = JobQueue.Report() }
        lastExchange = now
        let windows = wanted.map { ($0.jobClass, ClaimWindow(floor: floors.next($0.jobClass, at: now), most: $0.count)) }
        return (id, report, wanted, windows)
    }

    fileprivate mutating func took(_ claimed: [[ClaimedJob]], of wanted: [(jobClass: JobClass, count: Int)], by worker: Int64) {
        // Taken for dead on the way: what was claimed went back with all the rest.
        guard id == worker else { return state.missed() }
        for (jobs, wanted) in zip(claimed, wanted) {
            if let last = jobs.last { floors.came(to: last.turn, in: wanted.jobClass, at: .now) }
        }
        state.take(claimed, of: wanted)
    }

    fileprivate func running(for worker: Int64) -> [Int64] { tasks.keys.filter { $0.worker == worker }.map(\.job) }
}
