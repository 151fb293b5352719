import ArgumentParser
import Foundation
import Glibc
import Postgres
import Schema

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is wrong with this installation; the exit code says whether anything is.",
        discussion: """
            Looks at the settings, the connection, the schema's version, and the rules every table must keep.

            EXAMPLES
              deskyard doctor --config /etc/deskyard/deskyard.env || echo "look at it"
            """)

    @OptionGroup var options: SettingOptions

    @Flag(help: "Look at a database made for the purpose on this machine's PostgreSQL, and remove it.") var embedded = false

    func run() async throws {
        guard embedded else { return try await examine(options.settings()) }
        try await explaining {
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent("deskyard-doctor-\(getpid())").path
            let cluster = try EmbeddedCluster(folder: folder)
            defer {
                cluster.destroy()
                try? FileManager.default.removeItem(atPath: folder)
            }
            try cluster.start()
            let database = DevDatabase(cluster: cluster)
            try await database.prepare()
            try await examine(options.settings(overriding: [.databaseURL: database.applicationURL]))
        }
    }

    private func examine(_ settings: Settings) async throws {
        var healthy = true
        func report(_ good: Bool, _ text: String) {
            print("\(good ? "ok  " : "BAD ") \(text)")
            healthy = healthy && good
        }

        for setting in Setting.allCases {
            let shown = settings.given(setting).map { setting.isSecret ? "(set, not shown)" : $0 }
            print("     \(setting.rawValue) = \(shown ?? setting.fallback.map { "\($0) (default)" } ?? "(not set)")")
        }
        do {
            let address = try settings.serverAddress()
            let facts = try await ScriptSession.run(on: address) { session in
                try session.run(
                    """
                    select current_setting('server_version'), current_user,
                        (select rolsuper or rolbypassrls from pg_roles where rolname = current_user),
                        current_setting('max_connections')
                    """)
            }
            let row = facts.first ?? []
            let text = { (index: Int) in index < row.count ? row[index] ?? "" : "" }
            report(true, "connected to PostgreSQL \(text(0)) as \(text(1))")
            report(text(0).hasPrefix("15."), "PostgreSQL is release 15")
            report(text(2) == "f", "the role bypasses nothing")
            let size = try settings.number(.poolSize, in: 1...1000)
            report(size < Int(text(3)) ?? 0, "the pool (\(size)) fits into max_connections (\(text(3)))")
            do {
                let status = try await Migrator(Schema.migrations, on: address).status()
                report(status.pending.isEmpty, "schema \(status.applied.count) of \(Schema.migrations.count)")
                if status.pending.isEmpty {
                    let faults = try await Schema.faults(on: address)
                    for fault in faults { report(false, fault) }
                    if faults.isEmpty { report(true, "all \(Schema.checks.count) checks of the schema pass") }
                }
            } catch let refusal as Migrator.Refusal {
                report(false, refusal.description)
            }
        } catch {
            report(false, CommandFailure(describing: error).description)
        }
        if !healthy { throw ExitCode.failure }
    }
}
