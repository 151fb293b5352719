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
