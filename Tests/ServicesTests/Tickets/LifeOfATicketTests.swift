import Domain
import Services
import Support
import Testing

@Suite("How a ticket begins")
struct HowATicketBeginsTests {
    @Test("A user's ticket awaits an agent, and the user waits from then on")
    func byUser() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket("The printer burns", message: "It is on fire")
            let kept = try await tenant.read(ticket.id)
            let messages = try await tenant.messages(on: ticket.id)
            #expect(kept == ticket)
            #expect(ticket.subject.text == "The printer burns")
            #expect(ticket.status == .visible(.awaitingAgent))
            #expect(ticket.user.id == tenant.userID)
            #expect(ticket.userWaitingSince == tenant.clock.now)
            #expect(ticket.version == 1)
            #expect(ticket.messageCount == 1)
            #expect(messages.map(\.body.content) == ["It is on fire"])
            #expect(messages.map(\.kind) == [.userMessage])
            #expect(messages.map(\.author) == [.user(tenant.userID)])
        }
    }

    @Test("A user chooses neither status nor agent, and opens tickets for nobody else")
    func userChoosesNothing() async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("Mine"))
            let address = try #require(EmailAddress("somebody@customer.example"))
            let drafts = [
                TicketDraft(subject: subject, body: text("Hello"), requester: .caller, status: .resolved),
                TicketDraft(subject: subject, body: text("Hello"), requester: .caller, agentID: tenant.agentID),
                TicketDraft(subject: subject, body: text("Hello"), requester: .user(tenant.userID)),
                TicketDraft(subject: subject, body: text("Hello"), requester: .address(address, name: nil)),
            ]
            for draft in drafts {
                let refused = await refusal { _ = try await tenant.helpdesk.createTicket(draft, tenant.user.access) }
                #expect(refused?.isForbidden == true, "\(draft)")
            }
            let made = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 10, tenant.agent.access)
            #expect(made.items.isEmpty)
        }
    }

    @Test("An agent opens no ticket of the agent's own")
    func agentIsNoUser() async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("Mine"))
            let draft = TicketDraft(subject: subject, body: text("Hello"), requester: .caller)
            let refused = await refusal { _ = try await tenant.helpdesk.createTicket(draft, tenant.agent.access) }
            #expect(refused?.isForbidden == true)
        }
    }

    @Test("An agent's ticket awaits an agent unless the agent chooses another visible status", arguments: VisibleStatus.allCases)
    func byAgent(_ chosen: VisibleStatus) async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("Called in"))
            let plain = try await tenant.helpdesk.createTicket(
                TicketDraft(subject: subject, body: text("Hello"), requester: .user(tenant.userID)), tenant.agent.access)
            let other = try await tenant.helpdesk.createTicket(
                TicketDraft(
                    subject: subject, body: text("Hello"), requester: .user(tenant.userID), status: chosen, agentID: tenant.agentID),
                tenant.agent.access)
            let kept = try await tenant.read(other.id)
            #expect(plain.status == .visible(.awaitingAgent))
            #expect(other.status == .visible(chosen))
            #expect(other.agentID == tenant.agentID)
            #expect((other.resolvedAt != nil) == (chosen == .resolved))
            #expect(kept == other)
        }
    }

    @Test("A ticket for an address makes its user once, whatever the letters' case, and a known name stays")
    func forAddress() async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("By telephone"))
            let lower = try #require(EmailAddress("ada@customer.example"))
            let upper = try #require(EmailAddress("ADA@Customer.Example"))
            let first = try await tenant.helpdesk.createTicket(
                TicketDraft(subject: subject, body: text("Hello"), requester: .address(lower, name: "Ada")), tenant.agent.access)
            let second = try await tenant.helpdesk.createTicket(
                TicketDraft(subject: subject, body: text("Hello"), requester: .address(upper, name: "Somebody else")), tenant.agent.access)
            #expect(first.user.id != tenant.userID)
            #expect(first.user.name == "Ada")
            #expect(first.user.email.text == "ada@customer.example")
            #expect(second.user == first.user)
        }
    }

    @Test("People who are not in the helpdesk are refused, and nothing is kept of the ticket")
    func strangers() async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("Nobody's"))
            let forNobody = TicketDraft(subject: subject, body: text("Hello"), requester: .user(ID(4711)))
            let toNobody = TicketDraft(subject: subject, body: text("Hello"), requester: .user(tenant.userID), agentID: ID(4711))
            for draft in [forNobody, toNobody] {
                let refused = await refusal { _ = try await tenant.helpdesk.createTicket(draft, tenant.agent.access) }
                #expect(refused?.isInvalid == true)
            }
            let made = try await tenant.sql("select count(*) from helpdesk.tickets where tenant_id = $tenant")
            #expect(made[0][0] == "0")
        }
    }
}

@Suite("What is said on a ticket")
struct WhatIsSaidTests {
    @Test("An agent's reply leaves the next step to the user, or to whom the agent chooses", arguments: VisibleStatus.allCases)
    func agentReplies(from status: VisibleStatus) async throws {
        try await withTenant { tenant in
            for chosen in VisibleStatus.everyChoice {
                let ticket = try await tenant.makeTicket(in: .visible(status))
                tenant.clock.advance(seconds: 60)
                let said = try await tenant.helpdesk.reply(to: ticket.id, text("Try this"), status: chosen, tenant.agent.access)
                let kept = try await tenant.read(ticket.id)
                let wanted: VisibleStatus = chosen ?? .awaitingUser
                let times = try await tenant.messages(on: ticket.id).map(\.createdAt)
                #expect(said.ticket.status == .visible(wanted))
                #expect(said.ticket == kept)
                #expect(said.message.kind == .reply)
                #expect(said.message.author == .agent(tenant.agentID))
                #expect(kept.messageCount == 2)
                #expect(kept.updatedAt == tenant.clock.now)
                #expect((kept.statusChangedAt == tenant.clock.now) == (wanted != status))
                #expect((kept.resolvedAt != nil) == (wanted == .resolved))
                #expect(times == [ticket.createdAt, tenant.clock.now])
            }
        }
    }

    @Test("A user's message calls the helpdesk", arguments: [VisibleStatus.awaitingAgent, .awaitingUser, .pending])
    func userWrites(from status: VisibleStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(status))
            tenant.clock.advance(seconds: 60)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("Still broken"), tenant.user.access)
            let kept = try await tenant.read(ticket.id)
            #expect(said.ticket == kept)
            #expect(said.message.kind == .userMessage)
            #expect(kept.id == ticket.id)
            #expect(kept.status == .visible(.awaitingAgent))
            #expect(kept.messageCount == 2)
            let waitingSince = status == .awaitingAgent ? ticket.createdAt : tenant.clock.now
            #expect(kept.userWaitingSince == waitingSince)
        }
    }

    @Test("A user does not choose a status with a reply")
    func userChoosesNothing() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let refused = await refusal {
                _ = try await tenant.helpdesk.reply(to: ticket.id, text("Done"), status: .resolved, tenant.user.access)
            }
            let kept = try await tenant.read(ticket.id)
            #expect(refused?.isForbidden == true)
            #expect(kept == ticket)
        }
    }

    @Test("A note leaves the status as it is, on hidden tickets too, and counts as no message", arguments: TicketStatus.all)
    func note(_ status: TicketStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: status)
            tenant.clock.advance(seconds: 60)
            let said = try await tenant.helpdesk.addNote(to: ticket.id, text("Ask Bob"), tenant.agent.access)
            let kept = try await tenant.read(ticket.id)
            let kinds = try await tenant.messages(on: ticket.id).map(\.kind)
            #expect(said.ticket == kept)
            #expect(said.message.kind == .note)
            #expect(kept.status == status)
            #expect(kept.hiddenAt == ticket.hiddenAt)
            #expect(kept.statusChangedAt == ticket.statusChangedAt)
            #expect(kept.messageCount == 1)
            #expect(kept.version == ticket.version + 1)
            #expect(kinds == [.userMessage, .note])
        }
    }

    @Test("A user's message on spam is kept and changes neither its status nor its clock", arguments: VisibleStatus.allCases)
    func onSpam(from status: VisibleStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(.spam, from: status))
            tenant.clock.advance(days: 3)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("I am no robot"), tenant.user.access)
            let kept = try await tenant.read(ticket.id)
            let contents = try await tenant.messages(on: ticket.id).map(\.body.content)
            #expect(said.message.ticketID == ticket.id)
            #expect(kept.status == .hidden(.spam, from: status))
            #expect(kept.hiddenAt == ticket.hiddenAt)
            #expect(kept.messageCount == 2)
            #expect(contents == ["Please help", "I am no robot"])
        }
    }

    @Test(
        "A user's message on a deleted ticket opens a new one linked to it, and the old one stays deleted",
        arguments: VisibleStatus.allCases)
    func onDeleted(from status: VisibleStatus) async throws {
        try await withTenant { tenant in
            let old = try await tenant.makeTicket(in: .hidden(.deleted, from: status))
            tenant.clock.advance(days: 3)
            let said = try await tenant.helpdesk.reply(to: old.id, text("Anybody there?"), tenant.user.access)
            let kept = try await tenant.read(old.id)
            let oldMessages = try await tenant.messages(on: old.id)
            let newMessages = try await tenant.messages(on: said.ticket.id)
            #expect(said.ticket.id != old.id)
            #expect(said.ticket.followUpOf == old.id)
            #expect(said.ticket.status == .visible(.awaitingAgent))
            #expect(said.ticket.subject == old.subject)
            #expect(said.ticket.user == old.user)
            #expect(kept.status == .hidden(.deleted, from: status))
            #expect(kept.hiddenAt == old.hiddenAt)
            #expect(kept.messageCount == 1)
            #expect(oldMessages.count == 1)
            #expect(newMessages.map(\.body.content) == ["Anybody there?"])
        }
    }

    @Test("An agent cannot reply to a hidden ticket, and nothing is kept of the attempt", arguments: HiddenStatus.allCases)
    func agentOnHidden(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(hidden, from: .pending))
            for chosen in [nil, VisibleStatus.resolved] {
                await #expect(throws: Refusal.conflict(.replyToHidden)) {
                    try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), status: chosen, tenant.agent.access)
                }
            }
            let kept = try await tenant.read(ticket.id)
            let messages = try await tenant.messages(on: ticket.id)
            #expect(kept == ticket)
            #expect(messages.count == 1)
        }
    }
}

@Suite("When a user writes on a resolved ticket")
struct ReopeningTests {
    @Test("Until the last second of thirty days the message reopens it")
    func inTime() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(seconds: -1, days: 30)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("It is back"), tenant.user.access)
            let kept = try await tenant.read(ticket.id)
            #expect(said.ticket == kept)
            #expect(kept.id == ticket.id)
            #expect(kept.status == .visible(.awaitingAgent))
            #expect(kept.resolvedAt == nil)
            #expect(kept.userWaitingSince == tenant.clock.now)
        }
    }

    @Test("From then on it opens a new ticket that names the old one, and the old one's history says so")
    func late() async throws {
        try await withTenant { tenant in
            let old = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(days: 30)
            let said = try await tenant.helpdesk.reply(to: old.id, text("It is back"), tenant.user.access)
            let next = said.ticket
            let kept = try await tenant.read(old.id)
            let messages = try await tenant.messages(on: old.id)
            let oldHistory = try await tenant.history(of: old.id)
            let newHistory = try await tenant.history(of: next.id)
            let oldLast = try #require(oldHistory.last)
            let newFirst = try #require(newHistory.first)

            #expect(next.id != old.id)
            #expect(next.followUpOf == old.id)
            #expect(next.status == .visible(.awaitingAgent))
            #expect(next.messageCount == 1)
            #expect(said.message.ticketID == next.id)

            #expect(kept.status == .visible(.resolved))
            #expect(kept.resolvedAt == old.resolvedAt)
            #expect(kept.version == old.version + 1)
            #expect(messages.count == 1)

            #expect(oldLast.event == .followedUp)
            #expect(oldLast.version == kept.version)
            #expect(oldLast.actor.person == .user(tenant.userID))
            #expect(oldLast.changes == [FieldChange("follow_up_id", from: .none, to: .number(next.id.value))])
            #expect(newHistory.count == 1)
            #expect(newFirst.event == .created)
            #expect(newFirst.changes.contains(FieldChange("follow_up_of", from: .none, to: .number(old.id.value))))
        }
    }

    @Test("A ticket reopened by an agent and resolved again has its thirty days anew")
    func resolvedAgain() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(days: 29)
            _ = try await tenant.set(.pending, on: ticket.id)
            _ = try await tenant.set(.resolved, on: ticket.id)
            tenant.clock.advance(days: 29)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("It is back"), tenant.user.access)
            #expect(said.ticket.id == ticket.id)
            #expect(said.ticket.status == .visible(.awaitingAgent))
        }
    }

    @Test("Restoring a resolved ticket does not make it resolved later than it was")
    func restored() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(days: 20)
            _ = try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, tenant.agent.access)
            _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), tenant.agent.access)
            tenant.clock.advance(days: 20)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("It is back"), tenant.user.access)
            #expect(said.ticket.followUpOf == ticket.id)
        }
    }

    @Test("A helpdesk that refuses late messages keeps nothing of them, yet still hears users on deleted tickets")
    func refuses() async throws {
        try await withTenant { tenant in
            let strict = SettingsPatch(reopenDays: .some(0), lateMessage: .refuse)
            _ = try await tenant.helpdesk.updateSettings(strict, tenant.now(tenant.admin))
            let user = try await tenant.now(tenant.user)
            let resolved = try await tenant.makeTicket(in: .visible(.resolved))
            let deleted = try await tenant.makeTicket(in: .hidden(.deleted, from: .resolved))
            await #expect(throws: Refusal.conflict(.resolvedForGood)) {
                try await tenant.helpdesk.reply(to: resolved.id, text("It is back"), user)
            }
            let said = try await tenant.helpdesk.reply(to: deleted.id, text("Anybody there?"), user)
            let kept = try await tenant.read(resolved.id)
            let messages = try await tenant.messages(on: resolved.id)
            #expect(kept == resolved)
            #expect(messages.count == 1)
            #expect(said.ticket.followUpOf == deleted.id)
        }
    }

    @Test("A helpdesk without a limit reopens after years")
    func forEver() async throws {
        try await withTenant { tenant in
            _ = try await tenant.helpdesk.updateSettings(SettingsPatch(reopenDays: .some(nil)), tenant.now(tenant.admin))
            let user = try await tenant.now(tenant.user)
            let ticket = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(days: 3650)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("It is back"), user)
            #expect(said.ticket.id == ticket.id)
            #expect(said.ticket.status == .visible(.awaitingAgent))
        }
    }

    @Test("An agent's reply on a resolved ticket is never too late")
    func agentIsNeverLate() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(days: 365)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("One more thing"), tenant.agent.access)
            #expect(said.ticket.id == ticket.id)
            #expect(said.ticket.status == .visible(.awaitingUser))
        }
    }
}

@Suite("What agents do with a ticket's status")
struct AgentsAndStatusTests {
    @Test("An agent sets any visible status on any visible ticket", arguments: VisibleStatus.allCases)
    func visible(_ old: VisibleStatus) async throws {
        try await withTenant { tenant in
            for new in VisibleStatus.allCases {
                let ticket = try await tenant.makeTicket(in: .visible(old))
                tenant.clock.advance(seconds: 60)
                let changed = try await tenant.set(new, on: ticket.id)
                let kept = try await tenant.read(ticket.id)
                #expect(changed == kept)
                #expect(kept.status == .visible(new))
                let resolvedAt: Timestamp? = new != .resolved ? nil : old == .resolved ? ticket.createdAt : tenant.clock.now
                #expect(kept.version == (new == old ? 1 : 2))
                #expect(kept.resolvedAt == resolvedAt)
            }
        }
    }

    @Test("A hidden ticket's status cannot be set", arguments: HiddenStatus.allCases)
    func hidden(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(hidden, from: .pending))
            for status in VisibleStatus.allCases {
                await #expect(throws: Refusal.conflict(.statusOfHidden)) { try await tenant.set(status, on: ticket.id) }
            }
            let kept = try await tenant.read(ticket.id)
            #expect(kept == ticket)
        }
    }

    @Test("A hidden ticket keeps the status it had and goes back to it, or to the one asked for", arguments: VisibleStatus.allCases)
    func hideAndRestore(from status: VisibleStatus) async throws {
        try await withTenant { tenant in
            for hidden in HiddenStatus.allCases {
                for asked in VisibleStatus.everyChoice {
                    let ticket = try await tenant.makeTicket(in: .visible(status))
                    tenant.clock.advance(seconds: 60)
                    let away = try await tenant.helpdesk.hideTicket(ticket.id, as: hidden, tenant.agent.access)
                    let hiddenAt = tenant.clock.now
                    tenant.clock.advance(seconds: 60)
                    let back = try await tenant.helpdesk.restoreTicket(ticket.id, .to(asked), tenant.agent.access)
                    let kept = try await tenant.read(ticket.id)
                    #expect(away.status == .hidden(hidden, from: status))
                    #expect(away.hiddenAt == hiddenAt)
                    #expect(back.status == .visible(asked ?? status))
                    #expect(back.hiddenAt == nil)
                    #expect(back.version == 3)
                    #expect(kept == back)
                }
            }
        }
    }

    @Test("Between spam and deleted the status before stays, and each change starts the clock anew", arguments: VisibleStatus.allCases)
    func betweenHidden(from status: VisibleStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(status))
            for hidden in [HiddenStatus.spam, .deleted, .spam, .deleted] {
                tenant.clock.advance(days: 10)
                let away = try await tenant.helpdesk.hideTicket(ticket.id, as: hidden, tenant.agent.access)
                let kept = try await tenant.read(ticket.id)
                #expect(away == kept)
                #expect(kept.status == .hidden(hidden, from: status))
                #expect(kept.hiddenAt == tenant.clock.now)
            }
            let back = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), tenant.agent.access)
            #expect(back.status == .visible(status))
        }
    }

    @Test("What is hidden so already is not hidden again, and its clock runs on", arguments: HiddenStatus.allCases)
    func hideTwice(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .hidden(hidden, from: .awaitingUser))
            tenant.clock.advance(days: 1)
            await #expect(throws: Refusal.conflict(.alreadyInStatus)) {
                try await tenant.helpdesk.hideTicket(ticket.id, as: hidden, tenant.agent.access)
            }
            let kept = try await tenant.read(ticket.id)
            #expect(kept == ticket)
        }
    }

    @Test("A visible ticket cannot be restored", arguments: VisibleStatus.allCases)
    func nothingToRestore(_ status: VisibleStatus) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(status))
            await #expect(throws: Refusal.conflict(.notHidden)) {
                try await tenant.helpdesk.restoreTicket(ticket.id, .to(.resolved), tenant.agent.access)
            }
            let kept = try await tenant.read(ticket.id)
            #expect(kept == ticket)
        }
    }

    @Test("What an agent does to a ticket that was never there is refused as not found")
    func absent() async throws {
        try await withTenant { tenant in
            let nowhere = ID<Ticket>(99)
            let patch = try TicketPatch.subject("New")
            await #expect(throws: Refusal.notFound) { try await tenant.read(nowhere) }
            await #expect(throws: Refusal.notFound) { try await tenant.messages(on: nowhere) }
            await #expect(throws: Refusal.notFound) { try await tenant.history(of: nowhere) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.updateTicket(nowhere, patch, tenant.agent.access) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.reply(to: nowhere, text("Hello"), tenant.agent.access) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.reply(to: nowhere, text("Hello"), tenant.user.access) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.addNote(to: nowhere, text("Hello"), tenant.agent.access) }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.hideTicket(nowhere, as: .spam, tenant.agent.access) }
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.restoreTicket(nowhere, Restoration(), tenant.agent.access)
            }
        }
    }
}
