import Domain
import Support
import Testing

@Suite("How many tickets a purge takes at a time")
struct PurgePaceTests {
    @Test("Whatever is measured, a batch stays between 20 and 10,000, grows at most to double and shrinks at once to what fits the aim")
    func bounds() {
        var generator = SeededGenerator(seed: 7)
        var grown = 0
        var shrunk = 0
        for _ in 0..<20_000 {
            let size = min(20 * (1 << Int.random(in: 0...9, using: &generator)) + Int.random(in: 0...19, using: &generator), 10_000)
            let tickets = Int.random(in: 1...size, using: &generator)
            let each = 0.005 * Double(1 << Int.random(in: 0...12, using: &generator))
            let milliseconds = Double(tickets) * each * Double.random(in: 1...2, using: &generator)
            let others = Int.random(in: 0...3, using: &generator)
            var pace = PurgePace(size: size)
            pace.learn(tickets: tickets, milliseconds: milliseconds, others: others)
            let aim = others == 0 ? 200.0 : 100.0
            let fitting = Double(tickets) * aim / milliseconds
            #expect((20...10_000).contains(pace.size))
            #expect(pace.size <= max(2 * size, 20))
            #expect(Double(pace.size) <= max(fitting + 1, 20))
            if fitting <= Double(2 * size), fitting >= 21, fitting <= 9999 { #expect(abs(Double(pace.size) - fitting) <= 1) }
            if fitting > Double(2 * size) { #expect(pace.size == min(2 * size, 10_000)) }
            grown += pace.size > size ? 1 : 0
            shrunk += pace.size < size ? 1 : 0
        }
        #expect(grown > 1000)
        #expect(shrunk > 1000)
    }

    @Test("With steady work it comes to batches of the aimed time, from either end, and stays there", arguments: [0.02, 0.5, 3, 9])
    func settles(millisecondsEach: Double) {
        for (others, aim) in [(0, 200.0), (2, 100.0)] {
            for first in [20, 200, 10_000] {
                var pace = PurgePace(size: first)
                for _ in 0..<12 {
                    pace.learn(tickets: pace.size, milliseconds: Double(pace.size) * millisecondsEach, others: others)
                }
                let expected = min(max(aim / millisecondsEach, 20), 10_000)
                #expect(abs(Double(pace.size) - expected) <= 1, "\(millisecondsEach) ms each")
            }
        }
    }

    @Test("After a piece that failed the next one has half as many, but always one; from there it grows again")
    func shrinks() {
        var pace = PurgePace(size: 10)
        var sizes: [Int] = []
        for _ in 1...5 {
            pace.shrink()
            sizes.append(pace.size)
        }
        #expect(sizes == [5, 2, 1, 1, 1])
        pace.learn(tickets: 1, milliseconds: 1, others: 0)
        #expect(pace.size == 20)
    }

    @Test("What was no work teaches nothing", arguments: [(0, 10.0), (10, 0.0), (0, 0.0)])
    func nothing(tickets: Int, milliseconds: Double) {
        var pace = PurgePace(size: 300)
        pace.learn(tickets: tickets, milliseconds: milliseconds, others: 0)
        #expect(pace.size == 300)
    }

    @Test("Alone it does not rest; beside others it rests as long as it worked or longer")
    func rests() {
        for milliseconds in [1.0, 150, 4000] {
            #expect(PurgePace.rest(after: milliseconds, others: 0) == 0)
            #expect(PurgePace.rest(after: milliseconds, others: 1) >= milliseconds)
            #expect(PurgePace.rest(after: milliseconds, others: 2) > PurgePace.rest(after: milliseconds, others: 1))
            #expect(PurgePace.rest(after: milliseconds, others: 50) == PurgePace.rest(after: milliseconds, others: 2))
        }
    }

    @Test("Beside others, batches are aimed to be shorter")
    func shorterBesideOthers() {
        for others in 1...5 {
            var quiet = PurgePace(size: 1000)
            var busy = PurgePace(size: 1000)
            quiet.learn(tickets: 1000, milliseconds: 1000, others: 0)
            busy.learn(tickets: 1000, milliseconds: 1000, others: others)
            #expect(busy.size < quiet.size)
        }
    }
}
