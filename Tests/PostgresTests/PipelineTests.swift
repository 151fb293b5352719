import Support
import Testing

@testable import Postgres

@Suite("What the server still owes")
struct PipelineTests {
    @Test("Each statement keeps its rows, each prepared one is remembered, and the sync completes the exchange")
    func normalFlow() {
        let verdicts = answers(
            sent: [.prepare(name: "s1"), .execute(0), .execute(1), .sync],
            received: [.success, .endOfCommand, .success, .endOfCommand, .success, .endOfCommand, .sync])
        #expect(verdicts == [.remember(name: "s1"), .nothing, .keepRows(0), .nothing, .keepRows(1), .nothing, .complete])
    }

    @Test("Forgetting an old statement is nobody's answer")
    func housekeeping() {
        let verdicts = answers(
            sent: [.housekeeping, .prepare(name: "s2"), .execute(0), .sync],
            received: [.success, .endOfCommand, .success, .endOfCommand, .success, .endOfCommand, .sync])
        #expect(verdicts == [.nothing, .nothing, .remember(name: "s2"), .nothing, .keepRows(0), .nothing, .complete])
    }

    @Test("After an error everything up to the sync is skipped, and what came before keeps its rows")
    func skipped() {
        let verdicts = answers(
            sent: [.execute(0), .execute(1), .prepare(name: "s1"), .execute(2), .sync],
            received: [
                .success, .endOfCommand, .failure, .endOfCommand, .skipped, .endOfCommand, .skipped, .endOfCommand, .sync,
            ])
        #expect(verdicts == [.keepRows(0), .nothing, .fail(1), .nothing, .nothing, .nothing, .nothing, .nothing, .complete])
    }

    @Test("Only the first error counts")
    func firstError() {
        let verdicts = answers(
            sent: [.execute(0), .execute(1), .sync], received: [.failure, .failure, .endOfCommand, .failure, .endOfCommand, .sync])
        #expect(verdicts == [.fail(0), .nothing, .nothing, .nothing, .nothing, .complete])
    }

    @Test("A statement that cannot be prepared is at fault itself")
    func failedPrepare() {
        let first = answers(
            sent: [.prepare(name: "s1"), .execute(0), .execute(1), .sync],
            received: [.failure, .endOfCommand, .skipped, .endOfCommand, .skipped, .endOfCommand, .sync])
        #expect(first == [.fail(0), .nothing, .nothing, .nothing, .nothing, .nothing, .complete])

        let second = answers(
            sent: [.execute(0), .prepare(name: "s1"), .execute(1), .prepare(name: "s2"), .execute(2), .sync],
            received: [.success, .endOfCommand, .failure, .endOfCommand])
        #expect(second == [.keepRows(0), .nothing, .fail(1), .nothing])
    }

    @Test("When forgetting an old statement fails, that is the fault of no statement of the exchange")
    func failedHousekeeping() {
        let verdicts = answers(
            sent: [.execute(0), .housekeeping, .prepare(name: "s9"), .execute(1), .sync],
            received: [.success, .endOfCommand, .failure, .endOfCommand])
        #expect(verdicts == [.keepRows(0), .nothing, .fail(nil), .nothing])
    }

    @Test("An exchange is over with its sync, not before")
    func idle() {
        var pipeline = Pipeline()
        var idle = [pipeline.isIdle]
        for step in [Pipeline.Step.execute(0), .sync] {
            pipeline.sent(step)
            idle.append(pipeline.isIdle)
        }
        for arrival in [Pipeline.Arrival.success, .endOfCommand, .sync] {
            _ = pipeline.received(arrival)
            idle.append(pipeline.isIdle)
        }
        #expect(idle == [true, false, false, false, false, true])
    }

    @Test("An error in one exchange is forgotten in the next one")
    func afresh() {
        var pipeline = Pipeline()
        for _ in 1...3 {
            pipeline.sent(.execute(0))
            pipeline.sent(.sync)
            let verdicts = [Pipeline.Arrival.failure, .endOfCommand, .sync].map { pipeline.received($0) }
            #expect(verdicts == [.fail(0), .nothing, .complete])
        }
        pipeline.sent(.execute(0))
        pipeline.sent(.sync)
        let verdicts = [Pipeline.Arrival.success, .endOfCommand, .sync].map { pipeline.received($0) }
        #expect(verdicts == [.keepRows(0), .nothing, .complete])
    }

    @Test("What arrives although nothing is owed is out of step")
    func nothingOwed() {
        for arrival in [Pipeline.Arrival.success, .failure, .skipped, .endOfCommand, .sync] {
            let before = answers(sent: [], received: [arrival])
            #expect(before == [.outOfStep], "\(arrival)")
            let afterwards = answers(sent: [.execute(0), .sync], received: [.success, .endOfCommand, .sync, arrival])
            #expect(afterwards == [.keepRows(0), .nothing, .complete, .outOfStep], "\(arrival)")
        }
    }

    @Test("A sync in place of an answer is out of step")
    func earlySync() {
        for step in [Pipeline.Step.execute(0), .prepare(name: "s1"), .housekeeping] {
            let verdicts = answers(sent: [step, .sync], received: [.sync])
            #expect(verdicts == [.outOfStep], "\(step)")
        }
    }

    @Test("An answer in place of the sync is out of step")
    func lateAnswer() {
        for arrival in [Pipeline.Arrival.success, .failure, .skipped, .endOfCommand] {
            let verdicts = answers(sent: [.execute(0), .sync], received: [.success, .endOfCommand, arrival])
            #expect(verdicts == [.keepRows(0), .nothing, .outOfStep], "\(arrival)")
        }
    }

    @Test("Wherever an exchange fails, the rows before are kept, one error is reported for its statement, and the sync completes it")
    func anyFailure() {
        var generator = SeededGenerator(seed: 1)
        for exchange in 1...500 {
            var steps: [Pipeline.Step] = []
            // Whose step it is, and what becomes of it when it succeeds.
            var owners: [Int?] = []
            var successes: [Pipeline.Verdict] = []
            for statement in 0..<Int.random(in: 1...6, using: &generator) {
                if Bool.random(using: &generator) {
                    if Bool.random(using: &generator) {
                        steps.append(.housekeeping)
                        owners.append(nil)
                        successes.append(.nothing)
                    }
                    steps.append(.prepare(name: "s\(statement)"))
                    owners.append(statement)
                    successes.append(.remember(name: "s\(statement)"))
                }
                steps.append(.execute(statement))
                owners.append(statement)
                successes.append(.keepRows(statement))
            }
            // The step after the last one is the sync: then nothing fails.
            let failing = Int.random(in: 0...steps.count, using: &generator)
            var arrivals: [Pipeline.Arrival] = []
            var expected: [Pipeline.Verdict] = []
            for index in steps.indices {
                if index < failing {
                    arrivals.append(.success)
                    expected.append(successes[index])
                } else if index == failing {
                    arrivals.append(.failure)
                    expected.append(.fail(owners[index]))
                } else {
                    arrivals.append(.skipped)
                    expected.append(.nothing)
                }
                arrivals.append(.endOfCommand)
                expected.append(.nothing)
            }
            let received = answers(sent: steps + [.sync], received: arrivals + [.sync])
            expected.append(.complete)
            #expect(received == expected, "exchange \(exchange)")
        }
    }

    private func answers(sent steps: [Pipeline.Step], received arrivals: [Pipeline.Arrival]) -> [Pipeline.Verdict] {
        var pipeline = Pipeline()
        for step in steps { pipeline.sent(step) }
        return arrivals.map { pipeline.received($0) }
    }
}
