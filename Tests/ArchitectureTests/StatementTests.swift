import Domain
import Postgres
import Repositories
import Support
import Testing

@Suite struct StatementTests {
    private static let composed =
        ListCombinations.all.map(\.sql) + MassCombinations.all.map(\.sql) + SearchCombinations.all.map(\.sql)
        + QueueCombinations.all.map(\.sql)

    @Test("every statement of every repository is in the catalogue")
    func catalogueIsComplete() {
        let files = SourceTree.files(under: "Sources/Repositories")
        let tenant = files.map { $0.text.split(separator: ": String, TenantSQL {").count - 1 }.reduce(0, +)
        let system = files.map { $0.text.split(separator: ": String, SystemSQL {").count - 1 }.reduce(0, +)
        #expect(StatementCatalogue.tenant.count == tenant)
        #expect(StatementCatalogue.system.count == system)
        #expect(StatementCatalogue.tenantStatements.count > 20)
    }

    @Test("no SQL stands outside the repositories and the Postgres layer")
    func sqlStaysInRepositories() {
        for folder in ["Domain", "JSON", "Services", "API", "Jobs"] {
            for file in SourceTree.files(under: "Sources/\(folder)") {
                for phrase in ["select ", "insert into ", "update helpdesk", "delete from "] {
                    #expect(!file.text.contains("\"\(phrase)") && !file.text.contains("    \(phrase)"), "\(file.path): \(phrase)")
                }
            }
        }
    }

    @Test("every statement can be prepared against the migrated schema, as the application's role")
    func statementsPrepare() async throws {
        let address = try await TestInstallation.shared.value.address
        try await ScriptSession.run(on: address) { session in
            for (index, sql) in (StatementCatalogue.tenantStatements + StatementCatalogue.systemStatements + Self.composed).enumerated() {
                do { try session.run("prepare p\(index) as \(sql)") } catch { Issue.record("\(error) in:\n\(sql)") }
            }
        }
    }

    @Test("every statement on tenants' tables binds the tenant to $1, as a bigint")
    func statementsBindTheTenant() async throws {
        let address = try await TestInstallation.shared.value.address
        let statements = StatementCatalogue.tenantStatements + Self.composed
        try await ScriptSession.run(on: address) { session in
            for (index, sql) in statements.enumerated() {
                let isInsert = sql.hasPrefix("insert into") && (sql.contains("(tenant_id") || sql.contains("\n    tenant_id"))
                let insertsTenant = sql.contains("values ($1") || sql.contains("select $1,")
                let bindsTenant = sql.contains("tenant_id = $1")
                #expect(bindsTenant || (isInsert && insertsTenant), "no tenant in:\n\(sql)")
                try session.run("prepare t\(index) as \(sql)")
                let types = try session.run("select parameter_types[1]::text from pg_prepared_statements where name = 't\(index)'")
                #expect(types.first?.first == "bigint", "$1 is no bigint in:\n\(sql)")
                // Each table of a tenant that is read beside another is tied to its tenant.
                let tables = sql.split(separator: "helpdesk.").count - 1
                let ties = sql.split(separator: "tenant_id").count - 1
                #expect(tables <= ties || sql.contains("helpdesk.refuse"), "a table without its tenant in:\n\(sql)")
            }
        }
    }
}
