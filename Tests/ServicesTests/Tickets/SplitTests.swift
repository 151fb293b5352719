import Domain
import Services
import Support
import Testing

@Suite("Splitting messages off into a new ticket")
struct SplitTests {
    @Test("The messages go, the rest stays, both tickets count what they have, and the new one is the user's and awaits an agent")
    func messages() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let (ticket, messages) = try await tenant.makeConversation()
            var patch = TicketPatch()
            patch.agent = .to(tenant.adminID)
            patch.priority = .high
            patch.urgency = Urgency(7)
            patch.status = .pending
            let before = try await tenant.helpdesk.updateTicket(ticket.id, patch, agent)
            tenant.clock.advance(seconds: 60)

            let subject = try #require(Subject("And the door squeaks"))
            let next = try await tenant.helpdesk.splitTicket(ticket.id, moving: [messages[4].id, messages[3].id], subject: subject, agent)
            let kept = try await tenant.read(ticket.id)
            let made = try await tenant.read(next.id)
            let stayed = try await tenant.messages(on: ticket.id)
            let moved = try await tenant.messages(on: next.id)
            #expect(next == made)
            #expect(stayed.map(\.body.content) == ["It burns", "Water?", "A note"])
            #expect(moved.map(\.body.content) == ["And the door squeaks", "Oil?"])
            #expect(moved.map(\.id) == messages.suffix(2).map(\.id))
            #expect(moved.map(\.createdAt) == messages.suffix(2).map(\.createdAt))

            #expect(made.id > ticket.id)
            #expect(made.ref != ticket.ref)
            #expect(made.subject == subject)
            #expect(made.status == .visible(.awaitingAgent))
            #expect(made.user == ticket.user)
            #expect(made.departmentID == before.departmentID)
            #expect(made.agentID == tenant.adminID)
            #expect(made.priority == .high)
            #expect(made.urgency == Urgency(7))
            #expect(made.messageCount == 2)
            #expect(made.replyCount == 1)
            #expect(made.version == 1)
            #expect(made.createdAt == tenant.clock.now)
            #expect(made.followUpOf == nil)

            #expect(kept.messageCount == 2)
            #expect(kept.replyCount == 1)
            #expect(kept.status == .visible(.pending))
            #expect(kept.version == before.version + 1)
            #expect(kept.updatedAt == tenant.clock.now)
        }
    }

    @Test("Both histories tell of it, and both tickets are linked")
    func historyAndLinks() async throws {
        try await withTenant { tenant in
            let (ticket, messages) = try await tenant.makeConversation()
            tenant.clock.advance(seconds: 60)
            let next = try await tenant.helpdesk.splitTicket(ticket.id, moving: [messages[3].id], tenant.agent.access)
            let old = try await tenant.history(of: ticket.id)
            let new = try await tenant.history(of: next.id)
            let oldLinks = try await tenant.links(of: ticket.id)
            let newLinks = try await tenant.links(of: next.id)
            let last = try #require(old.last)
            let first = try #require(new.first)
            #expect(next.subject == ticket.subject)
            #expect(old.map(\.version) == Array(1...Int64(old.count)))
            #expect(last.event == .split)
            #expect(last.changes == [FieldChange("split_into", from: .none, to: .number(next.id.value))])
            #expect(new.count == 1)
            #expect(first.event == .created)
            #expect(first.version == 1)
            #expect(first.changes.contains(FieldChange("split_from", from: .none, to: .number(ticket.id.value))))
            #expect(first.changes.contains(FieldChange("status", from: .none, to: .text("awaiting_agent"))))
            for entry in [last, first] {
                #expect(entry.actor == HistoryEntry.Actor(.agent(tenant.agentID), tokenID: tenant.agent.tokenID))
                #expect(entry.at == tenant.clock.now)
            }
            #expect(oldLinks == [TicketLink(kind: .splitInto, ticketID: next.id)])
            #expect(newLinks == [TicketLink(kind: .splitFrom, ticketID: ticket.id)])
        }
    }

    @Test("The user finds the new ticket among their own and goes on there")
    func user() async throws {
        try await withTenant { tenant in
            let (ticket, messages) = try await tenant.makeConversation()
            let next = try await tenant.helpdesk.splitTicket(ticket.id, moving: [messages[3].id], tenant.agent.access)
            let list = try await tenant.helpdesk.listTickets(
                TicketFilter(), TicketOrder(.id, descending: false), after: nil, limit: 5, tenant.user.access)
            let said = try await tenant.helpdesk.reply(to: next.id, text("It still squeaks"), tenant.user.access)
            #expect(list.items.map(\.id) == [ticket.id, next.id])
            #expect(said.ticket.messageCount == 2)
        }
    }

    @Test("At least one message stays, and a note alone is none")
    func all() async throws {
        try await withTenant { tenant in
            let (ticket, messages) = try await tenant.makeConversation()
            let spoken = messages.filter { $0.kind != .note }.map(\.id)
            let before = try await tenant.read(ticket.id)
            for ids in [spoken, messages.map(\.id)] {
                await #expect(throws: Refusal.conflict(.splitOfAll)) {
                    try await tenant.helpdesk.splitTicket(ticket.id, moving: ids, tenant.agent.access)
                }
            }
            try await tenant.expectNothingHappened(to: before, messages)
        }
    }

    @Test("Numbers of another ticket's messages, and numbers that no message has, move nothing, not even in company")
    func others() async throws {
        try await withTenant { tenant in
            let (ticket, messages) = try await tenant.makeConversation()
            let before = try await tenant.read(ticket.id)
            let other = try await tenant.makeTicket(message: "Somewhere else")
            let theirMessages = try await tenant.messages(on: other.id)
            let theirs = try #require(theirMessages.first)
            for ids in [[theirs.id], [ID(4711)], [messages[0].id, theirs.id], [messages[0].id, ID(4711)]] {
                let refused = await refusal {
                    _ = try await tenant.helpdesk.splitTicket(ticket.id, moving: ids, tenant.agent.access)
                }
                #expect(refused?.namedFaults == ["message_ids unknown"], "\(ids)")
            }
            try await tenant.expectNothingHappened(to: before, messages, beside: other)
        }
    }

    @Test("Hidden, held and merged tickets are not split, nor one that is not there, nor at a version that has passed, nor by users")
    func refused() async throws {
        try await withTenant { tenant in
            let (agent, admin) = (tenant.agent.access, tenant.admin.access)
            let (ticket, messages) = try await tenant.makeConversation()
            let moving = [messages[3].id]
            func split(_ access: Access, ifMatch: Int64? = nil) async -> Refusal? {
                await refusal { _ = try await tenant.helpdesk.splitTicket(ticket.id, moving: moving, access, ifMatch: ifMatch) }
            }
            for hidden in HiddenStatus.allCases {
                _ = try await tenant.helpdesk.hideTicket(ticket.id, as: hidden, agent)
                let refused = await split(agent)
                #expect(refused == Refusal.conflict(.mergeOfHidden))
            }
            _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), agent)
            _ = try await tenant.helpdesk.setLegalHold(LegalHold("Case 12"), on: ticket.id, admin)
            let held = await split(agent)
            let free = try await tenant.helpdesk.setLegalHold(nil, on: ticket.id, admin)
            let outdated = await split(agent, ifMatch: free.version - 1)
            let byUser = await split(tenant.user.access)
            let nowhere = await refusal { _ = try await tenant.helpdesk.splitTicket(ID(4711), moving: moving, agent) }
            try await tenant.expectNothingHappened(to: free, messages)
            #expect(held == Refusal.conflict(.mergeHeld))
            #expect(outdated == Refusal.outdated(currentVersion: free.version))
            #expect(byUser?.isForbidden == true)
            #expect(nowhere == Refusal.notFound)

            let other = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.mergeTickets([ticket.id], into: other.id, agent)
            let merged = await split(agent)
            #expect(merged == Refusal.merged(into: other.id))
        }
    }

    @Test("Of five who split off the same message at once one does, and the message is on one ticket")
    func atTheSameTime() async throws {
        try await withTenant { tenant in
            let (ticket, messages) = try await tenant.makeConversation()
            let moving = [messages[3].id]
            let refusals = try await atOnce(5) { _ in
                await refusal { _ = try await tenant.helpdesk.splitTicket(ticket.id, moving: moving, tenant.agent.access) }
            }
            let kept = try await tenant.read(ticket.id)
            let list = try await tenant.listed()
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.filter { $0?.namedFaults == ["message_ids unknown"] }.count == 4)
            #expect(kept.messageCount == 3)
            #expect(list.count == 2)
        }
    }

    @Test("What was split off can be merged back, and everything is said once")
    func backAgain() async throws {
        try await withTenant { tenant in
            let (ticket, messages) = try await tenant.makeConversation()
            let next = try await tenant.helpdesk.splitTicket(
                ticket.id, moving: [messages[3].id, messages[4].id], tenant.agent.access)
            let merged = try await tenant.helpdesk.mergeTickets([next.id], into: ticket.id, tenant.agent.access)
            let there = try await tenant.messages(on: ticket.id)
            #expect(there == messages)
            #expect(merged.messageCount == 4)
            #expect(merged.replyCount == 2)
        }
    }
}

extension TestTenant {
    /// A ticket on which user and agent have spoken of two things, a minute between the messages.
    fileprivate func makeConversation() async throws -> (Ticket, [Message]) {
        let ticket = try await makeTicket("It burns", message: "It burns")
        clock.advance(seconds: 60)
        _ = try await helpdesk.reply(to: ticket.id, text("Water?"), agent.access)
        clock.advance(seconds: 60)
        _ = try await helpdesk.addNote(to: ticket.id, text("A note"), agent.access)
        clock.advance(seconds: 60)
        _ = try await helpdesk.reply(to: ticket.id, text("And the door squeaks"), user.access)
        clock.advance(seconds: 60)
        _ = try await helpdesk.reply(to: ticket.id, text("Oil?"), agent.access)
        clock.advance(seconds: 60)
        return (ticket, try await messages(on: ticket.id))
    }

    fileprivate func expectNothingHappened(
        to ticket: Ticket, _ messages: [Message], beside other: Ticket? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let kept = try await read(ticket.id)
        let there = try await self.messages(on: ticket.id)
        let list = try await listed()
        let all = [ticket.id] + (other.map { [$0.id] } ?? [])
        #expect(kept == ticket, sourceLocation: sourceLocation)
        #expect(there == messages, sourceLocation: sourceLocation)
        #expect(list == all, sourceLocation: sourceLocation)
        guard let other else { return }
        let keptOther = try await read(other.id)
        #expect(keptOther == other, sourceLocation: sourceLocation)
    }
}
