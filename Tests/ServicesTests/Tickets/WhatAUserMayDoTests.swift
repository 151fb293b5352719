import Domain
import Services
import Support
import Testing

@Suite("What a user may do")
struct WhatAUserMayDoTests {
    @Test("Users read their own tickets and the messages on them")
    func own() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("Try this"), tenant.agent.access)
            let reading = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, tenant.user.access)
            let messages = try await tenant.helpdesk.listMessages(on: ticket.id, after: nil, limit: 50, tenant.user.access)
            #expect(reading.ticket.id == ticket.id)
            #expect(reading.history == nil)
            #expect(reading.messages?.items == messages.items)
            #expect(messages.items.map(\.kind) == [.userMessage, .reply])
        }
    }

    @Test("Another user's ticket is not there for them, neither to read nor to write on")
    func others() async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("other@customer.example")
            let ticket = try await tenant.makeTicket()
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, other.access)
            }
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, other.access)
            }
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.listMessages(on: ticket.id, after: nil, limit: 50, other.access)
            }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), other.access) }
            let kept = try await tenant.read(ticket.id)
            let messages = try await tenant.messages(on: ticket.id)
            #expect(kept == ticket)
            #expect(messages.count == 1)
        }
    }

    @Test("Not even a deleted ticket of somebody else is opened anew by a message")
    func othersDeleted() async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("other@customer.example")
            let ticket = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), other.access) }
            let theirs = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 50, other.access)
            let kept = try await tenant.read(ticket.id)
            #expect(theirs.items.isEmpty)
            #expect(kept == ticket)
        }
    }

    @Test("Their list holds their own visible tickets, whatever filter they send")
    func list() async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("other@customer.example")
            let mine = try await tenant.makeTicket("Mine")
            _ = try await tenant.makeTicket(in: .hidden(.spam, from: .awaitingUser))
            _ = try await tenant.makeTicket(in: .hidden(.deleted, from: .awaitingUser))
            let subject = try #require(Subject("Theirs"))
            let theirs = try await tenant.helpdesk.createTicket(
                TicketDraft(subject: subject, body: text("Hello"), requester: .caller), other.access)

            var ofOther = TicketFilter()
            ofOther.userID = other.id
            var everyStatus = TicketFilter()
            everyStatus.statuses = VisibleStatus.allCases.map { .visible($0) }
            var unassigned = TicketFilter()
            unassigned.agent = .some(.none)
            for order in TicketOrder.all {
                for filter in [TicketFilter(), everyStatus, unassigned] {
                    let seen = try await tenant.helpdesk.listTickets(filter, order, after: nil, limit: 50, tenant.user.access)
                    #expect(seen.items.map(\.id) == [mine.id])
                    #expect(seen.next == nil)
                }
                let seenOfOther = try await tenant.helpdesk.listTickets(ofOther, order, after: nil, limit: 50, tenant.user.access)
                let seenByOther = try await tenant.helpdesk.listTickets(TicketFilter(), order, after: nil, limit: 50, other.access)
                #expect(seenOfOther.items.isEmpty)
                #expect(seenByOther.items.map(\.id) == [theirs.id])
            }
        }
    }

    @Test("Asking for hidden tickets by name is refused", arguments: HiddenStatus.allCases)
    func hiddenByName(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            _ = try await tenant.makeTicket(in: .hidden(hidden, from: .pending))
            for statuses in [[StatusName.hidden(hidden)], [.visible(.pending), .hidden(hidden)]] {
                var filter = TicketFilter()
                filter.statuses = statuses
                let asked = filter
                let refused = await refusal {
                    _ = try await tenant.helpdesk.listTickets(asked, .newestChangeFirst, after: nil, limit: 50, tenant.user.access)
                }
                #expect(refused?.isForbidden == true)
            }
        }
    }

    @Test("A ticket of theirs that was hidden is not there for them, and is again once it is restored", arguments: HiddenStatus.allCases)
    func hidden(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(hidden, from: .pending))
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, tenant.user.access)
            }
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.listMessages(on: ticket.id, after: nil, limit: 50, tenant.user.access)
            }
            _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), tenant.agent.access)
            let reading = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, tenant.user.access)
            #expect(reading.ticket.status == .visible(.pending))
        }
    }

    @Test("They never get notes, and pages stay full without them")
    func notes() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            for number in 1...4 {
                _ = try await tenant.helpdesk.addNote(to: ticket.id, text("Note \(number)"), tenant.agent.access)
                _ = try await tenant.helpdesk.reply(to: ticket.id, text("Reply \(number)"), tenant.agent.access)
            }
            let reading = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, tenant.user.access)
            let page = try await tenant.helpdesk.listMessages(on: ticket.id, after: nil, limit: 5, tenant.user.access)
            let forAgents = try await tenant.messages(on: ticket.id)
            #expect(page.items.map(\.body.content) == ["Please help", "Reply 1", "Reply 2", "Reply 3", "Reply 4"])
            #expect(page.next == nil)
            #expect(reading.messages?.items == page.items)
            #expect(forAgents.count == 9)
        }
    }

    @Test("History, status, notes, hiding and restoring are for agents, even on tickets of their own and with every scope")
    func agentsOnly() async throws {
        try await withTenant { tenant in
            let mighty = try await tenant.login(.user(tenant.userID), scopes: TokenScope.allCases)
            let ticket = try await tenant.makeTicket()
            let id = ticket.id
            let patch = try TicketPatch.subject("New")
            for access in [tenant.user.access, mighty.access] {
                let refusals = [
                    await refusal { _ = try await tenant.helpdesk.listHistory(of: id, after: nil, limit: 50, access) },
                    await refusal { _ = try await tenant.helpdesk.readTicket(id, messages: false, history: true, access) },
                    await refusal { _ = try await tenant.helpdesk.updateTicket(id, patch, access) },
                    await refusal { _ = try await tenant.helpdesk.updateTicket(id, TicketPatch(), access) },
                    await refusal { _ = try await tenant.helpdesk.addNote(to: id, text("Note"), access) },
                    await refusal { _ = try await tenant.helpdesk.hideTicket(id, as: .spam, access) },
                    await refusal { _ = try await tenant.helpdesk.hideTicket(id, as: .deleted, access) },
                    await refusal { _ = try await tenant.helpdesk.restoreTicket(id, Restoration(), access) },
                ]
                #expect(refusals.filter { $0?.isForbidden == true }.count == 8, "\(refusals)")
            }
            let kept = try await tenant.read(id)
            let history = try await tenant.history(of: id)
            #expect(kept == ticket)
            #expect(history.count == 1)
        }
    }

    @Test("Users are told who they are")
    func me() async throws {
        try await withTenant { tenant in
            let user = try await tenant.helpdesk.me(tenant.user.access)
            let admin = try await tenant.helpdesk.me(tenant.admin.access)
            guard case .user(let me) = user.person, case .agent(let agent) = admin.person else {
                Issue.record("\(user), \(admin)")
                return
            }
            #expect(me.id == tenant.userID)
            #expect(me.email.text == "user@customer.example")
            #expect(Set(user.token.scopes) == Set(TokenScope.forUsers))
            #expect(agent.id == tenant.adminID)
            #expect(agent.isAdmin)
            #expect(Set(admin.token.scopes) == Set(TokenScope.usual))
        }
    }
}
