import Domain
import Support
import Testing

@testable import Services

@Suite("What is much like the words that nothing has")
struct SimilarTests {
    @Test("Parts of words, letters that changed places, and missing ones find subjects and people; the answer says so")
    func spelling() async throws {
        try await withTenant { tenant in
            let refund = try await tenant.makeTicket("Refund for my order", message: "Nothing")
            let printer = try await tenant.makeTicket("Laserprinter on fire", message: "Nothing")
            let ada = try await tenant.makeUser("lovelace@analytical.example")
            let draft = TicketDraft(subject: Subject("Engine")!, body: text("Nothing"), requester: .user(ada.id))
            let engine = try await tenant.nowByAgent { try await tenant.helpdesk.createTicket(draft, $0) }
            for (text, id) in [
                ("refnud", refund.id), ("rEFnUD", refund.id), ("efun", refund.id), ("refundd", refund.id), ("printer", printer.id),
                ("\"printer on f\"", printer.id), ("serprint*", printer.id), ("lovelac", engine.id), ("loveace", engine.id),
                ("analytica", engine.id), ("refnud or zzzzqqq", refund.id), ("refnud -zzzzqqq", refund.id),
            ] {
                for sort in SearchSort.allCases {
                    let page = try await tenant.search(text) { $0.sort = sort }
                    #expect(page.match == .similar, "\(text)")
                    #expect(page.ids == [id], "\(text)")
                }
            }
        }
    }

    @Test("Nothing much alike is offered where the words are found, nor where no words are asked for, nor what is nothing like it")
    func notOffered() async throws {
        try await withTenant { tenant in
            let said = try await tenant.makeTicket("Nothing", message: "refnud")
            _ = try await tenant.makeTicket("Refund", message: "Nothing")
            let found = try await tenant.search("refnud")
            #expect(found.match == .words && found.ids == [said.id])
            for text in ["zzzzqqq", "subject:zzzzqqq", "status:pending", "priority:urgent", "#4711", "refnuds -refnuds"] {
                let page = try await tenant.search(text)
                #expect(page.ids.isEmpty, "\(text)")
            }
        }
    }

    @Test("What must not be there is not, and all else that is asked for holds")
    func conditions() async throws {
        try await withTenant { tenant in
            let plain = try await tenant.makeTicket("Refund", message: "Nothing")
            let zebra = try await tenant.makeTicket("Refund", message: "About zebras")
            let pending = try await tenant.makeTicket("Refund", message: "Nothing")
            _ = try await tenant.set(.pending, on: pending.id)
            for (text, ids) in [
                ("refnud", [pending.id, zebra.id, plain.id]), ("refnud -zebra", [pending.id, plain.id]),
                ("refnud status:pending", [pending.id]),
                ("refnud -status:pending", [zebra.id, plain.id]), ("refnud subject:refund priority:urgent", []),
                ("refnud from:customer #\(zebra.id)", [zebra.id]),
            ] {
                let page = try await tenant.search(text) { $0.sort = .newest }
                #expect(page.ids == ids, "\(text)")
            }
            let filtered = try await tenant.search("refnud") { $0.filter.statuses = [.visible(.pending)] }
            #expect(filtered.ids == [pending.id])
        }
    }

    @Test("Nobody is shown what they may not see, nor hidden tickets that were not asked for, and users nothing but what has their words")
    func rights() async throws {
        try await withTenant { tenant in
            let seen = try await tenant.makeTicket("Refund", message: "Nothing")
            let unseen = try await tenant.makeTicket("Refund", message: "Nothing")
            let deleted = try await tenant.makeTicket("Refund", message: "Nothing")
            let merged = try await tenant.makeTicket("Refund", message: "Nothing")
            let (few, token) = try await tenant.addAgent("few", rights: [.reply])
            _ = try await tenant.update(seen.id) { $0.agent = .to(few) }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.hideTicket(deleted.id, as: .deleted, $0) }
            _ = try await tenant.nowByAgent { try await tenant.helpdesk.mergeTickets([merged.id], into: unseen.id, $0) }
            let all = try await tenant.search("refnud") { $0.sort = .newest }
            #expect(all.ids == [unseen.id, seen.id])
            let own = try await tenant.search("refnud", by: tenant.authenticator.refreshed(token))
            #expect(own.ids == [seen.id] && own.match == .similar)
            let hidden = try await tenant.search("refnud status:deleted")
            #expect(hidden.ids == [deleted.id] && hidden.match == .similar)
            let user = try await tenant.search("refnud", by: tenant.now(tenant.user))
            #expect(user.ids.isEmpty)
        }
    }

    @Test("Page for page in either sort, each ticket once", arguments: SearchSort.allCases)
    func pages(_ sort: SearchSort) async throws {
        try await withTenant { tenant in
            var ids: [ID<Ticket>] = []
            for number in 1...11 { ids.append(try await tenant.makeTicket("Refund number\(number)", message: "Nothing").id) }
            let request = SearchRequest(try SearchQuery(parsing: "refnud"), sort: sort, limit: 3)
            let (hits, match) = try await tenant.pages(request, tenant.agent.access)
            #expect(match == .similar)
            #expect(hits.map(\.ticket.id).sorted() == ids)
        }
    }
}
