import Domain
import Services
import Support
import Testing

@Suite("Ticket queues: who has them, and what is in them")
struct QueueTests {
    @Test("Every helpdesk starts with seven, for everybody")
    func builtIn() async throws {
        try await withTenant { tenant in
            let queues = try await tenant.nowByAgent { try await tenant.helpdesk.listQueues(after: nil, limit: 50, $0).items }
            #expect(queues.map(\.builtIn) == BuiltInQueue.allCases)
            #expect(queues == BuiltInQueue.allCases.map { $0.queue(at: tenant.clock.now) })
        }
    }

    @Test("The built-in ones have what they say, and hidden tickets are in none but their own; what was merged away is in none")
    func contents() async throws {
        try await withTenant { tenant in
            let team = try await tenant.addTeam("One", [tenant.agentID])
            func ticket(_ status: TicketStatus, _ change: (inout TicketPatch) -> Void = { _ in }) async throws -> ID<Ticket> {
                let ticket = try await tenant.makeTicket(in: status)
                return status.isHidden ? ticket.id : try await tenant.update(ticket.id, change).id
            }
            let free = try await ticket(.visible(.awaitingAgent))
            let mine = try await ticket(.visible(.awaitingUser)) { $0.agent = .to(tenant.agentID) }
            let teams = try await ticket(.visible(.pending)) { $0.team = .to(team) }
            let done = try await ticket(.visible(.resolved)) { $0.agent = .to(tenant.agentID) }
            let spam = try await ticket(.hidden(.spam, from: .pending))
            let deleted = try await ticket(.hidden(.deleted, from: .pending))
            let away = try await ticket(.visible(.pending))
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.mergeTickets([away], into: done, $0) }
            let expected: [BuiltInQueue: [ID<Ticket>]] = [
                .mine: [mine], .myTeams: [teams], .unassigned: [free], .allOpen: [free, mine, teams], .pending: [teams], .spam: [spam],
                .deleted: [deleted],
            ]
            let access = try await tenant.now(tenant.agent)
            let counts = try await tenant.helpdesk.countQueues(exact: false, access)
            for queue in BuiltInQueue.allCases {
                let found = try await tenant.tickets(of: queue.id, access)
                #expect(found == expected[queue], "\(queue)")
                #expect(counts[queue.id] == QueueCount(count: Int64(found.count), isCapped: false), "\(queue)")
            }
            let adminsMine = try await tenant.tickets(of: BuiltInQueue.mine.id, tenant.now(tenant.admin))
            #expect(adminsMine.isEmpty)
        }
    }

    @Test("Name, order and visibility of a built-in one can be changed, what is in it cannot, and it stays")
    func builtInStay() async throws {
        try await withTenant { tenant in
            let id = BuiltInQueue.pending.id
            var criteria = BuiltInQueue.pending.criteria
            criteria.all.append(condition("urgency", "greater", .integer(3)))
            let other = criteria
            let patch = QueuePatch(
                name: QueueName("Stalled"), order: TicketOrder(.urgency, descending: true), visibility: .alone(tenant.adminID))
            let changed = try await tenant.byAdmin { try await tenant.helpdesk.updateQueue(id, patch, $0, ifMatch: 1) }
            let refused = await refusal {
                _ = try await tenant.byAdmin { try await tenant.helpdesk.updateQueue(id, QueuePatch(criteria: other), $0) }
            }
            let kept = await refusal { try await tenant.byAdmin { try await tenant.helpdesk.deleteQueue(id, $0) } }
            let lost = await refusal { _ = try await tenant.byAgent { try await tenant.helpdesk.readQueue(id, $0) } }
            #expect(changed.name.text == "Stalled" && changed.version == 2 && changed.builtIn == .pending)
            #expect(refused == .conflict(.builtin) && kept == .conflict(.builtin))
            #expect(lost == .notFound)
        }
    }

    @Test("Admins keep queues for whomever they like; other agents for themselves, and see what is for them; users see none")
    func rights() async throws {
        try await withTenant { tenant in
            let team = try await tenant.addTeam("One", [tenant.agentID])
            let ada = try await tenant.addAgent("ada")
            let teams = try await tenant.makeQueue(QueueCriteria(), for: .only(teams: [team], agents: []))
            let adas = try await tenant.makeQueue(QueueCriteria(), for: .only(teams: [], agents: [ada.id, tenant.adminID]))
            let agent = try await tenant.now(tenant.agent)
            let own = try await tenant.helpdesk.createQueue(.named("Own", for: .alone(tenant.agentID)), agent)
            let forbidden = [
                await refusal { _ = try await tenant.helpdesk.createQueue(.named("All", for: .everybody), agent) },
                await refusal { _ = try await tenant.helpdesk.createQueue(.named("Hers", for: .alone(ada.id)), agent) },
                await refusal { _ = try await tenant.helpdesk.updateQueue(own.id, QueuePatch(visibility: .everybody), agent) },
                await refusal {
                    _ = try await tenant.helpdesk.updateQueue(teams.id, QueuePatch(visibility: .alone(tenant.agentID)), agent)
                },
                await refusal { try await tenant.helpdesk.deleteQueue(BuiltInQueue.spam.id, agent) },
                await refusal { _ = try await tenant.helpdesk.listQueues(after: nil, limit: 10, tenant.now(tenant.user)) },
                await refusal { _ = try await tenant.helpdesk.countQueues(exact: false, tenant.now(tenant.user)) },
                await refusal {
                    _ = try await tenant.helpdesk.listQueueTickets(own.id, after: nil, limit: 10, tenant.now(tenant.user))
                },
            ]
            #expect(forbidden.allSatisfy { $0?.isForbidden == true }, "\(forbidden)")
            func seen(_ access: Access) async throws -> [ID<TicketQueue>] {
                let listed = try await tenant.helpdesk.listQueues(after: ID(7), limit: 50, access).items.map(\.id)
                let counted = try await tenant.helpdesk.countQueues(exact: false, access).keys.filter { $0 > ID(7) }.sorted()
                #expect(listed == counted)
                return listed
            }
            #expect(try await seen(agent) == [teams.id, own.id])
            let seenByAda = try await seen(tenant.authenticator.access(ada.token))
            let seenByAdmin = try await seen(tenant.now(tenant.admin))
            #expect(seenByAda == [adas.id])
            #expect(seenByAdmin == [teams.id, adas.id, own.id])
            let unseen = [
                await refusal { _ = try await tenant.helpdesk.readQueue(adas.id, agent) },
                await refusal { try await tenant.helpdesk.deleteQueue(adas.id, agent) },
            ]
            #expect(unseen == [.notFound, .notFound])

            let renamed = try await tenant.helpdesk.updateQueue(own.id, QueuePatch(name: QueueName("Mine")), agent, ifMatch: 1)
            let outdated = await refusal { try await tenant.helpdesk.deleteQueue(own.id, agent, ifMatch: 1) }
            #expect(renamed.version == 2 && outdated == .outdated(currentVersion: 2))
            try await tenant.helpdesk.deleteQueue(own.id, agent, ifMatch: 2)
            #expect(try await seen(agent) == [teams.id])
        }
    }

    @Test("Everything that is wrong with a queue is said at once, and nothing is kept")
    func faults() async throws {
        try await withTenant { tenant in
            let criteria = QueueCriteria(all: [condition("status", "is", "odd")], any: [condition("team_id", "is", .integer(4711))])
            let refused = await refusal {
                _ = try await tenant.makeQueue(criteria, for: .only(teams: [ID(4711)], agents: [ID(4712)]))
            }
            #expect(
                refused?.namedFaults == [
                    "criteria.all[0].value invalid", "criteria.any[0].value unknown", "visible_to.agents unknown",
                    "visible_to.teams unknown",
                ])
            let kept = try await tenant.nowByAdmin { try await tenant.helpdesk.listQueues(after: ID(7), limit: 10, $0).items }
            #expect(kept.isEmpty)
        }
    }

    @Test("A queue that was right once can be read, counted, renamed and listed, whatever has gone since")
    func lost() async throws {
        try await withTenant { tenant in
            let team = try await tenant.addTeam("One", [tenant.agentID])
            _ = try await tenant.addField("what", .choice) { $0.choices = ["a", "b"] }
            let teams = try await tenant.makeQueue(QueueCriteria(all: [condition("team_id", "is", .integer(team.value))]))
            let chosen = try await tenant.makeQueue(QueueCriteria(all: [condition("field.what", "is", "a")]))
            let ticket = try await tenant.makeTicket(in: .visible(.pending)).id
            _ = try await tenant.update(ticket) {
                $0.team = .to(team)
                $0.fields = [FieldKey(unchecked: "what"): .text("a")]
            }
            try await tenant.nowByAdmin { try await tenant.helpdesk.removeTeam(team, $0) }
            let field = try await tenant.nowByAdmin { try await tenant.helpdesk.listFields(after: nil, limit: 1, $0).items[0].id }
            try await tenant.nowByAdmin { try await tenant.helpdesk.retireField(field, $0) }
            let admin = try await tenant.now(tenant.admin)
            for queue in [teams, chosen] {
                // Tickets keep both.
                #expect(try await tenant.tickets(of: queue.id, admin) == [ticket])
                #expect(try await tenant.helpdesk.updateQueue(queue.id, QueuePatch(name: QueueName("Old")), admin).version == 2)
                #expect(queue.criteria.faults(in: admin.configuration).count == 1)
            }
            try await tenant.sql(
                """
                update helpdesk.ticket_queues
                set criteria = '{"all": [{"field": "field.never", "op": "is_not", "value": 7}, {"field": "odd", "op": "odd"}]}'
                where tenant_id = $tenant and id = \(teams.id)
                """)
            #expect(try await tenant.tickets(of: teams.id, admin).isEmpty)
            #expect(try await tenant.helpdesk.countQueues(exact: true, admin)[teams.id]?.count == 0)
        }
    }

    @Test("A queue has its own order; another one can be asked for, and a page goes on in the order of the one before")
    func order() async throws {
        try await withTenant { tenant in
            var ids: [ID<Ticket>] = []
            for urgency in [3, 1, 2] {
                let urgency = try #require(Urgency(urgency))
                ids.append(try await tenant.makeTicket(by: tenant.agent.access) { $0.urgency = urgency }.id)
            }
            let queue = try await tenant.makeQueue(QueueCriteria(), TicketOrder(.urgency, descending: true))
            let access = try await tenant.now(tenant.agent)
            let first = try await tenant.helpdesk.listQueueTickets(queue.id, after: nil, limit: 2, access)
            let rest = try await tenant.helpdesk.listQueueTickets(queue.id, after: first.next, limit: 2, access)
            let byNumber = try await tenant.helpdesk.listQueueTickets(
                queue.id, TicketOrder(.id, descending: true), after: nil, limit: 9, access)
            let mixed = await refusal {
                _ = try await tenant.helpdesk.listQueueTickets(
                    queue.id, TicketOrder(.id, descending: true), after: first.next, limit: 9, access)
            }
            #expect(first.items.map(\.id) + rest.items.map(\.id) == [ids[0], ids[2], ids[1]] && rest.next == nil)
            #expect(byNumber.items.map(\.id) == ids.reversed())
            #expect(mixed?.namedFaults == ["cursor invalid"])
        }
    }

    @Test("Words are looked for as in a search: in subjects, messages and notes, and in hidden tickets only where they are named")
    func words() async throws {
        try await withTenant { tenant in
            func ticket(_ subject: String, _ message: String) async throws -> ID<Ticket> {
                try await tenant.makeTicket(subject, message: message).id
            }
            let paper = try await ticket("No paper", "The printers are empty")
            let fire = try await ticket("It burns", "A printer is on fire")
            let spam = try await ticket("Cheap printers", "Buy one")
            let noted = try await ticket("Odd", "Hello")
            _ = try await tenant.byAgent { try await tenant.helpdesk.addNote(to: noted, text("About the printer"), $0) }
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(spam, as: .spam, $0) }
            let cases: [(QueueCriteria, [ID<Ticket>])] = [
                (QueueCriteria(all: [condition("words", "contains", "printer")]), [paper, fire, noted]),
                (QueueCriteria(all: [condition("words", "not_contains", "printer")]), []),
                (QueueCriteria(all: [condition("words", "contains", "printer -fire")]), [paper, noted]),
                (QueueCriteria(all: [condition("words", "contains", "\"on fire\" or paper")]), [paper, fire]),
                (QueueCriteria(all: [condition("subject", "contains", "PAPER")]), [paper]),
                (QueueCriteria(all: [condition("status", "is", "spam"), condition("words", "contains", "printer")]), [spam]),
                (QueueCriteria(any: [condition("status", "is", "spam"), condition("words", "contains", "fire")]), [fire, spam]),
            ]
            for (criteria, expected) in cases {
                let queue = try await tenant.makeQueue(criteria)
                let access = try await tenant.now(tenant.agent)
                let found = try await tenant.tickets(of: queue.id, access)
                let count = try await tenant.helpdesk.countQueues(exact: false, access)[queue.id]?.count
                #expect(found == expected.sorted() && count == Int64(found.count), "\(criteria)")
            }
        }
    }

    @Test("Beyond ten thousand nobody counts, unless asked to")
    func capped() async throws {
        try await withTenant { tenant in
            _ = try await tenant.fill(10_001)
            let access = try await tenant.now(tenant.admin)
            let all = try await tenant.makeQueue(QueueCriteria())
            let capped = try await tenant.helpdesk.countQueues(exact: false, access)
            let exact = try await tenant.helpdesk.countQueues(exact: true, access)
            #expect(capped[all.id] == QueueCount(count: 10_000, isCapped: true))
            #expect(exact[all.id] == QueueCount(count: 10_001, isCapped: false))
            #expect(capped[BuiltInQueue.spam.id] == QueueCount(count: 0, isCapped: false))
        }
    }

    @Test("A mass action on a queue is about the tickets that whoever asks finds in it, hidden ones only where they are named")
    func massActions() async throws {
        try await withTenant { tenant in
            let mine = try await tenant.makeTicket(in: .visible(.pending)).id
            _ = try await tenant.update(mine) { $0.agent = .to(tenant.agentID) }
            let free = try await tenant.makeTicket(in: .visible(.pending)).id
            let spam = try await tenant.makeTicket(in: .hidden(.spam, from: .pending)).id
            let hers = try await tenant.makeQueue(QueueCriteria(), for: .alone(tenant.adminID))
            func chosen(_ queue: BuiltInQueue) async throws -> [ID<Ticket>] {
                let action = try await tenant.finish(tenant.begin([.labels(add: [], remove: [])], on: .queue(queue.id.value)))
                return try await tenant.items(of: action).map(\.ticketID)
            }
            #expect(try await chosen(.mine) == [mine])
            #expect(try await chosen(.allOpen) == [mine, free])
            #expect(try await chosen(.spam) == [spam])
            let preview = try await tenant.preview([.restore(nil)], on: .queue(BuiltInQueue.spam.id.value))
            #expect(preview.total == 1 && preview.wouldChange == 1 && preview.sample == [spam])
            let refused = await refusal { _ = try await tenant.begin([.restore(nil)], on: .queue(hers.id.value)) }
            let unknown = await refusal { _ = try await tenant.begin([.restore(nil)], on: .queue(4711)) }
            #expect(refused?.namedFaults == ["selection.queue_id unknown"] && unknown?.namedFaults == ["selection.queue_id unknown"])
        }
    }
}
