import Domain
import Services
import Support
import Testing

@Suite("Links between tickets")
struct LinkTests {
    @Test("A link is said on both tickets and stands in both histories, and taking it away does, too")
    func both() async throws {
        try await withTenant { tenant in
            let one = try await tenant.makeTicket("One")
            let other = try await tenant.makeTicket("Other")
            tenant.clock.advance(seconds: 60)
            let linked = try await tenant.helpdesk.link(one.id, with: other.id, tenant.agent.access)
            let linkedAt = tenant.clock.now
            let oneLinks = try await tenant.links(of: one.id)
            let otherLinks = try await tenant.links(of: other.id)
            #expect(linked.id == one.id)
            #expect(oneLinks == [TicketLink(kind: .related, ticketID: other.id)])
            #expect(otherLinks == [TicketLink(kind: .related, ticketID: one.id)])

            tenant.clock.advance(seconds: 60)
            // From the other side it is the same link.
            let unlinked = try await tenant.helpdesk.unlink(other.id, from: one.id, tenant.admin.access)
            #expect(unlinked.id == other.id)
            for (ticket, partner) in [(one, other), (other, one)] {
                let links = try await tenant.links(of: ticket.id)
                let history = try await tenant.history(of: ticket.id)
                let kept = try await tenant.read(ticket.id)
                let number = FieldChange.Value.number(partner.id.value)
                #expect(links.isEmpty)
                #expect(history.map(\.event) == [.created, .linked, .unlinked])
                #expect(history.map(\.version) == [1, 2, 3])
                #expect(history.map(\.at) == [ticket.createdAt, linkedAt, tenant.clock.now])
                #expect(history[1].changes == [FieldChange("related_id", from: .none, to: number)])
                #expect(history[2].changes == [FieldChange("related_id", from: number, to: .none)])
                #expect(history[1].actor.person == .agent(tenant.agentID))
                #expect(history[2].actor.person == .agent(tenant.adminID))
                #expect(kept.version == 3)
                #expect(kept.updatedAt == tenant.clock.now)
                #expect(kept.status == ticket.status)
            }
        }
    }

    @Test("What is linked already, from whichever side, is not linked again, and what is not linked is not unlinked: nothing is written")
    func again() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let one = try await tenant.makeTicket()
            let other = try await tenant.makeTicket()
            let unlinked = try await tenant.helpdesk.unlink(one.id, from: other.id, agent)
            #expect(unlinked == one)
            _ = try await tenant.helpdesk.link(one.id, with: other.id, agent)
            tenant.clock.advance(seconds: 60)
            let again = try await tenant.helpdesk.link(one.id, with: other.id, agent)
            let back = try await tenant.helpdesk.link(other.id, with: one.id, agent)
            let links = try await tenant.links(of: one.id)
            #expect(again.version == 2)
            #expect(back.version == 2)
            #expect(links.count == 1)
            for id in [one.id, other.id] {
                let history = try await tenant.history(of: id)
                #expect(history.map(\.event) == [.created, .linked])
            }
        }
    }

    @Test("A ticket is linked with as many as one likes, shown in the order of their numbers, hidden ones among them")
    func many() async throws {
        try await withTenant { tenant in
            let hub = try await tenant.makeTicket()
            let spam = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            let plain = try await tenant.makeTicket()
            for id in [plain.id, spam.id] { _ = try await tenant.helpdesk.link(hub.id, with: id, tenant.agent.access) }
            let links = try await tenant.links(of: hub.id)
            let ofSpam = try await tenant.links(of: spam.id)
            #expect(links.map(\.ticketID) == [spam.id, plain.id])
            #expect(links.allSatisfy { $0.kind == .related })
            #expect(ofSpam.map(\.ticketID) == [hub.id])
        }
    }

    @Test("A follow-up and its old ticket know each other, and nobody takes that away by hand")
    func followUp() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let old = try await tenant.makeTicket(in: .hidden(.deleted, from: .resolved))
            let next = try await tenant.helpdesk.reply(to: old.id, text("Anybody there?"), tenant.user.access).ticket
            let before = try await tenant.read(old.id)
            let unlinked = try await tenant.helpdesk.unlink(old.id, from: next.id, agent)
            let oldLinks = try await tenant.links(of: old.id)
            let newLinks = try await tenant.links(of: next.id)
            #expect(unlinked == before)
            #expect(oldLinks == [TicketLink(kind: .followedUpBy, ticketID: next.id)])
            #expect(newLinks == [TicketLink(kind: .followUpOf, ticketID: old.id)])

            // They may be related beside that, and that can be taken away.
            _ = try await tenant.helpdesk.link(next.id, with: old.id, agent)
            let both = try await tenant.links(of: next.id)
            _ = try await tenant.helpdesk.unlink(next.id, from: old.id, agent)
            let left = try await tenant.links(of: next.id)
            #expect(Set(both.map(\.kind)) == [.followUpOf, .related])
            #expect(left == newLinks)
        }
    }

    @Test("A ticket is not linked with itself, nor with one that is not there, nor by a user")
    func refused() async throws {
        try await withTenant { tenant in
            let (agent, user) = (tenant.agent.access, tenant.user.access)
            let one = try await tenant.makeTicket()
            let other = try await tenant.makeTicket()
            let same = await refusal { _ = try await tenant.helpdesk.link(one.id, with: one.id, agent) }
            let notSame = await refusal { _ = try await tenant.helpdesk.unlink(one.id, from: one.id, agent) }
            #expect(same?.namedFaults == ["other_id same"])
            #expect(notSame?.namedFaults == ["other_id same"])
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.link(one.id, with: ID(4711), agent) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.link(ID(4711), with: one.id, agent) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.unlink(one.id, from: ID(4711), agent) }
            let byUser = [
                await refusal { _ = try await tenant.helpdesk.link(one.id, with: other.id, user) },
                await refusal { _ = try await tenant.helpdesk.unlink(one.id, from: other.id, user) },
                await refusal { _ = try await tenant.helpdesk.listLinks(of: one.id, user) },
            ]
            #expect(byUser.filter { $0?.isForbidden == true }.count == 3)
            let kept = try await tenant.read(one.id)
            #expect(kept == one)
        }
    }

    @Test("Linked crosswise by ten at once, two tickets are linked once, and each history has one line of it")
    func atTheSameTime() async throws {
        try await withTenant { tenant in
            let one = try await tenant.makeTicket()
            let other = try await tenant.makeTicket()
            let versions = try await atOnce(10) { number -> Int64 in
                let (from, to) = number.isMultiple(of: 2) ? (one.id, other.id) : (other.id, one.id)
                return try await tenant.helpdesk.link(from, with: to, tenant.agent.access).version
            }
            #expect(versions == Array(repeating: 2, count: 10))
            for id in [one.id, other.id] {
                let history = try await tenant.history(of: id)
                let links = try await tenant.links(of: id)
                #expect(history.map(\.event) == [.created, .linked])
                #expect(links.count == 1)
            }
        }
    }
}
