import Domain
import Postgres
import Services
import Support
import Testing

@Suite("Nothing of a purged ticket stays")
struct PurgeEverythingTests {
    @Test("Every table that knows a ticket by its number has forgotten it")
    func noRowAnywhere() async throws {
        try await withTenant { tenant in
            let id = try await tenant.makeTicket(in: .hidden(.spam, from: .pending)).id
            let other = try await tenant.makeTicket()
            let marker = tenant.marker
            try await tenant.furnish(id, linkedWith: other.id, marker: marker)
            try await tenant.sql("update helpdesk.tickets set legal_hold = null where tenant_id = $tenant and id = \(id)")
            let before = try await tenant.rows(of: id)
            let ending = try await tenant.purge(.spam)
            let after = try await tenant.rows(of: id)
            let others = try await tenant.rows(of: other.id)
            #expect(ending.run.figures.purged == 1)
            #expect(before.count >= 9)
            for (table, count) in before { #expect(count > 0, "\(table) is empty: put a row into it in TestTenant.furnish") }
            #expect(after == before.mapValues { _ in 0 })
            #expect(others["helpdesk.messages"] == 1)
        }
    }

    @Test("No word that stood on it is left in any table of the database, the history of others and the jobs included")
    func noWordAnywhere() async throws {
        try await withTenant { tenant in
            let desk = tenant.helpdesk
            let word = tenant.marker
            let ticket = try await tenant.makeTicket("Subject \(word)", message: "Text \(word)")
            let duplicate = try await tenant.makeTicket("Duplicate \(word)", message: "Again \(word)")
            let related = try await tenant.makeTicket()
            var patch = try TicketPatch.subject("New \(word)")
            patch.labels = Labels([try #require(Label(word))])
            let change = patch
            _ = try await tenant.byAgent { try await desk.updateTicket(ticket.id, change, $0) }
            _ = try await tenant.byAgent { try await desk.reply(to: ticket.id, text("Reply \(word)"), $0) }
            _ = try await tenant.byAgent { try await desk.addNote(to: ticket.id, text("Note \(word)"), $0) }
            _ = try await tenant.byAgent { try await desk.link(ticket.id, with: related.id, $0) }
            _ = try await tenant.byAgent { try await desk.mergeTickets([duplicate.id], into: ticket.id, $0) }
            try await tenant.hold(ticket.id)
            _ = try await tenant.byAdmin { try await desk.setLegalHold(LegalHold("Hold \(word)"), on: ticket.id, $0) }
            _ = try await tenant.byAdmin { try await desk.setLegalHold(nil, on: ticket.id, $0) }
            let once = Once<Ticket>(key: "key", requestHash: [1]) {
                RecordedAnswer(status: 200, etag: nil, location: nil, body: $0.subject.text, ticket: $0.id)
            }
            _ = try await tenant.byAgent { try await desk.hideTicket(ticket.id, as: .deleted, $0, once: once) }
            let before = try await tenant.tables(with: word)
            try await tenant.purge(.deleted)
            let after = try await tenant.tables(with: word)
            #expect(
                before.isSuperset(of: [
                    "helpdesk.tickets", "helpdesk.messages", "helpdesk.ticket_history", "helpdesk.ticket_labels",
                    "helpdesk.idempotency_keys",
                ]))
            #expect(after == [])
        }
    }

    @Test("The answer that was kept for a repeated request goes with its ticket, and those about other tickets stay")
    func keptAnswers() async throws {
        try await withTenant { tenant in
            func make(_ key: String) async throws -> Ticket {
                let subject = try #require(Subject("Once"))
                let once = Once<Ticket>(key: key, requestHash: [1]) {
                    RecordedAnswer(status: 201, etag: nil, location: nil, body: "ticket \($0.id)", ticket: $0.id)
                }
                let draft = TicketDraft(subject: subject, body: text("Hello"), requester: .user(tenant.userID))
                return try await tenant.byAgent { try await tenant.helpdesk.createTicket(draft, $0, once: once) }
            }
            let one = try await make("one")
            let other = try await make("other")
            await #expect(throws: Replay.self) { try await make("one") }
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(one.id, as: .spam, $0) }
            try await tenant.purge(.spam)
            let kept = try await tenant.sql("select key, body from helpdesk.idempotency_keys where tenant_id = $tenant")
            #expect(kept == [["other", "ticket \(other.id)"]])
        }
    }

    @Test("Whoever asks for its number is told that there is no such ticket, whatever they want")
    func numberIsGone() async throws {
        try await withTenant { tenant in
            let desk = tenant.helpdesk
            let id = try await tenant.hide(1, as: .spam)[0]
            let other = try await tenant.makeTicket()
            try await tenant.purge(.spam)
            let agent = tenant.agent.access
            let patch = try TicketPatch.subject("New")
            let refusals: [Refusal?] = [
                await refusal { _ = try await desk.readTicket(id, messages: true, history: true, agent) },
                await refusal { _ = try await desk.readTicket(id, messages: false, history: false, tenant.user.access) },
                await refusal { _ = try await desk.listMessages(on: id, after: nil, limit: 5, agent) },
                await refusal { _ = try await desk.listHistory(of: id, after: nil, limit: 5, agent) },
                await refusal { _ = try await desk.reply(to: id, text("Hello"), agent) },
                await refusal { _ = try await desk.reply(to: id, text("Hello"), tenant.user.access) },
                await refusal { _ = try await desk.addNote(to: id, text("Hello"), agent) },
                await refusal { _ = try await desk.updateTicket(id, patch, agent) },
                await refusal { _ = try await desk.hideTicket(id, as: .deleted, agent) },
                await refusal { _ = try await desk.restoreTicket(id, Restoration(), agent) },
                await refusal { _ = try await desk.setLegalHold(LegalHold("Late"), on: id, tenant.admin.access) },
                await refusal { _ = try await desk.link(id, with: other.id, agent) },
            ]
            for (index, refused) in refusals.enumerated() { #expect(refused == .notFound, "number \(index)") }
            // It is never given to another one.
            let next = try await tenant.makeTicket()
            #expect(next.id.value > other.id.value)
        }
    }
}

extension TestTenant {
    /// A word that stands nowhere else in the database: the tenant's number in letters.
    fileprivate var marker: String { "word" + String(decoding: "\(tenant.id)".utf8.map { $0 + 49 }, as: UTF8.self) + "z" }

    /// How many rows of each table that knows tickets by their number are this ticket's. The catalogue says which tables there are.
    fileprivate func rows(of id: ID<Ticket>) async throws -> [String: Int] {
        let tables = try await sql(
            """
            select attrelid::regclass::text
            from pg_attribute
            join pg_class on pg_class.oid = attrelid
            where attname = 'ticket_id' and relnamespace in ('helpdesk'::regnamespace, 'installation'::regnamespace) and relkind in ('r', 'p')
            """)
        var counts: [String: Int] = [:]
        for table in tables.compactMap({ $0[0] }) {
            let rows = try await sql("select count(*) from \(table) where tenant_id = $tenant and ticket_id = \(id)")
            counts[table] = Int(rows[0][0] ?? "")
        }
        return counts
    }

    /// The tables in which this word stands, in whatever column and whosever row.
    fileprivate func tables(with word: String) async throws -> Set<String> {
        let tables = try await sql(
            """
            select oid::regclass::text
            from pg_class
            where relnamespace in ('helpdesk'::regnamespace, 'installation'::regnamespace) and relkind in ('r', 'p')
            """)
        var found: Set<String> = []
        for table in tables.compactMap({ $0[0] }) {
            let rows = try await sql("select count(*) from \(table) as kept where kept::text like '%\(word)%'")
            if rows != [["0"]] { found.insert(table) }
        }
        return found
    }
}
