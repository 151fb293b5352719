import Domain
import Support
import Testing

@Suite("How many jobs of each class run at a time")
struct JobCapacityTests {
    private static let classes = JobClass.allCases

    /// The share of a process that a class may have at the most, as the documentation says it.
    private static func limit(of jobClass: JobClass, slots: Int) -> Int {
        switch jobClass {
        case .interactive: slots
        case .mail: max(1, slots * 3 / 4)
        case .massAction: max(1, slots / 2)
        case .purge, .upkeep: max(1, slots / 4)
        }
    }

    /// Starts and ends at random, never more than there is room for.
    private static func walk(slots: Int, steps: Int, seed: UInt64, _ look: (JobCapacity, [JobClass: Int]) -> Void) {
        var generator = SeededGenerator(seed: seed)
        let capacity = JobCapacity(slots: slots)
        var running: [JobClass: Int] = [:]
        for _ in 0..<steps {
            let jobClass = classes.randomElement(using: &generator) ?? .mail
            if Int.random(in: 0..<5, using: &generator) < 3 {
                let room = capacity.room(for: jobClass, beside: running)
                if room > 0 { running[jobClass, default: 0] += Int.random(in: 1...room, using: &generator) }
            } else if let count = running[jobClass], count > 0 {
                running[jobClass] = count - Int.random(in: 1...count, using: &generator)
            }
            look(capacity, running)
        }
    }

    @Test("Whatever starts and ends in whatever order, there are never more than slots, and no class has more than its share")
    func bounds() {
        var fullest = 0.0
        for slots in 1...40 {
            Self.walk(slots: slots, steps: 300, seed: UInt64(slots)) { capacity, running in
                let all = running.values.reduce(0, +)
                #expect(all <= slots)
                fullest = max(fullest, Double(all) / Double(slots))
                for jobClass in Self.classes {
                    #expect(running[jobClass, default: 0] <= Self.limit(of: jobClass, slots: slots), "\(jobClass) of \(slots)")
                    #expect(capacity.room(for: jobClass, beside: running) >= 0)
                }
            }
        }
        // Otherwise the walks prove nothing.
        #expect(fullest == 1)
    }

    @Test("With more slots than classes, a class of which nothing runs always finds a place")
    func reserved() {
        for slots in 6...40 {
            Self.walk(slots: slots, steps: 300, seed: UInt64(slots) + 100) { capacity, running in
                for jobClass in Self.classes where running[jobClass, default: 0] == 0 {
                    #expect(capacity.room(for: jobClass, beside: running) >= 1, "\(jobClass) of \(slots), beside \(running)")
                }
            }
        }
    }

    @Test("With fewer slots no place is kept: what is free, anybody may have")
    func unreserved() {
        for slots in 1...5 {
            Self.walk(slots: slots, steps: 300, seed: UInt64(slots) + 200) { capacity, running in
                let free = slots - running.values.reduce(0, +)
                for jobClass in Self.classes {
                    let left = Self.limit(of: jobClass, slots: slots) - running[jobClass, default: 0]
                    #expect(capacity.room(for: jobClass, beside: running) == min(free, left))
                }
            }
        }
    }

    @Test("The room is exact: one job more would break a share, the slots, or the place kept for another class")
    func exact() {
        for slots in 6...40 {
            Self.walk(slots: slots, steps: 200, seed: UInt64(slots) + 300) { capacity, running in
                for jobClass in Self.classes {
                    var after = running
                    after[jobClass, default: 0] += capacity.room(for: jobClass, beside: running) + 1
                    let all = after.values.reduce(0, +)
                    let without = Self.classes.filter { $0 != jobClass && after[$0, default: 0] == 0 }.count
                    let isOverShare = after[jobClass, default: 0] > Self.limit(of: jobClass, slots: slots)
                    #expect(isOverShare || slots - all < without, "\(jobClass) of \(slots), beside \(running)")
                }
            }
        }
    }

    @Test("Of two classes the more urgent one never has less room when nothing runs, and the most urgent one may have all that is not kept")
    func urgency() {
        for slots in 1...64 {
            let capacity = JobCapacity(slots: slots)
            let rooms = Self.classes.map { capacity.room(for: $0, beside: [:]) }
            #expect(rooms == rooms.sorted(by: >))
            #expect(rooms[0] == (slots > 5 ? slots - 4 : slots))
        }
    }
}
