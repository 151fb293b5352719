import Domain
import Support
import Testing

@Suite("How many tickets are taken at a time")
struct BatchPaceTests {
    /// What a kind of work promises, in numbers.
    struct Promise: Sendable, CustomTestStringConvertible {
        let name: String
        let limits: BatchPace.Limits
        let first: Int
        let sizes: ClosedRange<Int>
        /// Milliseconds.
        let quietAim: Double
        let busyAim: Double

        var testDescription: String { name }

        static let all = [
            Promise(name: "purge", limits: .purge, first: 200, sizes: 20...10_000, quietAim: 200, busyAim: 100),
            Promise(name: "mass action", limits: .massAction, first: 200, sizes: 20...2000, quietAim: 100, busyAim: 15),
            Promise(name: "search", limits: .search, first: 50, sizes: 10...1000, quietAim: 200, busyAim: 30),
        ]
    }

    @Test("It begins as it should", arguments: Promise.all)
    func begins(_ promise: Promise) {
        #expect(BatchPace(promise.limits).size == promise.first)
        #expect(promise.sizes.contains(promise.first))
    }

    @Test(
        "Whatever is measured, a batch keeps its bounds, grows at most to double and shrinks at once to what fits the aim",
        arguments: Promise.all)
    func bounds(_ promise: Promise) {
        let (least, most) = (promise.sizes.lowerBound, promise.sizes.upperBound)
        var generator = SeededGenerator(seed: 7)
        var grown = 0
        var shrunk = 0
        for _ in 0..<20_000 {
            let size = min(20 * (1 << Int.random(in: 0...9, using: &generator)) + Int.random(in: 0...19, using: &generator), most)
            let tickets = Int.random(in: 1...size, using: &generator)
            let each = 0.005 * Double(1 << Int.random(in: 0...12, using: &generator))
            let milliseconds = Double(tickets) * each * Double.random(in: 1...2, using: &generator)
            let others = Int.random(in: 0...3, using: &generator)
            var pace = BatchPace(promise.limits, size: size)
            pace.learn(tickets: tickets, milliseconds: milliseconds, others: others)
            let aim = others == 0 ? promise.quietAim : promise.busyAim
            let fitting = Double(tickets) * aim / milliseconds
            #expect(promise.sizes.contains(pace.size))
            #expect(pace.size <= max(2 * size, least))
            #expect(Double(pace.size) <= max(fitting + 1, Double(least)))
            if fitting <= Double(2 * size), fitting >= Double(least + 1), fitting <= Double(most - 1) {
                #expect(abs(Double(pace.size) - fitting) <= 1)
            }
            if fitting > Double(2 * size) { #expect(pace.size == min(2 * size, most)) }
            grown += pace.size > size ? 1 : 0
            shrunk += pace.size < size ? 1 : 0
        }
        #expect(grown > 1000)
        #expect(shrunk > 1000)
    }

    @Test("With steady work it comes to batches of the aimed time, from either end, and stays there", arguments: Promise.all)
    func settles(_ promise: Promise) {
        for millisecondsEach in [0.02, 0.5, 3, 9] {
            for (others, aim) in [(0, promise.quietAim), (2, promise.busyAim)] {
                for first in [promise.sizes.lowerBound, promise.first, promise.sizes.upperBound] {
                    var pace = BatchPace(promise.limits, size: first)
                    for _ in 0..<12 {
                        pace.learn(tickets: pace.size, milliseconds: Double(pace.size) * millisecondsEach, others: others)
                    }
                    let expected = min(max(aim / millisecondsEach, Double(promise.sizes.lowerBound)), Double(promise.sizes.upperBound))
                    #expect(abs(Double(pace.size) - expected) <= 1, "\(millisecondsEach) ms each")
                }
            }
        }
    }

    @Test("After a piece that failed the next one has half as many, but always one; from there it grows again", arguments: Promise.all)
    func shrinks(_ promise: Promise) {
        var pace = BatchPace(promise.limits, size: 10)
        var sizes: [Int] = []
        for _ in 1...5 {
            pace.shrink()
            sizes.append(pace.size)
        }
        #expect(sizes == [5, 2, 1, 1, 1])
        pace.learn(tickets: 1, milliseconds: 1, others: 0)
        #expect(pace.size == promise.sizes.lowerBound)
    }

    @Test("What was no work teaches nothing", arguments: [(0, 10.0), (10, 0.0), (0, 0.0)])
    func nothing(tickets: Int, milliseconds: Double) {
        for promise in Promise.all {
            var pace = BatchPace(promise.limits, size: 300)
            pace.learn(tickets: tickets, milliseconds: milliseconds, others: 0)
            #expect(pace.size == 300)
        }
    }

    @Test(
        "Beside as many others as it minds, it rests as long as it worked; beside more, several times as long",
        arguments: [
            (BatchPace.Limits.purge, 1, 2.0), (.massAction, 1, 4.0),
        ])
    func rests(_ limits: BatchPace.Limits, minds: Int, times: Double) {
        let pace = BatchPace(limits)
        for milliseconds in [1.0, 150, 4000] {
            for others in 0..<minds { #expect(pace.rest(after: milliseconds, others: others) == 0) }
            #expect(pace.rest(after: milliseconds, others: minds) == milliseconds)
            for others in [minds + 1, 50] { #expect(pace.rest(after: milliseconds, others: others) == times * milliseconds) }
        }
    }

    @Test("Beside others, batches are aimed to be shorter", arguments: Promise.all)
    func shorterBesideOthers(_ promise: Promise) {
        for others in 1...5 {
            var quiet = BatchPace(promise.limits, size: 1000)
            var busy = BatchPace(promise.limits, size: 1000)
            quiet.learn(tickets: 1000, milliseconds: 1000, others: 0)
            busy.learn(tickets: 1000, milliseconds: 1000, others: others)
            #expect(busy.size < quiet.size)
        }
    }

    /// Who answers a ticket waits until its batch is through; nobody answers a hidden one.
    @Test("A piece of a mass action is shorter than one of a purge, and fits into a part of its snapshot")
    func massActionsAreShorter() {
        let (purge, mass) = (BatchPace.Limits.purge, BatchPace.Limits.massAction)
        #expect(mass.quietAim < purge.quietAim && mass.busyAim < purge.busyAim)
        #expect(mass.sizes.upperBound <= 2000)
    }
}
