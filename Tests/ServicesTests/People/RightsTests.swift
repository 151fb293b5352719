import Domain
import Services
import Support
import Testing

/// 35,526 cells in all: 25,926 of agents and what they do to tickets, 1,128 of their lists, 752 of their new tickets, 7,720 of users.
@Suite("The table of rights")
struct RightsTests {
    // 2,580 cells of reading, 5,556 of talking, 7,272 of changing, 4,284 of hiding, 6,234 of joining.
    @Test("What comes of an agent's act is what the table says", arguments: RightsTable.Family.allCases)
    func acts(_ family: RightsTable.Family) async throws {
        try await withTenant { tenant in
            var scene = try await RightsScene(tenant)
            var cells = 0
            for act in RightsTable.Act.allCases where act.family == family { cells += try await scene.attempt(act) }
            let sizes: [RightsTable.Family: Int] = [
                .reading: 2500, .talking: 5500, .changing: 7200, .hiding: 4200, .joining: 6200,
            ]
            let size = try #require(sizes[family])
            #expect(cells > size)
        }
    }

    // 1,128 cells.
    @Test("The lists of every agent hold what the table says they see, and nothing else")
    func lists() async throws {
        try await withTenant { tenant in
            let scene = try await RightsScene(tenant)
            var cells = 0
            for (index, agent) in RightsTable.agents.enumerated() {
                for isHidden in [false, true] {
                    var filter = TicketFilter()
                    if isHidden { filter.statuses = [.hidden(.spam), .hidden(.deleted)] }
                    let page = try await tenant.helpdesk.listTickets(
                        filter, .newestChangeFirst, after: nil, limit: 200, scene.accesses[index])
                    let expected = scene.standing.filter { ticket in
                        guard (ticket.state != .open) == isHidden else { return false }
                        // Somebody else's own ticket is a colleague's.
                        let isOthers = ticket.owner != nil && ticket.owner != index
                        return agent.sees(isOthers ? .colleagues : ticket.relation)
                    }
                    let seen = page.items.map(\.id).sorted()
                    #expect(seen == expected.map(\.id), "\(agent.name), hidden: \(isHidden)")
                    #expect(page.next == nil)
                    cells += RightsTable.Relation.allCases.count
                }
            }
            #expect(cells > 1100)
        }
    }

    // 752 cells.
    @Test("Agents open tickets in the departments they may assign to, and assign them if they may assign")
    func creations() async throws {
        try await withTenant { tenant in
            let scene = try await RightsScene(tenant)
            let subject = try #require(Subject("By telephone"))
            var cells = 0
            var done = 0
            var wrong: [String] = []
            for (index, agent) in RightsTable.agents.enumerated() {
                for creation in RightsTable.Creation.allCases {
                    for isClosed in [false, true] {
                        var draft = TicketDraft(
                            subject: subject, body: text("Please help"), requester: .user(tenant.userID),
                            departmentID: isClosed ? Scenery.closedDepartment : Scenery.desk)
                        tenant.choose(creation, in: &draft)
                        let asked = draft
                        let outcome = try await tenant.outcome {
                            _ = try await tenant.helpdesk.createTicket(asked, scene.accesses[index])
                            return .done
                        }
                        let expected = agent.outcome(of: creation, isClosed: isClosed)
                        if outcome != expected { wrong.append("\(agent.name), \(creation), closed: \(isClosed): \(outcome)") }
                        done += outcome == .done ? 1 : 0
                        cells += 1
                    }
                }
            }
            let opened = try await tenant.countOfNewTickets()
            #expect(wrong.isEmpty, "\(wrong.count) of \(cells), such as \(wrong.prefix(10))")
            #expect(opened == done)
            #expect(cells > 700)
        }
    }

    // 7,720 cells.
    @Test("What comes of a user's act is what the table says, and their lists hold what they see")
    func users() async throws {
        try await withTenant { tenant in
            let scene = try await UserRightsScene(tenant)
            var cells = 0
            // Writing comes last, because it changes what is there.
            for act in RightsTable.Act.allCases where act != .reply { cells += try await scene.attempt(act) }
            cells += try await scene.list()
            cells += try await scene.open()
            cells += try await scene.attempt(.reply)
            #expect(cells > 7700)
        }
    }

    @Test(
        "Page by page and in every order, a list is exactly the tickets that its reader sees, whatever their rights",
        arguments: [21, 22] as [UInt64])
    func randomLists(seed: UInt64) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: seed)
            let scene = try await RandomScene(tenant, using: &chance)
            var filter = TicketFilter()
            filter.statuses = StatusName.all
            let every = try await tenant.walk(filter, .newestChangeFirst, limit: 200, scene.readers[0].access)
            #expect(every.count == RandomScene.tickets)
            var found = 0
            for reader in scene.readers {
                let seen = every.filter { reader.access.sight.sees($0, isBeside: reader.beside.contains($0.id)) }
                let visible = seen.filter { !$0.status.isHidden }
                for order in TicketOrder.all {
                    let listed = try await tenant.walk(TicketFilter(), order, limit: 7, reader.access)
                    #expect(listed == visible.inOrder(order), "\(reader.access.rights), \(order)")
                }
                found += visible.count
                guard case .agent = reader.access.caller else { continue }
                for order in TicketOrder.all {
                    let listed = try await tenant.walk(filter, order, limit: 7, reader.access)
                    #expect(listed == seen.inOrder(order), "\(reader.access.rights), \(order), with hidden ones")
                }
            }
            // Neither little nor nearly everything, or this would say little.
            let visible = every.filter { !$0.status.isHidden }.count
            #expect(found > visible * 2)
            #expect(found < visible * (scene.readers.count - 1))
        }
    }
}

extension TestTenant {
    fileprivate func choose(_ creation: RightsTable.Creation, in draft: inout TicketDraft) {
        switch creation {
        case .plain: break
        case .withStatus: draft.status = .pending
        case .withAgent: draft.agentID = adminID
        case .withTeam: draft.teamID = Scenery.team
        }
    }

    fileprivate func countOfNewTickets() async throws -> Int {
        let rows = try await sql("select count(*) from helpdesk.tickets where tenant_id = $tenant and id > \(Scenery.lastStaged)")
        let count: String? = rows.first?.first ?? nil
        return try #require(count.flatMap { Int($0) })
    }

    /// Every page of a list.
    fileprivate func walk(_ filter: TicketFilter, _ order: TicketOrder, limit: Int, _ access: Access) async throws -> [Ticket] {
        var seen: [Ticket] = []
        var cursor: TicketCursor?
        repeat {
            let page = try await helpdesk.listTickets(filter, order, after: cursor, limit: limit, access)
            // Pages are full but for the last, or the reader would never come to an end.
            try #require(page.next == nil || page.items.count == limit)
            seen += page.items
            cursor = page.next
        } while cursor != nil
        return seen
    }
}

extension [Ticket] {
    /// Sorted in plain Swift; the number decides between equal ones.
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

/// A helpdesk with every user of the table; of each relation and status everybody has a ticket.
private struct UserRightsScene {
    struct Place {
        var user: Int
        var relation: RightsTable.UserRelation
        var state: RightsTable.UserState
        var id: ID<Ticket>
    }

    private static let places: [Place] = {
        var places: [Place] = []
        for user in RightsTable.users.indices {
            for relation in RightsTable.UserRelation.allCases {
                for state in RightsTable.UserState.allCases {
                    places.append(Place(user: user, relation: relation, state: state, id: ID(Int64(places.count + 1))))
                }
            }
        }
        return places
    }()

    private let tenant: TestTenant
    private let accesses: [Access]

    init(_ tenant: TestTenant) async throws {
        self.tenant = tenant
        let rights = RightsTable.users.map { user in
            UserRights(granted: user.rights, organizationID: user.isMember ? Scenery.organizations[0] : nil)
        }
        accesses = try await tenant.stagePeople([], rights).users
        try await tenant.stageTickets(Self.places.map { $0.ticket(in: tenant) })
    }

    /// Tries the act as every user on their tickets, and answers how many cells that were.
    func attempt(_ act: RightsTable.Act) async throws -> Int {
        var cells = 0
        var wrong: [String] = []
        var changed: [Int64] = []
        for place in Self.places where [.read, .reply].contains(act) || [.awaitingUser, .spam].contains(place.state) {
            let user = RightsTable.users[place.user]
            let expected = user.outcome(of: act, on: place.relation, place.state)
            let other = Self.places[place.user == 0 ? 1 : 0].id
            let outcome = try await tenant.outcome(of: act, on: place.id, beside: other, as: accesses[place.user])
            if outcome != expected { wrong.append("\(user.name), \(place.relation), \(place.state): \(outcome) and not \(expected)") }
            if act == .reply && [.done, .followUp].contains(expected) { changed.append(place.id.value) }
            cells += 1
        }
        let versions = try await tenant.wrongVersions(changed: changed, untouchedBelow: Scenery.lastStaged)
        #expect(wrong.isEmpty, "\(act): \(wrong.count) of \(cells), such as \(wrong.prefix(10))")
        #expect(versions.isEmpty, "\(act): tickets that changed and should not, or the other way round: \(versions.prefix(10))")
        return cells
    }

    /// Lists what is visible, and asks for what is hidden.
    func list() async throws -> Int {
        var cells = 0
        for (index, user) in RightsTable.users.enumerated() {
            let page = try await tenant.helpdesk.listTickets(
                TicketFilter(), TicketOrder(.id, descending: false), after: nil, limit: 200, accesses[index])
            let expected = Self.places.filter { place in
                // What is one user's own or copy is a stranger's to the others; what is the organization's is so to all.
                let isOthers = place.user != index && place.relation != .organizations
                return user.sees(isOthers ? .strangers : place.relation, place.state)
            }
            #expect(page.items.map(\.id) == expected.map(\.id), "\(user.name)")
            #expect(page.next == nil)
            cells += RightsTable.UserRelation.allCases.count * RightsTable.UserState.allCases.count
            for hidden in HiddenStatus.allCases {
                var filter = TicketFilter()
                filter.statuses = [.hidden(hidden)]
                let asked = filter
                let outcome = try await tenant.outcome {
                    _ = try await tenant.helpdesk.listTickets(asked, .newestChangeFirst, after: nil, limit: 50, accesses[index])
                    return .done
                }
                #expect(outcome == .forbidden, "\(user.name)")
                cells += 1
            }
        }
        return cells
    }

    /// Opens tickets of their own, and tries what only agents choose.
    func open() async throws -> Int {
        let subject = try #require(Subject("It does not work"))
        var cells = 0
        var done = 0
        for (index, user) in RightsTable.users.enumerated() {
            for creation in RightsTable.Creation.allCases {
                var draft = TicketDraft(
                    subject: subject, body: text("Please help"), requester: .caller, departmentID: Scenery.closedDepartment)
                tenant.choose(creation, in: &draft)
                let asked = draft
                let outcome = try await tenant.outcome {
                    _ = try await tenant.helpdesk.createTicket(asked, accesses[index])
                    return .done
                }
                let may = creation == .plain && user.rights.contains(.openTickets)
                #expect((outcome == .done) == may, "\(user.name), \(creation): \(outcome)")
                #expect(outcome == .done || outcome == .forbidden, "\(user.name), \(creation)")
                done += outcome == .done ? 1 : 0
                cells += 1
            }
        }
        let opened = try await tenant.countOfNewTickets()
        #expect(opened == done)
        return cells
    }
}

extension UserRightsScene.Place {
    fileprivate func ticket(in tenant: TestTenant) -> StagedTicket {
        let me = Scenery.user(user)
        let status: TicketStatus
        var age = 1
        switch state {
        case .awaitingUser: status = .visible(.awaitingUser)
        case .resolvedLately: status = .visible(.resolved)
        case .resolvedLongAgo:
            status = .visible(.resolved)
            age = 40
        case .spam: status = .hidden(.spam, from: .pending)
        case .deleted: status = .hidden(.deleted, from: .pending)
        }
        let owner = relation == .own ? me : tenant.userID
        var ticket = StagedTicket(id: id, status: status, user: owner, at: tenant.clock.now.advanced(byDays: -age))
        ticket.organization = relation == .organizations ? Scenery.organizations[0] : nil
        ticket.copies = relation == .onCopy ? [me] : []
        return ticket
    }
}

/// A helpdesk with people and tickets as chance has it. The first reader is an admin.
private struct RandomScene {
    static let tickets = 60

    struct Reader {
        var access: Access
        /// The tickets the agent follows, or the user is on copy of.
        var beside: Set<ID<Ticket>>
    }

    let readers: [Reader]

    init(_ tenant: TestTenant, using chance: inout SeededGenerator) async throws {
        var agents = [AgentRights(isAdmin: true, granted: [])]
        for _ in 0..<7 { agents.append(chance.agentRights()) }
        var users: [UserRights] = []
        for _ in 0..<3 { users.append(chance.userRights()) }
        let people = try await tenant.stagePeople(agents, users)
        var tickets: [StagedTicket] = []
        for number in 1...Self.tickets {
            tickets.append(chance.ticket(ID(Int64(number)), agents.count, users.count, before: tenant.clock.now))
        }
        try await tenant.stageTickets(tickets)
        let agentReaders = people.agents.enumerated().map { index, access in
            Reader(access: access, beside: Set(tickets.filter { $0.followers.contains(Scenery.agent(index)) }.map(\.id)))
        }
        let userReaders = people.users.enumerated().map { index, access in
            Reader(access: access, beside: Set(tickets.filter { $0.copies.contains(Scenery.user(index)) }.map(\.id)))
        }
        readers = agentReaders + userReaders
    }
}

extension SeededGenerator {
    fileprivate mutating func agentRights() -> AgentRights {
        var granted: Set<AgentRight> = []
        for right in [AgentRight.viewUnassigned, .viewOthers, .reply] where oneIn(2) { granted.insert(right) }
        var departments: [ID<Department>: DepartmentAccess] = [:]
        for department in Scenery.departments {
            if oneIn(2) { departments[department] = .full } else if oneIn(2) { departments[department] = .assign }
        }
        var teams: Set<ID<Team>> = []
        for team in Scenery.teams where oneIn(3) { teams.insert(team) }
        return AgentRights(isAdmin: false, granted: granted, teams: teams, departments: oneIn(4) ? nil : departments)
    }

    fileprivate mutating func userRights() -> UserRights {
        var granted: Set<UserRight> = []
        for right in UserRight.allCases where !oneIn(4) { granted.insert(right) }
        return UserRights(granted: granted, organizationID: one(of: Scenery.organizations, orNoneIn: 3))
    }

    /// With times and urgencies that others have, too.
    fileprivate mutating func ticket(_ id: ID<Ticket>, _ agents: Int, _ users: Int, before now: Timestamp) -> StagedTicket {
        let status: TicketStatus =
            oneIn(4)
            ? .hidden(oneIn(2) ? .spam : .deleted, from: .awaitingUser)
            : .visible(VisibleStatus.allCases.randomElement(using: &self) ?? .pending)
        let created = now.advanced(bySeconds: -60 * Int64.random(in: 10...20, using: &self))
        let user = Scenery.user(Int.random(in: 0..<users, using: &self))
        var ticket = StagedTicket(id: id, status: status, user: user, at: created)
        ticket.updatedAt = created.advanced(bySeconds: 60 * Int64.random(in: 0...9, using: &self))
        ticket.urgency = Int.random(in: 1...3, using: &self)
        ticket.organization = one(of: Scenery.organizations, orNoneIn: 3)
        ticket.department = Scenery.departments.randomElement(using: &self) ?? Scenery.desk
        ticket.agent = one(of: (0..<agents).map { Scenery.agent($0) }, orNoneIn: 2)
        ticket.team = one(of: Scenery.teams, orNoneIn: 2)
        for agent in 0..<agents where oneIn(8) { ticket.followers.append(Scenery.agent(agent)) }
        for user in 0..<users where oneIn(8) { ticket.copies.append(Scenery.user(user)) }
        return ticket
    }

    private mutating func oneIn(_ count: Int) -> Bool { Int.random(in: 0..<count, using: &self) == 0 }

    /// Once in so many times none of them.
    private mutating func one<Value>(of values: [Value], orNoneIn count: Int) -> Value? {
        oneIn(count) ? nil : values.randomElement(using: &self)
    }
}
