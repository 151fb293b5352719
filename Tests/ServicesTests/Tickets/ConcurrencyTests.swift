import Domain
import Services
import Support
import Testing

@Suite("When many do something at once")
struct ConcurrencyTests {
    @Test("Twenty replies to one ticket are all there, each counted once and each a version of its own")
    func replies() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let said = try await atOnce(20) { number -> Said in
                let byUser = number.isMultiple(of: 2)
                return try await tenant.helpdesk.reply(
                    to: ticket.id, text("Reply \(number)"), byUser ? tenant.user.access : tenant.agent.access)
            }
            let kept = try await tenant.read(ticket.id)
            let messages = try await tenant.messages(on: ticket.id)
            let history = try await tenant.history(of: ticket.id)
            let contents = Set((0..<20).map { "Reply \($0)" }).union(["Please help"])
            #expect(kept.version == 21)
            #expect(kept.messageCount == 21)
            #expect(Set(said.map(\.ticket.version)) == Set(Int64(2)...21))
            #expect(Set(messages.map(\.body.content)) == contents)
            #expect(messages.count == 21)
            #expect(history.map(\.version) == Array(Int64(1)...21))
            #expect(Set(history.compactMap(\.messageID)) == Set(messages.map(\.id)))
        }
    }

    @Test("Thirty tickets opened at once have thirty numbers and references")
    func creations() async throws {
        try await withTenant { tenant in
            let before = try await tenant.makeTicket()
            let made = try await atOnce(30) { number in try await tenant.makeTicket("Ticket \(number)") }
            let ids = Set(made.map(\.id))
            let references = Set(made.map(\.ref))
            let next = try await tenant.makeTicket()
            #expect(ids.count == 30)
            #expect(ids.allSatisfy { $0 > before.id && $0 < next.id })
            #expect(references.count == 30)
            for ticket in made {
                let kept = try await tenant.read(ticket.id)
                #expect(kept == ticket)
            }
        }
    }

    @Test("Of ten who change the version they all know, one wins and nine hear that it is outdated")
    func sameVersion() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let outcomes = try await atOnce(10) { number -> (number: Int, refusal: Refusal?) in
                let patch = try TicketPatch.subject("Subject \(number)")
                let refused = await refusal {
                    _ = try await tenant.helpdesk.updateTicket(ticket.id, patch, tenant.agent.access, ifMatch: ticket.version)
                }
                return (number, refused)
            }
            let winners = outcomes.filter { $0.refusal == nil }
            let losers = outcomes.filter { $0.refusal == .outdated(currentVersion: 2) }
            let kept = try await tenant.read(ticket.id)
            let winner = try #require(winners.first)
            #expect(winners.count == 1)
            #expect(losers.count == 9)
            #expect(kept.version == 2)
            #expect(kept.subject.text == "Subject \(winner.number)")
        }
    }

    @Test("Changes of different fields at once are all kept")
    func differentFields() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            _ = try await atOnce(4) { number -> Ticket in
                var patch = TicketPatch()
                switch number {
                case 0: patch.subject = Subject("The printer burns")
                case 1: patch.priority = .urgent
                case 2: patch.urgency = Urgency(10)
                default: patch.agent = .to(tenant.agentID)
                }
                return try await tenant.helpdesk.updateTicket(ticket.id, patch, tenant.agent.access)
            }
            let kept = try await tenant.read(ticket.id)
            #expect(kept.version == 5)
            #expect(kept.subject.text == "The printer burns")
            #expect(kept.priority == .urgent)
            #expect(kept.urgency.value == 10)
            #expect(kept.agentID == tenant.agentID)
        }
    }

    @Test("Of ten who hide a ticket at once one does it, and of ten who restore it one does")
    func hiding() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(.pending))
            let hidden = try await atOnce(10) { _ in
                await refusal { _ = try await tenant.helpdesk.hideTicket(ticket.id, as: .deleted, tenant.agent.access) }
            }
            let restored = try await atOnce(10) { _ in
                await refusal { _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), tenant.agent.access) }
            }
            let kept = try await tenant.read(ticket.id)
            #expect(hidden.filter { $0 == nil }.count == 1)
            #expect(hidden.filter { $0 == .conflict(.alreadyInStatus) }.count == 9)
            #expect(restored.filter { $0 == nil }.count == 1)
            #expect(restored.filter { $0 == .conflict(.notHidden) }.count == 9)
            #expect(kept.status == .visible(.pending))
            #expect(kept.version == 3)
        }
    }

    @Test("A ticket that is hidden while its user writes loses no message")
    func hiddenWhileWriting() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let said = try await atOnce(12) { number -> Said? in
                if number == 5 {
                    _ = try await tenant.helpdesk.hideTicket(ticket.id, as: .deleted, tenant.agent.access)
                    return nil
                }
                return try await tenant.helpdesk.reply(to: ticket.id, text("Message \(number)"), tenant.user.access)
            }
            let messages = said.compactMap { $0?.message }
            var contents: Set<String> = []
            for id in Set(messages.map(\.ticketID)).union([ticket.id]) {
                let kept = try await tenant.read(id)
                let there = try await tenant.messages(on: id)
                #expect(kept.messageCount == there.count)
                #expect(id == ticket.id || kept.followUpOf == ticket.id)
                contents.formUnion(there.map(\.body.content))
            }
            let old = try await tenant.read(ticket.id)
            let expected = Set((0..<12).map { "Message \($0)" }).subtracting(["Message 5"]).union(["Please help"])
            #expect(messages.count == 11)
            #expect(contents == expected)
            #expect(old.status.name == "deleted")
        }
    }

    @Test("New users with one address at once are one user")
    func sameUser() async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("By telephone"))
            let address = try #require(EmailAddress("ada@customer.example"))
            let draft = TicketDraft(subject: subject, body: text("Hello"), requester: .address(address, name: "Ada"))
            let made = try await atOnce(10) { _ in try await tenant.helpdesk.createTicket(draft, tenant.agent.access) }
            #expect(Set(made.map(\.id)).count == 10)
            #expect(Set(made.map(\.user.id)).count == 1)
        }
    }
}

/// Runs `body` in so many tasks at once.
func atOnce<Value: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
        for number in 0..<count { group.addTask { try await body(number) } }
        var values: [Value] = []
        for try await value in group { values.append(value) }
        return values
    }
}
