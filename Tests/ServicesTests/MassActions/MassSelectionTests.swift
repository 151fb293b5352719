import Domain
import Services
import Support
import Testing

@Suite("Which tickets a mass action is about")
struct MassSelectionTests {
    @Test("Those that a filter finds, as in the list; hidden ones only where their status is named")
    func filter() async throws {
        try await withTenant { tenant in
            let scene = try await Selectable(tenant)
            let cases: [(name: String, expected: [Int], change: (inout TicketFilter) -> Void)] = [
                ("all", [0, 1, 2, 3], { _ in }), ("pending", [2], { $0.statuses = [.visible(.pending)] }),
                ("two", [1, 2], { $0.statuses = [.visible(.pending), .visible(.awaitingUser)] }),
                ("spam", [4], { $0.statuses = [.hidden(.spam)] }),
                ("deleted", [5], { $0.statuses = [.hidden(.deleted)] }),
                ("with hidden", [2, 5], { $0.statuses = [.visible(.pending), .hidden(.deleted)] }),
                ("label", [1], { $0.label = Label("late") }),
                ("nobody's", [0, 2, 3], { $0.agent = TicketFilter.Assigned.none }),
                ("admin's", [1], { $0.agent = .to(tenant.adminID) }),
                ("department", [3], { $0.departmentID = scene.sales }),
                ("no such", [], { $0.departmentID = ID(4711) }),
            ]
            for (name, expected, change) in cases {
                var filter = TicketFilter()
                change(&filter)
                let chosen = try await tenant.chosen(by: .filter(filter))
                #expect(chosen == expected.map { scene.ids[$0] }, "\(name)")
                let listed = filter
                let seen = try await tenant.nowByAgent {
                    try await tenant.helpdesk.listTickets(
                        listed, TicketOrder(.id, descending: false), after: nil, limit: 50, $0
                    ).items.map(\.id)
                }
                #expect(seen == chosen, "\(name)")
            }
        }
    }

    @Test("Those that a search finds, with hidden ones only where their status is named; who \"me\" is and what a name means, counts")
    func search() async throws {
        try await withTenant { tenant in
            let scene = try await Selectable(tenant)
            let cases: [(String, [Int])] = [
                ("status:spam", [4]), ("status:deleted,pending", [2, 5]), ("-status:spam", [0, 1, 2, 3]),
                ("label:late", [1]), ("from:customer.example", [0, 1, 2, 3]), ("from:nobody", []), ("agent:me", []),
                ("agent:Admin", [1]), ("agent:none -department:Sales", [0, 2]), ("#\(scene.ids[2])", [2]), ("#\(scene.ids[4])", []),
                ("subject:work status:spam,deleted,pending", [2, 4, 5]),
            ]
            for (text, expected) in cases {
                let chosen = try await tenant.chosen(by: .search(SearchQuery(parsing: text)))
                #expect(chosen == expected.map { scene.ids[$0] }, "\(text)")
            }
            let unknown = try SearchQuery(parsing: "agent:nobody-there")
            let refused = await refusal { _ = try await tenant.begin([.setPriority(.low)], on: .search(unknown)) }
            #expect(refused?.namedFaults == ["selection.search unknown"])
        }
    }

    @Test("Those that are named, hidden or not; what is not there or not seen has its outcome at once")
    func numbers() async throws {
        try await withTenant { tenant in
            let scene = try await Selectable(tenant)
            let named = [scene.ids[5], scene.ids[0], ID(4711), scene.ids[4]]
            let action = try await tenant.begin([.setPriority(.urgent)], on: named)
            let items = try await tenant.items(of: action)
            #expect(action.total == 4)
            #expect(action.figures == MassActionFigures(skipped: 1))
            #expect(items == [MassActionItem(ticketID: ID(4711), outcome: .skipped(.gone), version: 0)])
            let ended = try await tenant.finish(action)
            let outcomes = try await tenant.outcomes(of: ended)
            #expect(ended.figures == MassActionFigures(done: 3, skipped: 1))
            #expect(outcomes.filter { $0.value == .done }.keys.sorted() == [scene.ids[0], scene.ids[4], scene.ids[5]])

            let none = try await tenant.act([.setPriority(.low)], on: [ID(4711), ID(4712)])
            let nothing = try await tenant.finish(tenant.begin([.setPriority(.low)], on: .search(SearchQuery(parsing: "label:none"))))
            #expect(none.total == 2 && none.figures == MassActionFigures(skipped: 2) && none.state == .done)
            #expect(nothing.total == 0 && nothing.figures == MassActionFigures() && nothing.state == .done)
        }
    }

    @Test("Nothing is added after the start, whatever is written, moved or restored meanwhile")
    func snapshot() async throws {
        try await withTenant { tenant in
            let scene = try await Selectable(tenant)
            var pending = TicketFilter()
            pending.statuses = [.visible(.pending)]
            let action = try await tenant.begin([.setPriority(.urgent)], on: .filter(pending))
            let late = try await tenant.makeTicket(in: .visible(.pending))
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.restoreTicket(scene.ids[5], .to(.pending), $0) }
            _ = try await tenant.update(scene.ids[2]) { $0.status = .resolved }
            let ended = try await tenant.finish(action)
            let outcomes = try await tenant.outcomes(of: ended)
            let priorities = [try await tenant.read(late.id).priority, try await tenant.read(scene.ids[5]).priority]
            #expect(outcomes == [scene.ids[2]: .done])
            #expect(priorities == [.normal, .normal])
        }
    }

    @Test("An agent's is what the agent sees: of their departments, their own, their teams' and what they follow")
    func sight() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.addDepartment("Sales")
            let closed = try await tenant.addDepartment("Closed")
            let rights: Set<AgentRight> = [.massActions, .editFields, .viewUnassigned]
            let grants = [
                DepartmentGrant(departmentID: sales, access: .full), DepartmentGrant(departmentID: Department.first, access: .assign),
            ]
            let ada = try await tenant.addAgent("ada", rights: rights, departments: grants)
            let team = try await tenant.addTeam("One", [ada.id])
            func make(_ change: (inout TicketPatch) -> Void) async throws -> ID<Ticket> {
                try await tenant.update(tenant.newTicket().id, change).id
            }
            let unassigned = try await make { $0.departmentID = sales }
            let others = try await make {
                $0.departmentID = sales
                $0.agent = .to(tenant.adminID)
            }
            let own = try await make {
                $0.departmentID = closed
                $0.agent = .to(ada.id)
            }
            let teams = try await make {
                $0.departmentID = closed
                $0.team = .to(team)
            }
            let followed = try await make { $0.departmentID = closed }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.follow(followed, as: ada.id, $0) }
            let elsewhere = try await make { $0.departmentID = closed }
            let assignOnly = try await tenant.newTicket().id
            let seen = [unassigned, own, teams, followed]
            let byFilter = try await tenant.chosen(by: .filter(TicketFilter()), as: ada.token)
            let bySearch = try await tenant.chosen(by: .search(SearchQuery(parsing: "from:customer")), as: ada.token)
            let mine = try await tenant.chosen(by: .search(SearchQuery(parsing: "agent:me")), as: ada.token)
            let all = seen + [others, elsewhere, assignOnly]
            let action = try await tenant.act([.setPriority(.urgent)], on: all, by: ada.token)
            let outcomes = try await tenant.outcomes(of: action)
            #expect(byFilter == seen)
            #expect(bySearch == seen)
            #expect(mine == [own])
            #expect(outcomes.filter { $0.value == .done }.keys.sorted() == seen)
            for id in [others, elsewhere, assignOnly] { #expect(outcomes[id] == .skipped(.gone)) }
        }
    }

    @Test("A token brings back exactly the tickets that were shown, with what was gone, whatever has come and gone since")
    func token() async throws {
        try await withTenant { tenant in
            let scene = try await Selectable(tenant)
            let shown = try await tenant.preview([.setPriority(.urgent)], on: .ids([scene.ids[0], scene.ids[1], scene.ids[4], ID(4711)]))
            let byFilter = try await tenant.preview([.setPriority(.urgent)], on: .filter(TicketFilter()))
            _ = try await tenant.newTicket()
            _ = try await tenant.act([.purge], on: [scene.ids[4]], by: tenant.admin.token)
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(scene.ids[0], as: .spam, $0) }
            let first = try await tenant.finish(tenant.begin([.setPriority(.urgent)], on: .token(shown.token)))
            let outcomes = try await tenant.outcomes(of: first)
            #expect(
                outcomes == [
                    scene.ids[0]: .done, scene.ids[1]: .done, scene.ids[4]: .skipped(.gone), ID(4711): .skipped(.gone),
                ])
            // What has moved on since it was shown is left alone where it would mean something else now.
            let second = try await tenant.finish(tenant.begin([.setStatus(.resolved)], on: .token(byFilter.token)))
            let later = try await tenant.outcomes(of: second)
            #expect(later[scene.ids[0]] == .skipped(.hidden))
            #expect(Set(later.keys) == Set(scene.ids[0...3]))
            // It can be done again, until it expires.
            tenant.clock.advance(seconds: 3599)
            let again = try await tenant.finish(tenant.begin([.setPriority(.low)], on: .token(shown.token)))
            #expect(again.figures == MassActionFigures(done: 2, skipped: 2))
        }
    }

    @Test("A token that is unknown, another agent's or too old is refused, and so is a queue that there is not")
    func refused() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            let ada = try await tenant.addAgent("ada")
            let preview = try await tenant.preview([.setPriority(.urgent)], on: .ids([ticket.id]))
            let theirs = try await tenant.preview([.setPriority(.urgent)], on: .ids([ticket.id]), by: ada.token)
            func start(_ selection: MassSelection) async -> [String]? {
                await refusal { _ = try await tenant.begin([.setPriority(.urgent)], on: selection) }?.namedFaults
            }
            let unknown = await start(.token("nothing"))
            let another = await start(.token(theirs.token))
            let queue = await start(.queue(4711))
            #expect(preview.expiresAt == tenant.clock.now.advanced(bySeconds: 3600))
            let own = await start(.token(preview.token))
            tenant.clock.advance(seconds: 3600)
            let expired = await start(.token(preview.token))
            #expect(
                [unknown, another, expired] == [["selection.token unknown"], ["selection.token unknown"], ["selection.token unknown"]])
            #expect(queue == ["selection.queue_id unknown"])
            #expect(own == nil)
            // Another helpdesk's token is nobody's.
            let other = try await TestInstallation.shared.value.makeTenant()
            let foreign = await refusal { _ = try await other.begin([.setPriority(.urgent)], on: .token(preview.token)) }
            #expect(foreign?.namedFaults == ["selection.token unknown"])
            let listed = try await tenant.helpdesk.listMassActions(before: nil, limit: 10, by: tenant.author(tenant.admin.token))
            #expect(listed.items.count == 1)
        }
    }

    @Test("What a dry run says is what happens then, to the ticket", arguments: DryRun.all)
    fileprivate func dryRun(run: DryRun) async throws {
        try await withTenant { tenant in
            let scene = try await Selectable(tenant)
            try await tenant.hold(scene.ids[4])
            let merged = try await tenant.newTicket().id
            let target = try await tenant.newTicket().id
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.mergeTickets([merged], into: target, $0) }
            _ = try await tenant.addField("cause") { $0.requiredForAgents = true }
            let ids = scene.ids + [merged, ID(4711)]
            let before = try await tenant.images(of: ids)
            let preview = try await tenant.preview(run.actions, on: .ids(ids), by: tenant.admin.token)
            let after = try await tenant.images(of: ids)
            let left = try await tenant.helpdesk.listMassActions(before: nil, limit: 10, by: tenant.author(tenant.admin.token))
            #expect(before == after)
            #expect(left.items.isEmpty)
            #expect(preview.total == 8)
            let status =
                try await tenant.sql("select status from helpdesk.tickets where tenant_id = $tenant and id = \(merged)")[0][0] ?? ""
            var byStatus: [String: Int64] = ["awaiting_agent": 1, "awaiting_user": 1, "pending": 1, "resolved": 1, "spam": 1, "deleted": 1]
            byStatus[status, default: 0] += 1
            #expect(preview.byStatus == byStatus)
            #expect(preview.byDepartment == [Department.first: 6, scene.sales: 1])
            #expect(preview.byAgent == [tenant.adminID: 1])
            #expect(preview.unassigned == 6)
            #expect(preview.sample == (scene.ids + [merged]).sorted())
            #expect(preview.examined == 7)
            let ended = try await tenant.finish(tenant.begin(run.actions, on: .token(preview.token), by: tenant.admin.token))
            _ = try await tenant.outcomes(of: ended)
            #expect(ended.total == preview.total)
            #expect(ended.figures.done == preview.wouldChange)
            #expect(ended.reasons == preview.reasons)
        }
    }

    @Test("More than one part is counted whole, with the first twenty shown")
    func many() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(4100)
            _ = try await tenant.fill(3, hidden: .spam, from: 200_000)
            let preview = try await tenant.preview([.setStatus(.pending)], on: .filter(TicketFilter()))
            #expect(preview.total == 4100)
            #expect(preview.byStatus == ["awaiting_agent": 1025, "awaiting_user": 1025, "pending": 1025, "resolved": 1025])
            #expect(preview.sample == Array(ids[..<20]))
            #expect(preview.examined == 4100)
            #expect(preview.wouldChange == 3075)
            #expect(preview.reasons == ["already": 1025])
            let ended = try await tenant.finish(tenant.begin([.setStatus(.pending)], on: .token(preview.token)))
            #expect(ended.figures == MassActionFigures(done: 3075, skipped: 1025))
        }
    }
}

/// What is tried before it is done.
private struct DryRun: Sendable, CustomStringConvertible {
    var actions: [TicketAction]
    var description: String { actions.map(\.kind.rawValue).joined(separator: ", ") }

    static let all = [
        DryRun(actions: [.setStatus(.pending)]), DryRun(actions: [.reply(text("Hello"), status: nil)]), DryRun(actions: [.hide(.spam)]),
        DryRun(actions: [.hide(.deleted), .setPriority(.low)]), DryRun(actions: [.restore(nil)]), DryRun(actions: [.purge]),
        DryRun(actions: [.labels(add: [Label("late")!], remove: [])]), DryRun(actions: [.note(text("Look"))]),
    ]
}

/// Tickets that can be told apart.
private struct Selectable {
    let sales: ID<Department>
    /// Awaiting an agent; awaiting the user, late and the admin's; pending; resolved in Sales; spam; deleted.
    private(set) var ids: [ID<Ticket>] = []

    init(_ tenant: TestTenant) async throws {
        let sales = try await tenant.addDepartment("Sales")
        self.sales = sales
        for status in [TicketStatus.visible(.awaitingAgent), .visible(.awaitingUser), .visible(.pending), .visible(.resolved)] {
            ids.append(try await tenant.makeTicket(in: status).id)
        }
        _ = try await tenant.update(ids[1]) {
            $0.labels = Labels([Label(unchecked: "late")])
            $0.agent = .to(tenant.adminID)
        }
        _ = try await tenant.update(ids[3]) { $0.departmentID = sales }
        ids.append(try await tenant.makeTicket(in: .hidden(.spam, from: .pending)).id)
        ids.append(try await tenant.makeTicket(in: .hidden(.deleted, from: .resolved)).id)
    }
}

extension TestTenant {
    /// The tickets of a selection, by number.
    fileprivate func chosen(by selection: MassSelection, as token: String? = nil) async throws -> [ID<Ticket>] {
        let action = try await finish(begin([.labels(add: [], remove: [])], on: selection, by: token))
        return try await items(of: action).map(\.ticketID)
    }
}
