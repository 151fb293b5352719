import Domain
import Postgres
import Support
import Testing

/// What the database refuses around search documents, whatever the code above asks: they have no row security of the usual kind.
@Suite("The wall around search documents")
struct SearchWallTests {
    private static let views = ["helpdesk.search_documents", "helpdesk.search_texts"]

    @Test("Without a tenant there is no document, with one only that tenant's, and after the transaction none again", arguments: views)
    func rows(_ view: String) async throws {
        try await withNeighbours { mine, theirs in
            let count = "select count(*) from \(view)"
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                #expect(try session.run(count) == [["0"]])
                try session.run("begin")
                try session.run("set local app.tenant_id = '\(mine)'")
                #expect(try session.run("select distinct tenant_id from \(view)") == [["\(mine)"]])
                #expect(try session.run(count) == [["3"]])
                #expect(try session.run("\(count) where tenant_id = \(theirs) or tenant_id is null") == [["0"]])
                #expect(try session.run("\(count) where ticket_id = 1 or true") == [["3"]])
                try session.run("commit")
                #expect(try session.run(count) == [["0"]])
                // An empty setting is what is left of a local one.
                #expect(try session.run("select current_setting('app.tenant_id', true)") == [[""]])
            }
        }
    }

    @Test("Nobody but the owner reads or writes the tables below the views", arguments: ["search.documents", "search.texts"])
    func tables(_ table: String) async throws {
        try await withNeighbours { mine, _ in
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                let view = table.replacing("search.", with: "helpdesk.search_")
                for statement in [
                    "select from \(table)", "select ticket_id from \(table) where tenant_id = \(mine)",
                    "insert into \(table) (tenant_id, ticket_id) values (\(mine), 99)", "update \(table) set ticket_id = 99",
                    "delete from \(table)", "truncate \(table)", "lock table \(table)", "copy \(table) to stdout",
                    "alter view \(view) reset (check_option)", "create or replace view \(view) as select * from \(table)",
                    "grant select on \(table) to deskyard_app", "alter table \(table) disable row level security",
                    "create function search.mine() returns int language sql return 1",
                ] {
                    #expect(attempt(statement, as: mine, session) == .refused("42501"), "\(statement)")
                }
            }
        }
    }

    @Test("A document cannot be written into another tenant, moved there, or changed or deleted there", arguments: views)
    func writes(_ view: String) async throws {
        try await withNeighbours { mine, theirs in
            // Of the last ticket, which has no number that they have.
            let rest = view.hasSuffix("texts") ? "'stolen', ''" : "true, ''"
            let stolen = "insert into \(view) select \(theirs), 3, \(rest)"
            let column = view.hasSuffix("texts") ? "subject = 'changed'" : "words = 'changed'"
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                for statement in [
                    stolen, "\(stolen) on conflict (tenant_id, ticket_id) do update set tenant_id = excluded.tenant_id",
                    "update \(view) set tenant_id = \(theirs) where ticket_id = 3",
                ] {
                    #expect(attempt(statement, as: mine, session) == .refused("44000"), "\(statement)")
                }
                try session.run("begin")
                try session.run("set local app.tenant_id = '\(mine)'")
                for verb in ["update \(view) set \(column)", "delete from \(view)"] {
                    #expect(try session.run("\(verb) where tenant_id = \(theirs) returning 1").isEmpty, "\(verb)")
                }
                #expect(try session.run("update \(view) set \(column) returning 1").count == 3)
                #expect(try session.run("delete from \(view) returning 1").count == 3)
                try session.run("commit")
            }
            let left = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
                let table = view.replacing("helpdesk.search_", with: "search.")
                return try session.run(
                    """
                    select count(*), count(*) filter (where \(column)), min(tenant_id), max(tenant_id)
                    from \(table)
                    where tenant_id in (\(mine), \(theirs))
                    """)
            }
            #expect(left == [["2", "0", "\(theirs)", "\(theirs)"]])
        }
    }

    /// Two helpdesks, one with three tickets and one with two, under the same numbers.
    private func withNeighbours(_ body: (_ mine: ID<Tenant>, _ theirs: ID<Tenant>) async throws -> Void) async throws {
        try await withTenant { one in
            try await withTenant { other in
                for tenant in [one, other, one, other, one] { _ = try await tenant.makeTicket("My printer is on fire") }
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
