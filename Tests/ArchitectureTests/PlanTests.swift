import Domain
import Postgres
import Repositories
import Testing

/// Looks at the plans themselves, under the application's role and with row security on: timings lie, plans do not. They are the generic
/// ones, which the service runs for whatever tenant asks, but where it plans for the values.
@Suite(.serialized) struct PlanTests {
    @Test("no query for tickets reads a whole table, nor a part of an index that is another tenant's")
    func tenantsPartOnly() async throws {
        let plans = try await PlannedList.all.value
        let scanning = plans.filter { $0.plan.nodes.contains { $0.type == "Seq Scan" } }
        let straying = plans.filter { $0.plan.nodes.contains { $0.index != nil && !$0.condition.contains("(tenant_id = ") } }
        #expect(scanning.isEmpty, "\(scanning.count) read a whole table: \(PlannedList.first(scanning))")
        #expect(straying.isEmpty, "\(straying.count) read what is others': \(PlannedList.first(straying))")
        #expect(plans.count > 800)
    }

    @Test("no list that an index has in order sorts")
    func listsAreOrdered() async throws {
        let plans = try await PlannedList.all.value.filter { !$0.shape.maySort }
        let sorting = plans.filter { $0.plan.nodes.contains { $0.type.hasSuffix("Sort") } }
        #expect(sorting.isEmpty, "\(sorting.count) sort: \(PlannedList.first(sorting))")
        #expect(plans.count > 40)
    }

    /// Of 16,000 visible ones: up to 4,000 that are near, and what the caller sees of something else, where that is fewer than what is asked for.
    @Test("a list of what hardly a ticket is goes through a bounded number of tickets, in every order, whoever asks")
    func rareListsAreBounded() async throws {
        let read = try await PlanDatabase.run { session in
            try ListCombinations.rare.enumerated().map { index, shape in
                (shape, try session.plan(of: shape.query, named: "r\(index)", tenant: 1, analyze: true))
            }
        }
        let far = read.filter { $0.1.ticketsRead > 4500 }
        #expect(far.isEmpty, "\(far.count) go further: \(far.first.map { "\($0.0.sql)\n\($0.1.text)" } ?? "")")
        #expect(read.count > 800)
    }

    /// A helpdesk with many users among helpdesks with few: for the average one, reading all its users would be the cheaper plan.
    @Test("the user beside a ticket is looked up by number, however many users the helpdesk has")
    func usersAreLookedUp() async throws {
        let plans = try await PlannedList.all.value
        let reading = plans.filter { planned in
            let users = planned.plan.nodes.filter { $0.index?.hasPrefix("users_") ?? false }
            return users.isEmpty || !users.allSatisfy { $0.condition.contains("(id = ") }
        }
        #expect(reading.isEmpty, "\(reading.count) read all users of the helpdesk: \(PlannedList.first(reading))")
    }

    @Test("tickets asked for by number are looked up in the primary key, whoever asks")
    func lookUpsUseTheKey() async throws {
        let lookUps = try await PlannedList.all.value.suffix(ListCombinations.lookUps.count)
        let straying = lookUps.filter { planned in
            let tickets = planned.plan.nodes.filter { $0.index?.hasPrefix("tickets_") ?? false }
            return tickets.isEmpty || !tickets.allSatisfy { $0.index == "tickets_pkey" && $0.condition.contains("(id = ") }
        }
        #expect(straying.isEmpty, "\(PlannedList.first(straying))")
        #expect(lookUps.count > 40)
    }

    @Test(
        "the first page of the latest changes touches a bounded number of buffers, whatever one sees, in the largest tenant and in a small one",
        arguments: [1, 77])
    func firstPagesAreCheap(tenant: Int) async throws {
        for sight in [.everything] + ListCombinations.agents {
            let buffers = try await Self.buffersOfFirstPages(seenBy: sight, tenant: tenant) { $0.key == .updatedAt }
            #expect(buffers.allSatisfy { $0 > 0 && $0 < 2000 }, "\(sight): \(buffers)")
        }
        let everything = try await Self.buffersOfFirstPages(seenBy: .everything, tenant: tenant)
        #expect(everything.allSatisfy { $0 > 0 && $0 < 400 }, "\(everything)")
    }

    /// The first agent has a quarter of the 16,000 visible tickets; there is no index of an agent's tickets but by their last change.
    @Test("in other orders an agent's list touches as many buffers as the agent has tickets, not as the helpdesk has")
    func agentsListsAreBounded() async throws {
        for sight in ListCombinations.agents {
            let buffers = try await Self.buffersOfFirstPages(seenBy: sight, tenant: 1)
            #expect(buffers.allSatisfy { $0 > 0 && $0 < 6000 }, "\(sight): \(buffers)")
        }
    }

    @Test(
        "a user's list touches as many buffers as the user has tickets, not as the helpdesk has, in every order", arguments: [1, 77])
    func usersListsAreCheap(tenant: Int) async throws {
        for sight in ListCombinations.users {
            let buffers = try await Self.buffersOfFirstPages(seenBy: sight, tenant: tenant)
            // Forty visible tickets of the user's own, forty of the organization's, some on copy; the largest tenant has 16,000.
            #expect(buffers.allSatisfy { $0 > 0 && $0 < 600 }, "\(sight): \(buffers)")
        }
    }
}

extension PlanTests {
    private static func buffersOfFirstPages(
        seenBy sight: TicketSight, tenant: Int, _ isWanted: @escaping @Sendable (TicketOrder) -> Bool = { _ in true }
    ) async throws -> [Int64] {
        try await PlanDatabase.run(in: tenant) { session in
            try ListCombinations.firstPages(seenBy: sight, isWanted).enumerated().map { index, shape in
                try session.plan(of: shape.query, named: "b\(index)", tenant: tenant, analyze: true).buffers
            }
        }
    }
}
