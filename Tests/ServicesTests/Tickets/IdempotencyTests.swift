import Domain
import Services
import Support
import Testing

@Suite("What is done once")
struct IdempotencyTests {
    @Test("The same key with the same request answers the first answer again and does nothing")
    func replay() async throws {
        try await withTenant { tenant in
            let made = try await tenant.create(key: "a", request: "one")
            let replay = await #expect(throws: Replay.self) { try await tenant.create(key: "a", request: "one") }
            let tickets = try await tenant.tickets()
            #expect(replay?.answer == recorded(made))
            #expect(tickets == [made])
        }
    }

    @Test("The same key with another request is refused and does nothing")
    func otherRequest() async throws {
        try await withTenant { tenant in
            let made = try await tenant.create(key: "a", request: "one")
            await #expect(throws: Refusal.keyReused) { try await tenant.create(key: "a", request: "two") }
            let tickets = try await tenant.tickets()
            #expect(tickets == [made])
        }
    }

    @Test("Another key does it again, and so does no key at all")
    func otherKey() async throws {
        try await withTenant { tenant in
            _ = try await tenant.create(key: "a", request: "one")
            _ = try await tenant.create(key: "b", request: "one")
            _ = try await tenant.makeTicket()
            let tickets = try await tenant.tickets()
            #expect(tickets.count == 3)
        }
    }

    @Test("Keys belong to a token: what another token did with the same key does not count")
    func otherToken() async throws {
        try await withTenant { tenant in
            let second = try await tenant.login(.user(tenant.userID)).access
            let mine = try await tenant.create(key: "a", request: "one")
            let other = try await tenant.create(key: "a", request: "two", second)
            #expect(mine.id != other.id)
        }
    }

    @Test("An answer is kept for 24 hours and not a second longer")
    func expiry() async throws {
        try await withTenant { tenant in
            let made = try await tenant.create(key: "a", request: "one")
            tenant.clock.advance(seconds: 24 * 3600 - 1)
            let replay = await #expect(throws: Replay.self) { try await tenant.create(key: "a", request: "one") }
            tenant.clock.advance(seconds: 1)
            // The key is free, for another request too.
            let again = try await tenant.create(key: "a", request: "two")
            let newReplay = await #expect(throws: Replay.self) { try await tenant.create(key: "a", request: "two") }
            #expect(replay?.answer == recorded(made))
            #expect(again.id != made.id)
            #expect(newReplay?.answer == recorded(again))
        }
    }

    @Test("Answers past their time are cleared away by those who come after, so that they never pile up")
    func sweep() async throws {
        try await withTenant { tenant in
            for number in 0..<25 { _ = try await tenant.create(key: "old \(number)", request: "one") }
            tenant.clock.advance(days: 1)
            for number in 0..<3 { _ = try await tenant.create(key: "new \(number)", request: "one") }
            let left = try await tenant.sql("select key from helpdesk.idempotency_keys where tenant_id = $tenant order by key")
            let keys = left.map { $0[0] ?? "" }
            #expect(keys == ["new 0", "new 1", "new 2"])
        }
    }

    @Test("Of many at once with one key one does it, and the others hear its answer")
    func atTheSameTime() async throws {
        try await withTenant { tenant in
            let outcomes = try await atOnce(8) { _ -> Outcome in
                do {
                    return .made(try await tenant.create(key: "a", request: "one"))
                } catch let replay as Replay {
                    return .replayed(replay.answer)
                }
            }
            let tickets = try await tenant.tickets()
            let made = try #require(tickets.first)
            #expect(tickets.count == 1)
            #expect(outcomes.filter { $0 == .made(made) }.count == 1)
            #expect(outcomes.filter { $0 == .replayed(recorded(made)) }.count == 7)
        }
    }

    @Test("A change that refuses to be made twice is no exception: with one key, all hear the first answer")
    func refusedByItself() async throws {
        try await withTenant { tenant in
            for _ in 0..<5 {
                let ticket = try await tenant.makeTicket()
                let access = tenant.agent.access
                let versions = try await atOnce(8) { _ -> Int64 in
                    do {
                        let key = once("spam \(ticket.id)", "one")
                        return try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, access, once: key).version
                    } catch let replay as Replay {
                        return replay.answer.etag == nil ? -1 : 2
                    }
                }
                #expect(versions == Array(repeating: 2, count: 8))
            }
        }
    }

    @Test("What was refused is not remembered: the same key may be used for the corrected request")
    func refused() async throws {
        try await withTenant { tenant in
            let subject = try #require(Subject("Called in"))
            let wrong = TicketDraft(subject: subject, body: text("Hello"), requester: .user(ID(4711)))
            let right = TicketDraft(subject: subject, body: text("Hello"), requester: .user(tenant.userID))
            let refused = await refusal {
                _ = try await tenant.helpdesk.createTicket(wrong, tenant.agent.access, once: once("a", "wrong"))
            }
            let made = try await tenant.helpdesk.createTicket(right, tenant.agent.access, once: once("a", "right"))
            #expect(refused?.isInvalid == true)
            #expect(made.status == .visible(.awaitingAgent))
        }
    }

    @Test("Replies, notes, hiding and restoring are done once, too")
    func everyVerb() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let id = ticket.id
            let access = tenant.agent.access
            for round in 0..<2 {
                let replies = [
                    await isReplay { _ = try await tenant.helpdesk.reply(to: id, text("Hello"), access, once: onceSaid("reply", "1")) },
                    await isReplay { _ = try await tenant.helpdesk.addNote(to: id, text("Hello"), access, once: onceSaid("note", "2")) },
                    await isReplay { _ = try await tenant.helpdesk.hideTicket(id, as: .spam, access, once: once("hide", "3")) },
                    await isReplay { _ = try await tenant.helpdesk.restoreTicket(id, Restoration(), access, once: once("restore", "4")) },
                ]
                let expected: [Bool?] = Array(repeating: round == 1, count: 4)
                #expect(replies == expected, "round \(round)")
            }
            let kept = try await tenant.read(id)
            let messages = try await tenant.messages(on: id)
            #expect(kept.version == 5)
            #expect(messages.count == 3)
        }
    }

    @Test("A message that opens a new ticket opens one")
    func followUp() async throws {
        try await withTenant { tenant in
            let old = try await tenant.makeTicket(in: .hidden(.deleted, from: .pending))
            let said = try await tenant.helpdesk.reply(
                to: old.id, text("Anybody there?"), tenant.user.access, once: onceSaid("a", "1"))
            await #expect(throws: Replay.self) {
                try await tenant.helpdesk.reply(to: old.id, text("Anybody there?"), tenant.user.access, once: onceSaid("a", "1"))
            }
            let tickets = try await tenant.tickets()
            #expect(tickets == [said.ticket])
        }
    }
}

private enum Outcome: Equatable, Sendable {
    case made(Ticket)
    case replayed(RecordedAnswer)
}

private func recorded(_ ticket: Ticket) -> RecordedAnswer {
    RecordedAnswer(
        status: 201, etag: "\"\(ticket.version)\"", location: "/v1/tickets/\(ticket.id)", body: "{\"ref\":\"\(ticket.ref.text)\"}")
}

private func once(_ key: String, _ request: String) -> Once<Ticket> {
    Once<Ticket>(key: key, requestHash: sha256(Array(request.utf8))) { recorded($0) }
}

private func onceSaid(_ key: String, _ request: String) -> Once<Said> {
    Once<Said>(key: key, requestHash: sha256(Array(request.utf8))) { recorded($0.ticket) }
}

/// Whether `body` was answered by what was done before; nil when it failed in another way.
private func isReplay(_ body: () async throws -> Void) async -> Bool? {
    do {
        try await body()
        return false
    } catch {
        return error is Replay ? true : nil
    }
}

extension TestTenant {
    fileprivate func create(key: String, request: String, _ access: Access? = nil) async throws -> Ticket {
        let subject = try #require(Subject("Once"))
        let draft = TicketDraft(subject: subject, body: text("Please help"), requester: .caller)
        return try await helpdesk.createTicket(draft, access ?? user.access, once: once(key, request))
    }

    /// Every visible ticket.
    fileprivate func tickets() async throws -> [Ticket] {
        try await helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 200, agent.access).items
    }
}
