import Logging
import Support

@testable import Postgres

/// A pool on a real server.
struct LivePool {
    let pool: ConnectionPool

    /// On the shared server, which no test may stop.
    static func shared(_ change: (inout ConnectionPool.Options) -> Void = { _ in }) async throws -> LivePool {
        try await LivePool(TestCluster.shared.value, change)
    }

    init(_ cluster: TestCluster, _ change: (inout ConnectionPool.Options) -> Void = { _ in }) {
        var options = ConnectionPool.Options()
        // Hundreds of tests start at the same moment on two cores.
        options.acquisitionTimeout = .seconds(60)
        change(&options)
        pool = ConnectionPool(
            cluster.address(), options: options, poller: Poller(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func one<Value: PostgresDecodable>(_ sql: String, _ binds: [Bind] = [], as type: Value.Type = Value.self) async throws -> Value {
        try await pool.transaction { tx in tx.queue(sql, binds).map { rows in try known(rows.first).value("value") } }
    }
}

struct Missing: Error {}

func known<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw Missing() }
    return value
}

/// Tries until it works, for what another process does in its own time.
func eventually(_ attempts: Int = 200, _ body: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<attempts {
        if try await body() { return true }
        try await Task.sleep(for: .milliseconds(25))
    }
    return false
}
