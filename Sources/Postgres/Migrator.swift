/// One forward step of the schema.
package struct Migration: Sendable, Equatable {
    /// Counts from 1 without gaps.
    package var version: Int
    package var name: String
    package var sql: String

    package init(version: Int, name: String, sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}

/// Brings a database to the schema this binary was built with: forwards only, each step once, one process at a time.
package struct Migrator: Sendable {
    package enum Refusal: Error, Equatable, CustomStringConvertible {
        case changed(version: Int, name: String)
        case unknown(version: Int, name: String)
        case failed(version: Int, name: String, ServerError)

        package var description: String {
            switch self {
            case .changed(let version, let name):
                """
                migration \(version) (\(name)) has run on this database with another text than this binary holds; \
                a migration that ran is never edited, write a new one
                """
            case .unknown(let version, let name):
                """
                this database has migration \(version) (\(name)), which this binary does not know; \
                it was migrated by a newer release, run that one
                """
            case .failed(let version, let name, let error):
                "migration \(version) (\(name)) failed and was rolled back: \(error.message)\(error.detail.map { " (\($0))" } ?? "")"
            }
        }
    }

    package struct Status: Sendable, Equatable {
        package var applied: [Int]
        package var pending: [Int]
    }

    /// Any number that is nobody else's: "DYMG" in ASCII.
    private static let lockKey = 0x4459_4d47

    private let migrations: [Migration]
    private let address: ServerAddress

    package init(_ migrations: [Migration], on address: ServerAddress) {
        self.migrations = migrations
        self.address = address
    }

    /// Runs what is missing and answers the versions it ran.
    /// - Throws: `Refusal`, or `PostgresError` when the server is away.
    package func migrate(report: @escaping @Sendable (Migration) -> Void = { _ in }) async throws -> [Int] {
        let migrations = migrations
        return try await ScriptSession.run(on: address) { session in
            // Whoever comes second waits here, then finds nothing to do.
            try session.run("select pg_advisory_lock(\(Self.lockKey))")
            try session.run(
                """
                create table if not exists public.schema_migrations (
                    version integer primary key,
                    name text not null,
                    checksum text not null,
                    applied_at timestamptz not null default now()
                )
                """)
            let status = try Self.status(of: migrations, session)
            for migration in migrations where status.pending.contains(migration.version) {
                report(migration)
                do throws(PostgresError) {
                    try session.run("begin")
                    try session.run(migration.sql)
                    try session.run(
                        "insert into public.schema_migrations (version, name, checksum) values ($1::integer, $2, \(Self.checksum("$3")))",
                        ["\(migration.version)", migration.name, migration.sql])
                    try session.run("commit")
                } catch {
                    guard case .server(let serverError) = error else { throw error }
                    throw Refusal.failed(version: migration.version, name: migration.name, serverError)
                }
            }
            return status.pending
        }
    }

    /// What has run and what is missing. Needs nothing but the right to read `schema_migrations`.
    package func status() async throws -> Status {
        let migrations = migrations
        return try await ScriptSession.run(on: address) { session in
            guard try session.run("select to_regclass('public.schema_migrations') is not null").first?.first == "t" else {
                return Status(applied: [], pending: migrations.map(\.version))
            }
            return try Self.status(of: migrations, session)
        }
    }

    private static func status(of migrations: [Migration], _ session: ScriptSession) throws -> Status {
        let known = Dictionary(uniqueKeysWithValues: migrations.map { ($0.version, $0) })
        var applied: [Int] = []
        for row in try session.run("select version, name, checksum from public.schema_migrations order by version") {
            guard let version = row[0].flatMap({ Int($0) }), let name = row[1] else { continue }
            guard let migration = known[version] else { throw Refusal.unknown(version: version, name: name) }
            let expected = try session.run("select \(checksum("$1"))", [migration.sql]).first?.first
            guard expected == row[2] else { throw Refusal.changed(version: version, name: name) }
            applied.append(version)
        }
        return Status(applied: applied, pending: migrations.map(\.version).filter { !applied.contains($0) })
    }

    /// The server hashes, so that this module needs no cryptography of its own.
    private static func checksum(_ parameter: String) -> String { "encode(sha256(convert_to(\(parameter)::text, 'UTF8')), 'hex')" }
}
