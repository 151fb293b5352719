import Domain
import Services
import Support
import Testing

@Suite("Merging duplicates into a ticket")
struct MergeTests {
    @Test("What was said on the duplicates is on the one ticket, in the order in which it was said, and all of it is counted")
    func messages() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ticket = try await tenant.makeTicket("The printer burns", message: "1")
            let second = try await tenant.makeTicket("It burns", message: "2")
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("3"), agent)
            _ = try await tenant.helpdesk.addNote(to: second.id, text("4"), agent)
            _ = try await tenant.helpdesk.reply(to: second.id, text("5"), agent)
            let third = try await tenant.makeTicket("Fire", message: "6")
            let before = try await tenant.read(ticket.id)
            tenant.clock.advance(seconds: 60)

            let merged = try await tenant.helpdesk.mergeTickets([second.id, third.id], into: ticket.id, agent)
            let kept = try await tenant.read(ticket.id)
            let messages = try await tenant.messages(on: ticket.id)
            let left = try await tenant.sql(
                "select count(*) from helpdesk.messages where tenant_id = $tenant and ticket_id <> \(ticket.id)")
            #expect(merged == kept)
            #expect(messages.map(\.body.content) == ["1", "2", "3", "4", "5", "6"])
            #expect(messages.map(\.kind) == [.userMessage, .userMessage, .reply, .note, .reply, .userMessage])
            #expect(messages.allSatisfy { $0.ticketID == ticket.id })
            #expect(left == [["0"]])
            #expect(kept.messageCount == 5)
            #expect(kept.replyCount == 2)
            #expect(kept.version == before.version + 1)
            #expect(kept.updatedAt == tenant.clock.now)
            // What the ticket is otherwise, it is still.
            var expected = before
            (expected.messageCount, expected.replyCount) = (5, 2)
            (expected.version, expected.updatedAt) = (kept.version, kept.updatedAt)
            // One of the duplicates was not answered yet: now this one is not.
            expected.take(.visible(.awaitingAgent), at: tenant.clock.now)
            expected.userWaitingSince = third.createdAt
            #expect(kept == expected)
        }
    }

    @Test("Whoever wants anything of a duplicate is led to the ticket, whatever they want")
    func redirected() async throws {
        try await withTenant { tenant in
            let (agent, admin) = (tenant.agent.access, tenant.admin.access)
            let desk = tenant.helpdesk
            let ticket = try await tenant.makeTicket()
            let other = try await tenant.makeTicket()
            let id = try await tenant.makeTicket().id
            let messages = try await tenant.messages(on: id)
            let message = try #require(messages.first)
            _ = try await desk.mergeTickets([id], into: ticket.id, agent)
            let before = try await tenant.everyVersion()

            let patch = try TicketPatch.subject("New")
            let hold = try #require(LegalHold("Case 12"))
            let refusals: [Refusal?] = [
                await refusal { _ = try await desk.readTicket(id, messages: true, history: true, agent) },
                await refusal { _ = try await desk.readTicket(id, messages: false, history: false, tenant.user.access) },
                await refusal { _ = try await desk.listMessages(on: id, after: nil, limit: 5, agent) },
                await refusal { _ = try await desk.listLinks(of: id, agent) },
                await refusal { _ = try await desk.listFollowers(of: id, agent) },
                await refusal { _ = try await desk.listCCs(on: id, agent) },
                await refusal { _ = try await desk.listLive(on: id, agent) },
                await refusal { _ = try await desk.reply(to: id, text("Hello"), agent) },
                await refusal { _ = try await desk.reply(to: id, text("Hello"), tenant.user.access) },
                await refusal { _ = try await desk.addNote(to: id, text("Hello"), agent) },
                await refusal { _ = try await desk.updateTicket(id, patch, agent) },
                await refusal { _ = try await desk.hideTicket(id, as: .spam, agent) },
                await refusal { _ = try await desk.hideTicket(id, as: .deleted, agent) },
                await refusal { _ = try await desk.restoreTicket(id, Restoration(), agent) },
                await refusal { _ = try await desk.setLegalHold(hold, on: id, admin) },
                await refusal { _ = try await desk.setLegalHold(nil, on: id, admin) },
                await refusal { _ = try await desk.follow(id, as: tenant.agentID, agent) },
                await refusal { _ = try await desk.unfollow(id, as: tenant.agentID, agent) },
                await refusal { _ = try await desk.addCC(tenant.userID, to: id, agent) },
                await refusal { _ = try await desk.removeCC(tenant.userID, from: id, agent) },
                await refusal { _ = try await desk.link(id, with: other.id, agent) },
                await refusal { _ = try await desk.unlink(id, from: other.id, agent) },
                await refusal { _ = try await desk.startLive(.chat, on: id, agent) },
                await refusal { _ = try await desk.keepLive(nil, on: id, agent) },
                await refusal { _ = try await desk.endLive(nil, on: id, agent) },
                await refusal { _ = try await desk.splitTicket(id, moving: [message.id], agent) },
                await refusal { _ = try await desk.mergeTickets([other.id], into: id, agent) },
            ]
            for (index, refused) in refusals.enumerated() {
                #expect(refused == Refusal.merged(into: ticket.id), "number \(index)")
            }
            let linked = await refusal { _ = try await desk.link(other.id, with: id, agent) }
            #expect(linked == .conflict(.mergedAway))
            // Only what happened to it before is told nowhere else.
            let past = try await desk.listHistory(of: id, after: nil, limit: 5, agent)
            #expect(past.page.items.map(\.event) == [.created, .mergedAway])
            let after = try await tenant.everyVersion()
            #expect(after == before)
        }
    }

    @Test("The history of both says so: on the ticket what came in, on each duplicate where it went, and no version is left out")
    func history() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let second = try await tenant.makeTicket(in: .visible(.pending))
            let third = try await tenant.makeTicket(in: .visible(.resolved))
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.helpdesk.mergeTickets([third.id, second.id], into: ticket.id, tenant.agent.access)

            let history = try await tenant.history(of: ticket.id)
            let last = try #require(history.last)
            #expect(history.map(\.version) == [1, 2])
            #expect(last.event == .merged)
            #expect(last.at == tenant.clock.now)
            #expect(last.actor == HistoryEntry.Actor(.agent(tenant.agentID), tokenID: tenant.agent.tokenID))
            #expect(last.messageID == nil)
            let taken = [third, second].map { FieldChange("merged_from", from: .none, to: .number($0.id.value)) }
            #expect(last.changes == taken)

            let toSecond = try await tenant.changes(of: second.id)
            let toThird = try await tenant.changes(of: third.id)
            let there = "\(ticket.id)"
            let agent = "agent \(tenant.agentID)"
            let led: [String?] = ["2", "merged_away", agent, "merged_into", nil, there]
            let settled: [String?] = ["2", "merged_away", agent, "status", "pending", "resolved"]
            #expect(toSecond.filter { $0[0] == "2" } == [led, settled])
            #expect(toThird.filter { $0[0] == "2" } == [led])
            let versions = try await tenant.everyVersion()
            #expect(versions == [[there, "2", "2"], ["\(second.id)", "2", "2"], ["\(third.id)", "2", "2"]])
        }
    }

    @Test("Both sides know of each other as links, too")
    func links() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let second = try await tenant.makeTicket()
            let third = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.mergeTickets([second.id, third.id], into: ticket.id, tenant.agent.access)
            let links = try await tenant.links(of: ticket.id)
            let back = try await tenant.sql(
                """
                select ticket_id, kind, other_id
                from helpdesk.ticket_links
                where tenant_id = $tenant and ticket_id <> \(ticket.id)
                order by ticket_id
                """)
            #expect(links == [TicketLink(kind: .mergedFrom, ticketID: second.id), TicketLink(kind: .mergedFrom, ticketID: third.id)])
            #expect(back == [["\(second.id)", "merged_into", "\(ticket.id)"], ["\(third.id)", "merged_into", "\(ticket.id)"]])
        }
    }

    @Test("Followers and users on copy go along, and whoever opened a duplicate is on copy, but nobody on copy of their own ticket")
    func people() async throws {
        try await withTenant { tenant in
            let (agent, admin) = (tenant.agent.access, tenant.admin.access)
            let ada = try await tenant.makeUser("ada@customer.example")
            let bob = try await tenant.makeUser("bob@customer.example")
            let ticket = try await tenant.makeTicket()
            let subject = try #require(Subject("The same"))
            let duplicate = try await tenant.helpdesk.createTicket(
                TicketDraft(subject: subject, body: text("Hello"), requester: .caller), ada.access)
            _ = try await tenant.helpdesk.follow(ticket.id, as: tenant.agentID, agent)
            _ = try await tenant.helpdesk.follow(duplicate.id, as: tenant.agentID, agent)
            _ = try await tenant.helpdesk.follow(duplicate.id, as: tenant.adminID, admin)
            _ = try await tenant.helpdesk.addCC(bob.id, to: duplicate.id, agent)
            _ = try await tenant.helpdesk.addCC(tenant.userID, to: duplicate.id, agent)
            await #expect(throws: Refusal.notFound) {
                try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, ada.access)
            }

            _ = try await tenant.helpdesk.mergeTickets([duplicate.id], into: ticket.id, agent)
            let followers = try await tenant.helpdesk.listFollowers(of: ticket.id, agent)
            let ccs = try await tenant.helpdesk.listCCs(on: ticket.id, agent)
            #expect(followers == [tenant.adminID, tenant.agentID].sorted())
            #expect(ccs.map(\.id) == [ada.id, bob.id].sorted())
            for access in [ada.access, bob.access] {
                let reading = try await tenant.helpdesk.readTicket(ticket.id, messages: true, history: false, access)
                let list = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, access)
                #expect(reading.messages?.items.count == 2)
                #expect(list.items.map(\.id) == [ticket.id])
            }
            // An answer to the duplicate finds its way.
            let lost = await refusal { _ = try await tenant.helpdesk.reply(to: duplicate.id, text("And?"), ada.access) }
            #expect(lost == Refusal.merged(into: ticket.id))
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("And?"), ada.access)
            #expect(said.message.author == .user(ada.id))
            #expect(said.ticket.user.id == tenant.userID)
        }
    }

    @Test("A duplicate is in no list, whatever statuses, labels or assignments one asks for")
    func lists() async throws {
        try await withTenant { tenant in
            let billing = try #require(Labels([Label(unchecked: "billing")]))
            let ticket = try await tenant.makeTicket(by: tenant.agent.access) { $0.labels = billing }
            for status in VisibleStatus.allCases {
                let duplicate = try await tenant.makeTicket(by: tenant.agent.access) { draft in
                    draft.status = status
                    draft.labels = billing
                    draft.agentID = tenant.agentID
                }
                _ = try await tenant.helpdesk.mergeTickets([duplicate.id], into: ticket.id, tenant.agent.access)
            }
            let plain = try await tenant.listed()
            let labelled = try await tenant.listed { $0.label = Label(unchecked: "billing") }
            let assigned = try await tenant.listed { $0.agent = .to(tenant.agentID) }
            let ofUser = try await tenant.listed { $0.userID = tenant.userID }
            let everyStatus = try await tenant.listed { $0.statuses = StatusName.all }
            #expect(plain == [ticket.id])
            #expect(labelled == [ticket.id])
            #expect(assigned.isEmpty)
            #expect(ofUser == [ticket.id])
            #expect(everyStatus == [ticket.id])
            for name in StatusName.all {
                let seen = try await tenant.listed { $0.statuses = [name] }
                let withSpam = try await tenant.listed { $0.statuses = [name, .hidden(.spam)] }
                let wanted: [ID<Ticket>] = name == .visible(.awaitingAgent) ? [ticket.id] : []
                #expect(seen == wanted, "\(name)")
                #expect(withSpam == wanted, "\(name)")
            }
            let byUser = try await tenant.helpdesk.listTickets(
                TicketFilter(), .newestChangeFirst, after: nil, limit: 50, tenant.user.access)
            #expect(byUser.items.map(\.id) == [ticket.id])
        }
    }

    @Test("Merged, hidden and held tickets are not merged away, nor anything into hidden ones, and nothing is left of the attempt")
    func refused() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ticket = try await tenant.makeTicket()
            let fine = try await tenant.makeTicket()
            let merged = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.mergeTickets([merged.id], into: ticket.id, agent)
            let spam = try await tenant.makeTicket(in: .hidden(.spam, from: .pending))
            let deleted = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            let held = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.setLegalHold(LegalHold("Case 12"), on: held.id, tenant.admin.access)
            let before = try await tenant.everyVersion()

            let expected: [(duplicate: ID<Ticket>, refusal: Refusal)] = [
                (merged.id, .conflict(.mergedAway)), (spam.id, .conflict(.mergeOfHidden)), (deleted.id, .conflict(.mergeOfHidden)),
                (held.id, .conflict(.mergeHeld)),
            ]
            for (duplicate, wanted) in expected {
                for duplicates in [[duplicate], [fine.id, duplicate], [duplicate, fine.id]] {
                    let refused = await refusal { _ = try await tenant.helpdesk.mergeTickets(duplicates, into: ticket.id, agent) }
                    #expect(refused == wanted, "\(duplicates)")
                }
            }
            for target in [spam.id, deleted.id] {
                let refused = await refusal { _ = try await tenant.helpdesk.mergeTickets([fine.id], into: target, agent) }
                #expect(refused == Refusal.conflict(.mergeOfHidden))
            }
            let toItself = await refusal { _ = try await tenant.helpdesk.mergeTickets([fine.id, ticket.id], into: ticket.id, agent) }
            let ofNothing = await refusal { _ = try await tenant.helpdesk.mergeTickets([fine.id, ID(4711)], into: ticket.id, agent) }
            let toNothing = await refusal { _ = try await tenant.helpdesk.mergeTickets([fine.id], into: ID(4711), agent) }
            let outdated = await refusal {
                _ = try await tenant.helpdesk.mergeTickets([fine.id], into: ticket.id, agent, ifMatch: 1)
            }
            let byUser = await refusal { _ = try await tenant.helpdesk.mergeTickets([fine.id], into: ticket.id, tenant.user.access) }
            #expect(toItself?.namedFaults == ["duplicates same"])
            #expect(ofNothing?.namedFaults == ["duplicates[1] unknown"])
            #expect(toNothing == Refusal.notFound)
            #expect(outdated == Refusal.outdated(currentVersion: 2))
            #expect(byUser?.isForbidden == true)

            let after = try await tenant.everyVersion()
            let messages = try await tenant.messages(on: fine.id)
            #expect(after == before)
            #expect(messages.count == 1)
        }
    }

    @Test("A duplicate that is named twice is merged once")
    func namedTwice() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let duplicate = try await tenant.makeTicket()
            let merged = try await tenant.helpdesk.mergeTickets([duplicate.id, duplicate.id], into: ticket.id, tenant.agent.access)
            let history = try await tenant.history(of: ticket.id)
            #expect(merged.messageCount == 2)
            #expect(history.last?.changes.count == 1)
        }
    }

    @Test("A held ticket takes duplicates in, and stays held")
    func intoHeld() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let duplicate = try await tenant.makeTicket()
            let held = try await tenant.helpdesk.setLegalHold(LegalHold("Case 12"), on: ticket.id, tenant.admin.access)
            let merged = try await tenant.helpdesk.mergeTickets(
                [duplicate.id], into: ticket.id, tenant.agent.access, ifMatch: held.version)
            #expect(merged.legalHold == held.legalHold)
            #expect(merged.messageCount == 2)
        }
    }

    @Test("What was merged into a duplicate moves on with it, and each number leads one step further")
    func chain() async throws {
        try await withTenant { tenant in
            let first = try await tenant.makeTicket(message: "1")
            let second = try await tenant.makeTicket(message: "2")
            let third = try await tenant.makeTicket(message: "3")
            _ = try await tenant.helpdesk.mergeTickets([first.id], into: second.id, tenant.agent.access)
            let merged = try await tenant.helpdesk.mergeTickets([second.id], into: third.id, tenant.agent.access)
            let messages = try await tenant.messages(on: third.id)
            #expect(messages.map(\.body.content) == ["1", "2", "3"])
            #expect(merged.messageCount == 3)
            await #expect(throws: Refusal.merged(into: second.id)) { try await tenant.read(first.id) }
            await #expect(throws: Refusal.merged(into: third.id)) { try await tenant.read(second.id) }
        }
    }

    @Test("A chat that went on for a duplicate ends with it")
    func live() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let duplicate = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.startLive(.chat, on: duplicate.id, tenant.agent.access)
            let merged = try await tenant.helpdesk.mergeTickets([duplicate.id], into: ticket.id, tenant.agent.access)
            let sessions = try await tenant.sql("select count(*) from helpdesk.live_sessions where tenant_id = $tenant")
            #expect(!merged.isLive(at: tenant.clock.now))
            #expect(sessions == [["0"]])
        }
    }

    @Test("Of two who merge two tickets into each other at once, one does, and the other is led to the ticket that is left")
    func crosswise() async throws {
        try await withTenant { tenant in
            for _ in 0..<5 {
                let one = try await tenant.makeTicket()
                let other = try await tenant.makeTicket()
                let outcomes = try await atOnce(2) { number -> (target: ID<Ticket>, refusal: Refusal?) in
                    let (target, duplicate) = number == 0 ? (one.id, other.id) : (other.id, one.id)
                    let refused = await refusal {
                        _ = try await tenant.helpdesk.mergeTickets([duplicate], into: target, tenant.agent.access)
                    }
                    return (target, refused)
                }
                let winner = try #require(outcomes.first { $0.refusal == nil })
                let loser = try #require(outcomes.first { $0.refusal != nil })
                let kept = try await tenant.read(winner.target)
                #expect(loser.refusal == Refusal.merged(into: winner.target))
                #expect(kept.messageCount == 2)
                #expect(kept.version == 2)
            }
        }
    }

    @Test("Of ten who merge the same duplicate into different tickets at once, one does, and nothing is said twice")
    func contested() async throws {
        try await withTenant { tenant in
            let duplicate = try await tenant.makeTicket()
            var made: [ID<Ticket>] = []
            for _ in 0..<10 { made.append(try await tenant.makeTicket().id) }
            let targets = made
            let refusals = try await atOnce(10) { number in
                await refusal { _ = try await tenant.helpdesk.mergeTickets([duplicate.id], into: targets[number], tenant.agent.access) }
            }
            var counts: [Int] = []
            for id in targets { counts.append(try await tenant.read(id).messageCount) }
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.filter { $0 == .conflict(.mergedAway) }.count == 9)
            #expect(counts.sorted() == [1, 1, 1, 1, 1, 1, 1, 1, 1, 2])
        }
    }
}

extension TestTenant {
    /// Each ticket's number, its version, and how many lines its history has: merged ones, too, which no verb shows.
    fileprivate func everyVersion() async throws -> [[String?]] {
        try await sql(
            """
            select id, version, (
                select count(*) from helpdesk.ticket_history as line
                where line.tenant_id = tickets.tenant_id and line.ticket_id = tickets.id
            )
            from helpdesk.tickets
            where tenant_id = $tenant
            order by id
            """)
    }

    /// Version, event, actor, field, from and to of each change, as no verb shows it of merged tickets.
    fileprivate func changes(of id: ID<Ticket>) async throws -> [[String?]] {
        try await sql(
            """
            select version, event, actor_kind || ' ' || actor_id, change ->> 'field', change ->> 'from', change ->> 'to'
            from helpdesk.ticket_history
            cross join jsonb_array_elements(changes) as each (change)
            where tenant_id = $tenant and ticket_id = \(id)
            order by version, change ->> 'field'
            """)
    }
}
