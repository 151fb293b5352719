import Support
import Testing

@testable import Domain

@Suite("What can be asked of many tickets")
struct TicketActionTests {
    @Test("Every action is of the kind it is called by", arguments: TicketAction.Kind.allCases)
    func kinds(_ kind: TicketAction.Kind) {
        let samples = ActionSamples.variants(of: kind)
        #expect(!samples.isEmpty && samples.allSatisfy { $0.kind == kind })
    }

    @Test("Taking back is no action one could ask for by its name, and every other one is")
    func choices() {
        let asked = Set(TicketAction.Kind.choices.map(\.rawValue))
        let contract: Set = [
            "set_status", "assign", "set_department", "set_priority", "set_urgency", "labels", "set_fields", "reply", "note", "spam",
            "delete", "restore", "purge",
        ]
        #expect(asked == contract && TicketAction.Kind.choices.count == contract.count)
    }

    /// What an agent needs, and what the history calls it.
    private static let meanings: [TicketAction.Kind: (rights: Set<AgentRight>, event: HistoryEntry.Event)] = [
        .setStatus: ([.setStatus], .updated), .assign: ([.assign], .updated), .setDepartment: ([.assign], .updated),
        .setPriority: ([.editFields], .updated), .setUrgency: ([.editFields], .updated), .labels: ([.editFields], .updated),
        .setFields: ([.editFields], .updated), .reply: ([.reply], .replied), .note: ([], .noted),
        .spam: ([.delete, .markSpam], .markedSpam), .delete: ([.delete], .deleted), .restore: ([.restore], .restored),
        .purge: ([], .updated), .undo: ([], .undone),
    ]

    @Test("An action needs the rights that the same change of one ticket needs, and is called what that is called")
    func rightsAndEvents() throws {
        for action in ActionSamples.every {
            let meaning = try #require(Self.meanings[action.kind])
            #expect(Set(action.rights) == meaning.rights, "\(action)")
            #expect([action].event == meaning.event, "\(action)")
            let isDestructive = meaning.event == .deleted || meaning.event == .markedSpam || action == .purge
            #expect(action.tokenScope == (isDestructive ? .deleteTickets : .writeTickets), "\(action)")
        }
    }

    @Test("Several actions are called what matters most of them, whatever their order")
    func eventsOfSeveral() throws {
        let byWeight: [HistoryEntry.Event] = [.undone, .deleted, .markedSpam, .restored, .replied, .noted, .updated]
        var generator = SeededGenerator(seed: 20)
        for _ in 0..<2000 {
            let count = Int.random(in: 1...5, using: &generator)
            let actions = (0..<count).map { _ in ActionSamples.every.randomElement(using: &generator)! }
            let events = Set(actions.map { [$0].event })
            #expect(actions.event == byWeight.first { events.contains($0) }, "\(actions)")
            #expect(actions.shuffled(using: &generator).event == actions.event)
        }
        #expect(([] as [TicketAction]).event == .updated)
    }

    @Test("Nothing can be taken back of notes and purges; of everything else something can, also where a note stands beside it")
    func undoable() {
        let never: Set<TicketAction.Kind> = [.note, .purge]
        for action in ActionSamples.every {
            #expect([action].areUndoable == !never.contains(action.kind), "\(action)")
            #expect([.note(ActionSamples.text), action].areUndoable == !never.contains(action.kind), "\(action)")
        }
        #expect(!([] as [TicketAction]).areUndoable)
    }

    @Test("What is said is every reply and note, in their order, and nothing else")
    func said() {
        let note = MessageBody(unchecked: "Known since Monday", format: .html)
        let said = ([.note(note), .setPriority(.low), .reply(ActionSamples.text, status: .resolved)] as [TicketAction]).said
        #expect(said.map(\.kind) == [.note, .reply] && said.map(\.body) == [note, ActionSamples.text])
        for action in ActionSamples.every where action.kind != .reply && action.kind != .note { #expect([action].said.isEmpty) }
    }

    @Test("Only the purge alone is a purge, only taking back alone is taking back")
    func alone() {
        for action in ActionSamples.every {
            #expect([action].arePurge == (action == .purge) && [action].areUndo == (action == .undo))
            #expect(![action, action].arePurge && ![action, action].areUndo)
        }
    }
}

/// What must not be asked for together: in a row what comes first, in a column what follows.
///
/// `dup`: a second time; `alone`: a purge beside others; `1st`: the first one is; `both`: spam and deleted; `order`: what only visible
/// tickets take, after hiding.
enum ActionPairs {
    static let kinds = TicketAction.Kind.choices

    // swift-format-ignore
    static let rows: [(first: TicketAction.Kind, cells: String)] = [
        //               status  assign  depart  priority urgency labels  fields  reply   note    spam     delete   restore purge
        (.setStatus,     "dup    .       .       .        .       .       .       .       .       .        .        .       alone"),
        (.assign,        ".      dup     .       .        .       .       .       .       .       .        .        .       alone"),
        (.setDepartment, ".      .       dup     .        .       .       .       .       .       .        .        .       alone"),
        (.setPriority,   ".      .       .       dup      .       .       .       .       .       .        .        .       alone"),
        (.setUrgency,    ".      .       .       .        dup     .       .       .       .       .        .        .       alone"),
        (.labels,        ".      .       .       .        .       dup     .       .       .       .        .        .       alone"),
        (.setFields,     ".      .       .       .        .       .       dup     .       .       .        .        .       alone"),
        (.reply,         ".      .       .       .        .       .       .       dup     .       .        .        .       alone"),
        (.note,          ".      .       .       .        .       .       .       .       dup     .        .        .       alone"),
        (.spam,          "order  .       .       .        .       .       .       order   .       dup+both both     order   alone"),
        (.delete,        "order  .       .       .        .       .       .       order   .       both     dup+both order   alone"),
        (.restore,       ".      .       .       .        .       .       .       .       .       .        .        dup     alone"),
        (.purge,         "1st    1st     1st     1st      1st     1st     1st     1st     1st     1st      1st      1st     1st+dup+alone"),
    ]

    /// Field and code of each fault, in order.
    static func faults(in cell: some StringProtocol) -> [String] {
        var first: [String] = []
        var rest = String(cell)
        if rest.hasPrefix("1st") {
            first = ["actions[0] alone"]
            rest = String(rest.dropFirst(3))
        }
        let codes = ["dup": "duplicate", "alone": "alone", "both": "conflict", "order": "order"]
        return first + rest.split(separator: "+").compactMap { codes[String($0)].map { "actions[1] \($0)" } }
    }
}

@Suite("Actions that do not go together")
struct ActionPairsTests {
    @Test("Every pair has the faults of the table, each named by its place")
    func pairs() throws {
        #expect(ActionPairs.rows.map(\.first) == ActionPairs.kinds)
        for row in ActionPairs.rows {
            let cells = row.cells.split(separator: " ")
            try #require(cells.count == ActionPairs.kinds.count, "\(row.first)")
            for (second, cell) in zip(ActionPairs.kinds, cells) {
                for first in ActionSamples.variants(of: row.first) {
                    for other in ActionSamples.variants(of: second) {
                        let found = [first, other].faults.map { "\($0.field) \($0.code)" }
                        #expect(found == ActionPairs.faults(in: cell), "\(row.first), \(second)")
                    }
                }
            }
        }
    }

    @Test("One action alone has no fault, unless it is one that nobody can ask for", arguments: TicketAction.Kind.allCases)
    func single(_ kind: TicketAction.Kind) {
        let isChoice = TicketAction.Kind.choices.contains(kind)
        for action in ActionSamples.variants(of: kind) { #expect([action].faults.isEmpty == isChoice) }
    }

    @Test("In a longer list every fault is found, with the place of the action that is at fault")
    func all() {
        let actions: [TicketAction] = [
            .setPriority(.low), .hide(.spam), .setPriority(.high), .hide(.deleted), .setStatus(.pending), .purge, .note(ActionSamples.text),
        ]
        let faults = actions.faults.map { "\($0.field) \($0.code)" }
        #expect(faults == ["actions[2] duplicate", "actions[3] conflict", "actions[4] order", "actions[5] alone"])
    }
}

@Suite("Several actions as one change")
struct TicketActionsApplyTests {
    private func applied(_ actions: [TicketAction], to ticket: Ticket) -> Result<Ticket, Refusal> {
        var changed = ticket
        do throws(Refusal) {
            try changed.apply(actions, ActionSamples.configuration, at: ActionSamples.at(60))
            return .success(changed)
        } catch {
            return .failure(error)
        }
    }

    private func codes(_ result: Result<Ticket, Refusal>) -> [String] {
        guard case .failure(.invalid(let faults)) = result else { return [] }
        return faults.map { "\($0.field) \($0.code)" }
    }

    @Test("They are done in their order, and all of them show")
    func inOrder() throws {
        let new = try applied(
            [
                .setStatus(.pending), .assign(agent: .nobody, team: .to(ID(2))), .setDepartment(ID(2)), .setPriority(.urgent),
                .setUrgency(Urgency(9)!), .labels(add: [Label(unchecked: "new")], remove: [Label(unchecked: "old")]),
                .setFields([ActionSamples.pieces: .number(3)]), .note(ActionSamples.text), .hide(.deleted),
            ], to: ActionSamples.ticket(.visible(.awaitingUser))
        ).get()
        #expect(new.status == .hidden(.deleted, from: .pending) && new.agentID == nil && new.teamID == ID(2))
        #expect(new.departmentID == ID(2) && new.priority == .urgent && new.urgency.value == 9)
        #expect(new.labels.list == [Label(unchecked: "new")] && new.fields == [ActionSamples.pieces: .number(3)])
    }

    @Test("What one action lacks another one may bring, whatever their order")
    func corrections() {
        let actions: [TicketAction] = [.setDepartment(ID(3)), .setFields([ActionSamples.orderNumber: .text("A-17")])]
        let ticket = ActionSamples.ticket(.visible(.pending))
        #expect(codes(applied([actions[0]], to: ticket)) == ["fields.order_no required"])
        for actions in [actions, actions.reversed()] {
            let new = try? applied(actions, to: ticket).get()
            #expect(new?.departmentID == ID(3) && new?.fields == [ActionSamples.orderNumber: .text("A-17")])
        }
    }

    @Test("A ticket comes back only whole, and with what it lacks it does")
    func restoring() {
        var ticket = ActionSamples.ticket(.hidden(.spam, from: .pending))
        ticket.departmentID = ID(9)
        ticket.fields = [ActionSamples.pieces: .text("many")]
        #expect(codes(applied([.restore(nil)], to: ticket)) == ["department_id gone", "fields.pieces invalid"])
        #expect(
            codes(applied([.setDepartment(ID(3)), .restore(nil)], to: ticket)) == ["fields.pieces invalid", "fields.order_no required"])
        let all: [TicketAction] = [
            .restore(nil), .setDepartment(ID(3)),
            .setFields([ActionSamples.pieces: nil, ActionSamples.orderNumber: .text("A-17")]),
        ]
        #expect((try? applied(all, to: ticket).get())?.status == .visible(.pending))
    }

    @Test("What a ticket lacks already is nobody's fault; what is emptied or does not fit is")
    func faults() {
        var ticket = ActionSamples.ticket(.visible(.pending))
        ticket.departmentID = ID(3)
        #expect(codes(applied([.setPriority(.high), .setStatus(.resolved)], to: ticket)) == [])
        ticket.fields = [ActionSamples.orderNumber: .text("A-17")]
        #expect(codes(applied([.setFields([ActionSamples.orderNumber: nil])], to: ticket)) == ["fields.order_no required"])
        #expect(codes(applied([.setFields([ActionSamples.pieces: .text("3")])], to: ticket)) == ["fields.pieces invalid"])
        #expect(codes(applied([.setFields([FieldKey(unchecked: "other"): .text("3")])], to: ticket)) == ["fields.other unknown"])
    }

    @Test("More labels than a ticket can have are too many; what is added and taken away at once is there")
    func labels() throws {
        var ticket = ActionSamples.ticket(.visible(.pending))
        let many = (1...Labels.most).map { Label(unchecked: "label \($0)") }
        ticket.labels = try #require(Labels(many))
        let one = Label(unchecked: "one more")
        #expect(codes(applied([.labels(add: [one], remove: [])], to: ticket)) == ["labels too_many"])
        let exchanged = try applied([.labels(add: [one], remove: [many[0]])], to: ticket).get()
        #expect(exchanged.labels == Labels([one] + many.dropFirst()))
        let both = try applied([.labels(add: [one], remove: [one] + many)], to: ticket).get()
        #expect(both.labels.list == [one])
        let same = try applied([.labels(add: [many[3]], remove: [one])], to: ticket).get()
        #expect(same == ticket)
    }
}
