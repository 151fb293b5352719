import Domain
import Services
import Support
import Testing

@testable import Jobs

@Suite("What a worker holds and does next")
struct WorkerStateTests {
    @Test("Whatever comes and ends in whatever order, no job is lost or begun twice, and none goes before a more urgent one")
    func walks() {
        var seen: [String: Int] = [:]
        for seed in UInt64(1)...60 {
            let walk = WorkerWalk(seed: seed, slots: 1 + Int(seed % 20))
            walk.run(steps: 600)
            let faults = walk.faults
            #expect(faults.isEmpty, "\(faults.count) faults, the first: \(faults.prefix(3))")
            seen.merge(walk.seen) { $0 + $1 }
        }
        // Otherwise the walks prove nothing.
        for event in ["began", "returned", "forgot", "missed", "rang", "waited for a more urgent one", "full"] {
            #expect(seen[event, default: 0] >= 20, "\(event)")
        }
    }

    @Test("Of short jobs hundreds are taken ahead, of long ones none, and never more than a few hundred")
    func ahead() {
        for (milliseconds, fewest, most) in [(0.0, 250, 520), (0.1, 250, 520), (1, 100, 520), (10, 8, 60), (50, 1, 8), (60_000, 1, 8)] {
            var state = WorkerState(slots: 8)
            var line = JobNumbers()
            for _ in 0..<30 {
                state.fill(from: &line, only: .interactive)
                while state.begin() != nil {}
                for _ in 0..<state.runningCount { state.ended(.interactive, after: milliseconds) }
            }
            state.fill(from: &line, only: .interactive)
            #expect((fewest...most).contains(state.waitingCount), "\(milliseconds) ms: \(state.waitingCount)")
        }
    }

    @Test("The first jobs of a class are taken one for each place: nobody knows yet how long they take")
    func firstOnes() {
        var state = WorkerState(slots: 8)
        let wanted = state.ask()
        #expect(wanted.map(\.jobClass) == JobClass.allCases)
        #expect(wanted.map(\.count) == [4, 1, 1, 1, 1])
    }

    @Test("With all classes waiting, less urgent ones have no more than the place kept for each, however long the jobs take")
    func strictOrder() {
        var faults: [String] = []
        for milliseconds in [1.0, 20, 200] {
            var generator = SeededGenerator(seed: 5)
            var state = WorkerState(slots: 8)
            var line = JobNumbers()
            var running: [ClaimedJob] = []
            for step in 0..<2000 {
                state.fill(from: &line)
                while let job = state.begin() { running.append(job) }
                let counts = JobClass.allCases.map { jobClass in running.filter { $0.jobClass == jobClass }.count }
                if step > 10, counts != [4, 1, 1, 1, 1] { faults.append("\(milliseconds) ms, step \(step): \(counts)") }
                let ended = running.remove(at: .random(in: 0..<running.count, using: &generator))
                state.ended(ended.jobClass, after: milliseconds)
                // Often something is begun before the queue can be asked.
                while let job = state.begin() { running.append(job) }
            }
        }
        #expect(faults.isEmpty, "\(faults.count) faults, the first: \(faults.prefix(3))")
    }

    @Test("A class that had nothing is not asked again before it rings")
    func dryClassesRest() {
        var state = WorkerState(slots: 8)
        let first = state.ask()
        state.take(first.map { _ in [] }, of: first)
        let second = state.ask()
        state.ring()
        let third = state.ask()
        #expect(first.count == 5)
        #expect(second.isEmpty)
        #expect(third.count == 5)
        // It rings while the queue is being asked: what came may have been overlooked.
        state.ring()
        state.take(third.map { _ in [] }, of: third)
        #expect(state.ask().count == 5)
    }

    @Test("When nobody knows what the queue answered, everything is asked again")
    func missed() {
        var state = WorkerState(slots: 8)
        let first = state.ask()
        state.missed()
        #expect(state.ask().map(\.count) == first.map(\.count))
    }

    @Test("Draining gives back all that was not begun, and nothing is asked for or begun afterwards")
    func drain() {
        var state = WorkerState(slots: 8)
        var line = JobNumbers()
        for _ in 0..<5 {
            state.fill(from: &line)
            while state.begin() != nil {}
            state.ended(.interactive, after: 0.1)
        }
        let waiting = state.waitingCount
        let ids = Set(state.waitingIDs)
        let returned = state.drain()
        #expect(waiting > 100)
        #expect(returned.count == waiting && Set(returned.map(\.id)) == ids)
        #expect(state.waitingCount == 0 && state.isDraining)
        state.ring()
        #expect(state.ask().isEmpty && state.begin() == nil && state.drain().isEmpty)
    }

    @Test("What is somebody else's is forgotten; what runs still has its place until it ends")
    func forget() {
        var state = WorkerState(slots: 6)
        var line = JobNumbers()
        state.fill(from: &line)
        while state.begin() != nil {}
        let running = state.runningCount
        state.fill(from: &line)
        state.forget()
        #expect(running == 6)
        #expect(state.waitingCount == 0 && state.waitingIDs.isEmpty && state.runningCount == running)
        #expect(state.begin() == nil)
    }
}

/// An endless queue, in order of the jobs' numbers.
struct JobNumbers {
    private(set) var last: Int64 = 0

    mutating func take(_ count: Int, of jobClass: JobClass) -> [ClaimedJob] {
        (0..<count).map { _ in
            last += 1
            return .probe(last, jobClass)
        }
    }
}

extension ClaimedJob {
    static func probe(_ id: Int64, _ jobClass: JobClass = .interactive, attempt: Int = 1) -> ClaimedJob {
        ClaimedJob(
            id: id, scope: nil, kind: "probe", job: .probe, jobClass: jobClass, attempt: attempt, enqueuedAt: Timestamp(milliseconds: 0),
            runAt: Timestamp(milliseconds: 0))
    }
}

extension WorkerState {
    /// Asks once; every class, or only one, has as much as is asked for.
    fileprivate mutating func fill(from line: inout JobNumbers, only: JobClass? = nil) {
        let wanted = ask()
        take(wanted.map { only == nil || only == $0.jobClass ? line.take($0.count, of: $0.jobClass) : [] }, of: wanted)
    }
}

/// Plays the queue and the jobs at random, carries out what the state decides, and notes every promise it breaks.
private final class WorkerWalk {
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
