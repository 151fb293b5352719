import Domain
import Support
import Testing

@Suite("How often something is tried, and how long to wait in between")
struct PatienceTests {
    private static func random(_ generator: inout SeededGenerator) -> Job.Patience {
        let first = Int64.random(in: 1...60, using: &generator)
        return Job.Patience(
            attempts: .random(in: 1...40, using: &generator), firstPause: first,
            longestPause: .random(in: first...3600, using: &generator))
    }

    @Test("Without chance each pause is twice the one before, up to the longest")
    func doubles() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let patience = Self.random(&generator)
            var expected = patience.firstPause
            for attempt in 1..<max(patience.attempts, 1) {
                let pause = try #require(patience.pause(afterAttempt: attempt, chance: 0))
                #expect(pause == expected * 1000, "\(patience), attempt \(attempt)")
                expected = min(expected * 2, patience.longestPause)
            }
        }
    }

    @Test("Chance takes off up to a half, never more, and nothing is added")
    func jitter() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let patience = Self.random(&generator)
            guard patience.attempts > 1 else { continue }
            let attempt = Int.random(in: 1..<patience.attempts, using: &generator)
            let whole = try #require(patience.pause(afterAttempt: attempt, chance: 0))
            let least = try #require(patience.pause(afterAttempt: attempt, chance: 1))
            let some = try #require(patience.pause(afterAttempt: attempt, chance: .random(in: 0...1, using: &generator)))
            #expect(least * 2 == whole)
            #expect((least...whole).contains(some))
            #expect(try #require(patience.pause(afterAttempt: attempt, chance: 7)) == least)
            #expect(try #require(patience.pause(afterAttempt: attempt, chance: -7)) == whole)
        }
    }

    @Test("What failed together does not come back together")
    func spread() {
        let patience = Job.Kind.purge.patience
        let pauses = Set((0...100).map { patience.pause(afterAttempt: 5, chance: Double($0) / 100) })
        #expect(pauses.count == 101)
    }

    @Test("After the last attempt there is no other, and before it there always is", arguments: Job.Kind.allCases)
    func ends(_ kind: Job.Kind) {
        let patience = kind.patience
        #expect(patience.attempts > 1)
        for attempt in 1..<patience.attempts {
            #expect((patience.pause(afterAttempt: attempt, chance: 1) ?? 0) > 0, "\(attempt)")
        }
        for attempt in [patience.attempts, patience.attempts + 1, .max] {
            #expect(patience.pause(afterAttempt: attempt, chance: 0) == nil, "\(attempt)")
        }
    }

    @Test("However many attempts there are, the pause does not overflow")
    func largeAttempts() {
        let patience = Job.Patience(attempts: .max, firstPause: 60, longestPause: 3600)
        for attempt in [0, -5, 60, 1000, Int.max - 1] {
            let pause = patience.pause(afterAttempt: attempt, chance: 0)
            #expect(pause == (attempt < 2 ? 60_000 : 3_600_000), "\(attempt)")
        }
    }
}
