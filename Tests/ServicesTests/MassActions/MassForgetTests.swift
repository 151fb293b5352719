import Domain
import Services
import Support
import Testing

@Suite("How long the results of mass actions are kept")
struct MassForgetTests {
    @Test("Ninety days, or as long as the helpdesk says; then figures and reasons are left")
    func forgotten() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(4)
            let action = try await tenant.act([.setStatus(.pending)], on: ids + [ID(4711)])
            #expect(action.itemsUntil == action.finishedAt?.advanced(byDays: 90))
            tenant.clock.advance(seconds: 90 * 86_400 - 1)
            try await tenant.forget()
            let kept = try await tenant.items(of: action)
            #expect(kept.count == 5)
            tenant.clock.advance(seconds: 1)
            try await tenant.forget()
            let items = try await tenant.items(of: action)
            let read = try await tenant.read(action)
            #expect(items.isEmpty)
            #expect(read == action)
            #expect(read.reasons == ["already": 1, "gone": 1])
            let refused = await refusal { _ = try await tenant.undo(action) }
            let again = await refusal { _ = try await tenant.retry(action) }
            #expect(refused == .conflict(.undoneTooLate))
            #expect(again == .conflict(.nothingFailed))

            _ = try await tenant.nowByAdmin {
                try await tenant.helpdesk.updateSettings(SettingsPatch(undoDays: 2, massActionDays: 3), $0)
            }
            let next = try await tenant.act([.setStatus(.resolved)], on: ids)
            #expect(next.itemsUntil == next.finishedAt?.advanced(byDays: 3))
            tenant.clock.advance(days: 2)
            try await tenant.forget()
            let still = try await tenant.items(of: next)
            tenant.clock.advance(days: 1)
            try await tenant.forget()
            let gone = try await tenant.items(of: next)
            // When they were dropped stays so, whatever is set later.
            _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateSettings(SettingsPatch(massActionDays: 100), $0) }
            let last = try await tenant.read(next)
            #expect(still.count == 4)
            #expect(gone.isEmpty)
            #expect(last.itemsUntil == tenant.clock.now)
            #expect(last.figures == next.figures)
        }
    }

    @Test("Settings that do not fit together are refused: what can be taken back must be known")
    func settings() async throws {
        try await withTenant { tenant in
            func set(_ patch: SettingsPatch) async -> [String]? {
                await refusal { _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateSettings(patch, $0) } }?.namedFaults
            }
            let tooLong = await set(SettingsPatch(undoDays: 91))
            let negative = await set(SettingsPatch(undoDays: -1))
            let tooShort = await set(SettingsPatch(massActionDays: 6))
            let never = await set(SettingsPatch(undoDays: 0, massActionDays: 0))
            let ages = await set(SettingsPatch(massActionDays: 3651))
            let whole = await set(SettingsPatch(undoDays: 90))
            #expect([tooLong, negative, tooShort] == [["undo_days invalid"], ["undo_days invalid"], ["undo_days invalid"]])
            #expect([never, ages] == [["mass_action_days invalid"], ["mass_action_days invalid"]])
            #expect(whole == nil)
        }
    }

    @Test("Many results go some at a time; those of others and what goes on stay")
    func many() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(5200)
            let old = try await tenant.finish(tenant.begin([.setPriority(.high)], on: .filter(TicketFilter())))
            let running = try await tenant.begin([.setPriority(.low)], on: ids)
            _ = try await tenant.piece(of: running, taking: 10)
            tenant.clock.advance(days: 89)
            let young = try await tenant.act([.setUrgency(Urgency(3)!)], on: [ids[5000]])
            tenant.clock.advance(days: 1)
            let scope = try await tenant.scope
            let first = try await tenant.helpdesk.forgetMassActions(in: scope)
            let between = try await tenant.items(of: old).count
            let second = try await tenant.helpdesk.forgetMassActions(in: scope)
            let third = try await tenant.helpdesk.forgetMassActions(in: scope)
            let counts = [
                try await tenant.items(of: old).count, try await tenant.items(of: running).count, try await tenant.items(of: young).count,
            ]
            #expect([first, second, third] == [true, true, false])
            #expect(between == 200)
            #expect(counts == [0, 10, 1])
            let ended = try await tenant.finish(running)
            let read = try await tenant.read(old)
            #expect(ended.figures == MassActionFigures(done: 5200))
            #expect(read == old)
        }
    }

    @Test("Of one that failed half way, its figures and reasons are not forgotten")
    func failed() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(5)
            let action = try await tenant.begin([.setStatus(.pending)], on: ids)
            _ = try await tenant.piece(of: action, taking: 3)
            let failed = try await tenant.helpdesk.abandonMassAction(action.id, as: .failed, in: tenant.scope)
            tenant.clock.advance(days: 90)
            try await tenant.forget()
            let read = try await tenant.read(action)
            let rows = try await tenant.rowsOfMassActions()
            #expect(failed?.figures == MassActionFigures(done: 2, skipped: 1, failed: 2))
            #expect(read.figures == failed?.figures)
            #expect(read.reasons == ["already": 1, "error": 2])
            #expect(rows == [["1", "0", "0"]])
        }
    }

    @Test("Previews that nobody came back to go after an hour, with their snapshots; what was made of one stays")
    func previews() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(3)
            let used = try await tenant.preview([.setPriority(.high)], on: .ids(ids + [ID(4711)]))
            _ = try await tenant.preview([.setPriority(.high)], on: .ids(ids + [ID(4711)]))
            let action = try await tenant.begin([.setPriority(.high)], on: .token(used.token))
            tenant.clock.advance(seconds: 3599)
            try await tenant.forget()
            let before = try await tenant.rowsOfMassActions()
            tenant.clock.advance(seconds: 1)
            try await tenant.forget()
            let after = try await tenant.rowsOfMassActions()
            let ended = try await tenant.finish(action)
            #expect(before == [["3", "3", "3"]])
            #expect(after == [["1", "1", "1"]])
            #expect(ended.figures == MassActionFigures(done: 3, skipped: 1))
        }
    }
}

extension TestTenant {
    fileprivate func forget() async throws {
        let scope = try await scope
        while try await helpdesk.forgetMassActions(in: scope) {}
    }

    /// Mass actions with previews, parts, items.
    fileprivate func rowsOfMassActions() async throws -> [[String?]] {
        try await sql(
            """
            select (select count(*) from helpdesk.mass_actions where tenant_id = $tenant),
                (select count(*) from helpdesk.mass_action_parts where tenant_id = $tenant),
                (select count(*) from helpdesk.mass_action_items where tenant_id = $tenant)
            """)
    }
}
