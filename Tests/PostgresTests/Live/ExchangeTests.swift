import Foundation
import Support
import Testing

@testable import Postgres

@Suite("Exchanges with a real server")
struct ExchangeTests {
    @Test("Every kind of value comes back as it went, nulls among them")
    func values() async throws {
        let live = try await LivePool.shared()
        try await live.pool.transaction { tx in
            let answer = tx.queue(
                """
                select $1::boolean a, $2::integer b, $3::bigint c, $4::text d, $5::bytea e, $6::jsonb f, $7::timestamptz g, $8::bigint[] h,
                    $9::text[] i, $10::timestamptz[] j, $11::text k, $12::bigint l
                """,
                [
                    .bool(true), .integer(-7), .bigint(.max), .text("Grüße \"'\\ 🐘"), .bytes([0, 255, 7]), .json(#"{"a": [1, null]}"#),
                    .timestamp(1_790_000_000_123_456), .bigints([1, -2, .max]), .texts(["", "a,b", "{}", "\"q\""]), .timestamps([0, nil]),
                    .text(nil), .bigint(nil),
                ])
            return answer.map { rows in
                let row = try known(rows.first)
                #expect(try row.value("a", as: Bool.self))
                #expect(try row.value("b", as: Int.self) == -7)
                #expect(try row.value("c", as: Int64.self) == .max)
                #expect(try row.value("d", as: String.self) == "Grüße \"'\\ 🐘")
                #expect(try row.value("e", as: Bytes.self).bytes == [0, 255, 7])
                #expect(try row.value("f", as: String.self) == #"{"a": [1, null]}"#)
                #expect(try row.value("g", as: Int64.self) == 1_790_000_000_123_456)
                #expect(try row.value("h", as: [Int64].self) == [1, -2, .max])
                #expect(try row.value("i", as: [String].self) == ["", "a,b", "{}", "\"q\""])
                #expect(try rows.column("k", as: String?.self)(row) == nil)
                #expect(try rows.column("l", as: Int64?.self)(row) == nil)
                #expect(throws: PostgresError.decoding("column k is null")) { try row.value("k", as: String.self) }
                #expect(throws: PostgresError.decoding("the statement returns no column z")) { try row.value("z", as: String.self) }
                #expect(throws: PostgresError.self) { try row.value("d", as: Int64.self) }
            }
        }
    }

    @Test("A read of one statement is one round trip with its begin and commit; a decision in between makes it two")
    func roundTrips() async throws {
        let live = try await LivePool.shared()
        var trips = 0
        try await live.pool.transaction { tx in
            let answer = tx.queue("select 1 as value")
            #expect(tx.exchanges == 0)
            return answer.map { _ in trips = tx.exchanges }
        }
        #expect(trips == 1)
        try await live.pool.transaction { tx in
            _ = try await tx.queue("select 1 as value").value
            tx.queue("select 2 as value")
            return tx.queue("select 3 as value").map { _ in trips = tx.exchanges }
        }
        #expect(trips == 2)
    }

    @Test("An error carries SQLSTATE, constraint and detail, undoes the transaction, and leaves the connection usable")
    func errors() async throws {
        let live = try await LivePool.shared { $0.maximum = 1 }
        let table = "errors_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        _ = try await live.pool.single(Statement("create table \(table) (id bigint constraint \(table)_key primary key)"))
        do {
            try await live.pool.transaction { tx in
                tx.queue("insert into \(table) values (1)")
                tx.queue("insert into \(table) values ($1)", [.bigint(1)])
                return tx.queue("select 'never' as value")
            }
            Issue.record("the second insert was not refused")
        } catch PostgresError.server(let error) {
            #expect(error.sqlState == SQLState.uniqueViolation)
            #expect(error.constraint == table + "_key")
            #expect(error.detail?.contains("(id)=(1)") == true)
        }
        #expect(try await live.one("select count(*) as value from \(table)", as: Int.self) == 0)
    }

    @Test("A body that catches an error and goes on cannot commit")
    func swallowedErrors() async throws {
        let live = try await LivePool.shared()
        await #expect(throws: PostgresError.self) {
            try await live.pool.transaction { tx in
                _ = try? await tx.queue("select 1 / 0 as value").value
                return Pending(1)
            }
        }
    }

    @Test("Prepared statements are made once per connection, and the one used longest ago makes way")
    func preparedOnce() async throws {
        let live = try await LivePool.shared { $0.maximum = 1 }
        for _ in 0..<5 { _ = try await live.one("select $1::bigint + 1 as value", [.bigint(1)], as: Int.self) }
        let same = "select count(*) as value from pg_prepared_statements where statement like '%$1::bigint + 1 as value%'"
        // The statement that counts contains the text itself.
        #expect(try await live.one(same, as: Int.self) == 2)
        for number in 0..<300 { _ = try await live.one("select \(number) as value", as: Int.self) }
        let kept = try await live.one("select count(*) as value from pg_prepared_statements", as: Int.self)
        #expect(kept <= 256)
    }

    @Test("Without named statements nothing stays prepared on the server, so a transaction pooler may stand between")
    func unnamed() async throws {
        let live = try await LivePool.shared {
            $0.maximum = 1
            $0.usesNamedStatements = false
        }
        for _ in 0..<3 { #expect(try await live.one("select $1::bigint as value", [.bigint(5)], as: Int.self) == 5) }
        #expect(try await live.one("select count(*) as value from pg_prepared_statements", as: Int.self) == 0)
    }

    @Test("A million bytes go out and come back, though neither side's buffers hold them")
    func large() async throws {
        let live = try await LivePool.shared()
        let text = String(repeating: "0123456789", count: 1_000_000)
        #expect(try await live.one("select $1::text as value", [.text(text)], as: String.self) == text)
        let sizes = try await live.pool.transaction { tx in
            // More than the socket takes in each direction, in one exchange: whoever only wrote, or only read, would wait for ever.
            for _ in 0..<20 { tx.queue("select length($1::text) as value", [.text(text)]) }
            return tx.queue("select repeat('x', 5000000) as value").map { try known($0.first).value("value", as: String.self).utf8.count }
        }
        #expect(sizes == 5_000_000)
    }

    @Test("Bulk writes through arrays keep nulls and order")
    func bulk() async throws {
        let live = try await LivePool.shared()
        let sum = try await live.pool.transaction { tx in
            tx.queue("create temporary table bulk (id bigint, name text) on commit drop")
            tx.queue(
                "insert into bulk select * from unnest($1::bigint[], $2::text[])",
                [.bigints((1...5000).map { Int64($0) }), .texts((1...5000).map { $0 % 7 == 0 ? nil : "n\($0)" })])
            return tx.queue("select count(*) filter (where name is null) as value from bulk").map {
                try known($0.first).value("value", as: Int.self)
            }
        }
        #expect(sum == 714)
    }

    @Test("A deadlock is retried where the caller allows it, and both sides finish")
    func deadlock() async throws {
        let live = try await LivePool.shared()
        let table = "deadlock_" + UUID().uuidString.replacingOccurrences(of: "-", with: "")
        _ = try await live.pool.single(
            Statement("create table \(table) as select id::bigint, 0::bigint as count from generate_series(1, 2) id"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for order in [[1, 2], [2, 1]] {
                for _ in 0..<10 {
                    group.addTask {
                        try await live.pool.transaction(retries: 50) { tx in
                            for id in order {
                                _ = try await tx.queue(
                                    "update \(table) set count = count + 1 where id = $1", [.bigint(Int64(id))]
                                ).value
                            }
                            return Pending(())
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await live.one("select min(count) + max(count) as value from \(table)", as: Int.self) == 40)
    }
}
