import ArgumentParser
import Foundation
import Glibc
import JSON
import Postgres
import Schema
import Services

struct Dev: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs everything on a private PostgreSQL, with two demo helpdesks.",
        discussion: """
            The database is made on the first start and kept between starts; it is reached by a Unix socket only.
            Tokens and addresses are written to <data>/dev.json, readable by you alone.

            EXAMPLES
              deskyard dev
              deskyard dev --data /tmp/try --port 0
            """)

    @Option(help: "Folder for the database and dev.json.") var data = ".deskyard"
    @OptionGroup var options: SettingOptions

    func run() async throws {
        try await explaining {
            let lock = try FolderLock(folder: data)
            defer { lock.release() }
            let cluster = try EmbeddedCluster(folder: data)
            say("starting PostgreSQL in \(cluster.dataFolder) …")
            try cluster.start()
            do {
                try await serve(on: cluster)
            } catch {
                try? cluster.stop()
                throw error
            }
            say("stopping PostgreSQL …")
            try cluster.stop()
        }
    }

    private func serve(on cluster: EmbeddedCluster) async throws {
        let database = DevDatabase(cluster: cluster)
        try await database.prepare()
        let settings = try await options.settings(overriding: [
            .databaseURL: database.applicationURL, .migrationDatabaseURL: database.ownerURL,
        ])
        let observability = try Observability.start(settings)
        let app = try App(settings, logger: observability.logger)
        let file = DevFile(path: data + "/dev.json")
        let tokens: DevFile.Tokens
        if let kept = file.read() {
            tokens = kept
        } else {
            say("filling two demo helpdesks with a week of tickets …")
            tokens = try await DemoData(database: Database(app.pool), installation: app.installation).fill()
            // At once: a start that fails from here on must not fill them again.
            try file.write(tokens, baseURL: "", databaseURL: database.applicationURL)
        }
        let host = try settings.text(.host)
        try await app.serve(settings, metrics: observability.metrics) { port in
            let url = "http://\(host):\(port)"
            try file.write(tokens, baseURL: url, databaseURL: database.applicationURL)
            say(
                """

                Deskyard listens on \(url)
                  documentation  \(url)/docs
                  tokens         \(data)/dev.json
                  database       psql "\(database.applicationURL)"   (then: set app.tenant_id = '1';)
                Try:
                  TOKEN=$(sed -n 's/.*"agent_token":"\\([^"]*\\)".*/\\1/p' \(data)/dev.json | head -n 1)
                  curl -s -H "Authorization: Bearer $TOKEN" '\(url)/v1/tickets?limit=2'
                Stop with Ctrl-C.

                """)
        }
    }
}

/// The demo's database in its cluster: made, migrated, and where it is.
struct DevDatabase {
    let cluster: EmbeddedCluster

    var applicationURL: String { cluster.connectionString(role: "deskyard_app", database: "deskyard") }
    var ownerURL: String { cluster.connectionString(role: "deskyard_owner", database: "deskyard") }

    func prepare() async throws {
        let administrator = cluster.connectionString(role: EmbeddedCluster.superuser, database: "postgres")
        try await ScriptSession.run(on: ServerAddress(administrator)) { session in
            try session.run(Schema.roles)
            if try session.run("select from pg_database where datname = 'deskyard'").isEmpty {
                try session.run("create database deskyard owner deskyard_owner")
            }
        }
        _ = try await Migrator(Schema.migrations, on: ServerAddress(ownerURL)).migrate { say("migrating: \($0.version) \($0.name)") }
    }
}

/// `dev.json`: how to reach the demo and with which tokens. Written whole or not at all, for the owner's eyes only.
struct DevFile {
    struct Tokens: Sendable {
        struct Tenant: Sendable {
            var slug: String
            var admin: String
            var agent: String
            var user: String
        }

        var systemOperator: String
        var tenants: [Tenant]
    }

    let path: String

    func read() -> Tokens? {
        guard let data = FileManager.default.contents(atPath: path), let json = try? JSONValue(parsing: data),
            let systemOperator = json["operator_token"]?.string, let tenants = json["tenants"]?.array
        else { return nil }
        return Tokens(
            systemOperator: systemOperator,
            tenants: tenants.compactMap { tenant in
                guard let slug = tenant["slug"]?.string, let admin = tenant["admin_token"]?.string,
                    let agent = tenant["agent_token"]?.string,
                    let user = tenant["user_token"]?.string
                else { return nil }
                return Tokens.Tenant(slug: slug, admin: admin, agent: agent, user: user)
            })
    }

    func write(_ tokens: Tokens, baseURL: String, databaseURL: String) throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("base_url")
            writer.string(baseURL)
            writer.key("operator_token")
            writer.string(tokens.systemOperator)
            writer.key("database_url")
            writer.string(databaseURL)
            writer.key("tenants")
            writer.array(tokens.tenants) { writer, tenant in
                writer.object { writer in
                    writer.key("slug")
                    writer.string(tenant.slug)
                    writer.key("admin_token")
                    writer.string(tenant.admin)
                    writer.key("agent_token")
                    writer.string(tenant.agent)
                    writer.key("user_token")
                    writer.string(tenant.user)
                }
            }
        }
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CommandFailure("cannot write \(draft): \(String(cString: strerror(errno)))") }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        // A line a tenant, so that people and sed can read it.
        let text = writer.text.replacing("\"tenants\":[", with: "\"tenants\":[\n").replacing("},{", with: "},\n{") + "\n"
        try handle.write(contentsOf: Data(text.utf8))
        try handle.close()
        guard rename(draft, path) == 0 else { throw CommandFailure("cannot write \(path): \(String(cString: strerror(errno)))") }
    }
}

/// Keeps a second `deskyard dev` out of the same folder.
private struct FolderLock {
    private let descriptor: Int32

    init(folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        descriptor = open(folder + "/dev.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure("another deskyard dev uses \(folder) already; stop it, or give another --data")
        }
    }

    func release() { close(descriptor) }
}
