import Foundation
import Glibc

/// `make bench`: how close the service comes to what PostgreSQL and an HTTP server can do on this machine.
///
/// For each case, with the same number of clients: pgbench runs the service's own SQL (F_sql), wrk asks for the route that does nothing
/// (F_http), wrk asks for the real thing. A service that spent nothing of its own would reach L = 1 / (1/F_sql + 1/F_http). The ratio
/// is reported and never asserted: machines differ and share their disks.
@main
struct Benchmarks {
    static func main() async {
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            if arguments.contains("--help") { return print(Options.usage) }
            Interruption.watch()
            try await run(try Options(arguments))
        } catch {
            FileHandle.standardError.write(Data("bench: \(error)\n".utf8))
            exit(1)
        }
    }

    private static func run(_ options: Options) async throws {
        let tools = try Tools(options)
        let workplace = try Workplace()
        defer { workplace.remove() }

        say("starting a PostgreSQL of its own in \(workplace.folder) …")
        let database = try BenchDatabase(in: workplace, options)
        defer { database.destroy() }
        try await database.prepare()
        say("filling it with \(options.tickets) tickets in \(options.tenants) helpdesks …")
        let all = try await database.fill(with: tools.deskyard, in: workplace, options)
        let tenants = Array(all.prefix(BenchTenant.most))

        say("starting the service …")
        let server = try await Server(tools.deskyard, on: database, in: workplace, options)
        defer { server.stop() }
        let pgbench = Pgbench(program: tools.pgbench, database: database.applicationURL, workplace: workplace, options: options)
        let wrk = Wrk(program: tools.wrk, port: server.port, workplace: workplace, clients: options.clients)

        let results: [CaseResult]
        let background: [BackgroundResult]
        do {
            let requests =
                options.cases.map { MeasuredRequest($0, tenants, port: server.port) }
                + (try await SizedHelpdesk.requests(options.sized, among: all, database, port: server.port))
            results = requests.isEmpty ? [] : try await measure(requests, database, pgbench, wrk, options)
            if !results.isEmpty { say(Report.table(results)) }
            background = try await Background(database, pgbench, wrk, tenants, options).measure()
            if !background.isEmpty { say(BackgroundResult.table(background)) }
        } catch {
            throw server.explain(error)
        }
        try Report.json(results, background, machine: Machine.facts(postgres: await database.version()), options).write(to: options.output)
        say("wrote \(options.output)")
    }

    /// Round by round, so that whatever disturbs the machine for a while disturbs every case and not only one.
    private static func measure(
        _ requests: [MeasuredRequest], _ database: BenchDatabase, _ pgbench: Pgbench, _ wrk: Wrk, _ options: Options
    ) async throws -> [CaseResult] {
        say("warming up …")
        for each in requests { _ = try await wrk.measure(each.service, seconds: 1) }

        var results = requests.map { CaseResult(request: $0) }
        for round in 1...options.rounds {
            // Autovacuum is off: it would strike in the middle of one measurement and spare the next.
            try await database.vacuum()
            for index in results.indices {
                let each = results[index].request
                let sql = try await pgbench.measure(each.sql, run: round)
                let http = try await wrk.measure(.empty, seconds: options.seconds)
                let service = try await wrk.measure(each.service, seconds: options.seconds)
                results[index].rounds.append(Round(sql: sql, http: http.rate, service: service))
                let rates = "SQL \(whole(sql))/s, HTTP \(whole(http.rate))/s, service \(whole(service.rate))/s"
                say("round \(round) of \(options.rounds), \(each.title): \(rates)")
            }
        }
        return results
    }
}
