import Domain
import Postgres
import Support
import Testing

/// What the database itself refuses, whatever the code above asks.
@Suite struct WallsTests {
    /// Tables of the helpdesks, as the database knows them: a new one is covered without being listed here.
    private func tenantTables(_ session: ScriptSession) throws -> [String] {
        try session.run(
            "select oid::regclass::text from pg_class where relnamespace = 'helpdesk'::regnamespace and relkind in ('r', 'p') order by 1"
        ).compactMap { $0.first.flatMap { $0 } }
    }

    @Test("without a tenant the application's role sees no row of any helpdesk, and with one only that tenant's")
    func rowsAreWalledOff() async throws {
        try await withTenant { one in
            _ = try await one.makeTicket()
            try await withTenant { other in
                _ = try await other.makeTicket()
                try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                    let tables = try tenantTables(session)
                    #expect(tables.count >= 8)
                    for table in tables {
                        #expect(try session.run("select count(*) from \(table)") == [["0"]], "\(table) without a tenant")
                        try session.run("begin")
                        try session.run("set local app.tenant_id = '\(one.tenant.id)'")
                        let owners = try session.run("select distinct tenant_id from \(table)")
                        #expect(owners.allSatisfy { $0 == ["\(one.tenant.id)"] }, "\(table) shows others")
                        try session.run("commit")
                        #expect(try session.run("select count(*) from \(table)") == [["0"]], "\(table) after the transaction")
                    }
                }
            }
        }
    }

    @Test("a row cannot be written into another tenant, nor moved there, nor point there")
    func rowsStayHome() async throws {
        try await withTenant { one in
            let ticket = try await one.makeTicket()
            try await withTenant { other in
                try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                    func refuses(_ sql: String, with sqlState: String) throws {
                        try session.run("begin")
                        try session.run("set local app.tenant_id = '\(one.tenant.id)'")
                        do {
                            try session.run(sql)
                            Issue.record("not refused: \(sql)")
                        } catch PostgresError.server(let error) {
                            #expect(error.sqlState == sqlState, "\(error)")
                        }
                        try session.run("rollback")
                    }
                    try refuses(
                        "insert into helpdesk.users (tenant_id, id, email, created_at) values (\(other.tenant.id), 999, 'x@y.example', now())",
                        with: "42501")
                    try refuses("update helpdesk.tickets set tenant_id = \(other.tenant.id) where id = \(ticket.id)", with: "42501")
                    try refuses("update helpdesk.tickets set agent_id = 424242 where id = \(ticket.id)", with: "23503")
                    try refuses("delete from helpdesk.ticket_history", with: "42501")
                    try refuses("update helpdesk.ticket_history set event = 'noted'", with: "42501")
                    try refuses("truncate helpdesk.tickets", with: "42501")
                    try refuses("set role deskyard_owner", with: "42501")
                    try refuses("alter table helpdesk.tickets disable row level security", with: "42501")
                }
            }
        }
    }

    @Test("the schema refuses states that the domain does not have")
    func schemaGuardsItself() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                for (change, constraint) in [
                    ("status = 'lost'", "tickets_status_known"), ("status = 'spam'", "tickets_hidden_whole"),
                    ("hidden_at = now()", "tickets_hidden_whole"), ("status = 'resolved', resolved_at = null", "tickets_resolved_whole"),
                    ("urgency = 11", "tickets_urgency_range"), ("subject = ''", "tickets_subject_length"),
                    ("priority = 'asap'", "tickets_priority_known"),
                ] {
                    try session.run("begin")
                    try session.run("set local app.tenant_id = '\(tenant.tenant.id)'")
                    do {
                        try session.run("update helpdesk.tickets set \(change) where tenant_id = \(tenant.tenant.id) and id = \(ticket.id)")
                        Issue.record("not refused: \(change)")
                    } catch PostgresError.server(let error) {
                        #expect(error.constraint == constraint)
                    }
                    try session.run("rollback")
                }
            }
        }
    }
}
