import Domain
import Services
import Support
import Testing

@Suite("What becomes of each ticket of a mass action")
struct MassOutcomeTests {
    @Test("Of a selection with tickets of every kind each has one outcome, and its reason is the right one", arguments: Attempt.all)
    fileprivate func everyKind(attempt: Attempt) async throws {
        try await withTenant { tenant in
            let scene = try await Scene(tenant)
            let action = try await tenant.begin([attempt.action(scene)], on: scene.everyNumber, by: attempt.author(scene))
            try await scene.moveOn()
            let locked = try #require(scene.tickets[.locked])
            let ended = try await tenant.whileLocked([locked]) { try await tenant.finish(action) }
            let outcomes = try await tenant.outcomes(of: ended)
            #expect(ended.state == .done)
            #expect(ended.total == Int64(Kind.allCases.count))
            for kind in Kind.allCases {
                let id = try #require(scene.tickets[kind])
                let outcome = try #require(outcomes[id], "\(kind)")
                #expect(Result(outcome) == attempt.expected(kind), "\(attempt) on \(kind)")
            }
            // Asked for by outcome, page by page, they are the same.
            for kind in MassOutcome.Kind.allCases {
                let some = try await tenant.items(of: ended, kind, limit: 3).map(\.ticketID)
                #expect(some == outcomes.filter { $0.value.kind == kind }.keys.sorted(), "\(kind)")
            }
        }
    }

    @Test("What keeps a ticket from coming back is named, fault by fault")
    func faults() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            let fine = try await tenant.makeTicket(in: .hidden(.spam, from: .awaitingAgent))
            let cause = try await tenant.addField("cause") { $0.requiredForAgents = true }
            let place = try await tenant.addField("place") { $0.requiredForAgents = true }
            _ = try await tenant.update(fine.id) { $0.fields = [cause.key: .text("Rain"), place.key: .text("Cellar")] }
            let refused = try await tenant.act([.restore(nil)], on: [ticket.id, fine.id])
            let outcomes = try await tenant.outcomes(of: refused)
            #expect(outcomes[ticket.id]?.faults.map { "\($0.field) \($0.code)" } == ["fields.cause required", "fields.place required"])
            #expect(outcomes[fine.id] == .done)
            // The same request may put it right.
            let corrections: TicketAction = .setFields([cause.key: .text("Rain"), place.key: .text("Roof")])
            let righted = try await tenant.act([.restore(.resolved), corrections], on: [ticket.id])
            let now = try await tenant.read(ticket.id)
            #expect(righted.figures == MassActionFigures(done: 1))
            #expect(now.status == .visible(.resolved))
            #expect(now.fields == [cause.key: .text("Rain"), place.key: .text("Roof")])
        }
    }

    @Test("Who loses the right before it is done does nothing more, also whoever is suspended")
    func lostRight() async throws {
        try await withTenant { tenant in
            for isSuspended in [false, true] {
                let agent = try await tenant.addAgent("agent-\(isSuspended)")
                let tickets = [try await tenant.newTicket(), try await tenant.newTicket(), try await tenant.newTicket()]
                let action = try await tenant.begin([.setStatus(.resolved)], on: tickets.map(\.id), by: agent.token)
                let first = try await tenant.piece(of: action, taking: 1)
                if isSuspended {
                    try await tenant.suspend(agent.id)
                } else {
                    try await tenant.grant([.massActions, .viewOthers, .viewUnassigned, .reply], to: agent.id)
                }
                let ended = try await tenant.finish(action)
                let outcomes = try await tenant.outcomes(of: ended)
                #expect(first.figures == MassActionFigures(done: 1))
                #expect(
                    tickets.map { outcomes[$0.id] } == [.done, .skipped(.noPermission), .skipped(.noPermission)],
                    "suspended: \(isSuspended)")
            }
        }
    }

    @Test("That the token was revoked since, stops nothing")
    func revokedToken() async throws {
        try await withTenant { tenant in
            let agent = try await tenant.addAgent("ada")
            let (token, record) = try await tenant.installation.createToken(for: .agent(agent.id), named: "other", in: tenant.tenant.slug)
            let ticket = try await tenant.newTicket()
            let action = try await tenant.begin([.setPriority(.high)], on: [ticket.id], by: token.text)
            try await tenant.helpdesk.revokeToken(record.id, tenant.now(tenant.admin))
            let ended = try await tenant.finish(action)
            let history = try await tenant.history(of: ticket.id)
            #expect(ended.figures == MassActionFigures(done: 1))
            #expect(history.last?.actor == HistoryEntry.Actor(.agent(agent.id), tokenID: record.id))
        }
    }

    @Test("Who may not do it to any ticket is refused at once", arguments: Refused.all)
    fileprivate func refusedAtOnce(refused: Refused) async throws {
        try await withTenant { tenant in
            let agent = try await tenant.addAgent("ada", rights: Set(AgentRight.allCases).subtracting(refused.without))
            let ticket = try await tenant.newTicket()
            let started = await refusal { _ = try await tenant.begin([refused.action], on: [ticket.id], by: agent.token) }
            let tried = await refusal { _ = try await tenant.preview([refused.action], on: .ids([ticket.id]), by: agent.token) }
            let kept = try await tenant.sql("select count(*) from helpdesk.mass_actions where tenant_id = $tenant")
            #expect(started?.isForbidden == true)
            #expect(tried?.isForbidden == true)
            #expect(kept == [["0"]])
        }
    }

    @Test("Users and tokens without the scope start none, and nobody sees another agent's but an admin")
    func notTheirs() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            let user = await refusal { _ = try MassActionAuthor(tenant.user.access) }
            let writer = try await tenant.login(.agent(tenant.agentID), scopes: [.readTickets, .writeTickets])
            let reader = try await tenant.login(.agent(tenant.agentID), scopes: [.readTickets])
            func start(_ action: TicketAction, _ access: Access) async -> Refusal? {
                await refusal {
                    let request = MassActionRequest(selection: .ids([ticket.id]), actions: [action])
                    _ = try await tenant.helpdesk.startMassAction(request, by: MassActionAuthor(access))
                }
            }
            let byReader = await start(.setPriority(.low), reader.access)
            let deleting = await start(.hide(.deleted), writer.access)
            let byWriter = await start(.setPriority(.low), writer.access)
            #expect(user?.isForbidden == true)
            #expect(byReader == .forbidden("the token lacks the scope tickets:write"))
            #expect(deleting == .forbidden("the token lacks the scope tickets:delete"))
            #expect(byWriter == nil)

            let other = try await tenant.addAgent("ada")
            let action = try await tenant.begin([.setPriority(.high)], on: [ticket.id])
            let ada = try await tenant.author(other.token)
            let reading = await refusal { _ = try await tenant.helpdesk.readMassAction(action.id, by: ada) }
            let looking = await refusal {
                _ = try await tenant.helpdesk.listMassActionItems(of: action.id, outcome: nil, after: nil, limit: 5, by: ada)
            }
            let cancelling = await refusal { _ = try await tenant.helpdesk.cancelMassAction(action.id, by: ada) }
            let ended = try await tenant.finish(action)
            let undoing = await refusal { _ = try await tenant.helpdesk.undoMassAction(action.id, by: ada) }
            let listed = try await tenant.helpdesk.listMassActions(before: nil, limit: 10, by: ada).items
            let own = try await tenant.helpdesk.listMassActions(before: nil, limit: 1, by: tenant.author())
            let next = try await tenant.helpdesk.listMassActions(before: own.next, limit: 1, by: tenant.author())
            let all = try await tenant.helpdesk.listMassActions(before: nil, limit: 10, by: tenant.author(tenant.admin.token)).items
            #expect([reading, looking, cancelling, undoing] == [.notFound, .notFound, .notFound, .notFound])
            #expect(listed.isEmpty)
            #expect(own.items == [ended])
            #expect(next.items.count == 1 && next.next == nil)
            #expect(all == own.items + next.items)
        }
    }

    @Test("The operator at the command line may do everything but speak, and stands in the history without a name")
    func byOperator() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.newTicket()
            let author = try await tenant.installation.massActionAuthor(in: tenant.tenant.slug)
            func start(_ actions: [TicketAction]) async throws -> MassAction {
                try await tenant.helpdesk.startMassAction(MassActionRequest(selection: .ids([ticket.id]), actions: actions), by: author)
            }
            let action = try await start([.hide(.deleted), .setPriority(.low)])
            let ended = try await tenant.finish(action)
            let line = try await tenant.history(of: ticket.id).last
            let speaking = await refusal { _ = try await start([.note(text("Hello"))]) }
            let answering = await refusal { _ = try await start([.reply(text("Hello"), status: nil)]) }
            let undone = try await tenant.finish(tenant.helpdesk.undoMassAction(action.id, by: author))
            let now = try await tenant.read(ticket.id)
            #expect(ended.createdBy == nil)
            #expect(ended.figures == MassActionFigures(done: 1))
            #expect(line?.actor == HistoryEntry.Actor(nil, tokenID: nil))
            #expect(speaking?.isForbidden == true)
            #expect(answering?.isForbidden == true)
            #expect(undone.figures == MassActionFigures(done: 1))
            #expect(now.status == ticket.status)
            let read = try await tenant.read(action)
            #expect(read == ended)
        }
    }

    @Test("Where a ticket would go is looked at when it is done: a department that is gone, somebody who was suspended")
    func goneMeanwhile() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.addDepartment("Sales")
            let ada = try await tenant.addAgent("ada")
            let ticket = try await tenant.newTicket()
            let other = try await tenant.update(tenant.newTicket().id) { $0.agent = .to(ada.id) }
            let moving = try await tenant.begin([.setDepartment(sales)], on: [ticket.id])
            let assigning = try await tenant.begin(.agent(ada.id), on: [ticket.id, other.id])
            try await tenant.nowByAdmin { try await tenant.helpdesk.removeDepartment(sales, $0) }
            try await tenant.suspend(ada.id)
            let moved = try await tenant.outcomes(of: tenant.finish(moving))
            let assigned = try await tenant.outcomes(of: tenant.finish(assigning))
            let now = try await tenant.read(ticket.id)
            #expect(moved[ticket.id].map(Result.init) == Result("failed invalid", faults: ["department_id gone"]))
            #expect(assigned[ticket.id].map(Result.init) == Result("failed invalid", faults: ["agent_id unknown"]))
            #expect(assigned[other.id] == .skipped(.already))
            #expect(now == ticket)
        }
    }

    @Test("Hidden tickets whose department is gone can be changed like any others, as long as they stay hidden")
    func hiddenInGoneDepartment() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.addDepartment("Sales")
            let ids = [try await tenant.newTicket().id, try await tenant.newTicket().id]
            for id in ids {
                _ = try await tenant.update(id) { $0.departmentID = sales }
                _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(id, as: .spam, $0) }
            }
            try await tenant.nowByAdmin { try await tenant.helpdesk.removeDepartment(sales, $0) }
            // By hand it can be done.
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(ids[0], as: .deleted, $0) }
            let noted = try await tenant.act([.note(text("Look"))], on: ids)
            let deleted = try await tenant.act([.hide(.deleted)], on: ids)
            let restored = try await tenant.act([.restore(nil)], on: ids)
            let undone = try await tenant.undo(deleted)
            #expect(noted.figures == MassActionFigures(done: 2))
            #expect(deleted.figures == MassActionFigures(done: 1, skipped: 1))
            #expect(restored.figures == MassActionFigures(failed: 2))
            #expect(undone.figures == MassActionFigures(done: 1))
        }
    }
}

/// What is looked at of an outcome: its word, its reason, and which faults.
private struct Result: Equatable, Sendable, CustomStringConvertible {
    var name: String
    var faults: [String] = []

    init(_ name: String, faults: [String] = []) {
        self.name = name
        self.faults = faults
    }

    init(_ outcome: MassOutcome) {
        name = ([outcome.kind.rawValue] + [outcome.reason].compactMap { $0 }).joined(separator: " ")
        faults = outcome.faults.map { "\($0.field) \($0.code)" }
    }

    var description: String { ([name] + faults).joined(separator: ", ") }

    static func skipped(_ reason: MassOutcome.SkipReason) -> Result { Result(.skipped(reason)) }
    static let done = Result("done")
}

/// Every way in which a ticket can stand when its turn comes.
private enum Kind: CaseIterable {
    /// Pending, and left alone by everybody.
    case plain
    /// As it is to become, and resolved.
    case asWanted
    /// Its user wrote after the snapshot: it awaits an agent.
    case writtenOn
    /// Somebody changed what has nothing to do with it.
    case renamed
    case deleted
    /// Spam on which the user wrote after the snapshot.
    case spamWrittenOn
    /// Deleted, and brought back after the snapshot.
    case broughtBack
    /// Deleted.
    case held
    /// Deleted, in a department where the field is not asked for, without what is required, and with all labels it can have.
    case faulty
    case merged
    case mergedSince
    /// The author sees it no longer.
    case movedAway
    /// The author has never seen it.
    case elsewhere
    case purged
    case neverThere
    /// Somebody is at it all the time.
    case locked
}

/// One action, with what it must come to.
private struct Attempt: Sendable, CustomStringConvertible {
    let description: String
    var isByAdmin = false
    let action: @Sendable (Scene) -> TicketAction
    let results: [Kind: Result]

    func author(_ scene: Scene) -> String { isByAdmin ? scene.tenant.admin.token : scene.author }

    func expected(_ kind: Kind) -> Result {
        if let result = results[kind] { return result }
        return switch kind {
        case .elsewhere, .purged, .neverThere: .skipped(.gone)
        case .merged, .mergedSince: .skipped(.merged)
        case .movedAway: .skipped(.noPermission)
        case .locked: Result("failed locked")
        default: .done
        }
    }

    static let hidden: [Kind] = [.deleted, .spamWrittenOn, .held, .faulty]

    static func all(_ kinds: [Kind], are result: Result) -> [Kind: Result] { Dictionary(kinds.map { ($0, result) }) { $1 } }

    static let all: [Attempt] = [
        Attempt(
            description: "set_status", action: { _ in .setStatus(.resolved) },
            results: all(hidden, are: .skipped(.hidden)).merging([
                .asWanted: .skipped(.already), .writtenOn: .skipped(.changedSince), .broughtBack: .skipped(.changedSince),
            ]) { $1 }),
        Attempt(
            description: "reply", action: { _ in .reply(text("Try this"), status: nil) },
            results: all(hidden, are: .skipped(.hidden)).merging([
                .writtenOn: .skipped(.changedSince), .broughtBack: .skipped(.changedSince),
            ]) { $1 }),
        Attempt(
            description: "spam", action: { _ in .hide(.spam) },
            results: [
                .writtenOn: .skipped(.changedSince), .broughtBack: .skipped(.changedSince), .spamWrittenOn: .skipped(.already),
            ]),
        Attempt(
            description: "delete", action: { _ in .hide(.deleted) },
            results: all([.deleted, .held, .faulty], are: .skipped(.already)).merging([
                .writtenOn: .skipped(.changedSince), .broughtBack: .skipped(.changedSince), .spamWrittenOn: .skipped(.changedSince),
            ]) { $1 }),
        Attempt(
            description: "restore", action: { _ in .restore(nil) },
            results: all([.plain, .asWanted, .writtenOn, .renamed, .broughtBack], are: .skipped(.already)).merging([
                .spamWrittenOn: .skipped(.changedSince), .faulty: Result("failed invalid", faults: ["fields.cause required"]),
            ]) { $1 }),
        Attempt(
            description: "purge", isByAdmin: true, action: { _ in .purge },
            results: all([.plain, .asWanted, .renamed, .movedAway, .elsewhere], are: .skipped(.visible)).merging([
                .writtenOn: .skipped(.changedSince), .broughtBack: .skipped(.changedSince), .spamWrittenOn: .skipped(.changedSince),
                .held: .skipped(.onHold),
            ]) { $1 }),
        Attempt(
            description: "assign", action: { .assign(agent: .to($0.tenant.adminID), team: nil) }, results: [.asWanted: .skipped(.already)]),
        Attempt(
            description: "set_department", action: { .setDepartment($0.target) },
            results: [.asWanted: .skipped(.already), .faulty: Result("failed invalid", faults: ["fields.cause required"])]),
        Attempt(description: "set_priority", action: { _ in .setPriority(.high) }, results: [.asWanted: .skipped(.already)]),
        Attempt(description: "set_urgency", action: { _ in .setUrgency(Urgency(7)!) }, results: [.asWanted: .skipped(.already)]),
        Attempt(
            description: "labels", action: { _ in .labels(add: [Label("billing")!], remove: [Label("old")!]) },
            results: [.asWanted: .skipped(.already), .faulty: Result("failed invalid", faults: ["labels too_many"])]),
        Attempt(
            description: "set_fields", action: { .setFields([$0.seats: .number(12)]) },
            results: [.asWanted: .skipped(.already), .faulty: Result("failed invalid", faults: ["fields.seats not_here"])]),
        Attempt(description: "note", action: { _ in .note(text("Look")) }, results: [:]),
    ]
}

/// A helpdesk with a ticket of every kind.
private struct Scene: Sendable {
    let tenant: TestTenant
    /// Works in some departments, and may do everything there.
    let author: String
    let target: ID<Department>
    let seats: FieldKey
    private(set) var tickets: [Kind: ID<Ticket>] = [:]
    private let closed: ID<Department>
    /// Where others are merged into.
    private let leading: ID<Ticket>

    var everyNumber: [ID<Ticket>] { tickets.values.sorted() }

    init(_ tenant: TestTenant) async throws {
        self.tenant = tenant
        let target = try await tenant.addDepartment("Target")
        let other = try await tenant.addDepartment("Other")
        closed = try await tenant.addDepartment("Closed")
        leading = try await tenant.newTicket().id
        let seats = try await tenant.addField("seats", .number) {
            $0.departments = [(Department.first, Field.Requirement()), (target, Field.Requirement())]
        }.key
        let cause = try await tenant.addField("cause")
        self.target = target
        self.seats = seats
        let grants = [Department.first, target, other].map { DepartmentGrant(departmentID: $0, access: .full) }
        author = try await tenant.addAgent("ada", departments: grants).token
        let labels = (1...Labels.most).map { Label(unchecked: "label-\($0)") }
        for kind in Kind.allCases {
            guard kind != .neverThere else {
                tickets[kind] = ID(4711)
                continue
            }
            let id = try await tenant.makeTicket(in: .visible(.pending)).id
            tickets[kind] = id
            _ = try await tenant.update(id) { patch in
                switch kind {
                case .asWanted:
                    patch.status = .resolved
                    patch.agent = .to(tenant.adminID)
                    patch.departmentID = target
                    patch.priority = .high
                    patch.urgency = Urgency(7)
                    patch.labels = Labels([Label(unchecked: "billing")])
                    patch.fields = [cause.key: .text("Rain"), seats: .number(12)]
                case .faulty:
                    patch.departmentID = other
                    patch.labels = Labels(labels)
                case .elsewhere: patch.departmentID = closed
                default: patch.fields = [cause.key: .text("Rain")]
                }
            }
        }
        var required = FieldPatch()
        required.requiredForAgents = true
        let change = required
        _ = try await tenant.nowByAdmin { try await tenant.helpdesk.updateField(cause.id, change, $0) }
        for kind in [Kind.deleted, .broughtBack, .held, .faulty, .purged] { try await hide(kind, .deleted) }
        try await hide(.spamWrittenOn, .spam)
        try await tenant.hold(tickets[.held]!)
        try await merge(.merged)
    }

    /// What happens between the snapshot and the mass action.
    func moveOn() async throws {
        let desk = tenant.helpdesk
        tenant.clock.advance(seconds: 60)
        for kind in [Kind.writtenOn, .spamWrittenOn] {
            _ = try await desk.reply(to: tickets[kind]!, text("Hello?"), tenant.now(tenant.user))
        }
        let subject = try #require(Subject("Renamed"))
        _ = try await tenant.update(tickets[.renamed]!) { $0.subject = subject }
        _ = try await tenant.update(tickets[.movedAway]!) { $0.departmentID = closed }
        _ = try await tenant.nowByAgent { try await desk.restoreTicket(tickets[.broughtBack]!, Restoration(), $0) }
        try await merge(.mergedSince)
        let purge = try await tenant.act([.purge], on: [tickets[.purged]!], by: tenant.admin.token)
        #expect(purge.figures == MassActionFigures(done: 1))
    }

    private func hide(_ kind: Kind, _ status: HiddenStatus) async throws {
        _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(tickets[kind]!, as: status, $0) }
    }

    private func merge(_ kind: Kind) async throws {
        _ = try await tenant.nowByAgent { try await tenant.helpdesk.mergeTickets([tickets[kind]!], into: leading, $0) }
    }
}

/// An action that takes a right.
private struct Refused: Sendable, CustomStringConvertible {
    var action: TicketAction
    var without: Set<AgentRight>

    var description: String { "\(action.kind.rawValue) without \(without.map(\.rawValue).sorted().joined(separator: ", "))" }

    static let all: [Refused] = [
        Refused(action: .note(text("Look")), without: [.massActions]),
        Refused(action: .setStatus(.pending), without: [.setStatus]),
        Refused(action: .assign(agent: .nobody, team: nil), without: [.assign]),
        Refused(action: .setDepartment(Department.first), without: [.assign]),
        Refused(action: .setPriority(.low), without: [.editFields]),
        Refused(action: .setUrgency(.lowest), without: [.editFields]),
        Refused(action: .labels(add: [], remove: []), without: [.editFields]),
        Refused(action: .setFields([:]), without: [.editFields]),
        Refused(action: .reply(text("Try this"), status: nil), without: [.reply]),
        Refused(action: .hide(.deleted), without: [.delete, .markSpam]),
        Refused(action: .hide(.spam), without: [.delete, .markSpam]),
        Refused(action: .hide(.spam), without: [.markSpam]),
        Refused(action: .restore(nil), without: [.restore]),
        Refused(action: .purge, without: []),
    ]
}
