import Domain
import Services
import Support
import Testing

@Suite("What mass actions do")
struct MassActionsTests {
    @Test("Each action does to every ticket exactly what the verb for one ticket does to its twin", arguments: Deed.all)
    fileprivate func likeTheVerb(deed: Deed) async throws {
        try await withTenant { tenant in
            let scene = try await TwinScene(tenant)
            let pairs = try await scene.makePairs()
            tenant.clock.advance(seconds: 3600)
            let action = try await tenant.act([deed.action(scene)], on: pairs.map(\.mass))
            let outcomes = try await tenant.outcomes(of: action)
            let agent = try await tenant.now(tenant.agent)
            var done = 0
            for (mass, hand, status) in pairs {
                let place = "\(deed) on \(status)"
                let before = try await tenant.read(hand)
                let refused = await refusal { try await deed.byHand(scene, before, agent) }
                let twins = (try await tenant.read(mass), try await tenant.read(hand))
                switch (outcomes[mass], refused) {
                case (.done, nil): done += 1
                // Nothing to do is a refusal for some verbs.
                case (.skipped(.already), nil), (.skipped(.already), .conflict(.alreadyInStatus)),
                    (.skipped(.already), .conflict(.notHidden)):
                    #expect(twins.0.version == before.version, "\(place)")
                case (.skipped(.hidden), .conflict(.replyToHidden)), (.skipped(.hidden), .conflict(.statusOfHidden)): break
                default: Issue.record("\(place): \(String(describing: outcomes[mass])), by hand \(String(describing: refused))")
                }
                let areTwins = try await scene.isTwin(mass, of: hand)
                #expect(areTwins, "\(place)")
                #expect(twins.0.alike == twins.1.alike, "\(place)")
                let lines = (try await tenant.history(of: mass), try await tenant.history(of: hand))
                #expect(lines.0.map(\.alike) == lines.1.map(\.alike), "\(place)")
                #expect(lines.1.allSatisfy { $0.massActionID == nil })
                #expect(lines.0.compactMap(\.massActionID) == (outcomes[mass] == .done ? [action.id] : []), "\(place)")
                let messages = (try await tenant.messages(on: mass), try await tenant.messages(on: hand))
                #expect(messages.0.map(\.alike) == messages.1.map(\.alike), "\(place)")
                #expect(lines.0.last?.messageID == messages.0.last.flatMap { lines.1.last?.messageID == nil ? nil : $0.id }, "\(place)")
            }
            #expect(done > 0)
        }
    }

    @Test("Several actions are done in their order, as one change with one line of history and one version")
    func several() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.addDepartment("Sales")
            let seats = try await tenant.addField("seats", .number) { $0.departments = [(sales, Field.Requirement(forAgents: true))] }
            let hidden = try await tenant.makeTicket(in: .hidden(.spam, from: .resolved))
            let visible = try await tenant.newTicket()
            tenant.clock.advance(seconds: 60)
            let actions: [TicketAction] = [
                .restore(.pending), .setDepartment(sales), .setFields([seats.key: .number(3)]), .setPriority(.urgent),
                .setUrgency(Urgency(8)!), .labels(add: [Label("vip")!, Label("late")!], remove: []),
                .assign(agent: .to(tenant.adminID), team: .nobody), .reply(text("We are on it"), status: .awaitingAgent),
                .note(text("Be quick")), .setStatus(.resolved),
            ]
            let action = try await tenant.act(actions, on: [hidden.id, visible.id])
            let kept = try await tenant.read(action)
            #expect(action.figures == MassActionFigures(done: 2))
            #expect(kept.actions == actions)
            for old in [hidden, visible] {
                let ticket = try await tenant.read(old.id)
                let line = try #require(try await tenant.history(of: old.id).last)
                let messages = try await tenant.messages(on: old.id)
                #expect(ticket.version == old.version + 1)
                #expect(ticket.status == .visible(.resolved) && ticket.resolvedAt == tenant.clock.now)
                #expect(ticket.departmentID == sales && ticket.fields == [seats.key: .number(3)])
                #expect(ticket.priority == .urgent && ticket.urgency == Urgency(8) && ticket.agentID == tenant.adminID)
                #expect(Set(ticket.labels.list.map(\.text)) == ["late", "vip"])
                #expect(messages.map(\.body.content) == ["Please help", "We are on it", "Be quick"])
                #expect(messages.map(\.kind).suffix(2) == [.reply, .note])
                #expect(line.version == ticket.version && line.massActionID == action.id)
                #expect(line.event == .restored)
                #expect(line.messageID == messages[1].id)
                #expect(
                    Set(line.changes.map(\.field)) == [
                        "status", "department_id", "fields.seats", "priority", "urgency", "labels", "agent_id",
                    ])
            }
        }
    }

    @Test("The order counts: what is answered or restored first can be deleted afterwards, not the other way round")
    func order() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            let action = try await tenant.act([.reply(text("Goodbye"), status: .resolved), .hide(.deleted)], on: [ticket.id])
            let now = try await tenant.read(ticket.id)
            #expect(action.figures == MassActionFigures(done: 1))
            #expect(now.status == .hidden(.deleted, from: .resolved))
            #expect(now.replyCount == 1)
            let again = try await tenant.act([.restore(.pending), .hide(.spam)], on: [ticket.id])
            let last = try await tenant.read(ticket.id)
            #expect(again.figures == MassActionFigures(done: 1))
            #expect(last.status == .hidden(.spam, from: .pending))
        }
    }

    @Test("One text to many is a message of its own on each, and sets each status")
    func replies() async throws {
        try await withTenant { tenant in
            let ids = try await tenant.fill(2500)
            let action = try await tenant.act([.reply(text("It is fixed"), status: .resolved), .note(text("Storm"))], on: ids)
            #expect(action.figures == MassActionFigures(done: 2500))
            let rows = try await tenant.sql(
                """
                select kind, count(*), count(distinct ticket_id), count(distinct id), min(body) = max(body), min(agent_id), max(agent_id)
                from helpdesk.messages where tenant_id = $tenant group by kind order by kind desc
                """)
            let agent = "\(tenant.agentID)"
            #expect(
                rows == [
                    ["reply", "2500", "2500", "2500", "t", agent, agent], ["note", "2500", "2500", "2500", "t", agent, agent],
                ])
            let tickets = try await tenant.sql(
                """
                select count(*) from helpdesk.tickets
                where tenant_id = $tenant and status = 'resolved' and message_count = 1 and reply_count = 1 and first_replied_at is not null
                """)
            #expect(tickets == [["2500"]])
            // Numbers go on where they were taken.
            let next = try await tenant.newTicket()
            let said = try await tenant.messages(on: next.id)
            let highest = try await tenant.sql("select max(id) from helpdesk.messages where tenant_id = $tenant")
            #expect(highest == [["\(said[0].id)"]])
        }
    }

    @Test("A chat that goes on ends where its ticket is hidden")
    func live() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.startLive(.chat, on: ticket.id, $0) }
            let before = try await tenant.read(ticket.id)
            let action = try await tenant.act([.hide(.spam)], on: [ticket.id])
            let after = try await tenant.read(ticket.id)
            let sessions = try await tenant.sql("select count(*) from helpdesk.live_sessions where tenant_id = $tenant")
            #expect(before.liveUntil != nil)
            #expect(action.figures == MassActionFigures(done: 1))
            #expect(after.liveUntil == nil)
            #expect(sessions == [["0"]])
        }
    }

    @Test("Lists find the tickets by what was done to them, and by nothing else")
    func found() async throws {
        try await withTenant { tenant in
            let field = try await tenant.addField("cause", .multiChoice) { $0.choices = ["rain", "snow"] }
            let ids = try await tenant.fill(3)
            let first: [TicketAction] = [.labels(add: [Label("old")!], remove: []), .setFields([field.key: .choices(["rain"])])]
            _ = try await tenant.act(first, on: ids)
            let second: [TicketAction] = [
                .labels(add: [Label("new")!], remove: [Label("old")!]), .setFields([field.key: .choices(["snow"])]),
            ]
            _ = try await tenant.act(second, on: [ids[0], ids[2]])
            func listed(_ label: String, _ choice: String) async throws -> [[ID<Ticket>]] {
                func find(_ change: (inout TicketFilter) -> Void) async throws -> [ID<Ticket>] {
                    var filter = TicketFilter()
                    change(&filter)
                    let asked = filter
                    return try await tenant.nowByAgent {
                        try await tenant.helpdesk.listTickets(
                            asked, TicketOrder(.id, descending: false), after: nil, limit: 10, $0
                        ).items.map(\.id)
                    }
                }
                return [
                    try await find { $0.label = Label(label) },
                    try await find { $0.fields = [.init(id: field.id, key: field.key, value: .text(choice))] },
                ]
            }
            let new = try await listed("new", "snow")
            let old = try await listed("old", "rain")
            #expect(new == [[ids[0], ids[2]], [ids[0], ids[2]]])
            #expect(old == [[ids[1]], [ids[1]]])
        }
    }

    @Test("What does not go together, is not there or breaks the rules everywhere is refused at once, with its place")
    func refused() async throws {
        try await withTenant { tenant in
            let field = try await tenant.addField("seats", .number)
            let suspended = try await tenant.addAgent("ada")
            try await tenant.suspend(suspended.id)
            let ticket = try await tenant.newTicket()
            let unknown = FieldKey(unchecked: "nothing")
            let cases: [([TicketAction], [String])] = [
                ([.setStatus(.pending), .setStatus(.resolved)], ["actions[1] duplicate"]),
                ([.hide(.spam), .hide(.deleted)], ["actions[1] conflict"]),
                ([.hide(.deleted), .setStatus(.pending)], ["actions[1] order"]),
                ([.hide(.deleted), .reply(text("Hello"), status: nil)], ["actions[1] order"]),
                ([.hide(.deleted), .restore(nil)], ["actions[1] order"]),
                ([.purge, .note(text("Hello"))], ["actions[0] alone"]),
                (.agent(suspended.id), ["actions[0].agent_id unknown"]),
                (.agent(ID(4711)), ["actions[0].agent_id unknown"]),
                ([.setPriority(.low), .assign(agent: nil, team: .to(ID(4711)))], ["actions[1].team_id unknown"]),
                ([.setDepartment(ID(4711))], ["actions[0].department_id unknown"]),
                (
                    [.setFields([unknown: .text("x"), field.key: .text("many")])],
                    ["actions[0].fields.nothing unknown", "actions[0].fields.seats invalid"]
                ),
            ]
            for (actions, faults) in cases {
                let started = await refusal { _ = try await tenant.begin(actions, on: [ticket.id], by: tenant.admin.token) }
                let tried = await refusal { _ = try await tenant.preview(actions, on: .ids([ticket.id]), by: tenant.admin.token) }
                #expect(started?.namedFaults == faults, "\(actions)")
                #expect(tried == started, "\(actions)")
            }
            let kept = try await tenant.sql("select count(*) from helpdesk.mass_actions where tenant_id = $tenant")
            #expect(kept == [["0"]])
        }
    }

    @Test("What was asked for is kept as it was asked for")
    func kept() async throws {
        try await withTenant { tenant in
            let field = try await tenant.addField("cause")
            let ticket = try await tenant.newTicket()
            let lists: [[TicketAction]] = [
                [.setStatus(.awaitingUser)], [.assign(agent: .nobody, team: nil)], [.assign(agent: nil, team: .nobody)],
                [.assign(agent: .to(tenant.adminID), team: .nobody)], [.setDepartment(Department.first)], [.setPriority(.urgent)],
                [.setUrgency(Urgency(10)!)], [.labels(add: [Label("a b")!], remove: [Label("\"ü\"")!])],
                [.setFields([field.key: .text("Rain \\ snow")])], [.setFields([field.key: nil])],
                [.reply(MessageBody("<b>Hi</b>", format: .html)!, status: nil)], [.reply(text("Hi"), status: .pending)],
                [.note(text("\u{1F600}"))], [.hide(.spam)], [.hide(.deleted)], [.restore(nil)], [.restore(.pending)], [.purge],
                [.note(text("One")), .labels(add: [], remove: []), .hide(.deleted)],
            ]
            for actions in lists {
                let action = try await tenant.begin(actions, on: [ticket.id], by: tenant.admin.token)
                let read = try await tenant.read(action)
                #expect(read == action)
                #expect(read.actions == actions)
                _ = try await tenant.helpdesk.cancelMassAction(action.id, by: tenant.author(tenant.admin.token))
            }
        }
    }
}

/// One action, and how it is done to one ticket.
private struct Deed: Sendable, CustomStringConvertible {
    let description: String
    let action: @Sendable (TwinScene) -> TicketAction
    let byHand: @Sendable (TwinScene, Ticket, Access) async throws -> Void

    static func patching(
        _ description: String, _ action: @escaping @Sendable (TwinScene) -> TicketAction,
        _ change: @escaping @Sendable (TwinScene, Ticket, inout TicketPatch) -> Void
    ) -> Deed {
        Deed(description: description, action: action) { scene, ticket, access in
            var patch = TicketPatch()
            change(scene, ticket, &patch)
            _ = try await scene.tenant.helpdesk.updateTicket(ticket.id, patch, access)
        }
    }

    static let all: [Deed] =
        VisibleStatus.allCases.map { status in patching("set \(status)", { _ in .setStatus(status) }, { $2.status = status }) }
        + VisibleStatus.everyChoice.flatMap { choice in
            [
                Deed(description: "reply \(String(describing: choice))", action: { _ in .reply(text("Try this"), status: choice) }) {
                    _ = try await $0.tenant.helpdesk.reply(to: $1.id, text("Try this"), status: choice, $2)
                },
                Deed(description: "restore \(String(describing: choice))", action: { _ in .restore(choice) }) {
                    _ = try await $0.tenant.helpdesk.restoreTicket($1.id, .to(choice), $2)
                },
            ]
        }
        + HiddenStatus.allCases.map { status in
            Deed(description: "hide \(status)", action: { _ in .hide(status) }) {
                _ = try await $0.tenant.helpdesk.hideTicket($1.id, as: status, $2)
            }
        }
        + [
            Deed(description: "note", action: { _ in .note(text("Look")) }) {
                _ = try await $0.tenant.helpdesk.addNote(to: $1.id, text("Look"), $2)
            },
            patching(
                "assign", { .assign(agent: .to($0.tenant.adminID), team: .to($0.team)) },
                {
                    $2.agent = .to($0.tenant.adminID)
                    $2.team = .to($0.team)
                }),
            patching("assign nobody", { _ in .assign(agent: .nobody, team: nil) }, { $2.agent = .nobody }),
            patching("set department", { .setDepartment($0.sales) }, { $2.departmentID = $0.sales }),
            patching("set priority", { _ in .setPriority(.high) }, { $2.priority = .high }),
            patching("set urgency", { _ in .setUrgency(Urgency(4)!) }, { $2.urgency = Urgency(4) }),
            patching(
                "labels", { _ in .labels(add: [Label("new")!, Label("vip")!], remove: [Label("old")!, Label("none")!]) },
                {
                    $2.labels = Labels(
                        Set($1.labels.list.map(\.text)).subtracting(["old", "none"]).union(["new", "vip"]).compactMap { Label($0) })
                }),
            patching(
                "set fields", { .setFields([$0.cause: .text("Snow"), $0.seats: nil, $0.extras: .choices(["b", "a"])]) },
                { $2.fields = [$0.cause: .text("Snow"), $0.seats: nil, $0.extras: .choices(["b", "a"])] }),
        ]
}

/// Pairs of tickets that went the same way.
private struct TwinScene: Sendable {
    let tenant: TestTenant
    let sales: ID<Department>
    let team: ID<Team>
    let cause: FieldKey
    let seats: FieldKey
    let extras: FieldKey

    init(_ tenant: TestTenant) async throws {
        self.tenant = tenant
        sales = try await tenant.addDepartment("Sales")
        team = try await tenant.addTeam("One")
        cause = try await tenant.addField("cause").key
        seats = try await tenant.addField("seats", .number).key
        extras = try await tenant.addField("extras", .multiChoice) { $0.choices = ["a", "b", "c"] }.key
    }

    /// One pair in every status: after an answer, on which the user wrote again, with and without properties.
    func makePairs() async throws -> [(mass: ID<Ticket>, hand: ID<Ticket>, status: TicketStatus)] {
        var pairs: [(mass: ID<Ticket>, hand: ID<Ticket>, status: TicketStatus)] = []
        let user = try await tenant.now(tenant.user)
        for (place, status) in TicketStatus.all.enumerated() {
            let pair = [try await tenant.newTicket().id, try await tenant.newTicket().id]
            tenant.clock.advance(seconds: 100)
            for id in pair where place % 3 != 0 {
                _ = try await tenant.nowByAgent { try await tenant.helpdesk.reply(to: id, text("Try this"), $0) }
            }
            tenant.clock.advance(seconds: 100)
            for id in pair where place % 3 == 1 { _ = try await tenant.helpdesk.reply(to: id, text("No"), user) }
            tenant.clock.advance(seconds: 100)
            for id in pair {
                let visible = status.hiddenFrom ?? VisibleStatus(rawValue: status.name)
                _ = try await tenant.update(id) { patch in
                    patch.status = visible
                    guard place % 2 == 0 else { return }
                    patch.agent = .to(tenant.adminID)
                    patch.labels = Labels(["old", "vip"].compactMap { Label($0) })
                    patch.fields = [cause: .text("Rain"), seats: .number(2.5), extras: .choices(["c"])]
                }
                if case .hidden(let hidden, _) = status {
                    _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(id, as: hidden, $0) }
                }
            }
            pairs.append((mass: pair[0], hand: pair[1], status: status))
        }
        return pairs
    }

    /// Whether all that is kept of them is the same, but for what names them.
    func isTwin(_ one: ID<Ticket>, of other: ID<Ticket>) async throws -> Bool {
        let images = try await tenant.images(of: [one, other], besides: ["id", "ref"])
        return images[one] != nil && images[one] == images[other]
    }
}

extension Ticket {
    /// Without what names it.
    fileprivate var alike: Ticket {
        var ticket = self
        ticket.id = ID(0)
        ticket.ref = TicketReference(unchecked: "")
        return ticket
    }
}

extension HistoryEntry {
    fileprivate var alike: HistoryEntry {
        var entry = self
        entry.messageID = nil
        entry.massActionID = nil
        entry.actor.tokenID = nil
        return entry
    }
}

extension Message {
    fileprivate var alike: Message {
        var message = self
        message.id = ID(0)
        message.ticketID = ID(0)
        return message
    }
}
