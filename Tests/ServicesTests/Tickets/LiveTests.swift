import Domain
import Services
import Support
import Testing

@Suite("Chats and calls")
struct LiveTests {
    @Test("One that is opened shows on the ticket and in lists at once, beside the status, and the history says so")
    func opened() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ticket = try await tenant.makeTicket(in: .visible(.pending))
            let quiet = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 60)
            let state = try await tenant.helpdesk.startLive(.chat, on: ticket.id, agent)
            let now = tenant.clock.now
            let kept = try await tenant.read(ticket.id)
            let sessions = try await tenant.helpdesk.listLive(on: ticket.id, agent)
            let list = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, agent)
            let history = try await tenant.history(of: ticket.id)
            let last = try #require(history.last)
            #expect(state.count == 1)
            #expect(state.ticket == kept)
            #expect(sessions == [state.session])
            #expect(state.session.kind == .chat)
            #expect(state.session.agentID == tenant.agentID)
            #expect(state.session.startedAt == now)
            #expect(state.session.expiresAt == now.advanced(bySeconds: 60))
            #expect(kept.isLive(at: now))
            #expect(kept.status == .visible(.pending))
            #expect(kept.version == 2)
            #expect(kept.updatedAt == now)
            #expect(list.items.map(\.id) == [ticket.id, quiet.id])
            #expect(list.items.map { $0.isLive(at: now) } == [true, false])
            #expect(last.event == .liveStarted)
            #expect(last.version == 2)
            #expect(last.changes == [FieldChange("live", from: .none, to: .text("chat"))])
        }
    }

    @Test("It ends by itself sixty seconds after the last heartbeat, to the second, and heartbeats are no changes")
    func heartbeats() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ticket = try await tenant.makeTicket()
            let opened = try await tenant.helpdesk.startLive(.call, on: ticket.id, agent)
            for _ in 0..<3 {
                tenant.clock.advance(seconds: 59)
                let state = try await tenant.helpdesk.keepLive(opened.session.id, on: ticket.id, agent)
                let kept = try await tenant.read(ticket.id)
                #expect(state.session.id == opened.session.id)
                #expect(state.session.startedAt == opened.session.startedAt)
                #expect(state.session.expiresAt == tenant.clock.now.advanced(bySeconds: 60))
                #expect(state.count == 1)
                #expect(state.ticket == kept)
                #expect(kept.version == opened.ticket.version)
                #expect(kept.updatedAt == opened.ticket.updatedAt)
            }
            tenant.clock.advance(seconds: 59)
            let nearly = try await tenant.read(ticket.id)
            let stillListed = try await tenant.helpdesk.listLive(on: ticket.id, agent)
            #expect(nearly.isLive(at: tenant.clock.now))
            #expect(stillListed.count == 1)

            tenant.clock.advance(seconds: 1)
            let over = try await tenant.read(ticket.id)
            let listed = try await tenant.helpdesk.listLive(on: ticket.id, agent)
            #expect(!over.isLive(at: tenant.clock.now))
            #expect(listed.isEmpty)
            for id in [opened.session.id, nil] {
                let late = await refusal { _ = try await tenant.helpdesk.keepLive(id, on: ticket.id, agent) }
                let ended = await refusal { _ = try await tenant.helpdesk.endLive(id, on: ticket.id, agent) }
                #expect(late == Refusal.conflict(.liveEnded))
                #expect(ended == Refusal.conflict(.liveEnded))
            }
            let history = try await tenant.history(of: ticket.id)
            #expect(history.map(\.event) == [.created, .liveStarted])
        }
    }

    @Test("One that is ended is over at once, and the history says what it was")
    func ended() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.startLive(.call, on: ticket.id, tenant.agent.access)
            tenant.clock.advance(seconds: 10)
            let ended = try await tenant.helpdesk.endLive(nil, on: ticket.id, tenant.admin.access)
            let kept = try await tenant.read(ticket.id)
            let sessions = try await tenant.helpdesk.listLive(on: ticket.id, tenant.agent.access)
            let history = try await tenant.history(of: ticket.id)
            let last = try #require(history.last)
            #expect(ended == kept)
            #expect(kept.liveUntil == nil)
            #expect(kept.version == 3)
            #expect(sessions.isEmpty)
            #expect(last.event == .liveEnded)
            #expect(last.at == tenant.clock.now)
            #expect(last.actor.person == .agent(tenant.adminID))
            #expect(last.changes == [FieldChange("live", from: .text("call"), to: .none)])
            let again = await refusal { _ = try await tenant.helpdesk.endLive(nil, on: ticket.id, tenant.agent.access) }
            #expect(again == Refusal.conflict(.liveEnded))
        }
    }

    @Test("Several at a time are counted, each lives by its own heartbeat, and the ticket is live as long as one of them is")
    func several() async throws {
        try await withTenant { tenant in
            let (agent, admin) = (tenant.agent.access, tenant.admin.access)
            let desk = tenant.helpdesk
            let id = try await tenant.makeTicket().id
            let chat = try await desk.startLive(.chat, on: id, agent)
            tenant.clock.advance(seconds: 20)
            let call = try await desk.startLive(.call, on: id, admin)
            #expect([chat.count, call.count] == [1, 2])
            #expect(chat.session.id != call.session.id)
            let both = try await desk.listLive(on: id, agent)
            #expect(both == [chat.session, call.session])

            // Which one is meant must be said.
            let unsaidHeartbeat = await refusal { _ = try await desk.keepLive(nil, on: id, agent) }
            let unsaidEnd = await refusal { _ = try await desk.endLive(nil, on: id, agent) }
            let unknown = await refusal { _ = try await desk.keepLive(ID(4711), on: id, agent) }
            #expect(unsaidHeartbeat?.namedFaults == ["id required"])
            #expect(unsaidEnd?.namedFaults == ["id required"])
            #expect(unknown == Refusal.conflict(.liveEnded))

            // 20 seconds into the call, 40 into the chat: only the chat is kept alive.
            tenant.clock.advance(seconds: 20)
            let kept = try await desk.keepLive(chat.session.id, on: id, agent)
            #expect(kept.count == 2)
            tenant.clock.advance(seconds: 40)
            let left = try await desk.listLive(on: id, agent)
            let ticket = try await tenant.read(id)
            #expect(left.map(\.id) == [chat.session.id])
            #expect(ticket.isLive(at: tenant.clock.now))

            // A third one does not count the call whose heartbeat stopped.
            let third = try await desk.startLive(.call, on: id, admin)
            #expect(third.count == 2)
            let withoutChat = try await desk.endLive(chat.session.id, on: id, agent)
            #expect(withoutChat.liveUntil == third.session.expiresAt)
            let withoutAll = try await desk.endLive(nil, on: id, agent)
            #expect(withoutAll.liveUntil == nil)
            let history = try await tenant.history(of: id)
            #expect(history.map(\.event) == [.created, .liveStarted, .liveStarted, .liveStarted, .liveEnded, .liveEnded])
            #expect(history.map(\.version) == Array(Int64(1)...6))
        }
    }

    @Test("Ended while another one goes on longer, a chat does not shorten that one")
    func endedFirst() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let id = try await tenant.makeTicket().id
            let first = try await tenant.helpdesk.startLive(.chat, on: id, agent)
            tenant.clock.advance(seconds: 30)
            let second = try await tenant.helpdesk.startLive(.chat, on: id, agent)
            let ended = try await tenant.helpdesk.endLive(second.session.id, on: id, agent)
            #expect(ended.liveUntil == first.session.expiresAt)
            tenant.clock.advance(seconds: 30)
            let kept = try await tenant.read(id)
            #expect(!kept.isLive(at: tenant.clock.now))
        }
    }

    @Test("Ten opened at once are ten, and ended at once none is left")
    func atTheSameTime() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let id = try await tenant.makeTicket().id
            let states = try await atOnce(10) { number in
                try await tenant.helpdesk.startLive(number.isMultiple(of: 2) ? .chat : .call, on: id, agent)
            }
            let sessions = try await tenant.helpdesk.listLive(on: id, agent)
            #expect(states.map(\.count).sorted() == Array(1...10))
            #expect(Set(states.map(\.session.id)).count == 10)
            #expect(sessions.count == 10)
            _ = try await atOnce(10) { number in
                try await tenant.helpdesk.endLive(states[number].session.id, on: id, agent)
            }
            let kept = try await tenant.read(id)
            let left = try await tenant.helpdesk.listLive(on: id, agent)
            #expect(kept.liveUntil == nil)
            #expect(left.isEmpty)
            #expect(kept.version == 21)
        }
    }

    @Test("What else is done to a ticket in the meantime leaves the chat alone")
    func meanwhile() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let id = try await tenant.makeTicket().id
            let chat = try await tenant.helpdesk.startLive(.chat, on: id, agent)
            _ = try await tenant.helpdesk.reply(to: id, text("As I said"), agent)
            _ = try await tenant.helpdesk.addNote(to: id, text("Angry"), agent)
            _ = try await tenant.set(.pending, on: id)
            let kept = try await tenant.read(id)
            let sessions = try await tenant.helpdesk.listLive(on: id, agent)
            #expect(kept.liveUntil == chat.session.expiresAt)
            #expect(sessions == [chat.session])
        }
    }

    @Test("A ticket that is hidden is live no more, and does not come back so", arguments: HiddenStatus.allCases)
    func hidden(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let id = try await tenant.makeTicket().id
            let chat = try await tenant.helpdesk.startLive(.chat, on: id, agent)
            let away = try await tenant.helpdesk.hideTicket(id, as: hidden, agent)
            let sessions = try await tenant.helpdesk.listLive(on: id, agent)
            let late = await refusal { _ = try await tenant.helpdesk.keepLive(chat.session.id, on: id, agent) }
            let back = try await tenant.helpdesk.restoreTicket(id, Restoration(), agent)
            #expect(!away.isLive(at: tenant.clock.now))
            #expect(sessions.isEmpty)
            #expect(late == Refusal.conflict(.liveEnded))
            #expect(!back.isLive(at: tenant.clock.now))
        }
    }

    @Test("There is none on a hidden ticket, none on one that is not there, and none that a user opens", arguments: HiddenStatus.allCases)
    func refused(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let (agent, user) = (tenant.agent.access, tenant.user.access)
            let away = try await tenant.makeTicket(in: .hidden(hidden, from: .pending))
            let ticket = try await tenant.makeTicket()
            _ = try await tenant.helpdesk.startLive(.chat, on: ticket.id, agent)
            let onHidden = await refusal { _ = try await tenant.helpdesk.startLive(.chat, on: away.id, agent) }
            let nowhere = await refusal { _ = try await tenant.helpdesk.startLive(.chat, on: ID(4711), agent) }
            let byUser = [
                await refusal { _ = try await tenant.helpdesk.startLive(.chat, on: ticket.id, user) },
                await refusal { _ = try await tenant.helpdesk.keepLive(nil, on: ticket.id, user) },
                await refusal { _ = try await tenant.helpdesk.endLive(nil, on: ticket.id, user) },
            ]
            let kept = try await tenant.read(away.id)
            let sessions = try await tenant.helpdesk.listLive(on: ticket.id, agent)
            #expect(onHidden == Refusal.conflict(.replyToHidden))
            #expect(nowhere == Refusal.notFound)
            #expect(byUser.filter { $0?.isForbidden == true }.count == 3)
            #expect(kept == away)
            #expect(sessions.count == 1)
        }
    }
}
