/// F_sql: how often PostgreSQL does what the service asks of it, for a client that costs next to nothing.
///
/// One thread (`-j 1`), like wrk. `-M prepared` works inside a pipeline (tried with 15.20): pgbench prepares the whole script with its first
/// statement. The sessions have none of the timeouts that the service sets on its own, which makes F_sql a little higher.
struct Pgbench {
    let program: Program
    let database: String
    let workplace: Workplace
    let options: Options

    /// - Parameter run: counts the runs of a script from 1, so that no run gives a number that one before gave.
    /// - Returns: transactions a second.
    func measure(_ script: PgbenchScript, run: Int) async throws -> Double {
        let file = try workplace.write(script.text, to: "\(script.name).sql")
        let variables = [("count", "0"), ("clients", "\(options.clients)"), ("base", "\(run)000000000")] + script.values
        // A second to prepare, plan and fill the caches in front, and one behind that may not be whole.
        let output = try await program.run(
            ["-n", "-M", "prepared", "-c", "\(options.clients)", "-j", "1", "-T", "\(options.seconds + 2)", "-P", "1", "-f", file]
                + variables.flatMap { ["-D", "\($0)=\($1)"] } + [database],
            log: workplace.path("pgbench.log"), limit: .seconds(options.seconds + 60))
        let rates = output.matches(of: /progress: [0-9.]+ s, ([0-9.]+) tps/).compactMap { Double($0.1) }.dropFirst().prefix(options.seconds)
        guard !rates.isEmpty, output.contains("number of failed transactions: 0 ") else {
            throw Failure("pgbench did not measure \(script.name):\n\(output.suffix(4000))")
        }
        return rates.reduce(0, +) / Double(rates.count)
    }
}
