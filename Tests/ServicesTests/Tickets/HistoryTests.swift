import Domain
import Services
import Support
import Testing

@Suite("What the history says")
struct HistoryTests {
    @Test("Every verb writes one line: who, when, what, from and to, under the ticket's new version")
    func oneLineEach() async throws {
        try await withTenant { tenant in
            let agent = Person.agent(tenant.agentID)
            let user = Person.user(tenant.userID)
            let made = try await tenant.makeTicket("It does not work")
            let id = made.id
            let first = try await tenant.messages(on: id).first
            try await tenant.expectLastLine(
                of: made, .created, by: user, message: first?.id,
                [
                    FieldChange("status", from: .none, to: .text("awaiting_agent")),
                    FieldChange("subject", from: .none, to: .text("It does not work")),
                    FieldChange("department_id", from: .none, to: .number(Department.first.value)),
                    FieldChange("user_id", from: .none, to: .number(tenant.userID.value)),
                    FieldChange("priority", from: .none, to: .text("normal")),
                    FieldChange("urgency", from: .none, to: .number(1)),
                ])

            let replied = try await tenant.helpdesk.reply(to: id, text("Try this"), tenant.agent.access)
            try await tenant.expectLastLine(
                of: replied.ticket, .replied, by: agent, message: replied.message.id,
                [FieldChange("status", from: .text("awaiting_agent"), to: .text("awaiting_user"))])

            let written = try await tenant.helpdesk.reply(to: id, text("I did"), tenant.user.access)
            try await tenant.expectLastLine(
                of: written.ticket, .userMessage, by: user, message: written.message.id,
                [FieldChange("status", from: .text("awaiting_user"), to: .text("awaiting_agent"))])

            let writtenAgain = try await tenant.helpdesk.reply(to: id, text("Really"), tenant.user.access)
            try await tenant.expectLastLine(of: writtenAgain.ticket, .userMessage, by: user, message: writtenAgain.message.id, [])

            let noted = try await tenant.helpdesk.addNote(to: id, text("Ask Bob"), tenant.agent.access)
            try await tenant.expectLastLine(of: noted.ticket, .noted, by: agent, message: noted.message.id, [])

            var patch = try TicketPatch.subject("The printer burns")
            patch.status = .pending
            patch.agent = .to(tenant.adminID)
            patch.priority = .urgent
            patch.urgency = Urgency(9)!
            let patched = try await tenant.helpdesk.updateTicket(id, patch, tenant.agent.access)
            try await tenant.expectLastLine(
                of: patched, .updated, by: agent, message: nil,
                [
                    FieldChange("status", from: .text("awaiting_agent"), to: .text("pending")),
                    FieldChange("subject", from: .text("It does not work"), to: .text("The printer burns")),
                    FieldChange("agent_id", from: .none, to: .number(tenant.adminID.value)),
                    FieldChange("priority", from: .text("normal"), to: .text("urgent")),
                    FieldChange("urgency", from: .number(1), to: .number(9)),
                ])

            var unassign = TicketPatch()
            unassign.agent = .nobody
            let unassigned = try await tenant.helpdesk.updateTicket(id, unassign, tenant.admin.access)
            try await tenant.expectLastLine(
                of: unassigned, .updated, by: .agent(tenant.adminID), message: nil,
                [FieldChange("agent_id", from: .number(tenant.adminID.value), to: .none)])

            let spam = try await tenant.helpdesk.hideTicket(id, as: .spam, tenant.agent.access)
            try await tenant.expectLastLine(
                of: spam, .markedSpam, by: agent, message: nil, [FieldChange("status", from: .text("pending"), to: .text("spam"))])

            let deleted = try await tenant.helpdesk.hideTicket(id, as: .deleted, tenant.agent.access)
            try await tenant.expectLastLine(
                of: deleted, .deleted, by: agent, message: nil, [FieldChange("status", from: .text("spam"), to: .text("deleted"))])

            let restored = try await tenant.helpdesk.restoreTicket(id, .to(.resolved), tenant.agent.access)
            try await tenant.expectLastLine(
                of: restored, .restored, by: agent, message: nil, [FieldChange("status", from: .text("deleted"), to: .text("resolved"))])
        }
    }

    @Test("A patch that changes nothing writes nothing, not even a time")
    func nothingChanged() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket("It does not work")
            tenant.clock.advance(days: 1)
            var same = try TicketPatch.subject("It does not work")
            same.status = .awaitingAgent
            same.agent = .nobody
            same.team = .nobody
            same.departmentID = Department.first
            same.labels = Labels.none
            same.priority = .normal
            same.urgency = .lowest
            for patch in [TicketPatch(), same] {
                let answered = try await tenant.helpdesk.updateTicket(ticket.id, patch, tenant.agent.access, ifMatch: 1)
                #expect(answered == ticket)
            }
            let kept = try await tenant.read(ticket.id)
            let history = try await tenant.history(of: ticket.id)
            #expect(kept == ticket)
            #expect(history.count == 1)
        }
    }

    @Test("What was refused leaves no line and no gap")
    func refused() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            var toNobody = TicketPatch()
            toNobody.agent = .to(ID(4711))
            let patch = toNobody
            let refusals = [
                await refusal { _ = try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), tenant.agent.access) },
                await refusal { _ = try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, tenant.agent.access) },
                await refusal { _ = try await tenant.set(.resolved, on: ticket.id) },
                await refusal { _ = try await tenant.helpdesk.updateTicket(ticket.id, patch, tenant.agent.access) },
                await refusal { _ = try await tenant.helpdesk.updateTicket(ticket.id, patch, tenant.agent.access, ifMatch: 1) },
            ]
            let history = try await tenant.history(of: ticket.id)
            #expect(refusals.allSatisfy { $0 != nil })
            #expect(history.map(\.version) == [1, 2])
            let noted = try await tenant.helpdesk.addNote(to: ticket.id, text("Odd"), tenant.agent.access)
            #expect(noted.ticket.version == 3)
        }
    }

    @Test("The history of a ticket read beside it and read in pages is the same")
    func pages() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            for number in 0..<12 { _ = try await tenant.helpdesk.addNote(to: ticket.id, text("Note \(number)"), tenant.agent.access) }
            let reading = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: true, tenant.agent.access)

            var entries: [HistoryEntry] = []
            var version: Int64?
            repeat {
                let page = try await tenant.helpdesk.listHistory(of: ticket.id, after: version, limit: 5, tenant.agent.access).page
                entries += page.items
                version = page.next
            } while version != nil

            var messages: [Message] = []
            var last: ID<Message>?
            repeat {
                let page = try await tenant.helpdesk.listMessages(on: ticket.id, after: last, limit: 5, tenant.agent.access)
                messages += page.items
                last = page.next
            } while last != nil

            #expect(entries.map(\.version) == Array(Int64(1)...13))
            #expect(reading.history?.page.items == entries)
            #expect(reading.history?.page.next == nil)
            #expect(messages.count == 13)
            #expect(messages.dropFirst().map(\.body.content) == (0..<12).map { "Note \($0)" })
            #expect(reading.messages?.items == messages)
        }
    }

    @Test("Whatever is done, played back from its first line the history ends in the ticket as it is", arguments: [1, 2, 3, 4] as [UInt64])
    func playedBack(seed: UInt64) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: seed)
            let ticket = try await tenant.makeTicket()
            for step in 0..<60 {
                tenant.clock.advance(seconds: 30)
                // Many of these are refused, as they should be; the history must not mind.
                let outcome = await tenant.doSomething(to: ticket.id, using: &chance)
                #expect(outcome.isExpected, "step \(step): \(outcome)")
            }

            let kept = try await tenant.read(ticket.id)
            let history = try await tenant.history(of: ticket.id)
            #expect(history.map(\.version) == Array(1...kept.version))
            #expect(history.count > 20)
            let nothing = FieldChange.Value.none
            var fields: [String: FieldChange.Value] = [:]
            for entry in history {
                for change in entry.changes where change.field != "follow_up_id" {
                    let before = fields[change.field] ?? nothing
                    #expect(before == change.from, "version \(entry.version), \(change.field)")
                    #expect(change.from != change.to, "version \(entry.version), \(change.field)")
                    fields[change.field] = change.to
                }
            }
            var expected: [String: FieldChange.Value] = [
                "status": .text(kept.status.name), "subject": .text(kept.subject.text), "user_id": .number(tenant.userID.value),
                "department_id": .number(Department.first.value), "priority": .text(kept.priority.rawValue),
                "urgency": .number(Int64(kept.urgency.value)),
            ]
            if let agent = kept.agentID { expected["agent_id"] = .number(agent.value) }
            let left = fields.filter { $0.value != nothing }
            #expect(left == expected)
            let said = try await tenant.messages(on: ticket.id).filter { $0.kind != .note }
            #expect(kept.messageCount == said.count)
        }
    }
}

private enum Outcome: Sendable {
    case done
    case refused(Refusal)
    case failed(String)

    /// Only the ticket's state may stand in the way.
    var isExpected: Bool {
        switch self {
        case .done, .refused(.conflict): true
        case .refused, .failed: false
        }
    }
}

extension TestTenant {
    /// The history ends with this line and has as many lines as the ticket has versions.
    fileprivate func expectLastLine(
        of ticket: Ticket, _ event: HistoryEntry.Event, by person: Person, message: ID<Message>?, _ changes: [FieldChange],
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let lines = try await history(of: ticket.id)
        let kept = try await read(ticket.id)
        let expected = HistoryEntry(
            version: ticket.version, at: clock.now, actor: HistoryEntry.Actor(person, tokenID: token(of: person)), event: event,
            changes: changes, messageID: message)
        #expect(lines.last == expected, sourceLocation: sourceLocation)
        #expect(lines.map(\.version) == Array(1...ticket.version), sourceLocation: sourceLocation)
        #expect(kept == ticket, sourceLocation: sourceLocation)
        // The next line has a time of its own.
        clock.advance(seconds: 60)
    }

    private func token(of person: Person) -> ID<Token> {
        switch person {
        case .agent(adminID): admin.tokenID
        case .agent: agent.tokenID
        case .user: user.tokenID
        }
    }

    fileprivate func doSomething(to id: ID<Ticket>, using chance: inout SeededGenerator) async -> Outcome {
        let status = VisibleStatus.allCases.randomElement(using: &chance) ?? .pending
        let hidden = HiddenStatus.allCases.randomElement(using: &chance) ?? .spam
        var patch = TicketPatch()
        if Bool.random(using: &chance) { patch.status = status }
        if Bool.random(using: &chance) { patch.subject = Subject("Subject \(Int.random(in: 1...3, using: &chance))") }
        if Bool.random(using: &chance) { patch.priority = Priority.allCases.randomElement(using: &chance) }
        if Bool.random(using: &chance) { patch.urgency = Urgency(Int.random(in: 1...10, using: &chance)) }
        if Bool.random(using: &chance) { patch.agent = Bool.random(using: &chance) ? .nobody : .to(agentID) }
        let verb = Int.random(in: 0..<8, using: &chance)
        do {
            switch verb {
            case 0: _ = try await helpdesk.reply(to: id, text("Answer"), status: status, agent.access)
            case 1: _ = try await helpdesk.reply(to: id, text("Question"), user.access)
            case 2: _ = try await helpdesk.addNote(to: id, text("Note"), agent.access)
            case 3: _ = try await helpdesk.hideTicket(id, as: hidden, agent.access)
            case 4, 5: _ = try await helpdesk.restoreTicket(id, .to(status), agent.access)
            default: _ = try await helpdesk.updateTicket(id, patch, agent.access)
            }
            return .done
        } catch let refusal as Refusal {
            return .refused(refusal)
        } catch {
            return .failed("\(error)")
        }
    }
}
