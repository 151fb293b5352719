import Domain
import Services
import Support
import Testing

@Suite("A mail whose ticket was purged")
struct PurgedMailTests {
    @Test("does not come back as a new ticket, by whatever way it is fetched again; before the purge nothing keeps it out")
    func staysOut() async throws {
        try await withTenant { tenant in
            let mail = MailDigest(messageID: "<1@mail.example>", body: Array("Buy now".utf8))
            let first = try await tenant.receive(mail)
            let second = try await tenant.receive(mail)
            for ticket in [first, second] {
                _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, $0) }
            }
            let purged = try await tenant.purge(.spam)
            #expect(purged.run.figures.purged == 2)
            await #expect(throws: Refusal.conflict(.mailPurged)) { try await tenant.receive(mail) }
            await #expect(throws: Refusal.conflict(.mailPurged)) { try await tenant.receive(mail, as: tenant.agent) }
            let left = try await tenant.everyTicket
            #expect(left.isEmpty)
        }
    }

    @Test("is known by its number and its text together: another text under the same number comes in, the same text in another mail, too")
    func both() async throws {
        try await withTenant { tenant in
            let purged = MailDigest(messageID: "<1@mail.example>", body: Array("Buy now".utf8))
            let ticket = try await tenant.receive(purged)
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .deleted, $0) }
            try await tenant.purge(.deleted)
            let others = [
                MailDigest(messageID: "<1@mail.example>", body: Array("My printer burns".utf8)),
                MailDigest(messageID: "<2@mail.example>", body: Array("Buy now".utf8)),
                MailDigest(messageID: "<1@mail.exampleBuy", body: Array(" now".utf8)),
                MailDigest(messageID: "<1@mail.example>", body: []),
            ]
            for other in others {
                #expect(other != purged)
                let came = try await tenant.receive(other)
                #expect(came.status == .visible(.awaitingAgent))
            }
            // What came by no mail at all is no mail that was purged.
            let byHand = try await tenant.makeTicket()
            #expect(byHand.id.value > ticket.id.value)
        }
    }

    @Test("is still known when its ticket had been merged into the one that was purged")
    func merged() async throws {
        try await withTenant { tenant in
            let mail = MailDigest(messageID: "<1@mail.example>", body: [1])
            let other = MailDigest(messageID: "<2@mail.example>", body: [2])
            let ticket = try await tenant.receive(other)
            let duplicate = try await tenant.receive(mail)
            _ = try await tenant.byAgent { try await tenant.helpdesk.mergeTickets([duplicate.id], into: ticket.id, $0) }
            _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, $0) }
            try await tenant.purge(.spam)
            for purged in [mail, other] {
                await #expect(throws: Refusal.conflict(.mailPurged)) { try await tenant.receive(purged) }
            }
        }
    }

    @Test("is not known to other helpdesks, nor is one whose ticket is still there or was restored")
    func onlyHere() async throws {
        try await withTenant { tenant in
            try await withTenant { other in
                let mail = MailDigest(messageID: "<1@mail.example>", body: [1])
                let restored = MailDigest(messageID: "<2@mail.example>", body: [2])
                for mail in [mail, restored] {
                    let ticket = try await tenant.receive(mail)
                    _ = try await tenant.byAgent { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, $0) }
                    if mail == restored {
                        _ = try await tenant.byAgent { try await tenant.helpdesk.restoreTicket(ticket.id, Restoration(), $0) }
                    }
                }
                try await tenant.purge(.spam)
                _ = try await other.receive(mail)
                _ = try await tenant.receive(restored)
                await #expect(throws: Refusal.conflict(.mailPurged)) { try await tenant.receive(mail) }
            }
        }
    }
}

extension TestTenant {
    /// A mail comes in.
    @discardableResult
    fileprivate func receive(_ mail: MailDigest, as login: Login? = nil) async throws -> Ticket {
        let subject = try #require(Subject("By mail"))
        let requester: TicketDraft.Requester = login == nil ? .caller : .user(userID)
        let draft = TicketDraft(subject: subject, body: text("Hello"), requester: requester, mail: mail)
        return try await helpdesk.createTicket(draft, login?.access ?? user.access)
    }
}
