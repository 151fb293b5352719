/// How many jobs of each class a process runs at a time: strict order of urgency, with a place kept free for every class.
package struct JobCapacity: Equatable, Sendable {
    package let slots: Int
    private let limits: [JobClass: Int]
    private let reserved: [JobClass: Int]
    /// What the classes beside one may claim, all together.
    private let keptForOthers: [JobClass: Int]

    package init(slots: Int) {
        self.slots = slots
        // With no more places than classes none can be kept: then urgency alone decides.
        let keeps = slots > JobClass.allCases.count
        reserved = Dictionary(uniqueKeysWithValues: JobClass.allCases.map { ($0, keeps ? 1 : 0) })
        keptForOthers = reserved.mapValues { [all = reserved.values.reduce(0, +)] in all - $0 }
        limits = [
            .interactive: slots,
            .mail: max(1, slots * 3 / 4),
            .massAction: max(1, slots / 2),
            .purge: max(1, slots / 4),
            .upkeep: max(1, slots / 4),
        ]
    }

    /// How many more of a class may start beside what is running.
    package func room(for wanted: JobClass, beside running: [JobClass: Int]) -> Int {
        // A loop and no chain of lists: it is asked for each job.
        var free = slots
        for (jobClass, count) in running {
            free -= count
            if jobClass != wanted { free += min(count, reserved[jobClass, default: 0]) }
        }
        return max(0, min(limits[wanted, default: 1] - running[wanted, default: 0], free - keptForOthers[wanted, default: 0]))
    }
}
