import DequeModule
import Domain
import Services

/// What a worker holds and what it does next. Pure: what happens goes in, what to do comes out.
struct WorkerState {
    let capacity: JobCapacity
    private(set) var running: [JobClass: Int] = [:]
    /// Claimed, and not begun.
    private var waiting: [JobClass: Deque<ClaimedJob>] = [:]
    /// How long jobs of a class take, in milliseconds; the last ones count most.
    private var usual: [JobClass: Double] = [:]
    /// Classes of which the queue may hold something, as far as we know; those that are being asked for now are in `asked`.
    private var toAsk = Set(JobClass.allCases)
    private var asked: Set<JobClass> = []
    private(set) var isDraining = false

    /// Jobs are claimed ahead as far as they are begun within so many milliseconds: short ones by the hundred, long ones one by one.
    private static let ahead = 50.0
    private static let mostAhead = 500

    init(slots: Int) { capacity = JobCapacity(slots: slots) }

    var runningCount: Int { running.values.reduce(0, +) }
    var waitingCount: Int { waiting.values.reduce(0) { $0 + $1.count } }
    var waitingIDs: [Int64] { waiting.values.flatMap { $0.map(\.id) } }
    var isEmpty: Bool { runningCount == 0 && waitingCount == 0 }

    /// Something new may be in the queue.
    mutating func ring() { toAsk = Set(JobClass.allCases) }

    /// How many jobs of each class to claim, the most urgent class first. To be followed by `take` or `missed`.
    mutating func ask() -> [(jobClass: JobClass, count: Int)] {
        if isDraining { return [] }
        // For a less urgent class there is the room that more urgent ones are going to leave.
        var taken = running
        let wanted = JobClass.allCases.compactMap { jobClass -> (jobClass: JobClass, count: Int)? in
            let held = waiting[jobClass]?.count ?? 0
            let room = capacity.room(for: jobClass, beside: taken)
            let count = toAsk.contains(jobClass) ? wish(for: jobClass, room: room, held: held) : 0
            taken[jobClass, default: 0] += min(room, held + count)
            return count > 0 ? (jobClass, count) : nil
        }
        asked = Set(wanted.map(\.jobClass))
        toAsk.subtract(asked)
        return wanted
    }

    private func wish(for jobClass: JobClass, room: Int, held: Int) -> Int {
        let places = room + running[jobClass, default: 0]
        let each = usual[jobClass].map { min(max(Self.ahead / max($0, 0.001) - 1, 0), Double(Self.mostAhead)) } ?? 0
        let most = room + min(Int(Double(places) * each), Self.mostAhead)
        // Not for a few: each claim costs a round trip.
        let count = most - held
        return count > 0 && (room > held || count >= most / 2) ? count : 0
    }

    /// - Parameters:
    ///   - claimed: what came of each class in `wanted`. Who got less than was asked for need not ask again until it rings.
    mutating func take(_ claimed: [[ClaimedJob]], of wanted: [(jobClass: JobClass, count: Int)]) {
        asked = []
        for (jobs, wanted) in zip(claimed, wanted) {
            waiting[wanted.jobClass, default: []].append(contentsOf: jobs)
            if jobs.count >= wanted.count { toAsk.insert(wanted.jobClass) }
        }
    }

    /// Nobody knows what is in the queue.
    mutating func missed() {
        asked = []
        ring()
    }

    /// The job to begin now: the most urgent one there is room for. None as long as a more urgent one may be in the queue, which is asked
    /// first.
    mutating func begin() -> ClaimedJob? {
        if isDraining { return nil }
        for jobClass in JobClass.allCases where capacity.room(for: jobClass, beside: running) > 0 {
            if let job = waiting[jobClass]?.popFirst() {
                running[jobClass, default: 0] += 1
                return job
            }
            if toAsk.contains(jobClass) || asked.contains(jobClass) { return nil }
        }
        return nil
    }

    mutating func ended(_ jobClass: JobClass, after milliseconds: Double) {
        running[jobClass, default: 1] -= 1
        usual[jobClass] = usual[jobClass].map { $0 * 0.8 + milliseconds * 0.2 } ?? milliseconds
    }

    /// What was claimed is somebody else's by now.
    mutating func forget() { waiting = [:] }

    /// Nothing more is begun; answers what was claimed and goes back.
    mutating func drain() -> [ClaimedJob] {
        isDraining = true
        defer { waiting = [:] }
        return JobClass.allCases.flatMap { waiting[$0].map(Array.init) ?? [] }
    }
}
