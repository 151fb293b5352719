import Domain
import Services
import Support
import Testing

@Suite("Agents who follow a ticket")
struct FollowerTests {
    @Test("Agents follow a ticket themselves or are made to, and the history says who let whom")
    func follow() async throws {
        try await withTenant { tenant in
            let (agent, admin) = (tenant.agent.access, tenant.admin.access)
            let ticket = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 60)
            let first = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, agent)
            let second = try await tenant.helpdesk.follow(ticket.id, as: tenant.adminID, agent)
            let both = try await tenant.helpdesk.listFollowers(of: ticket.id, admin)
            let third = try await tenant.helpdesk.unfollow(ticket.id, as: tenant.agentID, admin)
            let one = try await tenant.helpdesk.listFollowers(of: ticket.id, agent)
            let history = try await tenant.history(of: ticket.id)
            let kept = try await tenant.read(ticket.id)
            #expect([first, second, third].map(\.version) == [2, 3, 4])
            #expect(third == kept)
            #expect(kept.updatedAt == tenant.clock.now)
            #expect(both == [tenant.adminID, tenant.agentID].sorted())
            #expect(one == [tenant.adminID])
            #expect(history.map(\.event) == [.created, .followed, .followed, .unfollowed])
            #expect(history.map(\.version) == [1, 2, 3, 4])
            #expect(history[1].changes == [FieldChange("follower_id", from: .none, to: .number(tenant.agentID.value))])
            #expect(history[2].changes == [FieldChange("follower_id", from: .none, to: .number(tenant.adminID.value))])
            #expect(history[3].changes == [FieldChange("follower_id", from: .number(tenant.agentID.value), to: .none)])
            #expect(history[2].actor.person == .agent(tenant.agentID))
            #expect(history[3].actor.person == .agent(tenant.adminID))
        }
    }

    @Test("Who follows already, or does not, changes nothing by doing so again")
    func again() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ticket = try await tenant.makeTicket()
            let never = try await tenant.helpdesk.unfollow(ticket.id, as: tenant.agentID, agent)
            #expect(never == ticket)
            let first = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, agent)
            tenant.clock.advance(seconds: 60)
            let second = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, agent)
            #expect(second == first)
            let versions = try await atOnce(6) { _ in
                try await tenant.helpdesk.follow(ticket.id, as: tenant.adminID, tenant.admin.access).version
            }
            #expect(versions == Array(repeating: 3, count: 6))
            let history = try await tenant.history(of: ticket.id)
            #expect(history.map(\.event) == [.created, .followed, .followed])
        }
    }

    @Test("Nobody follows who is not there or was suspended, and users neither follow nor see who does")
    func refused() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let user = tenant.user.access
            let absent = await refusal { _ = try await tenant.helpdesk.follow(ticket.id, as: ID(4711), tenant.agent.access) }
            let nowhere = await refusal { _ = try await tenant.helpdesk.follow(ID(4711), as: tenant.agentID, tenant.agent.access) }
            let byUser = [
                await refusal { _ = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, user) },
                await refusal { _ = try await tenant.helpdesk.unfollow(ticket.id, as: tenant.agentID, user) },
                await refusal { _ = try await tenant.helpdesk.listFollowers(of: ticket.id, user) },
            ]
            _ = try await tenant.helpdesk.updateAgent(tenant.agentID, AgentPatch(isSuspended: true), tenant.now(tenant.admin))
            let admin = try await tenant.now(tenant.admin)
            let suspended = await refusal { _ = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, admin) }
            let kept = try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, admin).ticket
            #expect(absent?.namedFaults == ["agent_id unknown"])
            #expect(nowhere == Refusal.notFound)
            #expect(byUser.filter { $0?.isForbidden == true }.count == 3)
            #expect(suspended?.namedFaults == ["agent_id unknown"])
            #expect(kept == ticket)
        }
    }

    @Test("Whoever follows sees the ticket wherever it goes, and until they follow no longer")
    func sight() async throws {
        try await withTenant { tenant in
            let setUp = try await tenant.now(tenant.admin)
            let elsewhere = try await tenant.helpdesk.createDepartment(named: "Elsewhere", isDefault: false, setUp)
            let placement = AgentPlacement(
                hasAllDepartments: false, departments: [DepartmentGrant(departmentID: Department.first, access: .full)])
            _ = try await tenant.helpdesk.updateAgent(tenant.agentID, AgentPatch(placement: placement), tenant.now(tenant.admin))
            let agent = try await tenant.now(tenant.agent)
            let admin = try await tenant.now(tenant.admin)
            let ticket = try await tenant.makeTicket(by: admin) { _ in }
            _ = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, agent)
            var move = TicketPatch()
            move.departmentID = elsewhere.id
            _ = try await tenant.helpdesk.updateTicket(ticket.id, move, admin)
            let followed = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, agent)
            let read = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: true, agent)
            _ = try await tenant.helpdesk.unfollow(ticket.id, as: tenant.agentID, admin)
            let left = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, agent)
            #expect(followed.items.map(\.id) == [ticket.id])
            #expect(read.ticket.departmentID == elsewhere.id)
            #expect(left.items.isEmpty)
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, agent)
            }
        }
    }
}

@Suite("Users on copy of a ticket")
struct CopyTests {
    @Test("Who is on copy sees the ticket and writes on it, and it stays the other's")
    func onCopy() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ada = try await tenant.makeUser("ada@customer.example")
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("Try this"), agent)
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, ada.access)
            }
            tenant.clock.advance(seconds: 60)
            let added = try await tenant.helpdesk.addCC(ada.id, to: ticket.id, agent)
            let reading = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, ada.access)
            let list = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, ada.access)
            let ccs = try await tenant.helpdesk.listCCs(on: ticket.id, ada.access)
            #expect(added.version == 3)
            #expect(reading.messages?.items.map(\.body.content) == ["Please help", "Try this"])
            #expect(list.items.map(\.id) == [ticket.id])
            #expect(ccs == [Ticket.Requester(id: ada.id, name: nil, email: EmailAddress(unchecked: "ada@customer.example"))])

            let said = try await tenant.helpdesk.reply(to: ticket.id, text("I have it, too"), ada.access)
            let kept = try await tenant.read(ticket.id)
            #expect(said.message.kind == .userMessage)
            #expect(said.message.author == .user(ada.id))
            #expect(kept.status == .visible(.awaitingAgent))
            #expect(kept.userWaitingSince == tenant.clock.now)
            #expect(kept.user.id == tenant.userID)
            #expect(kept.messageCount == 3)
        }
    }

    @Test("Taken off copy, a user sees nothing of it any more, not even by writing")
    func off() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ada = try await tenant.makeUser("ada@customer.example")
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.addCC(ada.id, to: ticket.id, agent)
            _ = try await tenant.helpdesk.removeCC(ada.id, from: ticket.id, agent)
            let refusals = [
                await refusal { _ = try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, ada.access) },
                await refusal { _ = try await tenant.helpdesk.listMessages(on: ticket.id, after: nil, limit: 5, ada.access) },
                await refusal { _ = try await tenant.helpdesk.listCCs(on: ticket.id, ada.access) },
                await refusal { _ = try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), ada.access) },
            ]
            let list = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, ada.access)
            let ccs = try await tenant.helpdesk.listCCs(on: ticket.id, agent)
            #expect(refusals.filter { $0 == .notFound }.count == 4)
            #expect(list.items.isEmpty)
            #expect(ccs.isEmpty)
        }
    }

    @Test("The history says who was put on copy and taken off, once each, however often it is asked for")
    func history() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ada = try await tenant.makeUser("ada@customer.example")
            let ticket = try await tenant.makeTicket()
            let never = try await tenant.helpdesk.removeCC(ada.id, from: ticket.id, agent)
            #expect(never == ticket)
            let added = try await atOnce(6) { _ in try await tenant.helpdesk.addCC(ada.id, to: ticket.id, agent).version }
            let removed = try await atOnce(6) { _ in try await tenant.helpdesk.removeCC(ada.id, from: ticket.id, agent).version }
            let history = try await tenant.history(of: ticket.id)
            #expect(added == Array(repeating: 2, count: 6))
            #expect(removed == Array(repeating: 3, count: 6))
            #expect(history.map(\.event) == [.created, .ccAdded, .ccRemoved])
            #expect(history[1].changes == [FieldChange("cc_id", from: .none, to: .number(ada.id.value))])
            #expect(history[2].changes == [FieldChange("cc_id", from: .number(ada.id.value), to: .none)])
            #expect(history.map(\.actor.person) == [.user(tenant.userID), .agent(tenant.agentID), .agent(tenant.agentID)])
        }
    }

    @Test("Nobody is put on copy who is not there, and no user puts anybody on copy")
    func refused() async throws {
        try await withTenant { tenant in
            let ada = try await tenant.makeUser("ada@customer.example")
            let ticket = try await tenant.makeTicket()
            let absent = await refusal { _ = try await tenant.helpdesk.addCC(ID(4711), to: ticket.id, tenant.agent.access) }
            let nowhere = await refusal { _ = try await tenant.helpdesk.addCC(ada.id, to: ID(4711), tenant.agent.access) }
            let byUser = [
                await refusal { _ = try await tenant.helpdesk.addCC(ada.id, to: ticket.id, tenant.user.access) },
                await refusal { _ = try await tenant.helpdesk.removeCC(ada.id, from: ticket.id, tenant.user.access) },
            ]
            let kept = try await tenant.read(ticket.id)
            #expect(absent?.namedFaults == ["user_id unknown"])
            #expect(nowhere == Refusal.notFound)
            #expect(byUser.filter { $0?.isForbidden == true }.count == 2)
            #expect(kept == ticket)
        }
    }

    @Test("Who is on copy of a ticket that was thrown away opens one of their own by writing on it")
    func followUp() async throws {
        try await withTenant { tenant in
            let ada = try await tenant.makeUser("ada@customer.example")
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.addCC(ada.id, to: ticket.id, tenant.agent.access)
            _ = try await tenant.helpdesk.hideTicket(ticket.id, as: .deleted, tenant.agent.access)
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, ada.access)
            }
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("Anybody there?"), ada.access)
            #expect(said.ticket.id != ticket.id)
            #expect(said.ticket.user.id == ada.id)
            #expect(said.ticket.followUpOf == ticket.id)
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(said.ticket.id, messages: false, history: false, tenant.user.access)
            }
        }
    }
}
