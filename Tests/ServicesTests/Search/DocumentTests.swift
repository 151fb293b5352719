import Domain
import Support
import Testing

@testable import Services

@Suite("A ticket's search document")
struct DocumentTests {
    @Test("A visible status, an assignment, a priority, a look at the ticket leave its row where it is; a new subject does not")
    func untouched() async throws {
        try await withTenant { tenant in
            let team = try await tenant.addTeam("One", [tenant.agentID])
            let id = try await tenant.newTicket().id
            let before = try await tenant.place(of: id)
            try #require(before.count == 1)
            for status in VisibleStatus.allCases.reversed() { _ = try await tenant.set(status, on: id) }
            let changes: [(inout TicketPatch) -> Void] = [
                { $0.agent = .to(tenant.adminID) }, { $0.team = .to(team) }, { $0.priority = .urgent }, { $0.urgency = Urgency(9) },
                { $0.departmentID = Department.first },
            ]
            for change in changes { _ = try await tenant.update(id, change) }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.readTicket(id, messages: true, history: true, $0) }
            try await tenant.hold(id)
            let actions: [TicketAction] = [.setStatus(.pending), .assign(agent: .nobody, team: nil), .setPriority(.low)]
            _ = try await tenant.act(actions, on: [id])
            let version = try await tenant.read(id).version
            #expect(version >= 9)
            let after = try await tenant.place(of: id)
            #expect(after == before)
            _ = try await tenant.update(id) { $0.subject = Subject("Another one") }
            let written = try await tenant.place(of: id)
            #expect(written != before)
        }
    }

    @Test("It goes when its ticket is purged, and no other goes with it")
    func purged() async throws {
        try await withTenant { tenant in
            let kept = try await tenant.newTicket().id
            let purged = try await tenant.hide(3, as: .spam)
            let before = try await tenant.documents()
            #expect(before.count == 4)
            try await tenant.purge(.spam)
            let after = try await tenant.documents()
            #expect(after.map { $0[0] } == ["\(kept)"])
            for id in purged {
                let place = try await tenant.place(of: id)
                #expect(place.isEmpty)
            }
        }
    }

    @Test(
        "Of a renamed, merged or anonymised user with more tickets than are written at once, a job makes all right",
        arguments: ["rename", "merge", "anonymise"])
    func manyTickets(_ verb: String) async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("other@customer.example")
            for id in try await tenant.fill(205) { #expect(id.value >= 100_000) }
            try await tenant.beginRebuild()
            try await tenant.rebuild()
            try await tenant.expectRightDocuments("before")
            let helpdesk = tenant.helpdesk
            switch verb {
            case "rename":
                _ = try await tenant.nowByAdmin {
                    try await helpdesk.updateUser(tenant.userID, UserPatch(name: "Zebra", email: EmailAddress("zebra@zoo.example")), $0)
                }
            case "merge": _ = try await tenant.nowByAdmin { try await helpdesk.mergeUser(tenant.userID, into: other.id, $0) }
            default: _ = try await tenant.nowByAdmin { try await helpdesk.anonymiseUser(tenant.userID, $0) }
            }
            let (kept, afresh) = try await tenant.keptDocuments()
            // As it was, until the job has come by: else the test says nothing of it.
            #expect(kept.count == 205)
            #expect(zip(kept, afresh).allSatisfy { $0.person != $1.person })
            let user = verb == "merge" ? other.id : tenant.userID
            try await tenant.rebuild(.tickets(of: user))
            try await tenant.expectRightDocuments("after \(verb)")
        }
    }

    @Test("Tickets that are loaded in bulk have theirs")
    func loaded() async throws {
        try await withTenant { tenant in
            var generator = NumberedTickets(now: tenant.clock.now)
            try await tenant.installation.load(
                in: tenant.tenant.slug, users: 3, tickets: 25, by: tenant.agentID, from: &generator, progress: { _ in })
            let count = try await tenant.expectRightDocuments("loaded")
            #expect(count == 25)
            let page = try await tenant.search("loaded zebras")
            #expect(page.hits.count == 25 && page.match == .words)
        }
    }

    // MARK: Size

    @Test("Three hundred messages of random words fail nobody: it ends where it is full, and is as if it were written anew")
    func full() async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: 30)
            let id = try await tenant.newTicket().id
            // Two thirds of them past the verbs: how they are written, the others show.
            let bodies = (0..<300).map { _ in Self.randomWords(bytes: 30_000, using: &chance) }
            for body in bodies.prefix(20) { _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: id, text(body), $0) } }
            let size = { try await Self.size(of: id, in: tenant) }
            let early = try await size()
            for body in bodies.dropFirst(20) {
                _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: id, text(body), $0) }
            }
            let late = try await size()
            #expect(late == early, "it was full before")
            // The message that fills it is taken whole.
            #expect((262_144..<262_144 + 200_000).contains(late))
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.updateTicket(id, .subject("Zebras everywhere"), $0) }
            try await tenant.expectRightDocuments("full")
            let page = try await tenant.search("zebra")
            #expect(page.ids == [id] && page.match == .words)
        }
    }

    @Test("A ticket as long as a book is still found by the phrases and codes at its end")
    func long() async throws {
        try await withTenant { tenant in
            let id = try await tenant.newTicket().id
            for chapter in 0..<14 {
                let words = (0..<1500).map { "w\(($0 * 7919) % 5000 + chapter)" }.joined(separator: " ")
                _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: id, text(words), $0) }
            }
            for phrase in ["\"refund policy\"", "A-17"] {
                let early = try await tenant.search(phrase)
                #expect(early.ids.isEmpty)
            }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: id, text("order A-17, our refund policy"), $0) }
            for phrase in ["\"refund policy\"", "A-17"] {
                let late = try await tenant.search(phrase)
                #expect(late.ids == [id] && late.match == .words)
            }
        }
    }

    @Test("A message of a mebibyte is taken, in text as in HTML, and found by how it begins", arguments: MessageBody.Format.allCases)
    func largest(_ format: MessageBody.Format) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: 1)
            let words = Self.randomWords(bytes: MessageBody.maximumBytes - 20, using: &chance)
            let body = try #require(MessageBody("Zebras \(words)", format: format))
            let id = try await tenant.newTicket().id
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.reply(to: id, body, $0) }
            try await tenant.expectRightDocuments("a mebibyte")
            let page = try await tenant.search("zebra")
            #expect(page.ids == [id] && page.match == .words)
            let draft = TicketDraft(subject: Subject("Large")!, body: body, requester: .user(tenant.userID))
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.createTicket(draft, $0) }
            try await tenant.expectRightDocuments("two of them")
        }
    }

    @Test("Text that is one word without an end, or nothing but brackets, fails nobody")
    func strange() async throws {
        try await withTenant { tenant in
            let id = try await tenant.newTicket().id
            let contents = [
                String(repeating: "x", count: 900_000), String(repeating: "<", count: 500_000), String(repeating: "ü", count: 400_000),
                String(repeating: "a-", count: 400_000), String(repeating: "<script>", count: 100_000),
                String(repeating: "&amp;", count: 200_000), String(repeating: "<style></script>", count: 60_000),
                String(repeating: "</style ", count: 120_000),
                String(repeating: "1.", count: 400_000), String(repeating: "@a", count: 400_000), "\u{1}\u{2}\u{7F}x\u{200B}y",
            ]
            for content in contents {
                for format in MessageBody.Format.allCases {
                    let body = try #require(MessageBody(content, format: format))
                    _ = try await tenant.nowByAgent { try await tenant.helpdesk.addNote(to: id, body, $0) }
                }
            }
            try await tenant.expectRightDocuments("strange")
        }
    }

    private static func randomWords(bytes: Int, using chance: inout SeededGenerator) -> String {
        var words = ""
        while words.utf8.count < bytes { words += String(UInt32.random(in: 0...UInt32.max, using: &chance), radix: 36) + " " }
        return String(words.prefix(bytes))
    }

    /// In bytes, as it is and not as it is stored.
    private static func size(of id: ID<Ticket>, in tenant: TestTenant) async throws -> Int {
        let size = try await tenant.sql(
            "select pg_column_size(words || '') from search.documents where tenant_id = $tenant and ticket_id = \(id)")
        return Int(size[0][0] ?? "") ?? 0
    }
}

/// Tickets that speak of zebras.
private struct NumberedTickets: TicketGenerator {
    let now: Timestamp
    private var chance = SeededGenerator(seed: 1)

    init(now: Timestamp) { self.now = now }

    mutating func ticket(id: ID<Ticket>, messageID: ID<Message>, users: Int) -> (Ticket, Message) {
        let user = ID<User>(Int64(users))
        let ticket = Ticket.opened(
            id: id, ref: .random(using: &chance), subject: Subject(unchecked: "Loaded"), status: .created(),
            user: Ticket.Requester(id: user, name: nil, email: EmailAddress(unchecked: "")), channel: .api, at: now)
        let message = Message(
            id: messageID, ticketID: id, kind: .userMessage, author: .user(user), body: MessageBody(unchecked: "A zebra", format: .text),
            createdAt: now)
        return (ticket, message)
    }
}
