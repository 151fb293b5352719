import Domain
import Services
import Support
import Testing

@Suite("Purging chosen tickets")
struct MassPurgeTests {
    @Test("Only hidden ones that are not held go, and a receipt for each status says so, in the chain with all others")
    func receipts() async throws {
        try await withTenant { tenant in
            let before = try await tenant.hide(1, as: .spam)
            try await tenant.purge(.spam)
            let spam = try await tenant.hide(3, as: .spam)
            let deleted = try await tenant.hide(2, as: .deleted)
            let left = try await tenant.hide(1, as: .deleted)
            try await tenant.hold(spam[2])
            let visible = try await tenant.newTicket()
            let action = try await tenant.act([.purge], on: before + spam + deleted + [visible.id], by: tenant.admin.token)
            let outcomes = try await tenant.outcomes(of: action)
            let there = try await tenant.everyTicket
            #expect(there == [spam[2], left[0], visible.id])
            #expect(action.figures == MassActionFigures(done: 4, skipped: 3))
            #expect(action.reasons == ["gone": 1, "on_hold": 1, "visible": 1])
            #expect((spam[..<2] + deleted).allSatisfy { outcomes[$0] == .done })
            #expect(action.undoUntil == nil)

            let chain = try await tenant.chain()
            #expect(chain.receipts == 3)
            #expect(chain.faults == [])
            let runs = try await tenant.nowByAdmin { try await tenant.helpdesk.listPurgeRuns(before: nil, limit: 10, $0).items }
            let ours = runs.filter { $0.run.scope == .selection }.sorted { $0.run.status.rawValue < $1.run.status.rawValue }
            #expect(ours.map(\.run.status) == [.deleted, .spam])
            #expect(ours.map(\.run.figures.purged) == [2, 2])
            #expect(ours.map(\.run.figures.messages) == [2, 2])
            #expect(
                ours.allSatisfy {
                    $0.run.massActionID == action.id && $0.run.state == .done && $0.run.trigger == .manual(by: tenant.adminID)
                })
            #expect(ours.allSatisfy { $0.receipt != nil })
        }
    }

    @Test("Where nothing went there is no receipt")
    func nothing() async throws {
        try await withTenant { tenant in
            let visible = try await tenant.newTicket()
            let action = try await tenant.act([.purge], on: [visible.id], by: tenant.admin.token)
            let chain = try await tenant.chain()
            #expect(action.reasons == ["visible": 1])
            #expect(chain.receipts == 0)
        }
    }

    @Test("Of one that was stopped, the receipt says what went")
    func cancelled() async throws {
        try await withTenant { tenant in
            let spam = try await tenant.hide(4, as: .spam)
            let action = try await tenant.begin([.purge], on: spam, by: tenant.admin.token)
            _ = try await tenant.piece(of: action, taking: 3)
            let cancelled = try await tenant.helpdesk.cancelMassAction(action.id, by: tenant.author(tenant.admin.token))
            let chain = try await tenant.chain()
            let figures = try await tenant.sql(
                "select scope, status, purged, messages from helpdesk.purge_receipts where tenant_id = $tenant")
            let there = try await tenant.everyTicket
            #expect(cancelled.figures == MassActionFigures(done: 3))
            #expect(chain.faults == [] && chain.receipts == 1)
            #expect(figures == [["selection", "spam", "3", "3"]])
            #expect(there == [spam[3]])
        }
    }

    @Test("Nothing of them stays but figures: daily totals are what they were, and the items say no more than the number")
    func totals() async throws {
        try await withTenant { tenant in
            let word = "word\(tenant.tenant.id)z"
            let ticket = try await tenant.newTicket()
            _ = try await tenant.update(ticket.id) { $0.labels = Labels([Label(unchecked: word)]) }
            tenant.clock.advance(seconds: 120)
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.reply(to: ticket.id, text("Hello \(word)"), status: .resolved, $0) }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, $0) }
            let many = try await tenant.fill(50, hidden: .spam)
            let before = try await tenant.totals()
            let action = try await tenant.begin([.purge], on: [ticket.id] + many, by: tenant.admin.token)
            _ = try await tenant.piece(of: action, taking: 10)
            let between = try await tenant.totals()
            _ = try await tenant.finish(action)
            let after = try await tenant.totals()
            let there = try await tenant.everyTicket
            let traces = try await tenant.sql(
                """
                select (select count(*) from helpdesk.messages where tenant_id = $tenant),
                    (select count(*) from helpdesk.ticket_history where tenant_id = $tenant),
                    (select count(*) from helpdesk.ticket_labels where tenant_id = $tenant),
                    (select count(*) from helpdesk.mass_action_items as kept where tenant_id = $tenant and kept::text like '%\(word)%')
                """)
            #expect(before.contains { $0.measure == .resolved && $0.count == 1 })
            #expect(before.contains { $0.measure == .created && $0.count == 51 })
            #expect(between == before)
            #expect(after == before)
            #expect(there.isEmpty)
            #expect(traces == [["0", "0", "0", "0"]])
        }
    }

    @Test("Only admins purge, and a ticket that was restored or held after the snapshot stays")
    func spared() async throws {
        try await withTenant { tenant in
            let spam = try await tenant.hide(4, as: .spam)
            let byAgent = await refusal { _ = try await tenant.begin([.purge], on: spam) }
            let action = try await tenant.begin([.purge], on: spam, by: tenant.admin.token)
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.restoreTicket(spam[0], Restoration(), $0) }
            try await tenant.hold(spam[1])
            _ = try await tenant.helpdesk.reply(to: spam[2], text("But I am real"), tenant.now(tenant.user))
            let ended = try await tenant.finish(action)
            let outcomes = try await tenant.outcomes(of: ended)
            let there = try await tenant.everyTicket
            #expect(byAgent == .forbidden("only admins purge tickets"))
            #expect(spam.map { outcomes[$0] } == [.skipped(.changedSince), .skipped(.onHold), .skipped(.changedSince), .done])
            #expect(there == Array(spam[..<3]))
        }
    }

    @Test("A purge of chosen tickets and one of all at the same time take each ticket once, and both leave their receipts")
    func besideARun() async throws {
        try await withTenant { tenant in
            let spam = try await tenant.fill(300, hidden: .spam)
            let action = try await tenant.begin([.purge], on: spam, by: tenant.admin.token)
            let run = try await tenant.start(.spam)
            async let ending = tenant.finish(run, by: 7)
            let ended = try await tenant.finish(action)
            let purged = try await ending.run.figures.purged
            let outcomes = try await tenant.outcomes(of: ended)
            let there = try await tenant.everyTicket
            let chain = try await tenant.chain()
            #expect(there.isEmpty)
            #expect(ended.figures.done + purged == 300)
            #expect(outcomes.values.allSatisfy { $0 == .done || $0 == .skipped(.gone) })
            #expect(chain.faults == [])
        }
    }
}

extension TestTenant {
    fileprivate func totals() async throws -> [DailyTotal] {
        let first = try #require(Timestamp("2026-01-01T00:00:00Z"))
        let end = try #require(Timestamp("2027-01-01T00:00:00Z"))
        return try await nowByAdmin { try await helpdesk.dailyTotals(.spam, from: first, to: end, $0) }
    }
}
