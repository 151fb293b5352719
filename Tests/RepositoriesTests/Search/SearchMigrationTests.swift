import Foundation
import Postgres
import Schema
import Support
import Testing

@Suite("An installation that gets search documents by an update")
struct SearchMigrationTests {
    /// `0015_search_rebuilds`.
    private static let version = 15

    @Test("Each helpdesk there is, whatever its state, has them written by a job that nobody had to ask for; a new one has no need")
    func enqueued() async throws {
        let cluster = try await TestCluster.shared.value
        try await cluster.makeRoles()
        let name = "u" + UUID().uuidString.lowercased().replacing("-", with: "")
        try await ScriptSession.run(on: cluster.address()) { session in
            _ = try session.run("create database \(name) owner deskyard_owner")
        }
        let owner = cluster.address(role: "deskyard_owner", database: name)
        _ = try await Migrator(Array(Schema.migrations.prefix(Self.version - 1)), on: owner).migrate()
        let superuser = cluster.address(database: name)
        try await ScriptSession.run(on: superuser) { session in
            _ = try session.run(
                """
                insert into installation.tenants (slug, name, time_zone, state, created_at)
                values ('acme', 'Acme', 'UTC', 'active', now()), ('globex', 'Globex', 'UTC', 'suspended', now());
                insert into helpdesk.settings (tenant_id) select id from installation.tenants;
                """)
        }
        _ = try await Migrator(Schema.migrations, on: owner).migrate()
        let (jobs, rebuilds, languages) = try await ScriptSession.run(on: superuser) { session in
            (
                try session.run(
                    """
                    select slug, kind, class, payload, jobs.state
                    from installation.jobs
                    join installation.tenants on tenants.id = jobs.tenant_id
                    where kind = 'rebuild_search'
                    order by slug
                    """),
                try session.run(
                    """
                    select slug, user_id, through_ticket, tickets_done, finished_at
                    from helpdesk.search_rebuilds
                    join installation.tenants on tenants.id = search_rebuilds.tenant_id
                    order by slug
                    """), try session.run("select distinct search_language from helpdesk.settings")
            )
        }
        #expect(jobs == ["acme", "globex"].map { [$0, "rebuild_search", "5", "{}", "ready"] })
        #expect(rebuilds == ["acme", "globex"].map { [$0, "0", nil, "0", nil] })
        #expect(languages == [["english"]])
    }
}
