import Foundation
import Glibc
import Logging
import Postgres
import Repositories
import Schema
import Services

/// A PostgreSQL of the test run's own, whatever else runs on the machine; gone when the run ends.
package struct TestCluster: Sendable {
    package let cluster: EmbeddedCluster
    private let template = Template()

    /// Shared by all tests that leave the server alone.
    package static let shared = Task { try TestCluster(named: "shared") }

    /// Without waiting for the disk: a test survives no power cut anyway, and a killed server loses nothing by it.
    package init(named name: String, settings: [String: String] = [:]) throws {
        Self.removeLeftovers()
        let quick = [
            "fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "400",
            "deadlock_timeout": "50ms",
        ]
        cluster = try EmbeddedCluster(
            folder: "/tmp/deskyard-test-\(getpid())/\(name)", settings: quick.merging(settings) { $1 })
        try cluster.start()
        // After the last test nobody is left to stop it.
        Self.stopAtExit(cluster)
    }

    package func address(role: String = EmbeddedCluster.superuser, database: String = "postgres") -> ServerAddress {
        ServerAddress(cluster.connectionString(role: role, database: database))
    }

    /// Safe to call from tests that run at the same time.
    package func makeRoles() async throws {
        try await ScriptSession.run(on: address()) { session in
            try session.run("select pg_advisory_lock(2)")
            _ = try session.run(Schema.roles)
        }
    }

    /// A database with the whole schema, copied from a template that is migrated once for each cluster.
    package func makeDatabase(named name: String) async throws {
        try await template.made(in: self)
        try await ScriptSession.run(on: address()) { session in
            _ = try session.run("create database \(name) template template_deskyard owner deskyard_owner")
        }
    }

    /// Whoever comes first makes it, and nobody copies it before it is whole.
    private actor Template {
        private var making: Task<Void, any Error>?

        func made(in cluster: TestCluster) async throws {
            let making = making ?? Task { try await cluster.makeTemplate() }
            self.making = making
            try await making.value
        }
    }

    private func makeTemplate() async throws {
        try await makeRoles()
        try await ScriptSession.run(on: address()) { session in
            _ = try session.run("create database template_deskyard owner deskyard_owner")
        }
        _ = try await Migrator(Schema.migrations, on: address(role: "deskyard_owner", database: "template_deskyard")).migrate()
    }

    package func destroy() { cluster.destroy() }

    private static func stopAtExit(_ cluster: EmbeddedCluster) {
        running.append(cluster)
    }

    private static let running = Running()

    private final class Running: @unchecked Sendable {
        private let lock = NSLock()
        private var clusters: [EmbeddedCluster] = []

        init() { atexit { TestCluster.running.destroyAll() } }

        func append(_ cluster: EmbeddedCluster) { lock.withLock { clusters.append(cluster) } }

        func destroyAll() {
            for cluster in lock.withLock({ clusters }) { cluster.destroy() }
            try? FileManager.default.removeItem(atPath: "/tmp/deskyard-test-\(getpid())")
        }
    }

    /// Of runs that were killed.
    private static func removeLeftovers() {
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp")) ?? [] where name.hasPrefix("deskyard-test-") {
            guard let process = Int32(name.dropFirst("deskyard-test-".count)), kill(process, 0) != 0, errno == ESRCH else { continue }
            for folder in (try? FileManager.default.contentsOfDirectory(atPath: "/tmp/\(name)")) ?? [] {
                (try? EmbeddedCluster(folder: "/tmp/\(name)/\(folder)"))?.destroy()
            }
            try? FileManager.default.removeItem(atPath: "/tmp/\(name)")
        }
    }
}
