import Domain
import Services
import Support
import Testing

@Suite("Who wants to keep a ticket while it is being purged")
struct PurgeRaceTests {
    /// Helpdesks and tickets in each round: with ten rounds a thousand races.
    private static let desks = 5
    private static let tickets = 20

    @Test("restores it or is too late, a thousand times: no ticket is both restored and gone, and the run counts those that are gone")
    func restored() async throws {
        try await race(rounds: 10) { tenant, id in
            let back = try await tenant.helpdesk.restoreTicket(id, Restoration(), tenant.agent.access)
            #expect(back.status == .visible(.awaitingAgent))
        } kept: { tenant in
            try await tenant.sql("select id from helpdesk.tickets where tenant_id = $tenant and hidden_at is null and hidden_from is null")
        }
    }

    @Test("puts it under legal hold or is too late, four hundred times: no ticket is both held and gone")
    func held() async throws {
        let hold = try #require(LegalHold("Case 12"))
        try await race(rounds: 4) { tenant, id in
            _ = try await tenant.helpdesk.setLegalHold(hold, on: id, tenant.admin.access)
        } kept: { tenant in
            try await tenant.sql("select id from helpdesk.tickets where tenant_id = $tenant and legal_hold = 'Case 12' and status = 'spam'")
        }
    }

    /// Purges all spam and saves each ticket of it at the same time.
    private func race(
        rounds: Int, _ save: @escaping @Sendable (TestTenant, ID<Ticket>) async throws -> Void,
        kept: @escaping @Sendable (TestTenant) async throws -> [[String?]]
    ) async throws {
        let counts = try await atOnce(Self.desks) { _ in
            let tenant = try await TestInstallation.shared.value.makeTenant()
            var saved: Set<String> = []
            var gone = 0
            for _ in 0..<rounds {
                let hidden = try await tenant.hide(Self.tickets, as: .spam)
                let run = try await tenant.start(.spam)
                async let ending = tenant.finish(run, by: 3)
                // The run comes from the other end.
                let refusals = try await atOnce(4) { part in
                    var refusals: [(ID<Ticket>, Refusal?)] = []
                    for (index, id) in hidden.enumerated().reversed() where index % 4 == part {
                        refusals.append((id, await refusal { try await save(tenant, id) }))
                    }
                    return refusals
                }.flatMap { $0 }
                let figures = try await ending.run.figures
                let late = refusals.filter { $0.1 != nil }
                #expect(late.allSatisfy { $0.1 == .notFound })
                #expect(figures.purged == Int64(late.count))
                #expect(figures.messages == Int64(late.count))
                #expect(figures.bytes == Int64(27 * late.count))
                saved.formUnion(refusals.filter { $0.1 == nil }.map { "\($0.0)" })
                gone += late.count
            }
            let there = try await tenant.everyTicket
            let whole = try await kept(tenant)
            #expect(Set(there.map { "\($0)" }) == saved)
            #expect(Set(whole.compactMap { $0[0] }) == saved)
            #expect(saved.count + gone == rounds * Self.tickets)
            let chain = try await tenant.chain()
            #expect(chain.receipts == Int64(rounds))
            #expect(chain.faults == [])
            return (saved: saved.count, gone: gone)
        }
        // Both happened, or it was no race. How often each, is the machine's affair.
        #expect(counts.map(\.saved).reduce(0, +) > 0)
        #expect(counts.map(\.gone).reduce(0, +) > 0)
    }
}
