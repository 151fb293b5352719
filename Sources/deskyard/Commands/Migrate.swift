import ArgumentParser
import Postgres
import Schema

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Brings the database to this release: forwards only, each step once.",
        discussion: """
            Several may be started at once; one works, the others wait.

            EXAMPLES
              deskyard migrate --migration-database-url postgresql://deskyard_owner@db/deskyard
              deskyard migrate --dry-run
            """)

    @OptionGroup var options: SettingOptions

    @Flag(help: "Only say what would run.") var dryRun = false

    func run() async throws {
        let settings = try await options.settings()
        let migrator = Migrator(Schema.migrations, on: ServerAddress(try settings.text(.migrationDatabaseURL)))
        do {
            if dryRun {
                let status = try await migrator.status()
                print("applied: \(status.applied.count)")
                for migration in Schema.migrations where status.pending.contains(migration.version) {
                    print("pending: \(migration.version) \(migration.name)")
                }
                return
            }
            let done = try await migrator.migrate { say("migrating: \($0.version) \($0.name)") }
            print(
                done.isEmpty
                    ? "Nothing to do: the database is at schema \(Schema.migrations.count)." : "Done: schema \(Schema.migrations.count).")
        } catch let refusal as Migrator.Refusal {
            throw CommandFailure(refusal.description)
        } catch let error as PostgresError {
            throw CommandFailure(describing: error)
        }
    }
}
