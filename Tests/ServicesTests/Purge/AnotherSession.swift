import Dispatch
import Domain
import Postgres
import Support
import Testing

/// Somebody else's session, in the middle of a transaction.
struct AnotherSession {
    fileprivate let process: String

    /// Comes back when somebody waits for this session.
    func waitUntilItBlocksSomebody() async throws {
        for _ in 0..<1000 {
            let waiting = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { [process] session in
                try session.run("select count(*) from pg_stat_activity where \(process) = any (pg_blocking_pids(pid))")
            }
            if waiting != [["0"]] { return }
        }
        Issue.record("nobody waits")
    }
}

/// Runs `body` while somebody else has run a statement and not ended the transaction.
/// - Parameter session: whose; nil: of one who sees through all walls.
func whileAnother<Value>(
    does statement: String, then end: String = "rollback", as session: ServerAddress? = nil, _ body: (AnotherSession) async throws -> Value
) async throws -> Value {
    let superuser = try await TestInstallation.superuserAddress()
    let address = session ?? superuser
    let (processes, process) = AsyncStream.makeStream(of: String.self)
    let release = DispatchSemaphore(value: 0)
    let other = Task {
        defer { process.finish() }
        try await ScriptSession.run(on: address) { session in
            try session.run("begin")
            try session.run(statement)
            process.yield(try session.run("select pg_backend_pid()")[0][0] ?? "")
            release.wait()
            try session.run(end)
        }
    }
    var started: String?
    for await process in processes {
        started = process
        break
    }
    let result: Result<Value, any Error>
    do {
        // Nil: the statement failed, which is said below.
        guard let started else { throw CancellationError() }
        result = .success(try await body(AnotherSession(process: started)))
    } catch { result = .failure(error) }
    release.signal()
    try await other.value
    return try result.get()
}

extension TestTenant {
    /// Runs `body` while somebody else is at these tickets.
    func whileLocked<Value>(_ ids: [ID<Ticket>], _ body: () async throws -> Value) async throws -> Value {
        let numbers = ids.map { "\($0)" }.joined(separator: ", ")
        let lock = "select from helpdesk.tickets where tenant_id = \(tenant.id) and id in (\(numbers)) for no key update"
        return try await whileAnother(does: lock) { _ in try await body() }
    }
}
