import Domain
import Services
import Support
import Testing

@Suite("Taking mass actions back")
struct MassUndoTests {
    @Test("what was deleted comes back as it was, apart from its version and when it changed last")
    func deletedAndBack() async throws {
        try await withTenant { tenant in
            var before: [Ticket] = []
            for status in VisibleStatus.allCases { before.append(try await tenant.makeTicket(in: .visible(status))) }
            tenant.clock.advance(seconds: 60)
            let started = try await tenant.begin([.hide(.deleted)], on: before.map(\.id))
            #expect(started.total == 4)
            let ended = try await tenant.finish(started)
            #expect(ended.figures == MassActionFigures(done: 4) && ended.state == .done)
            tenant.clock.advance(seconds: 60)
            let undone = try await tenant.undo(ended)
            #expect(undone.figures == MassActionFigures(done: 4))
            #expect(undone.origin == .undo(of: started.id))
            for old in before {
                var now = try await tenant.read(old.id)
                #expect(now.version == old.version + 2 && now.updatedAt == tenant.clock.now)
                now.version = old.version
                now.updatedAt = old.updatedAt
                #expect(now == old)
                let lines = try await tenant.history(of: old.id).suffix(2)
                #expect(lines.map(\.event) == [.deleted, .undone])
                #expect(lines.map(\.massActionID) == [started.id, undone.id])
            }
        }
    }

    @Test("Whatever was done to whatever tickets, in whatever order: every ticket that nobody touched since is exactly what it was")
    func anything() async throws {
        let tallies = try await atOnce(8) { number in
            var desk = try await RandomMassDesk(seed: UInt64(number))
            var tally = RandomMassDesk.Tally()
            for _ in 0..<8 { try await desk.play(into: &tally) }
            return tally
        }
        // Without enough of each it proves nothing.
        #expect(tallies.map(\.restored).reduce(0, +) > 300)
        #expect(tallies.map(\.touched).reduce(0, +) > 60)
        #expect(tallies.map(\.said).reduce(0, +) > 60)
        #expect(tallies.map(\.undoneTwice).reduce(0, +) > 60)
        #expect(Set(tallies.flatMap(\.kinds)) == Set(TicketAction.Kind.choices).subtracting([.purge]))
    }

    @Test("Tickets that were changed since are named, and stay what they have become")
    func changedSince() async throws {
        try await withTenant { tenant in
            let left = try await tenant.newTicket()
            let answered = try await tenant.newTicket()
            let restored = try await tenant.newTicket()
            let purged = try await tenant.newTicket()
            let noted = try await tenant.newTicket()
            let before = try await tenant.already(in: .hidden(.deleted, from: .pending))
            let action = try await tenant.act(
                [.hide(.deleted)], on: [left.id, answered.id, restored.id, purged.id, noted.id, before.id])
            for id in [answered.id, restored.id] {
                _ = try await tenant.nowByAgent { try await tenant.helpdesk.restoreTicket(id, Restoration(), $0) }
            }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.reply(to: answered.id, text("Try this"), $0) }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: noted.id, text("Look"), $0) }
            _ = try await tenant.act([.purge], on: [purged.id], by: tenant.admin.token)
            let touched = try await tenant.images(of: [answered.id, restored.id, noted.id, before.id])
            let undone = try await tenant.undo(action)
            let outcomes = try await tenant.outcomes(of: undone)
            let after = try await tenant.images(of: [answered.id, restored.id, noted.id, before.id])
            #expect(
                outcomes == [
                    left.id: .done, answered.id: .skipped(.changedSince), restored.id: .skipped(.changedSince),
                    purged.id: .skipped(.gone), noted.id: .skipped(.changedSince),
                ])
            #expect(after == touched)
        }
    }

    @Test("Within the window it can be taken back, a moment later not any more, and a helpdesk sets its own")
    func window() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            let usual = try await tenant.act([.setPriority(.high)], on: [ticket.id])
            #expect(usual.undoUntil == usual.createdAt.advanced(byDays: 7))
            tenant.clock.advance(days: 7)
            let undone = try await tenant.undo(usual)
            #expect(undone.figures == MassActionFigures(done: 1))
            let late = try await tenant.act([.setPriority(.low)], on: [ticket.id])
            tenant.clock.advance(seconds: 7 * 86_400 + 1)
            let refused = await refusal { _ = try await tenant.undo(late) }
            #expect(refused == .conflict(.undoneTooLate))

            _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateSettings(SettingsPatch(undoDays: 1), $0) }
            let short = try await tenant.act([.setPriority(.urgent)], on: [ticket.id])
            #expect(short.undoUntil == short.createdAt.advanced(byDays: 1))
            _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateSettings(SettingsPatch(undoDays: 0), $0) }
            let never = try await tenant.act([.setPriority(.low)], on: [ticket.id])
            let notAtAll = await refusal { _ = try await tenant.undo(never) }
            #expect(never.undoUntil == nil)
            #expect(notAtAll == .conflict(.neverUndone))
        }
    }

    @Test("Where the results are forgotten, nothing can be taken back any more")
    func forgotten() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            let action = try await tenant.act([.setPriority(.high)], on: [ticket.id])
            _ = try await tenant.nowByAdmin {
                try await tenant.helpdesk.updateSettings(SettingsPatch(undoDays: 1, massActionDays: 1), $0)
            }
            tenant.clock.advance(days: 2)
            let refused = await refusal { _ = try await tenant.undo(action) }
            #expect(refused == .conflict(.undoneTooLate))
        }
    }

    @Test("A purge and a note cannot be taken back, and say so before; what was said beside a change stays said")
    func never() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            let ticket = try await tenant.newTicket()
            let purge = try await tenant.preview([.purge], on: .ids([hidden.id]), by: tenant.admin.token)
            let note = try await tenant.preview([.note(text("Look"))], on: .ids([ticket.id]))
            let both = try await tenant.preview([.note(text("Look")), .setPriority(.low)], on: .ids([ticket.id]))
            #expect([purge.isUndoable, note.isUndoable, both.isUndoable] == [false, false, true])
            let purged = try await tenant.act([.purge], on: [hidden.id], by: tenant.admin.token)
            let noted = try await tenant.act([.note(text("Look"))], on: [ticket.id])
            for action in [purged, noted] {
                let refused = await refusal { _ = try await tenant.undo(action, by: tenant.admin.token) }
                #expect(action.undoUntil == nil)
                #expect(refused == .conflict(.neverUndone))
            }
            let before = try await tenant.read(ticket.id)
            let answered = try await tenant.act([.reply(text("Done"), status: .resolved), .setPriority(.low)], on: [ticket.id])
            let undone = try await tenant.undo(answered)
            let after = try await tenant.read(ticket.id)
            let messages = try await tenant.messages(on: ticket.id)
            #expect(undone.figures == MassActionFigures(done: 1))
            #expect(after.status == before.status && after.priority == before.priority && after.resolvedAt == nil)
            #expect(after.messageCount == before.messageCount + 1)
            #expect(messages.map(\.body.content) == ["Please help", "Look", "Done"])
        }
    }

    @Test("It is taken back once, not while it goes on; taking that back does it again; who stops it half way may begin again")
    func twice() async throws {
        try await withTenant { tenant in
            let ids = [try await tenant.newTicket().id, try await tenant.newTicket().id, try await tenant.newTicket().id]
            let started = try await tenant.begin([.setStatus(.pending)], on: ids)
            let early = await refusal { _ = try await tenant.undo(started) }
            #expect(early == .conflict(.massActionRunning))
            let action = try await tenant.finish(started)
            let first = try await tenant.helpdesk.undoMassAction(action.id, by: tenant.author())
            let meanwhile = await refusal { _ = try await tenant.undo(action) }
            #expect(meanwhile == .conflict(.undoneAlready))
            _ = try await tenant.piece(of: first, taking: 1)
            let stopped = try await tenant.helpdesk.cancelMassAction(first.id, by: tenant.author())
            #expect(stopped.figures == MassActionFigures(done: 1))
            let rest = try await tenant.undo(action)
            let outcomes = try await tenant.outcomes(of: rest)
            #expect(ids.map { outcomes[$0] } == [.skipped(.changedSince), .done, .done])
            let again = await refusal { _ = try await tenant.undo(action) }
            #expect(again == .conflict(.undoneAlready))

            let backAgain = try await tenant.undo(rest)
            let statuses = try await tenant.statuses(of: ids)
            #expect(backAgain.origin == .undo(of: rest.id))
            #expect(backAgain.figures == MassActionFigures(done: 2))
            #expect(statuses == [.visible(.awaitingAgent), .visible(.pending), .visible(.pending)])
            let onceMore = try await tenant.undo(backAgain)
            let last = try await tenant.statuses(of: ids)
            #expect(onceMore.figures == MassActionFigures(done: 2))
            #expect(last == [.visible(.awaitingAgent), .visible(.awaitingAgent), .visible(.awaitingAgent)])
        }
    }

    @Test("Of one that was stopped, what was done is taken back")
    func cancelled() async throws {
        try await withTenant { tenant in
            let ids = [try await tenant.newTicket().id, try await tenant.newTicket().id, try await tenant.newTicket().id]
            let action = try await tenant.begin([.hide(.spam)], on: ids)
            _ = try await tenant.piece(of: action, taking: 2)
            _ = try await tenant.helpdesk.cancelMassAction(action.id, by: tenant.author())
            let undone = try await tenant.undo(action)
            let outcomes = try await tenant.outcomes(of: undone)
            let statuses = try await tenant.statuses(of: ids)
            #expect(outcomes == [ids[0]: .done, ids[1]: .done])
            #expect(statuses == [.visible(.awaitingAgent), .visible(.awaitingAgent), .visible(.awaitingAgent)])
        }
    }

    @Test("Who takes it back needs the rights for what that means: to restore, to delete, to assign, to set what was set")
    func rights() async throws {
        try await withTenant { tenant in
            let all = Set(AgentRight.allCases)
            let cases: [(action: TicketAction, hidden: Bool, needed: AgentRight)] = [
                (.hide(.deleted), false, .restore), (.restore(nil), true, .delete), (.setStatus(.pending), false, .setStatus),
                (.assign(agent: .to(tenant.adminID), team: nil), false, .assign), (.setPriority(.low), false, .editFields),
                (.setUrgency(Urgency(9)!), false, .editFields), (.labels(add: [Label("late")!], remove: []), false, .editFields),
            ]
            for (place, (action, isHidden, needed)) in cases.enumerated() {
                let agent = try await tenant.addAgent("agent-\(place)")
                let status: TicketStatus = isHidden ? .hidden(.deleted, from: .pending) : .visible(.awaitingUser)
                let ticket = try await tenant.already(in: status)
                let done = try await tenant.act([action], on: [ticket.id], by: agent.token)
                #expect(done.figures == MassActionFigures(done: 1))
                let before = try await tenant.images(of: [ticket.id])
                try await tenant.grant(all.subtracting(needed == .delete ? [.delete, .markSpam] : [needed]), to: agent.id)
                let refused = try await tenant.undo(done, by: agent.token)
                let outcomes = try await tenant.outcomes(of: refused)
                let after = try await tenant.images(of: [ticket.id])
                #expect(outcomes == [ticket.id: .skipped(.noPermission)], "\(action.kind)")
                #expect(after == before)
                // Who may, still can: an undo that did nothing changes nothing about it.
                try await tenant.grant(all, to: agent.id)
                _ = try await tenant.sql(
                    "update helpdesk.mass_actions set state = 'failed' where tenant_id = $tenant and id = \(refused.id)")
                let undone = try await tenant.undo(done, by: agent.token)
                let back = try await tenant.read(ticket.id)
                #expect(undone.figures == MassActionFigures(done: 1), "\(action.kind)")
                #expect(back.status == status)
            }
        }
    }

    @Test("The token needs the scope to delete where taking something back deletes")
    func scope() async throws {
        try await withTenant { tenant in
            let hidden = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            let ticket = try await tenant.newTicket()
            let writer = try await tenant.login(.agent(tenant.agentID), scopes: [.readTickets, .writeTickets])
            let restored = try await tenant.act([.restore(nil)], on: [hidden.id])
            let first = await refusal { _ = try await tenant.undo(restored, by: writer.text) }
            #expect(first == .forbidden("the token lacks the scope tickets:delete"))
            // Taken back once, and that taken back again, deletes as well.
            let deleted = try await tenant.act([.hide(.deleted)], on: [ticket.id])
            let undone = try await tenant.undo(deleted, by: writer.text)
            let again = await refusal { _ = try await tenant.undo(undone, by: writer.text) }
            let now = try await tenant.read(ticket.id)
            #expect(again == .forbidden("the token lacks the scope tickets:delete"))
            #expect(now.status == ticket.status)
        }
    }

    @Test("A ticket does not go back where nothing is any more: that is said, and put right it goes back by a retry")
    func departmentGone() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.addDepartment("Sales")
            let ticket = try await tenant.update(tenant.newTicket().id) { $0.departmentID = sales }
            let other = try await tenant.newTicket()
            let action = try await tenant.act([.setDepartment(Department.first)], on: [ticket.id, other.id])
            try await tenant.nowByAdmin { try await tenant.helpdesk.removeDepartment(sales, $0) }
            let undone = try await tenant.undo(action)
            let items = try await tenant.items(of: undone)
            #expect(items.map(\.ticketID) == [ticket.id])
            #expect(items[0].outcome.faults.map { "\($0.field) \($0.code)" } == ["department_id gone"])
            // Somebody brings the department back.
            try await tenant.sql("update helpdesk.departments set removed_at = null where tenant_id = $tenant and id = \(sales)")
            try await tenant.sql(
                "update helpdesk.settings set configuration_version = configuration_version + 1 where tenant_id = $tenant")
            let retried = try await tenant.retry(undone)
            let now = try await tenant.read(ticket.id)
            #expect(retried.origin == .retry(of: undone.id))
            #expect(retried.actions == [.undo])
            #expect(retried.figures == MassActionFigures(done: 1))
            #expect(now.departmentID == sales)
        }
    }

    @Test("A ticket does not go back to somebody who was suspended")
    func agentSuspended() async throws {
        try await withTenant { tenant in
            let ada = try await tenant.addAgent("ada")
            let ticket = try await tenant.update(tenant.newTicket().id) { $0.agent = .to(ada.id) }
            let other = try await tenant.newTicket()
            let action = try await tenant.act([.assign(agent: .to(tenant.adminID), team: nil)], on: [ticket.id, other.id])
            try await tenant.suspend(ada.id)
            let outcomes = try await tenant.outcomes(of: tenant.undo(action))
            #expect(outcomes[ticket.id]?.faults.map { "\($0.field) \($0.code)" } == ["agent_id unknown"])
            #expect(outcomes[other.id] == .done)
        }
    }

    @Test("Who moved tickets out of their own sight gets them back, and no others")
    func outOfSight() async throws {
        try await withTenant { tenant in
            let away = try await tenant.addDepartment("Away")
            let closed = try await tenant.addDepartment("Closed")
            let ada = try await tenant.addAgent(
                "ada",
                departments: [
                    DepartmentGrant(departmentID: Department.first, access: .full), DepartmentGrant(departmentID: away, access: .assign),
                ])
            let ticket = try await tenant.newTicket()
            let assigned = try await tenant.update(tenant.newTicket().id) { $0.agent = .to(ada.id) }
            let action = try await tenant.act(
                [.setDepartment(away), .assign(agent: .nobody, team: nil)], on: [ticket.id, assigned.id], by: ada.token)
            let sees = try await tenant.authenticator.refreshed(ada.token)
            let hidden = await refusal { _ = try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, sees) }
            let undone = try await tenant.undo(action, by: ada.token)
            let back = [try await tenant.read(ticket.id), try await tenant.read(assigned.id)]
            #expect(action.figures == MassActionFigures(done: 2))
            #expect(hidden == .notFound)
            #expect(undone.figures == MassActionFigures(done: 2))
            #expect(back.map(\.departmentID) == [Department.first, Department.first])
            #expect(back.map(\.agentID) == [nil, ada.id])

            // What she would not see afterwards either, is not hers to take back: it was in a department that was closed to her since.
            let other = try await tenant.act([.setDepartment(away)], on: [ticket.id], by: ada.token)
            try await tenant.grant(
                Set(AgentRight.allCases), to: ada.id,
                [
                    DepartmentGrant(departmentID: Department.first, access: .assign),
                    DepartmentGrant(departmentID: closed, access: .full),
                ])
            let refused = try await tenant.outcomes(of: tenant.undo(other, by: ada.token))
            #expect(refused == [ticket.id: .skipped(.noPermission)])
        }
    }
}

extension TestTenant {
    /// A ticket in this status, some time ago.
    fileprivate func already(in status: TicketStatus) async throws -> Ticket {
        let ticket = try await makeTicket(in: status)
        clock.advance(seconds: 60)
        return ticket
    }

    fileprivate func statuses(of ids: [ID<Ticket>]) async throws -> [TicketStatus] {
        var statuses: [TicketStatus] = []
        for id in ids { statuses.append(try await read(id).status) }
        return statuses
    }
}
