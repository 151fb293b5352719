import Domain
import Services
import Support
import Testing

@Suite("Mass actions that are stopped, given up or tried again")
struct MassCancelRetryTests {
    @Test("Who stops one between two pieces stops it there: what was done is counted, and nothing more is done")
    func cancelled() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(5)
            let action = try await tenant.begin([.setPriority(.high)], on: ids + [ID(4711)])
            let first = try await tenant.piece(of: action, taking: 2)
            let running = try await tenant.read(action)
            tenant.clock.advance(seconds: 5)
            let cancelled = try await tenant.helpdesk.cancelMassAction(action.id, by: tenant.author())
            let next = try await tenant.piece(of: action)
            let read = try await tenant.read(action)
            let items = try await tenant.items(of: action)
            let priorities = try await tenant.sql(
                "select priority, count(*) from helpdesk.tickets where tenant_id = $tenant group by 1 order by 1")
            let parts = try await tenant.sql("select count(*) from helpdesk.mass_action_parts where tenant_id = $tenant")
            #expect(first.figures == MassActionFigures(done: 2))
            #expect(running.state == .running)
            #expect(running.figures == MassActionFigures(done: 2, skipped: 1))
            #expect(running.finishedAt == nil && running.itemsUntil == nil)
            #expect(cancelled.state == .cancelled)
            #expect(cancelled.total == 6)
            #expect(cancelled.figures == MassActionFigures(done: 2, skipped: 1))
            #expect(cancelled.reasons == ["gone": 1])
            #expect(cancelled.finishedAt == tenant.clock.now)
            #expect(next == .over)
            #expect(read == cancelled)
            #expect(items.map(\.ticketID) == [ID(4711), ids[0], ids[1]])
            #expect(priorities == [["high", "2"], ["normal", "3"]])
            #expect(parts == [["0"]])
            let again = await refusal { _ = try await tenant.helpdesk.cancelMassAction(action.id, by: tenant.author()) }
            #expect(again == .conflict(.massActionEnded))
        }
    }

    @Test("One that waits can be stopped, one that has ended cannot, one that is not there is not found")
    func states() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(2)
            let waiting = try await tenant.begin([.setPriority(.high)], on: ids)
            let cancelled = try await tenant.helpdesk.cancelMassAction(waiting.id, by: tenant.author())
            let over = try await tenant.carryOut(waiting.id)
            let done = try await tenant.act([.setPriority(.low)], on: ids)
            let late = await refusal { _ = try await tenant.helpdesk.cancelMassAction(done.id, by: tenant.author()) }
            let preview = try await tenant.preview([.setPriority(.high)], on: .ids(ids))
            let unknown = await refusal { _ = try await tenant.helpdesk.cancelMassAction(ID(done.id.value + 1), by: tenant.author()) }
            let reading = await refusal { _ = try await tenant.helpdesk.readMassAction(ID(done.id.value + 1), by: tenant.author()) }
            #expect(waiting.state == .queued)
            #expect(cancelled.state == .cancelled && cancelled.figures == MassActionFigures())
            #expect(over == nil)
            #expect(late == .conflict(.massActionEnded))
            // A preview has a number, too, and is none.
            #expect(preview.total == 2)
            #expect([unknown, reading] == [.notFound, .notFound])
        }
    }

    @Test("Who stops one in the middle of a piece waits for its end, and its tickets are counted")
    func cancelledInTheMiddle() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(6)
            let action = try await tenant.begin([.setPriority(.high)], on: ids)
            _ = try await tenant.piece(of: action, taking: 2)
            try await tenant.sql("update helpdesk.mass_action_parts set batch = 2 where tenant_id = $tenant")
            let scope = try await tenant.scope
            var lane = try #require(try await tenant.helpdesk.openLane(0, of: action.id, in: scope))
            // A piece that has locked its part and its tickets and cannot write what became of them.
            let block = """
                insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, version)
                values (\(tenant.tenant.id), \(action.id), \(ids[3]), 'done', 1)
                """
            let (piece, cancelled) = try await whileAnother(does: block) { other in
                let opened = lane
                let piece = Task {
                    var lane = opened
                    return try await tenant.helpdesk.massPiece(&lane, in: scope)
                }
                try await other.waitUntilItBlocksSomebody()
                let cancelled = Task { try await tenant.helpdesk.cancelMassAction(action.id, by: tenant.author()) }
                let waits = """
                    select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%size - taken as left%'
                    """
                while try await tenant.sql(waits) == [["0"]] {}
                return (piece, cancelled)
            }
            let (took, settled) = (try await piece.value, try await cancelled.value)
            let over = try await tenant.helpdesk.massPiece(&lane, in: scope)
            let read = try await tenant.read(action)
            let outcomes = try await tenant.items(of: action).map(\.ticketID)
            #expect(took.figures == MassActionFigures(done: 2))
            #expect(settled.figures == MassActionFigures(done: 4))
            #expect(over == .over)
            #expect(read == settled)
            #expect(outcomes == Array(ids[..<4]))
        }
    }

    @Test("A retry takes only what has failed, as it is now; while it goes on or where nothing failed there is none")
    func retried() async throws {
        try await withTenant { tenant in
            let cause = try await tenant.addField("cause") { $0.requiredForAgents = true }
            let fine = try await tenant.makeTicketWith(cause.key)
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(fine, as: .deleted, $0) }
            var faulty: [ID<Ticket>] = []
            for _ in 1...4 {
                let id = try await tenant.makeTicketWith(cause.key)
                _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(id, as: .deleted, $0) }
                faulty.append(id)
            }
            try await tenant.sql("update helpdesk.tickets set fields = '{}' where tenant_id = $tenant and id <> \(fine)")
            let visible = try await tenant.makeTicketWith(cause.key)
            let action = try await tenant.begin([.restore(.pending)], on: [fine, visible] + faulty)
            let early = await refusal { _ = try await tenant.retry(action) }
            let ended = try await tenant.finish(action)
            #expect(early == .conflict(.massActionRunning))
            #expect(ended.figures == MassActionFigures(done: 1, skipped: 1, failed: 4))

            // One is put right, one purged, one restored with all it needs, one left as it is.
            _ = try await tenant.update(faulty[0]) { $0.fields = [cause.key: .text("Rain")] }
            _ = try await tenant.act([.purge], on: [faulty[1]], by: tenant.admin.token)
            var restoration = Restoration()
            restoration.fields = [cause.key: .text("Rain")]
            let corrections = restoration
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.restoreTicket(faulty[2], corrections, $0) }
            let retried = try await tenant.retry(ended)
            let outcomes = try await tenant.outcomes(of: retried)
            #expect(retried.origin == .retry(of: ended.id))
            #expect(retried.actions == ended.actions)
            #expect(retried.id > ended.id)
            #expect(outcomes[faulty[0]] == .done)
            #expect(outcomes[faulty[1]] == .skipped(.gone))
            #expect(outcomes[faulty[2]] == .skipped(.already))
            #expect(outcomes[faulty[3]]?.reason == "invalid")
            #expect(outcomes.count == 4)

            // The retry can be tried again, and taken back.
            _ = try await tenant.update(faulty[3]) { $0.fields = [cause.key: .text("Rain")] }
            let third = try await tenant.retry(retried)
            let nothing = await refusal { _ = try await tenant.retry(third) }
            let undone = try await tenant.undo(third)
            let status = try await tenant.read(faulty[3]).status
            #expect(third.figures == MassActionFigures(done: 1))
            #expect(nothing == .conflict(.nothingFailed))
            #expect(undone.figures == MassActionFigures(done: 1))
            #expect(status == .hidden(.deleted, from: .awaitingAgent))
        }
    }

    @Test("Who has lost the right since tries nothing again")
    func retriedWithoutRight() async throws {
        try await withTenant { tenant in
            let ada = try await tenant.addAgent("ada")
            let ticket = try await tenant.newTicket()
            let action = try await tenant.begin([.setStatus(.pending)], on: [ticket.id], by: ada.token)
            let ended = try await tenant.whileLocked([ticket.id]) { try await tenant.finish(action) }
            try await tenant.grant([.massActions, .viewOthers, .viewUnassigned], to: ada.id)
            let refused = await refusal { _ = try await tenant.retry(ended, by: ada.token) }
            #expect(ended.reasons == ["locked": 1])
            #expect(refused?.isForbidden == true)
            // Somebody else may, with their own rights.
            let byAdmin = try await tenant.retry(ended, by: tenant.admin.token)
            #expect(byAdmin.figures == MassActionFigures(done: 1))
            #expect(byAdmin.createdBy == tenant.adminID)
        }
    }

    @Test("One whose job failed for good has failed, with what it did; what nobody came to has failed with it, and a retry takes that")
    func abandoned() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(5)
            let action = try await tenant.begin([.setPriority(.high)], on: ids)
            _ = try await tenant.piece(of: action, taking: 2)
            let scope = try await tenant.scope
            let failed = try await tenant.helpdesk.abandonMassAction(action.id, as: .failed, in: scope)
            let twice = try await tenant.helpdesk.abandonMassAction(action.id, as: .failed, in: scope)
            let read = try await tenant.read(action)
            #expect(failed?.state == .failed)
            #expect(failed?.figures == MassActionFigures(done: 2, failed: 3))
            #expect(failed?.reasons == ["error": 3])
            #expect(failed?.finishedAt == tenant.clock.now)
            #expect(twice == nil)
            #expect(read == failed)
            let over = try await tenant.carryOut(action.id)
            let retried = try await tenant.retry(action)
            let outcomes = try await tenant.outcomes(of: retried)
            #expect(over == nil)
            #expect(retried.figures == MassActionFigures(done: 3))
            #expect(Set(outcomes.keys) == Set(ids.suffix(3)))
        }
    }

    @Test("One that has failed can be taken back as far as it came, and then goes on no more; an operator who throws it away stops it")
    func abandonedForGood() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(5)
            let scope = try await tenant.scope
            let action = try await tenant.begin([.setPriority(.high)], on: ids)
            _ = try await tenant.piece(of: action, taking: 2)
            _ = try await tenant.helpdesk.abandonMassAction(action.id, as: .failed, in: scope)
            let undone = try await tenant.undo(action)
            let over = try await tenant.carryOut(action.id)
            let failed = try await tenant.read(action)
            #expect(undone.figures == MassActionFigures(done: 2))
            #expect(over == nil)
            #expect(failed.state == .failed && failed.figures == MassActionFigures(done: 2, failed: 3))

            let other = try await tenant.begin([.setPriority(.low)], on: ids)
            _ = try await tenant.piece(of: other, taking: 3)
            let stopped = try await tenant.helpdesk.abandonMassAction(other.id, as: .cancelled, in: scope)
            let parts = try await tenant.sql("select count(*) from helpdesk.mass_action_parts where tenant_id = $tenant")
            #expect(stopped?.state == .cancelled)
            #expect(stopped?.figures == MassActionFigures(done: 3))
            #expect(parts == [["0"]])
        }
    }

    @Test("The same request twice starts one, stops one, takes one back")
    func once() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(2)
            func answer(_ key: String) -> Once<MassAction> {
                Once(key: key, requestHash: [1]) {
                    RecordedAnswer(status: 202, etag: nil, location: nil, body: "\($0.id) \($0.state)", ticket: nil)
                }
            }
            let request = MassActionRequest(selection: .ids(ids), actions: [.setPriority(.high)])
            let author = try await tenant.author()
            let action = try await tenant.helpdesk.startMassAction(request, by: author, once: answer("start"))
            await #expect(throws: Replay.self) { try await tenant.helpdesk.startMassAction(request, by: author, once: answer("start")) }
            try await tenant.carryOut(action.id)
            let undo = try await tenant.helpdesk.undoMassAction(action.id, by: author, once: answer("undo"))
            await #expect(throws: Replay.self) { try await tenant.helpdesk.undoMassAction(action.id, by: author, once: answer("undo")) }
            _ = try await tenant.helpdesk.cancelMassAction(undo.id, by: author, once: answer("cancel"))
            await #expect(throws: Replay.self) { try await tenant.helpdesk.cancelMassAction(undo.id, by: author, once: answer("cancel")) }
            let count = try await tenant.sql("select count(*) from helpdesk.mass_actions where tenant_id = $tenant")
            #expect(count == [["2"]])
        }
    }
}

extension TestTenant {
    fileprivate func makeTicketWith(_ key: FieldKey) async throws -> ID<Ticket> {
        try await nowByAgent { try await makeTicket(by: $0) { $0.fields = [key: .text("Rain")] }.id }
    }
}
