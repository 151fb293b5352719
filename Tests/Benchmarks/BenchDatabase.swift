import Foundation
import JSON
import Postgres
import Schema

/// The throw-away PostgreSQL that everything is measured on: migrated and filled as a real one, and as safe on disk (`fsync` and
/// `synchronous_commit` stay on).
struct BenchDatabase {
    private let cluster: EmbeddedCluster

    var applicationURL: String { cluster.connectionString(role: "deskyard_app", database: "deskyard") }

    var administrator: ServerAddress {
        ServerAddress(cluster.connectionString(role: EmbeddedCluster.superuser, database: "deskyard"))
    }

    /// Makes it and starts it.
    init(in workplace: Workplace, _ options: Options, settings: [String: String] = [:]) throws {
        let usual = [
            "shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min", "autovacuum": "off",
            // pgbench's clients and the service's pool at the same time, and a few more.
            "max_connections": "\(2 * options.clients + 60)",
        ]
        cluster = try EmbeddedCluster(folder: workplace.folder, settings: usual.merging(settings) { $1 })
        do {
            try cluster.start()
        } catch {
            cluster.destroy()
            throw error
        }
    }

    func destroy() { cluster.destroy() }

    func prepare() async throws {
        let everything = cluster.connectionString(role: EmbeddedCluster.superuser, database: "postgres")
        try await ScriptSession.run(on: ServerAddress(everything)) { session in
            try session.run(Schema.roles)
            try session.run("create database deskyard owner deskyard_owner")
        }
        let owner = ServerAddress(cluster.connectionString(role: "deskyard_owner", database: "deskyard"))
        _ = try await Migrator(Schema.migrations, on: owner).migrate()
    }

    /// Fills it with `deskyard bench-data`, and answers the tenants that have a visible ticket, the largest first.
    func fill(with deskyard: Program, in workplace: Workplace, _ options: Options) async throws -> [BenchTenant] {
        let file = workplace.path("bench.json")
        _ = try await deskyard.run(
            [
                "bench-data", "--tickets", "\(options.tickets)", "--tenants", "\(options.tenants)", "--output", file,
                "--database-url", applicationURL,
            ],
            log: workplace.path("bench-data.log"), limit: .seconds(3600))
        try await vacuum()
        let contents = try await contents()
        let made = try JSONValue(parsing: Data(contentsOf: URL(fileURLWithPath: file))).array ?? []
        let tenants = made.compactMap { BenchTenant($0, contents: contents) }.filter { $0.hidden.count < $0.tickets }
        guard !tenants.isEmpty else { throw Failure("\(file) names no helpdesk with a visible ticket") }
        return tenants.sorted { $0.tickets > $1.tickets }
    }

    func vacuum() async throws {
        try await ScriptSession.run(on: administrator) { session in _ = try session.run("vacuum (analyze)") }
    }

    func version() async throws -> String {
        try await ScriptSession.run(on: administrator) { try $0.run("show server_version").first?.first.flatMap { $0 } ?? "" }
    }

    /// By tenant: how many users it has, and the numbers of its hidden tickets.
    private func contents() async throws -> [Int64: BenchTenant.Contents] {
        let rows = try await ScriptSession.run(on: administrator) { session in
            try session.run(
                """
                select
                    tenant_id, (select count(*) from helpdesk.users where users.tenant_id = tickets.tenant_id),
                    string_agg(id::text, ' ') filter (where hidden_at is not null)
                from helpdesk.tickets
                group by tenant_id
                """)
        }
        var all: [Int64: BenchTenant.Contents] = [:]
        for row in rows {
            guard let tenant = row[0].flatMap({ Int64($0) }), let users = row[1].flatMap({ Int($0) }) else { continue }
            all[tenant] = BenchTenant.Contents(users: users, hidden: (row[2] ?? "").split(separator: " ").compactMap { Int64($0) })
        }
        return all
    }
}
