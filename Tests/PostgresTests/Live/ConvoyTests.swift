import Support
import Testing

@testable import Postgres

@Suite("Short transactions that travel together")
struct ConvoyTests {
    /// A transaction of one round trip that answers its own number.
    private func say(_ number: Int64, on live: LivePool, failing: Bool = false) async throws -> Int64 {
        try await live.pool.transaction(inCompany: true) { tx in
            if failing { tx.send(Statement("select 1 / 0")) }
            return tx.queue("select $1 as value", [.bigint(number)]).map { rows in try known(rows.first).value("value") }
        }
    }

    @Test("Everybody gets their own answer, however many there are for a lane")
    func answers() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 4
            $0.lanes = 1
        }
        let answers = try await withThrowingTaskGroup(of: (Int64, Int64).self) { group in
            for number in 0..<500 { group.addTask { (Int64(number), try await say(Int64(number), on: live)) } }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers.count == 500)
        #expect(answers.allSatisfy { $0 == $1 })
    }

    @Test("Who fails fails alone: all who came before and after in the same write get their answers", arguments: [1, 2])
    func failures(lanes: Int) async throws {
        let live = try await LivePool.shared {
            $0.maximum = 4
            $0.lanes = lanes
        }
        let outcomes = await withTaskGroup(of: (Int64, Result<Int64, any Error>).self) { group in
            for number in 0..<300 {
                group.addTask {
                    let number = Int64(number)
                    do { return (number, .success(try await say(number, on: live, failing: number % 3 == 0))) } catch {
                        return (number, .failure(error))
                    }
                }
            }
            return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        for (number, outcome) in outcomes {
            switch outcome {
            case .success(let answer): #expect(answer == number && number % 3 != 0)
            case .failure(PostgresError.server(let error)): #expect(error.sqlState == "22012" && number % 3 == 0)
            case .failure(let error): Issue.record("\(number): \(error)")
            }
        }
        #expect(outcomes.count == 300)
        // No connection was left in a broken transaction.
        for number in 0..<8 { #expect(try await say(Int64(number), on: live) == Int64(number)) }
    }

    @Test("A statement that one connection has not prepared yet is prepared on the way, also beside one that fails")
    func preparing() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 2
            $0.lanes = 1
        }
        for round in 0..<20 {
            let failing = Task { try await say(1, on: live, failing: true) }
            async let fresh = live.pool.transaction(inCompany: true) { tx in
                tx.queue("select \(round) + $1 as value", [.bigint(1)]).map { rows in try known(rows.first).value("value", as: Int64.self) }
            }
            await #expect(throws: PostgresError.self) { try await failing.value }
            #expect(try await fresh == Int64(round + 1))
        }
    }

    @Test("Who gives up waiting holds up nobody")
    func cancelled() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 2
            $0.lanes = 1
        }
        let tasks = (0..<100).map { number in Task { try await say(Int64(number), on: live) } }
        for task in tasks where Bool.random() { task.cancel() }
        for (number, task) in tasks.enumerated() {
            do { #expect(try await task.value == Int64(number)) } catch is CancellationError {}
        }
        #expect(try await say(7, on: live) == 7)
    }

    @Test("When a connection dies, its passengers are told, and the next travel on another")
    func loss() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 2
            $0.lanes = 1
        }
        let pid = try await live.one("select pg_backend_pid() as value", as: Int.self)
        let slow = Task {
            try await live.pool.transaction(inCompany: true) { tx in
                tx.queue("select count(*) as value from (select pg_sleep(20)) s").map { rows in
                    try known(rows.first).value("value", as: Int64.self)
                }
            }
        }
        let other = try await LivePool.shared()
        let died = try await eventually {
            try await other.one(
                "select coalesce(bool_or(pg_terminate_backend(pid)), false) as value from pg_stat_activity where pid = \(pid) and state = 'active'",
                as: Bool.self)
        }
        #expect(died)
        await #expect(throws: PostgresError.self) { try await slow.value }
        #expect(try await say(3, on: live) == 3)
    }
}
