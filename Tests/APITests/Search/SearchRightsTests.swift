import Domain
import JSON
import Support
import Testing

@Suite("Whom a search tells what")
struct SearchRightsTests {
    @Test("Users find their own tickets by what they can read in them, and neither by notes nor labels nor anybody else's words")
    func users() async throws {
        try await withDesk { server, tenant in
            let user = tenant.user.token
            let agent = tenant.agent.token
            let own = try await server.openTicket(tenant, "The printer burns").id
            let path = "/v1/tickets/\(own)"
            _ = try await server.send("POST", path + "/notes", token: agent, ["text": "Customer is a numismatist"])
            _ = try await server.send("POST", path + "/replies", token: agent, ["text": "Pour some water on the hydrant"])
            _ = try await server.send(
                "PATCH", path, token: agent, ["labels": ["troublemaker"], "agent_id": .integer(tenant.agentID.value)])
            let stranger = try await tenant.anotherUser()
            let theirs = try await server.send("POST", "/v1/tickets", token: stranger, ["subject": "My printer", "text": "Squeaks"]).id

            for text in ["printer", "burns", "hydrant", "help", "print*"] {
                let answered = try await server.search(text, as: user)
                #expect(answered.status == 200 && answered.found == [own], "\(text): \(answered.json)")
            }
            for text in ["numismatist", "troublemaker", "squeaks", "#\(theirs)"] {
                let answered = try await server.search(text, as: user)
                #expect(answered.status == 200 && answered.items.isEmpty, "\(text): \(answered.json)")
            }
            let shown = try await server.search("printer", as: user)
            #expect(shown.items.first?["ticket"]?["labels"] == [])
            for text in ["numismatist", "troublemaker"] {
                let answered = try await server.search(text, as: agent)
                #expect(answered.found == [own], "\(text)")
            }
            // That nothing is found by a label would tell that it is not there.
            for text in ["label:troublemaker", "printer -label:troublemaker", "status:spam", "printer status:deleted"] {
                let answered = try await server.search(text, as: user)
                #expect(answered.status == 403 || answered.faultyFields == ["q"], "\(text): \(answered.json)")
            }
            for query in ["label=troublemaker", "status=spam", "status=deleted&status=pending"] {
                expectProblem(try await server.search("printer", query, as: user), 403)
            }
        }
    }

    @Test(
        "An agent's page is full of what the agent sees, and the way through the pages leads to all of it",
        arguments: ["relevance", "newest"])
    func narrow(sort: String) async throws {
        try await withDesk { server, tenant in
            let narrow = try await tenant.narrowAgent(server)
            var seen: [Int64] = []
            for number in 1...24 {
                let id = try await server.openTicket(tenant, "Printer \(number)").id
                guard number.isMultiple(of: 3) else { continue }
                let assigned = try await server.send(
                    "PATCH", "/v1/tickets/\(id)", token: tenant.agent.token, ["agent_id": .integer(narrow.id)])
                try #require(assigned.status == 200)
                seen.append(id)
            }
            let all = try await server.search("printer", "sort=\(sort)", as: tenant.agent.token)
            let pages = try await server.searchThrough("printer", "sort=\(sort)", limit: 3, as: narrow.token)
            let similar = try await server.searchThrough("rinte", "sort=\(sort)", limit: 3, as: narrow.token)
            #expect(all.items.count == 24)
            #expect(pages.ids.sorted() == seen && pages.pages == 3)
            #expect(similar.ids.sorted() == seen)
        }
    }

    @Test("Nothing of another helpdesk is found, by no word, number or ref of it")
    func otherTenant() async throws {
        try await withDesk { server, tenant in
            let theirs = try await TestInstallation.shared.value.makeTenant()
            let ticket = try await server.openTicket(theirs, "Zweifellos a printer")
            let mine = try await server.openTicket(tenant, "My printer").id
            for login in [tenant.admin, tenant.agent, tenant.user] {
                for text in ["zweifellos", "printer", "weifello", ticket.word("ref") ?? "", "user@customer.example", "subject:zweifellos"] {
                    let answered = try await server.search(text, as: login.token)
                    #expect(answered.status == 200 && Set(answered.found).isSubset(of: [mine]), "\(text)")
                    #expect(!answered.text.lowercased().contains("zweifellos"), "\(text)")
                }
            }
        }
    }

    @Test("Hidden tickets are found where their status is named, in q or beside it, and nowhere else, however few the rest are")
    func hidden() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let plain = try await server.openTicket(tenant, "Printer on fire").id
            let spam = try await server.openTicket(tenant, "Printer for sale, bargain").id
            let deleted = try await server.openTicket(tenant, "Printer insult").id
            _ = try await server.send("POST", "/v1/tickets/\(spam)/spam", token: agent)
            _ = try await server.send("DELETE", "/v1/tickets/\(deleted)", token: agent)
            func found(_ text: String, _ more: String = "") async throws -> Set<Int64> {
                let answered = try await server.search(text, more, as: agent)
                try #require(answered.status == 200, "\(answered.json)")
                return Set(answered.found)
            }
            #expect(try await found("printer") == [plain])
            #expect(try await found("bargain") == [])
            #expect(try await found("bargai") == [])
            #expect(try await found("printer -status:resolved") == [plain])
            #expect(try await found("printer -status:spam") == [plain])
            #expect(try await found("printer status:spam") == [spam])
            #expect(try await found("printer status:spam,deleted") == [spam, deleted])
            #expect(try await found("printer", "status=spam") == [spam])
            #expect(try await found("printer", "status=deleted&status=awaiting_agent") == [plain, deleted])
            #expect(try await found("bargai", "status=spam") == [spam])
            #expect(try await found("#\(spam)") == [])
            #expect(try await found("printer status:spam", "status=deleted") == [])
            let pages = try await server.searchThrough("printer", "status=spam&status=deleted", limit: 1, as: agent)
            #expect(pages.ids.sorted() == [spam, deleted])
        }
    }
}
