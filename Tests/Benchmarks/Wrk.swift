import JSON

/// What wrk measured.
struct Load {
    /// Requests a second.
    var rate: Double
    /// Microseconds.
    var p50: Double
    var p95: Double
    var p99: Double
}

/// Asks the service over HTTP: one thread, as many connections as pgbench has.
struct Wrk {
    let program: Program
    let port: Int
    let workplace: Workplace
    let clients: Int

    /// - Throws: `Failure` when a single request failed: a service that refuses is quick.
    func measure(_ script: LuaScript, seconds: Int) async throws -> Load {
        let file = try workplace.write(script.text, to: "\(script.name).lua")
        let output = try await program.run(
            ["-t", "1", "-c", "\(clients)", "-d", "\(seconds)s", "-s", file, "http://127.0.0.1:\(port)\(script.path)"],
            log: workplace.path("wrk.log"), limit: .seconds(seconds + 60))
        guard let line = output.split(separator: "\n").last(where: { $0.hasPrefix("{") }), let json = try? JSONValue(parsing: line.utf8)
        else {
            throw Failure("wrk did not say what it measured:\n\(output.suffix(4000))")
        }
        func number(_ name: String) throws -> Double {
            guard let number = json[name]?.integer else { throw Failure("wrk said nothing of \(name): \(line)") }
            return Double(number)
        }
        let errors = try ["status", "connect", "read", "write", "timeout"].map { ($0, try number($0)) }.filter { $0.1 > 0 }
        guard errors.isEmpty, try number("requests") > 0 else {
            let list = errors.map { "\($0): \(whole($1))" }.joined(separator: ", ")
            throw Failure("requests of \(script.name) failed (\(list)), so nothing is measured")
        }
        return Load(
            rate: try number("requests") / (try number("duration") / 1e6), p50: try number("p50"), p95: try number("p95"),
            p99: try number("p99"))
    }
}
