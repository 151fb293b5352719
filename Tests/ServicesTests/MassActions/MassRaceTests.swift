import Domain
import Services
import Support
import Testing

@Suite("Who works on a ticket while a mass action deletes it")
struct MassRaceTests {
    @Test("is first or second, and item, history and ticket tell the same story, six hundred times")
    func deleted() async throws {
        let tallies = try await atOnce(5) { number in try await race(number, rounds: 6) }
        let all = tallies.reduce(into: Tally()) { $0.add($1) }
        #expect(all.races == 600)
        // Each of these happened, or it was no race.
        #expect(all.spared > 5)
        #expect(all.refused > 5)
        #expect(all.restored > 5)
        #expect(all.both > 5)
    }

    /// What somebody does by hand.
    fileprivate enum Act: CaseIterable { case restore, reply, assign, delete }

    private struct Tally: Sendable {
        var races = 0
        /// Answered first, so that it was not deleted.
        var spared = 0
        /// Came too late or too early by hand.
        var refused = 0
        var restored = 0
        /// Assigned and deleted, in whichever order.
        var both = 0

        mutating func add(_ other: Tally) {
            races += other.races
            spared += other.spared
            refused += other.refused
            restored += other.restored
            both += other.both
        }
    }

    private func race(_ number: Int, rounds: Int) async throws -> Tally {
        let tenant = try await TestInstallation.shared.value.makeTenant()
        var tally = Tally()
        for round in 0..<rounds {
            let ids = try await tenant.fill(20, from: 100_000 + Int64(round) * 100)
            let action = try await tenant.begin([.hide(.deleted)], on: ids)
            try await tenant.sql(
                "update helpdesk.mass_action_parts set batch = 2 where tenant_id = $tenant and mass_action_id = \(action.id)")
            async let ending = tenant.finish(action)
            let access = tenant.agent.access
            // From both ends, so that some are first and some are second.
            let some = try await atOnce(4) { part -> [ID<Ticket>: Refusal] in
                var refusals: [ID<Ticket>: Refusal] = [:]
                for (place, id) in ids.enumerated().reversed() where place % 4 == part {
                    refusals[id] = await refusal { try await tenant.perform(Self.act(place), on: id, access) }
                }
                return refusals
            }
            let refusals: [ID<Ticket>: Refusal] = some.reduce(into: [:]) { $0.merge($1) { $1 } }
            let ended = try await ending
            let outcomes = try await tenant.outcomes(of: ended)
            for (place, id) in ids.enumerated() {
                let outcome = try #require(outcomes[id])
                try await tell(Self.act(place), outcome, refusals[id], id, ended, tenant, &tally)
            }
            tally.races += ids.count
        }
        return tally
    }

    private static func act(_ place: Int) -> Act { Act.allCases[place / 4 % Act.allCases.count] }

    /// Checks the story of one ticket.
    private func tell(
        _ act: Act, _ outcome: MassOutcome, _ refused: Refusal?, _ id: ID<Ticket>, _ action: MassAction, _ tenant: TestTenant,
        _ tally: inout Tally
    ) async throws {
        let ticket = try await tenant.read(id)
        let events = try await tenant.history(of: id)
        let mass = events.filter { $0.massActionID == action.id }.map(\.event)
        let hand = events.filter { $0.massActionID == nil }.map(\.event)
        #expect(mass == (outcome == .done ? [.deleted] : []))
        #expect(ticket.version == Int64(1 + events.count))
        switch (act, outcome, refused) {
        case (.restore, .done, nil):
            #expect(!ticket.status.isHidden && hand == [.restored] && events.map(\.event) == [.deleted, .restored])
            tally.restored += 1
        case (.restore, .done, .conflict(.notHidden)), (.reply, .done, .conflict(.replyToHidden)):
            #expect(ticket.status.isHidden && hand.isEmpty)
            tally.refused += 1
        case (.reply, .skipped(.changedSince), nil):
            #expect(ticket.status == .visible(.awaitingUser) && hand == [.replied] && ticket.messageCount == 1)
            tally.spared += 1
        case (.assign, .done, nil):
            #expect(ticket.status.isHidden && ticket.agentID == tenant.adminID && hand == [.updated])
            tally.both += 1
        case (.delete, .done, .conflict(.alreadyInStatus)), (.delete, .skipped(.already), nil):
            #expect(ticket.status.isHidden && events.map(\.event) == [.deleted])
        default:
            Issue.record("\(act): \(outcome), by hand \(refused.map { "\($0)" } ?? "done"), and the ticket is \(ticket.status)")
        }
    }
}

extension TestTenant {
    fileprivate func perform(_ act: MassRaceTests.Act, on id: ID<Ticket>, _ access: Access) async throws {
        switch act {
        case .restore: _ = try await helpdesk.restoreTicket(id, Restoration(), access)
        case .reply: _ = try await helpdesk.reply(to: id, text("Try this"), access)
        case .delete: _ = try await helpdesk.hideTicket(id, as: .deleted, access)
        case .assign:
            var patch = TicketPatch()
            patch.agent = .to(adminID)
            _ = try await helpdesk.updateTicket(id, patch, access)
        }
    }
}
