import Support
import Testing

@testable import Domain

private typealias Result = MassDecisionTable.Result

@Suite("What a mass action makes of a ticket")
struct MassDecisionTests {
    private static let now = ActionSamples.at(60)

    private func result(
        _ actions: [TicketAction], on ticket: Ticket, seen: SnapshotTicket? = nil, by rights: AgentRights = ActionSamples.admin
    ) -> Result {
        let decision = MassDecision(actions, by: rights, ActionSamples.configuration)
        return Result(decision.verdict(on: ticket, seen: seen ?? SnapshotTicket(ticket), at: Self.now))
    }

    @Test("An action makes of each status what the table says")
    func table() throws {
        for row in MassDecisionTable.rows {
            let cells = row.cells.split(separator: " ")
            try #require(cells.count == TransitionTable.columns.count, "\(row.action)")
            for (status, cell) in zip(TransitionTable.columns, cells) {
                let expected = try #require(MassDecisionTable.meaning(of: cell), "\(cell)")
                #expect(result([row.action], on: ActionSamples.ticket(status)) == expected, "\(row.action) on \(status)")
            }
        }
        let kinds = Set(MassDecisionTable.rows.map(\.action.kind))
        #expect(kinds == Set(TicketAction.Kind.choices))
    }

    @Test("What is said changes a ticket where nothing else does, and beside what is so already")
    func saidIsAChange() {
        for status in TransitionTable.columns {
            let ticket = ActionSamples.ticket(status)
            let actions: [TicketAction] = [.setPriority(.normal), .note(ActionSamples.text)]
            #expect(result(actions, on: ticket) == .status(status))
        }
    }

    // MARK: What has happened since

    /// Changes of a ticket since the snapshot, and whether an action that depends on where it stands would mean something else now.
    private static let since: [(name: String, hasMovedOn: Bool, change: @Sendable (inout SnapshotTicket) -> Void)] = [
        ("nothing", false, { _ in }),
        ("something that says nothing about where it stands", false, { $0.version -= 1 }),
        (
            "its status", true,
            { seen in
                seen.version -= 1
                seen.status = seen.status == "pending" ? "resolved" : "pending"
            }
        ),
        (
            "a message", true,
            { seen in
                seen.version -= 1
                seen.messageCount -= 1
            }
        ),
        (
            "nothing, of which the snapshot knows no more", false,
            { seen in
                seen.status = ""
                seen.messageCount = 0
            }
        ),
    ]

    /// As the documentation has it.
    private static let dependent: Set<TicketAction.Kind> = [.setStatus, .reply, .spam, .delete, .restore, .purge]

    @Test("What has moved on since is left alone by what would mean something else now, and by nothing else")
    func changedSince() {
        for (action, status) in MassDecisionTable.rows.flatMap({ row in TransitionTable.columns.map { (row.action, $0) } }) {
            let ticket = ActionSamples.ticket(status)
            let unmoved = result([action], on: ticket)
            for since in Self.since {
                var seen = SnapshotTicket(ticket)
                since.change(&seen)
                let isLeft: Bool =
                    switch unmoved {
                    case .status, .purge: true
                    // A ticket that is to be purged was hidden then.
                    case .skip(.visible): true
                    default: false
                    }
                // What cannot be taken back is not done to anything that has changed at all.
                let hasMovedOn = since.hasMovedOn || (unmoved == .purge && seen.version != ticket.version)
                let expected = hasMovedOn && isLeft && Self.dependent.contains(action.kind) ? .skip(.changedSince) : unmoved
                #expect(result([action], on: ticket, seen: seen) == expected, "\(action) on \(status) after \(since.name)")
            }
        }
    }

    @Test("Among several actions, one that depends on where the ticket stands is enough")
    func severalChangedSince() {
        let ticket = ActionSamples.ticket(.visible(.pending))
        var seen = SnapshotTicket(ticket)
        seen.version -= 1
        seen.messageCount -= 1
        #expect(result([.setPriority(.high), .note(ActionSamples.text)], on: ticket, seen: seen) == .status(.visible(.pending)))
        for action in ActionSamples.every where Self.dependent.contains(action.kind) && action != .purge {
            let several = result([.setPriority(.high), action], on: ticket, seen: seen)
            #expect(several == .skip(.changedSince), "\(action)")
        }
    }

    // MARK: What stands in the way

    @Test("A ticket that was merged away is left alone, whatever is asked and by whom")
    func merged() {
        let nobody = AgentRights(isAdmin: false, granted: [])
        for (action, status) in MassDecisionTable.rows.flatMap({ row in TransitionTable.columns.map { (row.action, $0) } }) {
            var ticket = ActionSamples.ticket(status)
            ticket.mergedInto = ID(8)
            var seen = SnapshotTicket(ticket)
            for rights in [ActionSamples.admin, nobody] {
                #expect(result([action], on: ticket, seen: seen, by: rights) == .skip(.merged), "\(action) on \(status)")
            }
            seen.version -= 1
            seen.messageCount -= 1
            #expect(result([action], on: ticket, seen: seen) == .skip(.merged), "\(action) on \(status)")
        }
        var ticket = ActionSamples.ticket(.visible(.pending))
        ticket.mergedInto = ID(8)
        let decision = MassDecision([.undo], by: ActionSamples.admin, ActionSamples.configuration)
        #expect(Result(decision.verdict(on: ticket, seen: SnapshotTicket(ticket), at: Self.now)) == .skip(.merged))
    }

    @Test("A legal hold keeps hidden tickets from the purge, also when they have moved on, and from nothing else")
    func held() throws {
        let hold = try #require(LegalHold("In court"))
        for (action, status) in MassDecisionTable.rows.flatMap({ row in TransitionTable.columns.map { (row.action, $0) } }) {
            var ticket = ActionSamples.ticket(status)
            let free = result([action], on: ticket)
            ticket.legalHold = hold
            let isKept = action == .purge && status.isHidden
            #expect(result([action], on: ticket) == (isKept ? .skip(.onHold) : free), "\(action) on \(status)")
            guard isKept else { continue }
            var seen = SnapshotTicket(ticket)
            seen.version -= 1
            seen.messageCount -= 1
            #expect(result([action], on: ticket, seen: seen) == .skip(.onHold), "\(status)")
        }
    }

    @Test("What breaks the helpdesk's rules has failed, with every fault, and can be tried again")
    func invalid() {
        var ticket = ActionSamples.ticket(.hidden(.deleted, from: .resolved))
        ticket.departmentID = ID(9)
        ticket.fields = [ActionSamples.pieces: .text("many")]
        let expected = Result.fail(["invalid", "department_id gone", "fields.pieces invalid"])
        #expect(result([.restore(nil)], on: ticket) == expected)
        // Before anybody asks whether it has moved on: there is something to be put right either way.
        var seen = SnapshotTicket(ticket)
        seen.version -= 1
        seen.status = "spam"
        #expect(result([.restore(nil)], on: ticket, seen: seen) == expected)
        let visible = ActionSamples.ticket(.visible(.pending))
        #expect(result([.setDepartment(ID(3))], on: visible) == .fail(["invalid", "fields.order_no required"]))
    }

    // MARK: Who may

    @Test("Without one of the rights an action needs, no ticket is changed by it, whatever its status")
    func missingRights() {
        for action in ActionSamples.every where action != .purge && action != .undo {
            for missing in AgentRight.allCases {
                var rights = ActionSamples.everything
                rights.granted.remove(missing)
                let isNeeded = missing == .massActions || action.rights.contains(missing)
                for status in TransitionTable.columns {
                    let ticket = ActionSamples.ticket(status)
                    let expected = isNeeded ? .skip(.noPermission) : result([action], on: ticket)
                    #expect(result([action], on: ticket, by: rights) == expected, "\(action) on \(status) without \(missing)")
                }
            }
        }
    }

    @Test("An action that one may not do keeps the others from being done, too")
    func oneOfSeveral() {
        var rights = ActionSamples.everything
        rights.granted.remove(.editFields)
        let actions: [TicketAction] = [.setStatus(.resolved), .setPriority(.high)]
        #expect(result(actions, on: ActionSamples.ticket(.visible(.pending)), by: rights) == .skip(.noPermission))
    }

    @Test("Only admins purge, whatever else an agent may do; admins need no right for anything")
    func purge() {
        for status in TransitionTable.columns {
            let ticket = ActionSamples.ticket(status)
            #expect(result([.purge], on: ticket, by: ActionSamples.everything) == .skip(.noPermission))
            #expect(result([.purge], on: ticket) == (status.isHidden ? .purge : .skip(.visible)))
        }
        #expect(ActionSamples.admin.refusal(of: ActionSamples.every, ActionSamples.configuration) == nil)
        #expect(ActionSamples.everything.refusal(of: ActionSamples.every.filter { $0 != .purge }, ActionSamples.configuration) == nil)
    }

    @Test("Tickets are put only into departments one may hand tickets to, with full access or without")
    func departments() {
        let cases: [(access: [ID<Department>: DepartmentAccess]?, mayAssign: Bool)] = [
            ([ID(2): .full], true), ([ID(2): .assign], true), ([ID(1): .full], false), (nil, true),
        ]
        for (access, mayAssign) in cases {
            var rights = ActionSamples.everything
            rights.departments = access
            let ticket = ActionSamples.ticket(.visible(.pending))
            let moved = result([.setDepartment(ID(2))], on: ticket, by: rights)
            #expect(moved == (mayAssign ? .status(.visible(.pending)) : .skip(.noPermission)))
            let refusal = rights.refusal(of: [.setDepartment(ID(2))], ActionSamples.configuration)
            #expect((refusal == nil) == mayAssign)
        }
    }

    @Test("A refusal says which right is missing")
    func refusals() {
        let nobody = AgentRights(isAdmin: false, granted: [])
        #expect(nobody.refusal(of: [], ActionSamples.configuration) == .lacking(.massActions, "act on many tickets at once"))
        let few = AgentRights(isAdmin: false, granted: [.massActions, .delete])
        #expect(few.refusal(of: [.hide(.deleted)], ActionSamples.configuration) == nil)
        let lacking = few.refusal(of: [.note(ActionSamples.text), .hide(.spam)], ActionSamples.configuration)
        #expect(lacking == .lacking(.markSpam, "do that to tickets"))
        #expect(few.refusal(of: [.purge], ActionSamples.configuration) == .forbidden("only admins purge tickets"))
    }
}
