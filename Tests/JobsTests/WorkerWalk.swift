import Domain
import Services
import Support

@testable import Jobs

/// Plays the queue and the jobs at random, carries out what the state decides, and notes every promise it breaks.
final class WorkerWalk {
    private let seed: UInt64
    private var state: WorkerState
    private var generator: SeededGenerator
    private var step = 0

    private(set) var faults: [String] = []
    private(set) var seen: [String: Int] = [:]

    private var numbers = JobNumbers()
    private var queue: [JobClass: [ClaimedJob]] = [:]
    private var waiting: [JobClass: Int] = [:]
    private var running: [ClaimedJob] = []
    private var begun: Set<Int64> = []
    private var claimed = 0
    private var gone = 0
    /// What the worker may take for empty: it was when it asked, and has not rung since.
    private var isKnownEmpty: Set<JobClass> = []
    private var milliseconds: [JobClass: Double] = [:]

    init(seed: UInt64, slots: Int) {
        self.seed = seed
        state = WorkerState(slots: slots)
        generator = SeededGenerator(seed: seed)
        for jobClass in JobClass.allCases { milliseconds[jobClass] = [0.05, 1, 10, 200][random(4)] }
    }

    func run(steps: Int) {
        for number in 1...steps {
            step = number
            switch random(100) {
            case 0..<15: arrive(isHeard: random(4) > 0)
            case 15..<50: exchange()
            case 50..<90: end()
            case 90..<93: rings()
            case 93..<96: misses()
            case 96..<97: forget()
            default: begin()
            }
            check(
                claimed == begun.count + state.waitingCount + gone, "\(claimed) claimed, \(begun.count) begun, \(state.waitingCount) wait")
            check(state.runningCount == running.count, "\(state.runningCount) run instead of \(running.count)")
            check(running.count <= state.capacity.slots, "\(running.count) run in \(state.capacity.slots) slots")
        }
        drain()
    }

    // MARK: Events

    private func arrive(isHeard: Bool) {
        let jobClass = JobClass.allCases[random(5)]
        queue[jobClass, default: []] += numbers.take(1 + random(random(10) == 0 ? 400 : 8), of: jobClass)
        if isHeard { rings() }
    }

    private func rings() {
        count("rang")
        state.ring()
        isKnownEmpty = []
    }

    private func exchange() {
        let wanted = state.ask()
        check(wanted.map(\.jobClass) == wanted.map(\.jobClass).sorted(), "asks in no order: \(wanted)")
        check(wanted.allSatisfy { $0.count > 0 && $0.count <= 500 + state.capacity.slots }, "asks for \(wanted)")
        // While the queue is being asked, jobs end and others are put in.
        var rang = false
        if random(5) == 0 { end() }
        if random(5) == 0 {
            arrive(isHeard: true)
            rang = true
        }
        let claims = wanted.map { wanted -> [ClaimedJob] in
            let jobs = Array(queue[wanted.jobClass, default: []].prefix(wanted.count))
            queue[wanted.jobClass]?.removeFirst(jobs.count)
            if jobs.count < wanted.count, !rang { isKnownEmpty.insert(wanted.jobClass) }
            if jobs.count == wanted.count { count("full") }
            waiting[wanted.jobClass, default: 0] += jobs.count
            return jobs
        }
        claimed += claims.reduce(0) { $0 + $1.count }
        state.take(claims, of: wanted)
        begin()
    }

    private func begin() {
        while true {
            let (capacity, before) = (state.capacity, state.running)
            guard let job = state.begin() else {
                let hasRoom = JobClass.allCases.contains { waiting[$0, default: 0] > 0 && capacity.room(for: $0, beside: before) > 0 }
                if hasRoom { count("waited for a more urgent one") }
                return
            }
            count("began")
            check(begun.insert(job.id).inserted, "\(job.id) is begun again")
            check(capacity.room(for: job.jobClass, beside: before) > 0, "\(job.jobClass) begins without room")
            for urgent in JobClass.allCases where urgent < job.jobClass && capacity.room(for: urgent, beside: before) > 0 {
                check(waiting[urgent, default: 0] == 0 && isKnownEmpty.contains(urgent), "\(job.jobClass) begins before \(urgent)")
            }
            waiting[job.jobClass, default: 0] -= 1
            running.append(job)
        }
    }

    private func end() {
        guard !running.isEmpty else { return }
        let job = running.remove(at: random(running.count))
        state.ended(job.jobClass, after: milliseconds[job.jobClass, default: 1] * Double(1 + random(3)))
        begin()
    }

    private func misses() {
        guard !state.ask().isEmpty else { return }
        count("missed")
        state.missed()
        isKnownEmpty = []
    }

    private func forget() {
        count("forgot")
        gone += state.waitingCount
        state.forget()
        waiting = [:]
    }

    private func drain() {
        let waiting = Set(state.waitingIDs)
        let returned = state.drain()
        if !returned.isEmpty { count("returned") }
        check(Set(returned.map(\.id)) == waiting && returned.count == waiting.count, "drained \(returned.count) of \(waiting.count)")
        check(begun.isDisjoint(with: waiting), "gives back what was begun")
        while !running.isEmpty { end() }
        check(state.isEmpty, "not empty in the end")
    }

    // MARK: Notes

    private func check(_ holds: Bool, _ fault: @autoclosure () -> String) {
        if !holds { faults.append("seed \(seed), step \(step): \(fault())") }
    }

    private func count(_ event: String) { seen[event, default: 0] += 1 }

    private func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
}
