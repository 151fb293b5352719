import Domain
import Postgres
import Services
import Support
import Testing

@Suite("What the database lets nobody purge, whatever the service asks")
struct PurgeWallTests {
    @Test("The service's role deletes no visible and no held ticket, nor anything that hangs on one; only hidden ones go")
    func onlyHidden() async throws {
        try await withTenant { tenant in
            for status in VisibleStatus.allCases { _ = try await tenant.makeTicket(in: .visible(status)) }
            let heldAndVisible = try await tenant.makeTicket()
            try await tenant.hold(heldAndVisible.id)
            for status in HiddenStatus.allCases { try await tenant.hold(tenant.hide(1, as: status)[0]) }
            let kept = try await tenant.everyTicket
            let hidden = try await tenant.hide(2, as: .spam) + tenant.hide(1, as: .deleted)

            let gone = try await tenant.asService { session in
                try kept.flatMap { try session.run("delete from helpdesk.tickets where id = \($0) returning id") }
                    + session.run("delete from helpdesk.tickets where legal_hold is not null or hidden_at is null returning id")
            }
            let all = try await tenant.asService {
                try $0.run("with gone as (delete from helpdesk.tickets returning id) select id from gone order by id")
            }
            let left = try await tenant.everyTicket
            #expect(gone == [])
            #expect(all == hidden.map { ["\($0)"] })
            #expect(left == kept)
        }
    }

    @Test("Nor does it delete or change what was said and done, what purges left behind, or what is on record of them")
    func nothingElse() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.hide(1, as: .spam)
            try await tenant.purge(.deleted)
            _ = try await tenant.makeTicket()
            for statement in [
                "delete from helpdesk.messages", "delete from helpdesk.ticket_history", "delete from helpdesk.purge_receipts",
                "delete from helpdesk.purge_runs", "delete from helpdesk.daily_totals", "delete from helpdesk.purged_mails",
                "delete from helpdesk.purge_schedules", "update helpdesk.purge_receipts set purged = 0",
                "update helpdesk.purged_mails set purged_at = now()", "truncate helpdesk.messages",
                "alter table helpdesk.tickets disable row level security",
                "drop policy only_hidden on helpdesk.tickets",
            ] {
                let refused = try await tenant.asService { session -> String? in
                    do {
                        try session.run(statement)
                        return nil
                    } catch PostgresError.server(let error) {
                        return error.sqlState
                    }
                }
                #expect(refused == "42501", "\(statement)")
            }
            let left = try await tenant.everyTicket
            #expect(left.count == 2)
            #expect(left.first == hidden.first)
        }
    }

    @Test("A ticket that another helpdesk has hidden is out of reach, too")
    func othersToo() async throws {
        try await withTenant { tenant in
            try await withTenant { other in
                let theirs = try await other.hide(2, as: .spam)
                let gone = try await tenant.asService { session in
                    try session.run("delete from helpdesk.tickets where tenant_id = \(other.tenant.id) returning id")
                        + session.run("delete from helpdesk.tickets where id = \(theirs[0]) returning id")
                }
                let left = try await other.everyTicket
                #expect(gone == [])
                #expect(left == theirs)
            }
        }
    }
}

extension TestTenant {
    /// As the service's role in this helpdesk's transaction, which is committed.
    fileprivate func asService<Value: Sendable>(_ body: @escaping @Sendable (ScriptSession) throws -> Value) async throws -> Value {
        let number = tenant.id
        return try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
            try session.run("begin")
            try session.run("set local app.tenant_id = '\(number)'")
            let value = try body(session)
            try session.run("commit")
            return value
        }
    }
}
