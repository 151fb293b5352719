import Domain
import Services
import Support
import Testing

@Suite("Paging through tickets")
struct PagingTests {
    @Test("In every order each of 120 tickets comes exactly once and in its place, however large the pages")
    func everyOrder() async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: 120)
            try await tenant.makeTickets(120, using: &chance)
            let all = try await tenant.walk(TicketFilter(), TicketOrder(.id, descending: false), limit: 200)
            #expect(all.count == 120)
            #expect(Set(all.map(\.updatedAt)).count < 100, "no two were changed at the same time, so ties are not tested")
            for order in TicketOrder.all {
                let expected = all.inOrder(order)
                for limit in [1, 7, 40, 60, 119, 120, 200] {
                    let seen = try await tenant.walk(TicketFilter(), order, limit: limit)
                    #expect(seen == expected, "\(order), pages of \(limit)")
                }
            }
        }
    }

    @Test("The last page says that it is the last, also when it is full")
    func lastPage() async throws {
        try await withTenant { tenant in
            for number in 1...4 { _ = try await tenant.makeTicket("Ticket \(number)") }
            let order = TicketOrder(.id, descending: false)
            let first = try await tenant.helpdesk.listTickets(TicketFilter(), order, after: nil, limit: 2, tenant.agent.access)
            let second = try await tenant.helpdesk.listTickets(TicketFilter(), order, after: first.next, limit: 2, tenant.agent.access)
            #expect(first.items.count == 2)
            #expect(first.next != nil)
            #expect(second.items.count == 2)
            #expect(second.next == nil)
        }
    }

    @Test(
        "Tickets opened and changed between the pages repeat and displace nothing that stays in its place",
        arguments: TicketOrder.Key.allCases, [false, true])
    func changesBetweenPages(_ key: TicketOrder.Key, descending: Bool) async throws {
        try await withTenant { tenant in
            let order = TicketOrder(key, descending: descending)
            var chance = SeededGenerator(seed: descending ? 1 : 2)
            try await tenant.makeTickets(120, using: &chance)
            let before = try await tenant.walk(TicketFilter(), order, limit: 200)
            var touched: Set<ID<Ticket>> = []
            // Scattered, so that changes come in front of the reader and behind.
            let victims = before.indices.shuffled(using: &chance).prefix(30).map { before[$0].id }

            var seen: [Ticket] = []
            var cursor: TicketCursor?
            var pages = 0
            repeat {
                let page = try await tenant.helpdesk.listTickets(TicketFilter(), order, after: cursor, limit: 15, tenant.agent.access)
                seen += page.items
                cursor = page.next
                pages += 1
                guard pages <= 5 else { continue }
                tenant.clock.advance(seconds: 10)
                for id in victims[(pages * 5)..<(pages * 5 + 5)] {
                    _ = try await tenant.helpdesk.addNote(to: id, text("Meanwhile"), tenant.agent.access)
                    touched.insert(id)
                }
                _ = try await tenant.makeTicket("Opened meanwhile")
            } while cursor != nil && pages < 100

            // Only the order of changes moves what was changed.
            let unmoved = key == .updatedAt ? before.filter { !touched.contains($0.id) } : before
            let ids = Set(unmoved.map(\.id))
            #expect(touched.count == 25)
            #expect(cursor == nil)
            #expect(seen.map(\.id).filter { ids.contains($0) } == unmoved.map(\.id))
            #expect(seen == seen.inOrder(order))
            if !(key == .updatedAt && !descending) { #expect(Set(seen.map(\.id)).count == seen.count) }
            if !descending, key != .urgency {
                // The reader comes to what was opened or changed meanwhile in the end.
                let opened = seen.filter { $0.subject.text == "Opened meanwhile" }
                #expect(opened.count == 5)
            }
        }
    }
}

@Suite("Which tickets a list holds")
struct FilterTests {
    @Test("Hidden tickets are listed only where their status is named")
    func hidden() async throws {
        try await withTenant { tenant in
            var tickets: [StatusName: ID<Ticket>] = [:]
            for status in VisibleStatus.allCases { tickets[.visible(status)] = try await tenant.makeTicket(in: .visible(status)).id }
            for status in HiddenStatus.allCases {
                tickets[.hidden(status)] = try await tenant.makeTicket(in: .hidden(status, from: .pending)).id
            }
            let order = TicketOrder(.id, descending: false)
            let plain = try await tenant.walk(TicketFilter(), order, limit: 50)
            let visible: [TicketStatus] = VisibleStatus.allCases.map { .visible($0) }
            #expect(plain.map(\.status) == visible)
            for name in StatusName.all {
                var filter = TicketFilter()
                filter.statuses = [name]
                let seen = try await tenant.walk(filter, order, limit: 50)
                let id = try #require(tickets[name])
                #expect(seen.map(\.id) == [id], "\(name)")
            }
            var mixed = TicketFilter()
            mixed.statuses = [.visible(.pending), .hidden(.spam)]
            let seen = try await tenant.walk(mixed, order, limit: 50)
            #expect(seen.map(\.status) == [.visible(.pending), .hidden(.spam, from: .pending)])
        }
    }

    @Test("No other filter brings hidden tickets to light")
    func hiddenStaysHidden() async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket(in: .hidden(.spam, from: .awaitingAgent))
            var unassigned = TicketFilter()
            unassigned.agent = .some(.none)
            var ofUser = TicketFilter()
            ofUser.userID = tenant.userID
            var normal = TicketFilter()
            normal.priority = .normal
            var recent = TicketFilter()
            recent.createdAfter = tenant.clock.now.advanced(byDays: -1)
            var everyVisible = TicketFilter()
            everyVisible.statuses = VisibleStatus.allCases.map { .visible($0) }
            for filter in [TicketFilter(), unassigned, ofUser, normal, recent, everyVisible] {
                for order in TicketOrder.all {
                    let seen = try await tenant.walk(filter, order, limit: 50)
                    #expect(seen.isEmpty, "\(filter), \(order)")
                }
            }
        }
    }

    @Test("Before and after leave out the moment itself")
    func borders() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let moment = tenant.clock.now
            let earlier = Timestamp(milliseconds: moment.milliseconds - 1)
            let later = Timestamp(milliseconds: moment.milliseconds + 1)
            let fields: [WritableKeyPath<TicketFilter, Timestamp?>] = [\.createdBefore, \.createdAfter, \.updatedBefore, \.updatedAfter]
            let times = [earlier, moment, later]
            let expected = [[false, false, true], [true, false, false], [false, false, true], [true, false, false]]
            for (field, answers) in zip(fields, expected) {
                for (time, isListed) in zip(times, answers) {
                    var filter = TicketFilter()
                    filter[keyPath: field] = time
                    let seen = try await tenant.walk(filter, .newestChangeFirst, limit: 50)
                    let wanted: [ID<Ticket>] = isListed ? [ticket.id] : []
                    #expect(seen.map(\.id) == wanted, "\(filter)")
                }
            }
        }
    }

    @Test("A hundred random filters find among 200 random tickets what plain Swift finds", arguments: [7, 8] as [UInt64])
    func againstSwift(seed: UInt64) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: seed)
            let users = [
                tenant.userID, try await tenant.makeUser("ada@customer.example").id, try await tenant.makeUser("bob@customer.example").id,
            ]
            var tickets: [Ticket] = []
            for _ in 0..<200 { tickets.append(try await tenant.makeRandomTicket(for: users, using: &chance)) }

            var found = 0
            for number in 0..<100 {
                let filter = tenant.randomFilter(users, amid: tickets, using: &chance)
                let order = TicketOrder.all.randomElement(using: &chance) ?? .newestChangeFirst
                let limit = Int.random(in: 5...60, using: &chance)
                let seen = try await tenant.walk(filter, order, limit: limit)
                let expected = tickets.filter { filter.matches($0) }.inOrder(order)
                #expect(seen == expected, "filter \(number): \(filter), \(order), pages of \(limit)")
                found += expected.isEmpty ? 0 : 1
            }
            #expect(found >= 40, "too few of the filters found anything for this test to say much")
        }
    }
}

extension TestTenant {
    /// Every page of a list, as an agent.
    fileprivate func walk(_ filter: TicketFilter, _ order: TicketOrder, limit: Int) async throws -> [Ticket] {
        var seen: [Ticket] = []
        var cursor: TicketCursor?
        repeat {
            let page = try await helpdesk.listTickets(filter, order, after: cursor, limit: limit, agent.access)
            // Pages are full but for the last, or the reader would never come to an end.
            try #require(page.next == nil || page.items.count == limit)
            seen += page.items
            cursor = page.next
        } while cursor != nil
        return seen
    }

    /// Tickets opened and changed in different orders, some at the same time.
    fileprivate func makeTickets(_ count: Int, using chance: inout SeededGenerator) async throws {
        var ids: [ID<Ticket>] = []
        for number in 0..<count {
            if number.isMultiple(of: 3) { clock.advance(seconds: 1) }
            let urgency = Urgency(Int.random(in: 1...4, using: &chance)) ?? .lowest
            ids.append(try await makeTicket("Ticket \(number)", by: agent.access) { $0.urgency = urgency }.id)
        }
        for (number, id) in ids.shuffled(using: &chance).prefix(count / 2).enumerated() {
            if number.isMultiple(of: 4) { clock.advance(seconds: 1) }
            _ = try await helpdesk.addNote(to: id, text("Note"), agent.access)
        }
        clock.advance(seconds: 1)
    }

    fileprivate func makeRandomTicket(for users: [ID<User>], using chance: inout SeededGenerator) async throws -> Ticket {
        if Int.random(in: 0..<3, using: &chance) == 0 { clock.advance(seconds: Int64.random(in: 1...5000, using: &chance)) }
        let agents: [ID<Agent>?] = [nil, adminID, agentID]
        let subject = try #require(Subject("Ticket"))
        let draft = TicketDraft(
            subject: subject, body: text("Please help"), requester: .user(users.randomElement(using: &chance) ?? userID),
            status: VisibleStatus.allCases.randomElement(using: &chance), agentID: agents.randomElement(using: &chance) ?? nil,
            priority: Priority.allCases.randomElement(using: &chance) ?? .normal,
            urgency: Urgency(Int.random(in: 1...10, using: &chance)) ?? .lowest)
        var ticket = try await helpdesk.createTicket(draft, agent.access)
        if Bool.random(using: &chance) {
            clock.advance(seconds: Int64.random(in: 0...500, using: &chance))
            ticket = try await helpdesk.addNote(to: ticket.id, text("Note"), agent.access).ticket
        }
        if Int.random(in: 0..<4, using: &chance) == 0 {
            ticket = try await helpdesk.hideTicket(ticket.id, as: Bool.random(using: &chance) ? .spam : .deleted, agent.access)
        }
        return ticket
    }

    /// Each criterion is there now and then, and times are those of tickets.
    fileprivate func randomFilter(_ users: [ID<User>], amid tickets: [Ticket], using chance: inout SeededGenerator) -> TicketFilter {
        var filter = TicketFilter()
        if Bool.random(using: &chance) {
            filter.statuses = Array(StatusName.all.shuffled(using: &chance).prefix(Int.random(in: 1...4, using: &chance)))
        }
        switch Int.random(in: 0..<6, using: &chance) {
        case 0: filter.agent = .some(.none)
        case 1: filter.agent = .to(agentID)
        case 2: filter.agent = .to(ID(4711))
        default: break
        }
        if Int.random(in: 0..<4, using: &chance) == 0 { filter.userID = users.randomElement(using: &chance) }
        if Int.random(in: 0..<4, using: &chance) == 0 { filter.priority = Priority.allCases.randomElement(using: &chance) }
        if Int.random(in: 0..<5, using: &chance) == 0 { filter.createdBefore = tickets.randomElement(using: &chance)?.createdAt }
        if Int.random(in: 0..<5, using: &chance) == 0 { filter.createdAfter = tickets.randomElement(using: &chance)?.createdAt }
        if Int.random(in: 0..<5, using: &chance) == 0 { filter.updatedBefore = tickets.randomElement(using: &chance)?.updatedAt }
        if Int.random(in: 0..<5, using: &chance) == 0 { filter.updatedAfter = tickets.randomElement(using: &chance)?.updatedAt }
        return filter
    }
}

extension TicketFilter {
    /// What the filter says, without a database.
    fileprivate func matches(_ ticket: Ticket) -> Bool {
        let name: StatusName =
            switch ticket.status {
            case .visible(let status): .visible(status)
            case .hidden(let status, _): .hidden(status)
            }
        guard statuses.isEmpty ? !name.isHidden : statuses.contains(name) else { return false }
        switch agent {
        case nil: break
        case .some(.none): if ticket.agentID != nil { return false }
        case .to(let id): if ticket.agentID != id { return false }
        }
        if let userID, ticket.user.id != userID { return false }
        if let priority, ticket.priority != priority { return false }
        if let createdBefore, ticket.createdAt >= createdBefore { return false }
        if let createdAfter, ticket.createdAt <= createdAfter { return false }
        if let updatedBefore, ticket.updatedAt >= updatedBefore { return false }
        if let updatedAfter, ticket.updatedAt <= updatedAfter { return false }
        return true
    }
}

extension [Ticket] {
    /// Sorted in plain Swift; the number decides between equal times.
    fileprivate func inOrder(_ order: TicketOrder) -> [Ticket] {
        func key(_ ticket: Ticket) -> (Int64, Int64) {
            switch order.key {
            case .updatedAt: (ticket.updatedAt.milliseconds, ticket.id.value)
            case .createdAt: (ticket.createdAt.milliseconds, ticket.id.value)
            case .urgency: (Int64(ticket.urgency.value), ticket.id.value)
            case .id: (0, ticket.id.value)
            }
        }
        return sorted { order.descending ? key($0) > key($1) : key($0) < key($1) }
    }
}
