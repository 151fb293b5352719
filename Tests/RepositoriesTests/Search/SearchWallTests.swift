import Domain
import Postgres
import Support
import Testing

/// What the database refuses around search documents, whatever the code above asks: they have no row security of the usual kind.
@Suite("The wall around search documents")
struct SearchWallTests {
    @Test("Without a tenant there is no document, with one only that tenant's, and after the transaction none again")
    func rows() async throws {
        try await withNeighbours { mine, theirs in
            let documents = "select count(*) from helpdesk.search_documents"
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                #expect(try session.run(documents) == [["0"]])
                try session.run("begin")
                try session.run("set local app.tenant_id = '\(mine)'")
                #expect(try session.run("select distinct tenant_id from helpdesk.search_documents") == [["\(mine)"]])
                #expect(try session.run(documents) == [["2"]])
                #expect(try session.run("\(documents) where tenant_id = \(theirs)") == [["0"]])
                #expect(try session.run("\(documents) where words @@ to_tsquery('simple', 'printer') or true") == [["2"]])
                try session.run("commit")
                #expect(try session.run(documents) == [["0"]])
                // An empty setting is what is left of a local one.
                #expect(try session.run("select current_setting('app.tenant_id', true)") == [[""]])
            }
        }
    }

    @Test("Nobody but the owner reads or writes the table below the view")
    func table() async throws {
        try await withNeighbours { mine, _ in
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                for statement in [
                    "select from search.documents", "select words from search.documents where tenant_id = \(mine)",
                    "insert into search.documents values (\(mine), 99, false, '', '', '')", "update search.documents set hidden = true",
                    "delete from search.documents", "truncate search.documents", "lock table search.documents",
                    "copy search.documents to stdout", "alter view helpdesk.search_documents reset (check_option)",
                    "create or replace view helpdesk.search_documents as select * from search.documents",
                    "create function search.mine() returns int language sql return 1",
                ] {
                    #expect(attempt(statement, as: mine, session) == .refused("42501"), "\(statement)")
                }
            }
        }
    }

    @Test("A document cannot be written into another tenant, moved there, or changed or deleted there")
    func writes() async throws {
        try await withNeighbours { mine, theirs in
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                let view = "helpdesk.search_documents"
                let ticket = "ticket_id, true, 'stolen', '', '' from \(view) limit 1"
                // What the view lets through, the table's own wall would refuse as well: either is a refusal of the wall.
                let refusals: [Outcome] = [.refused("44000"), .refused("42501")]
                for statement in [
                    "insert into \(view) select \(theirs), \(ticket)", "update \(view) set tenant_id = \(theirs)",
                    "insert into \(view) select \(theirs), \(ticket) on conflict (tenant_id, ticket_id) do update set subject = 'stolen'",
                ] {
                    #expect(refusals.contains(attempt(statement, as: mine, session)), "\(statement)")
                }
                try session.run("begin")
                try session.run("set local app.tenant_id = '\(mine)'")
                for verb in ["update \(view) set subject = 'stolen'", "delete from \(view)"] {
                    #expect(try session.run("\(verb) where tenant_id = \(theirs) returning 1").isEmpty, "\(verb)")
                }
                #expect(try session.run("update \(view) set subject = 'mine' returning 1").count == 2)
                #expect(try session.run("delete from \(view) returning 1").count == 2)
                try session.run("commit")
            }
            let left = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
                try session.run(
                    "select tenant_id, subject from search.documents where tenant_id in (\(mine), \(theirs)) order by ticket_id")
            }
            #expect(left == [["\(theirs)", "my printer is on fire"], ["\(theirs)", "my printer is on fire"]])
        }
    }

    /// Two helpdesks with two tickets each, under the same numbers.
    private func withNeighbours(_ body: (_ mine: ID<Tenant>, _ theirs: ID<Tenant>) async throws -> Void) async throws {
        try await withTenant { one in
            try await withTenant { other in
                for tenant in [one, other, one, other] { _ = try await tenant.makeTicket("My printer is on fire") }
                try await body(one.tenant.id, other.tenant.id)
            }
        }
    }

    private enum Outcome: Equatable {
        case done
        /// With this SQL state; 42501 is said for a missing privilege and by row security, 44000 by a view's check.
        case refused(String)
    }

    /// What a tenant's transaction gets for a statement; it is taken back.
    private func attempt(_ sql: String, as tenant: ID<Tenant>, _ session: ScriptSession) -> Outcome {
        do {
            try session.run("begin")
            try session.run("set local app.tenant_id = '\(tenant)'")
            defer { _ = try? session.run("rollback") }
            try session.run(sql)
            return .done
        } catch PostgresError.server(let error) {
            return .refused(error.sqlState)
        } catch {
            Issue.record(error)
            return .done
        }
    }
}
