import Support
import Testing

@testable import Domain

@Suite("A change that is taken back")
struct ReversalTests {
    /// A random ticket, what random actions made of it, and when.
    private struct Change {
        let old: Ticket
        let new: Ticket
        let actions: [TicketAction]

        /// Nil when the actions do not go together, cannot be done or change nothing.
        init?(using generator: inout SeededGenerator) {
            let old = Ticket.random(using: &generator)
            // Sometimes in the very moment in which the ticket was changed last.
            let now = old.updatedAt.advanced(bySeconds: Int64.random(in: 0...3, using: &generator))
            let count = Int.random(in: 1...4, using: &generator)
            let actions = (0..<count).map { _ in TicketAction.random(using: &generator) }
            guard actions.faults.isEmpty else { return nil }
            var new = old
            guard (try? new.apply(actions, ActionSamples.configuration, at: now)) != nil, new != old else { return nil }
            new.version += 1
            new.updatedAt = now
            self.old = old
            self.new = new
            self.actions = actions
        }

        /// What was there before, with what was said since: that stays said.
        var expected: Ticket {
            var expected = old
            expected.version = new.version
            expected.updatedAt = new.updatedAt
            expected.messageCount = new.messageCount
            expected.replyCount = new.replyCount
            expected.firstRepliedAt = new.firstRepliedAt
            // Whoever has been answered does not wait as if nobody had.
            if new.replyCount != old.replyCount {
                expected.userWaitingSince = new.userWaitingSince
                expected.userWaited = new.userWaited
            }
            // A chat that hiding has ended stays ended.
            expected.liveUntil = new.liveUntil
            return expected
        }
    }

    @Test("Whatever was done to whatever ticket, it is what it was before, but for its version, when it changed last, and what was said")
    func back() throws {
        var generator = SeededGenerator(seed: 5)
        var seen: [TicketAction.Kind: Int] = [:]
        for round in 0..<40_000 {
            guard let change = Change(using: &generator) else { continue }
            var reverted = change.new
            try reverted.revert(BeforeImage(of: change.old, in: change.new))
            #expect(reverted == change.expected, "round \(round): \(change.actions) on \(change.old.status)")
            for action in change.actions { seen[action.kind, default: 0] += 1 }
        }
        // Of changes that were not made nothing is proved.
        for kind in TicketAction.Kind.choices where kind != .purge { #expect(seen[kind, default: 0] > 500, "\(kind)") }
    }

    @Test("What was taken back can be done again by taking that back")
    func forth() throws {
        var generator = SeededGenerator(seed: 6)
        var count = 0
        for round in 0..<20_000 {
            guard let change = Change(using: &generator) else { continue }
            var reverted = change.new
            try reverted.revert(BeforeImage(of: change.old, in: change.new))
            var again = reverted
            again.version += 1
            try again.revert(BeforeImage(of: change.new, in: reverted))
            var expected = change.new
            expected.version = again.version
            #expect(again == expected, "round \(round): \(change.actions) on \(change.old.status)")
            count += 1
        }
        #expect(count > 5000)
    }

    @Test("The times are kept only where they have changed")
    func clocks() {
        let old = ActionSamples.ticket(.visible(.awaitingAgent))
        var labelled = old
        labelled.labels = .none
        labelled.version += 1
        #expect(labelled.clocksToKeep(of: old) == nil)
        var resolved = old
        resolved.take(.visible(.resolved), at: ActionSamples.at(60))
        #expect(resolved.clocksToKeep(of: old) == old.clocks)
    }

    @Test("An answer ends the user's wait for good: taken back, the ticket awaits an agent, and the user who was answered does not wait")
    func answered() throws {
        let old = ActionSamples.ticket(.visible(.awaitingAgent))
        #expect(old.userWaitingSince == ActionSamples.at(0))
        var new = old
        try new.answer(choosing: .resolved, at: ActionSamples.at(60))
        var reverted = new
        try reverted.revert(BeforeImage(of: old, in: new))
        #expect(reverted.status == old.status && reverted.resolvedAt == nil && reverted.statusChangedAt == old.statusChangedAt)
        #expect(reverted.userWaitingSince == nil && reverted.userWaited == 60_000)
        #expect(reverted.messageCount == old.messageCount + 1 && reverted.firstRepliedAt == ActionSamples.at(60))
    }

    @Test("Spam that is deleted in the moment in which it was marked goes back to spam, though no time says so")
    func sameMoment() throws {
        let old = ActionSamples.ticket(.hidden(.spam, from: .pending))
        var new = old
        try new.hide(as: .deleted, at: try #require(old.hiddenAt))
        #expect(new.status == .hidden(.deleted, from: .pending) && new.clocksToKeep(of: old) == nil)
        try new.revert(BeforeImage(of: old, in: new))
        #expect(new == old)
    }

    @Test("What was restored to another status and hidden again is hidden from the one it was hidden from before")
    func hiddenFromAnother() throws {
        let old = ActionSamples.ticket(.hidden(.spam, from: .resolved))
        var new = old
        try new.apply([.restore(.pending), .hide(.spam)], ActionSamples.configuration, at: ActionSamples.at(60))
        // Its word in the history is the same.
        #expect(new.status == .hidden(.spam, from: .pending) && new.changes(since: old).isEmpty)
        try new.revert(BeforeImage(of: old, in: new))
        #expect(new == old)
    }

    @Test("Nothing is guessed of what the history does not say in the way it says things")
    func unreadable() {
        let changes: [FieldChange] = [
            FieldChange("status", from: .text("lost"), to: .text("pending")), FieldChange("status", from: .none, to: .text("pending")),
            FieldChange("priority", from: .text("highest"), to: .text("low")), FieldChange("urgency", from: .number(11), to: .number(1)),
            FieldChange("labels", from: .text("old"), to: .none), FieldChange("agent_id", from: .text("Ada"), to: .none),
            FieldChange("department_id", from: .none, to: .number(1)), FieldChange("subject", from: .text("Old"), to: .text("New")),
            FieldChange("legal_hold", from: .none, to: .text("In court")), FieldChange("fields.", from: .none, to: .number(1)),
        ]
        for change in changes {
            var ticket = ActionSamples.ticket(.visible(.pending))
            do throws(Refusal) {
                try ticket.revert(BeforeImage(changes: [change], clocks: nil))
                Issue.record("\(change) was taken back")
            } catch {
                guard case .invalid(let faults) = error else {
                    Issue.record("\(error)")
                    continue
                }
                #expect(faults.map(\.field) == [change.field] && faults.map(\.code) == ["irreversible"])
            }
        }
    }
}

extension Ticket {
    /// In any status and of any history, with more or less of everything; no chat goes on for a hidden one.
    fileprivate static func random(using generator: inout SeededGenerator) -> Ticket {
        var ticket = ActionSamples.ticket(TicketStatus.all.randomElement(using: &generator)!)
        // What happened on the way.
        for second in 2...4 where Bool.random(using: &generator) {
            let now = ActionSamples.at(Int64(second))
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: ticket.hearUser(at: now)
            case 1: try? ticket.answer(choosing: VisibleStatus.allCases.randomElement(using: &generator), at: now)
            case 2: try? ticket.hide(as: HiddenStatus.allCases.randomElement(using: &generator)!, at: now)
            default: try? ticket.set(.status(VisibleStatus.allCases.randomElement(using: &generator)!), at: now)
            }
            ticket.version += 1
            ticket.updatedAt = now
        }
        if !ticket.status.isHidden, Bool.random(using: &generator) { ticket.liveUntil = ActionSamples.at(600) }
        ticket.departmentID = ID(Int64.random(in: 1...3, using: &generator))
        ticket.agentID = Bool.random(using: &generator) ? nil : ID(Int64.random(in: 4...5, using: &generator))
        ticket.teamID = Bool.random(using: &generator) ? nil : ID(Int64.random(in: 1...2, using: &generator))
        ticket.priority = Priority.allCases.randomElement(using: &generator)!
        ticket.urgency = Urgency(Int.random(in: Urgency.range, using: &generator))!
        ticket.labels = Labels(Label.random(using: &generator))!
        ticket.fields = [:]
        if ticket.departmentID == ID(3) || Bool.random(using: &generator) { ticket.fields[ActionSamples.orderNumber] = .text("A-1") }
        if Bool.random(using: &generator) {
            ticket.fields[ActionSamples.pieces] = .number([1, 2.5, -0.25, 1e15].randomElement(using: &generator)!)
        }
        return ticket
    }
}

extension TicketPatch {
    fileprivate static func status(_ status: VisibleStatus) -> TicketPatch {
        var patch = TicketPatch()
        patch.status = status
        return patch
    }
}

extension Label {
    fileprivate static func random(using generator: inout SeededGenerator) -> [Label] {
        ["a", "b", "c", "d"].filter { _ in Bool.random(using: &generator) }.map { Label(unchecked: $0) }
    }
}

extension TicketAction {
    fileprivate static func random(using generator: inout SeededGenerator) -> TicketAction {
        let kind = Kind.choices.filter { $0 != .purge }.randomElement(using: &generator)!
        let status = VisibleStatus.allCases.randomElement(using: &generator)!
        switch kind {
        case .assign:
            let agents: [TicketPatch.Assignment<Agent>?] = [nil, .nobody, .to(ID(4)), .to(ID(5))]
            let teams: [TicketPatch.Assignment<Team>?] = [nil, .nobody, .to(ID(1)), .to(ID(2))]
            return .assign(agent: agents.randomElement(using: &generator)!, team: teams.randomElement(using: &generator)!)
        case .setDepartment: return .setDepartment(ID(Int64.random(in: 1...3, using: &generator)))
        case .setPriority: return .setPriority(Priority.allCases.randomElement(using: &generator)!)
        case .setUrgency: return .setUrgency(Urgency(Int.random(in: Urgency.range, using: &generator))!)
        case .labels: return .labels(add: Label.random(using: &generator), remove: Label.random(using: &generator))
        case .setFields:
            let references: [FieldValue?] = [nil, .text("A-2"), .text("7")]
            let numbers: [FieldValue?] = [nil, .number(4), .number(0.5)]
            var changes: FieldChanges = [:]
            if Bool.random(using: &generator) {
                changes[ActionSamples.orderNumber] = .some(references.randomElement(using: &generator)!)
            }
            if changes.isEmpty || Bool.random(using: &generator) {
                changes[ActionSamples.pieces] = .some(numbers.randomElement(using: &generator)!)
            }
            return .setFields(changes)
        case .setStatus: return .setStatus(status)
        case .reply: return .reply(ActionSamples.text, status: Bool.random(using: &generator) ? status : nil)
        case .restore: return .restore(Bool.random(using: &generator) ? status : nil)
        case .note, .spam, .delete, .purge, .undo: return ActionSamples.one(kind)
        }
    }
}
