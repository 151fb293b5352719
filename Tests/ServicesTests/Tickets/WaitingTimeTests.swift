import Domain
import Services
import Support
import Testing

@Suite("How long users wait")
struct WaitingTimeTests {
    @Test("Over several rounds it is counted from the first message nobody answered to the answer, and adds up")
    func rounds() async throws {
        try await withTenant { tenant in
            let (agent, user) = (tenant.agent.access, tenant.user.access)
            let opened = tenant.clock.now
            let id = try await tenant.makeTicket().id
            try await tenant.expect(id, waitingSince: opened, waited: 0, firstReply: nil)

            tenant.clock.advance(seconds: 100)
            _ = try await tenant.helpdesk.addNote(to: id, text("Ask Bob"), agent)
            try await tenant.expect(id, waitingSince: opened, waited: 0, firstReply: nil)
            tenant.clock.advance(seconds: 20)
            _ = try await tenant.helpdesk.reply(to: id, text("Which printer?"), agent)
            try await tenant.expect(id, waitingSince: nil, waited: 120, firstReply: 120)

            // While the helpdesk waits for the user, nobody is kept waiting.
            tenant.clock.advance(seconds: 5000)
            _ = try await tenant.helpdesk.reply(to: id, text("The red one"), user)
            let asked = tenant.clock.now
            tenant.clock.advance(seconds: 30)
            _ = try await tenant.helpdesk.reply(to: id, text("Still there?"), user)
            try await tenant.expect(id, waitingSince: asked, waited: 120, firstReply: 120)

            // Being on it is no answer yet.
            tenant.clock.advance(seconds: 30)
            _ = try await tenant.helpdesk.reply(to: id, text("I am on it"), status: .awaitingAgent, agent)
            try await tenant.expect(id, waitingSince: asked, waited: 120, firstReply: 120)
            tenant.clock.advance(seconds: 40)
            _ = try await tenant.helpdesk.reply(to: id, text("Water"), status: .resolved, agent)
            try await tenant.expect(id, waitingSince: nil, waited: 220, firstReply: 120)

            tenant.clock.advance(days: 3)
            _ = try await tenant.helpdesk.reply(to: id, text("It burns again"), user)
            let again = tenant.clock.now
            try await tenant.expect(id, waitingSince: again, waited: 220, firstReply: 120)
            tenant.clock.advance(seconds: 7)
            _ = try await tenant.helpdesk.reply(to: id, text("A new one comes on Monday"), status: .pending, agent)
            try await tenant.expect(id, waitingSince: nil, waited: 227, firstReply: 120)
        }
    }

    @Test("A status set without a word ends the wait where the matter is settled or the user's turn, and else lets it go on")
    func statuses() async throws {
        try await withTenant { tenant in
            for status in VisibleStatus.allCases {
                let opened = tenant.clock.now
                let ticket = try await tenant.makeTicket()
                tenant.clock.advance(seconds: 50)
                _ = try await tenant.set(status, on: ticket.id)
                let ends = status == .awaitingUser || status == .resolved
                try await tenant.expect(ticket.id, waitingSince: ends ? nil : opened, waited: ends ? 50 : 0, firstReply: nil)
                tenant.clock.advance(seconds: 50)
                _ = try await tenant.helpdesk.reply(to: ticket.id, text("Sorry"), tenant.agent.access)
                try await tenant.expect(ticket.id, waitingSince: nil, waited: ends ? 50 : 100, firstReply: 100)
            }
        }
    }

    @Test("Taken up again by an agent a ticket makes nobody wait; that begins when the user writes")
    func reopened() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket(in: .visible(.resolved))
            try await tenant.expect(ticket.id, waitingSince: nil, waited: 0, firstReply: nil)
            tenant.clock.advance(seconds: 50)
            _ = try await tenant.set(.awaitingAgent, on: ticket.id)
            try await tenant.expect(ticket.id, waitingSince: nil, waited: 0, firstReply: nil)
            tenant.clock.advance(seconds: 50)
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("And now?"), tenant.user.access)
            try await tenant.expect(ticket.id, waitingSince: tenant.clock.now, waited: 0, firstReply: nil)
        }
    }

    @Test("A user whose ticket was taken for junk has waited all the time until the answer", arguments: HiddenStatus.allCases)
    func hidden(_ hidden: HiddenStatus) async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let opened = tenant.clock.now
            let ticket = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 10)
            _ = try await tenant.helpdesk.hideTicket(ticket.id, as: hidden, agent)
            tenant.clock.advance(days: 2)
            try await tenant.expect(ticket.id, waitingSince: opened, waited: 0, firstReply: nil)
            _ = try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), agent)
            tenant.clock.advance(seconds: 10)
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("Sorry"), agent)
            let waited = Int64(2 * 86_400 + 20)
            try await tenant.expect(ticket.id, waitingSince: nil, waited: waited, firstReply: waited)
        }
    }

    @Test("Whatever user and agent say and set, the times are those of a plain count", arguments: [11, 12, 13] as [UInt64])
    func plainCount(seed: UInt64) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: seed)
            let opened = tenant.clock.now
            let id = try await tenant.makeTicket().id
            var waitingSince: Timestamp? = opened
            var waited: Int64 = 0
            var firstReply: Int64?
            for _ in 0..<60 {
                tenant.clock.advance(seconds: Int64.random(in: 0...5000, using: &chance))
                let now = tenant.clock.now
                let seconds = { (since: Timestamp) in (now.milliseconds - since.milliseconds) / 1000 }
                let status = VisibleStatus.allCases.randomElement(using: &chance) ?? .pending
                let isAnswered: Bool
                switch Int.random(in: 0..<4, using: &chance) {
                case 0, 1:
                    _ = try await tenant.helpdesk.reply(to: id, text("Question"), tenant.user.access)
                    waitingSince = waitingSince ?? now
                    isAnswered = false
                case 2:
                    _ = try await tenant.helpdesk.reply(to: id, text("Answer"), status: status, tenant.agent.access)
                    firstReply = firstReply ?? seconds(opened)
                    isAnswered = status != .awaitingAgent
                default:
                    _ = try await tenant.set(status, on: id)
                    isAnswered = status == .awaitingUser || status == .resolved
                }
                if isAnswered, let since = waitingSince {
                    waited += seconds(since)
                    waitingSince = nil
                }
                try await tenant.expect(id, waitingSince: waitingSince, waited: waited, firstReply: firstReply)
            }
            // Else nothing was counted.
            #expect(waited > 0)
            #expect(firstReply != nil)
        }
    }

    @Test("On what was split off the user has waited since the first of its messages that nobody answered")
    func split() async throws {
        try await withTenant { tenant in
            let (agent, user) = (tenant.agent.access, tenant.user.access)
            let ticket = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("Try this"), agent)
            tenant.clock.advance(seconds: 60)
            let asked = tenant.clock.now
            let first = try await tenant.helpdesk.reply(to: ticket.id, text("And the door squeaks"), user).message
            tenant.clock.advance(seconds: 60)
            let second = try await tenant.helpdesk.reply(to: ticket.id, text("It squeaks!"), user).message
            tenant.clock.advance(seconds: 60)
            let next = try await tenant.helpdesk.splitTicket(ticket.id, moving: [first.id, second.id], agent)
            try await tenant.expect(next.id, waitingSince: asked, waited: 0, firstReply: nil)
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.helpdesk.reply(to: next.id, text("Oil"), agent)
            let kept = try await tenant.read(next.id)
            #expect(kept.userWaitingSince == nil)
            #expect(kept.userWaited == 180_000)
            #expect(kept.firstReplyTime == 60_000)
        }
    }

    @Test("Answered already where it came from, what was split off or merged was answered at once, not before it was there")
    func movedReplies() async throws {
        try await withTenant { tenant in
            let agent = tenant.agent.access
            let ticket = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.helpdesk.reply(to: ticket.id, text("Oil?"), agent)
            tenant.clock.advance(seconds: 60)
            let messages = try await tenant.messages(on: ticket.id)
            let reply = try #require(messages.last)
            let split = try await tenant.helpdesk.splitTicket(ticket.id, moving: [reply.id], agent)
            let splitTime = try #require(split.firstReplyTime)
            #expect(splitTime == 0)

            let duplicate = try await tenant.makeTicket()
            tenant.clock.advance(seconds: 60)
            _ = try await tenant.helpdesk.reply(to: duplicate.id, text("Water?"), agent)
            tenant.clock.advance(seconds: 60)
            let target = try await tenant.makeTicket()
            let merged = try await tenant.helpdesk.mergeTickets([duplicate.id], into: target.id, agent)
            let mergedTime = try #require(merged.firstReplyTime)
            #expect(mergedTime == 0)
        }
    }
}

extension TestTenant {
    /// What is kept of the waiting, in seconds.
    fileprivate func expect(
        _ id: ID<Ticket>, waitingSince: Timestamp?, waited: Int64, firstReply: Int64?, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let kept = try await read(id)
        #expect(kept.userWaitingSince == waitingSince, sourceLocation: sourceLocation)
        #expect(kept.userWaited == waited * 1000, sourceLocation: sourceLocation)
        #expect(kept.firstReplyTime == firstReply.map { $0 * 1000 }, sourceLocation: sourceLocation)
    }
}
