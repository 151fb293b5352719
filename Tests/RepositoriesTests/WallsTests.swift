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

    /// A helpdesk with something in every table.
    private func withFurnishedTenant(_ body: (TestTenant) async throws -> Void) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let other = try await tenant.makeTicket()
            try await tenant.furnish(ticket.id, linkedWith: other.id, marker: "furnished")
            try await body(tenant)
        }
    }

    @Test("without a tenant the application's role sees no row of any helpdesk, and with one exactly that tenant's")
    func rowsAreWalledOff() async throws {
        try await withFurnishedTenant { one in
            try await withFurnishedTenant { other in
                let mine = one.tenant.id
                let theirs = other.tenant.id
                let counts = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
                    var counts: [String: [[String?]]] = [:]
                    for table in try tenantTables(session) {
                        counts[table] = try session.run("select count(*) from \(table) where tenant_id = \(mine)")
                        let others = try session.run("select count(*) from \(table) where tenant_id = \(theirs)")
                        #expect(counts[table] != [["0"]] && others != [["0"]], "\(table) is empty: put a row into it in TestTenant.furnish")
                    }
                    return counts
                }
                #expect(counts.count >= 31)
                try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                    let seen = try Set(tenantTables(session))
                    #expect(seen == Set(counts.keys))
                    for (table, count) in counts {
                        #expect(try session.run("select count(*) from \(table)") == [["0"]], "\(table) without a tenant")
                        try session.run("begin")
                        try session.run("set local app.tenant_id = '\(mine)'")
                        #expect(try session.run("select distinct tenant_id from \(table)") == [["\(mine)"]], "\(table) shows others")
                        #expect(try session.run("select count(*) from \(table)") == count, "\(table) hides what is one's own")
                        try session.run("commit")
                        #expect(try session.run("select count(*) from \(table)") == [["0"]], "\(table) after the transaction")
                    }
                }
            }
        }
    }

    @Test("whatever the table, no row can be written into another tenant, nor be changed, moved or deleted there")
    func everyTableStaysHome() async throws {
        try await withFurnishedTenant { one in
            try await withFurnishedTenant { other in
                let mine = one.tenant.id
                let theirs = other.tenant.id
                try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                    let tables = try tenantTables(session)
                    #expect(tables.count >= 31)
                    for table in tables {
                        let written = try attempt("insert into \(table) (tenant_id) values (\(theirs))", as: mine, session)
                        #expect(written == .refused("42501"), "\(table) takes rows for others")
                        // At home the same row meets nothing worse than a rule of the table; else the line above would say nothing.
                        let atHome = try attempt("insert into \(table) (tenant_id) values (\(mine))", as: mine, session)
                        #expect(atHome != .refused("42501"), "\(table)")
                        let moved = try attempt("update \(table) set tenant_id = \(theirs) returning 1", as: mine, session)
                        #expect(moved == .refused("42501"), "\(table) lets rows go to others")
                        for verb in ["update \(table) set tenant_id = tenant_id", "delete from \(table)"] {
                            let done = try attempt("\(verb) where tenant_id = \(theirs) returning 1", as: mine, session)
                            #expect([.done(rows: 0), .refused("42501")].contains(done), "\(verb)")
                        }
                    }
                }
            }
        }
    }

    @Test("a row cannot point to what its tenant does not have, and what was cannot be rewritten")
    func rowsPointHome() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
                for (sql, sqlState) in [
                    ("update helpdesk.tickets set agent_id = 424242 where id = \(ticket.id)", "23503"),
                    ("delete from helpdesk.ticket_history", "42501"),
                    ("update helpdesk.ticket_history set event = 'noted'", "42501"),
                    ("update helpdesk.messages set body = 'Never mind'", "42501"),
                    ("truncate helpdesk.tickets", "42501"),
                    ("set role deskyard_owner", "42501"),
                    ("alter table helpdesk.tickets disable row level security", "42501"),
                ] {
                    let outcome = try attempt(sql, as: tenant.tenant.id, session)
                    #expect(outcome == .refused(sqlState), "\(sql)")
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

    private enum Outcome: Equatable {
        case done(rows: Int)
        /// With this SQL state; 42501 is said for a missing privilege and by row security.
        case refused(String)
    }

    /// What a tenant's transaction gets for a statement; it is taken back.
    private func attempt(_ sql: String, as tenant: ID<Tenant>, _ session: ScriptSession) throws -> Outcome {
        try session.run("begin")
        try session.run("set local app.tenant_id = '\(tenant)'")
        let outcome: Outcome
        do {
            outcome = .done(rows: try session.run(sql).count)
        } catch PostgresError.server(let error) {
            outcome = .refused(error.sqlState)
        }
        try session.run("rollback")
        return outcome
    }
}
