import Domain
import Foundation
import JSON
import Support
import Testing

@Suite("Search over HTTP")
struct SearchAPITests {
    @Test("Words are found in subjects, messages and people, and shown in a piece of the ticket; the ticket is as anywhere else")
    func words() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let fire = try await server.openTicket(tenant, "The printer burns").id
            let paper = try await server.openTicket(tenant, "No paper").id
            _ = try await server.send(
                "POST", "/v1/tickets/\(paper)/replies", token: agent, ["text": "Did you look into the printer on the second floor?"])
            let mine = try await server.send(
                "POST", "/v1/tickets", token: agent,
                ["subject": "Hello", "text": "It squeaks", "user": ["email": "ada@lovelace.example", "name": "Ada Lovelace"]]
            ).id

            let printer = try await server.search("printer", as: agent)
            #expect(printer.status == 200 && Set(printer.found) == [fire, paper] && printer.word("match") == "words")
            #expect(printer.isNull("next_cursor"))
            #expect(printer.snippets.allSatisfy { $0.contains("<mark>printer</mark>") }, "\(printer.snippets)")
            let read = try await server.read(fire, tenant)
            #expect(printer.items.contains { $0["ticket"] == read.json })

            let searches: [(text: String, found: Set<Int64>)] = [
                ("printers", [fire, paper]), ("\"second floor\"", [paper]), ("\"floor second\"", []), ("burns or squeaks", [fire, mine]),
                ("printer -burns", [paper]), ("squea*", [mine]), ("lovelace", [mine]), ("ada@lovelace.example", [mine]),
                ("#\(paper)", [paper]), (read.word("ref") ?? "", [fire]), ("status:awaiting_user", [paper]),
                ("printer status:awaiting_agent", [fire]), ("subject:paper", [paper]), ("from:lovelace", [mine]),
                ("printer paper", [paper]),
            ]
            for (text, found) in searches {
                let answered = try await server.search(text, as: agent)
                #expect(answered.status == 200 && Set(answered.found) == found, "\(text): \(answered.json)")
            }
        }
    }

    @Test("What words do not find is found by its parts or its likeness, and the answer says so")
    func similar() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let id = try await server.openTicket(tenant, "The photocopier smells").id
            for typed in ["photocop", "photcopier", "hotocopie"] {
                let answered = try await server.search(typed, as: agent)
                #expect(answered.found == [id] && answered.word("match") == "similar", "\(typed): \(answered.json)")
            }
            let nothing = try await server.search("xylophonist", as: agent)
            #expect(nothing.status == 200 && nothing.items.isEmpty && nothing.isNull("next_cursor"))
        }
    }

    @Test("The filters of the list narrow a search down to what the list shows")
    func filters() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let me = tenant.agentID.value
            let assigned = try await server.openTicket(tenant, "Printer one").id
            let urgent = try await server.openTicket(tenant, "Printer two").id
            let plain = try await server.openTicket(tenant, "Printer three").id
            _ = try await server.openTicket(tenant, "Scanner")
            _ = try await server.send(
                "POST", "/v1/fields", token: tenant.admin.token, ["key": "order_no", "name": "Order number", "type": "text"])
            _ = try await server.send(
                "PATCH", "/v1/tickets/\(assigned)", token: agent, ["agent_id": .integer(me), "fields": ["order_no": "A-17"]])
            _ = try await server.send(
                "PATCH", "/v1/tickets/\(urgent)", token: agent, ["priority": "urgent", "status": "pending", "labels": ["down"]])
            let filters: [(query: String, found: Set<Int64>)] = [
                ("agent_id=\(me)", [assigned]), ("agent_id=none", [urgent, plain]), ("status=pending", [urgent]),
                ("status=pending&status=awaiting_agent", [assigned, urgent, plain]), ("priority=urgent", [urgent]),
                ("label=down", [urgent]),
                ("field.order_no=A-17", [assigned]), ("user_id=\(tenant.userID)", [assigned, urgent, plain]), ("user_id=4711", []),
                ("created_after=2000-01-01T00:00:00Z", [assigned, urgent, plain]), ("updated_before=2000-01-01T00:00:00Z", []),
                ("agent_id=none&priority=normal", [plain]),
            ]
            for (query, found) in filters {
                for sort in ["relevance", "newest"] {
                    let answered = try await server.search("printer", "\(query)&sort=\(sort)", as: agent)
                    let listed = try await server.send("GET", "/v1/tickets?\(query)", token: agent)
                    #expect(answered.status == 200 && Set(answered.found) == found, "\(query): \(answered.json)")
                    #expect(found.isSubset(of: listed.ids), "\(query)")
                }
            }
        }
    }

    @Test(
        "Handing back next_cursor leads through everything once, in either order, whatever is opened meanwhile", arguments: SearchSort.all)
    func pages(sort: String) async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            var opened: [Int64] = []
            for number in 1...25 {
                // Some say it more often than others.
                let text = String(repeating: "printer ", count: number % 4)
                opened.append(try await tenant.makeTicket("Ticket \(number) printer", message: "About \(text)").id.value)
            }
            let whole = try await server.search("printer", "sort=\(sort)&limit=200", as: agent).found
            let still = try await server.searchThrough("printer", "sort=\(sort)", limit: 4, as: agent)
            let busy = try await server.searchThrough("printer", "sort=\(sort)", limit: 4, as: agent) {
                _ = try await tenant.makeTicket("One more printer")
            }
            #expect(whole.sorted() == opened && still.ids == whole && still.pages == 7)
            #expect(Set(busy.ids).count == busy.ids.count, "no ticket stands on two pages")
            #expect(Set(opened).isSubset(of: busy.ids))
            if sort == "newest" { #expect(whole == opened.reversed() && busy.ids == whole) }
            let similar = try await server.searchThrough("rinte", "sort=\(sort)", limit: 4, as: agent)
            #expect(Set(similar.ids).count == similar.ids.count && similar.ids.count == 25 + 6)
        }
    }

    @Test("A cursor that is none, or was given for another order, is refused")
    func cursors() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for number in 1...3 { _ = try await tenant.makeTicket("Printer \(number)") }
            for sort in SearchSort.all {
                let other = sort == "newest" ? "relevance" : "newest"
                let cursor = try #require(try await server.search("printer", "sort=\(sort)&limit=1", as: agent).nextCursor)
                let wrong = try await server.search("printer", "sort=\(other)&cursor=\(cursor)", as: agent)
                // One number alone is a place in either order; more are not.
                if sort == "relevance" || wrong.status != 200 { expectProblem(wrong, 422, naming: ["cursor"]) }
                for text in ["", "x", "bm9uc2Vuc2U", "d29yZHM", cursor + "A", "%00", "%F0%9F%A6%84"] {
                    expectProblem(try await server.search("printer", "sort=\(sort)&cursor=\(text)", as: agent), 422, naming: ["cursor"])
                }
            }
            for parts in ["words 9223372036854775807", "words -9223372036854775808", "words 1 9 -9223372036854775808 9223372036854775807"] {
                let cursor = Data(parts.utf8).base64EncodedString()
                for sort in SearchSort.all {
                    let answered = try await server.search("printer", "sort=\(sort)&cursor=\(cursor)", as: agent)
                    #expect([200, 422].contains(answered.status), "\(parts)")
                }
            }
        }
    }

    @Test("What is wrong is named, all of it: the text as q, with the character where it is wrong")
    func faults() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            for path in ["/v1/search", "/v1/search?q=", "/v1/search?q=%20%20", "/v1/search?sort=newest"] {
                expectProblem(try await server.send("GET", path, token: agent), 422, naming: ["q"])
            }
            expectProblem(try await server.send("GET", "/v1/search?q=a&q=b", token: agent), 422, naming: ["q"])
            expectProblem(try await server.search(String(repeating: "a", count: 1001), as: agent), 422, naming: ["q"])
            for text in [
                "colour:red", "\"open", "printer or", "or printer", "a or or b", "ab*", "status:open", "agent:nobody", "team:nowhere",
                "created:yesterday", "#x", "field.nowhere:1", "has:fun", "printer\u{0}", "-",
            ] {
                let answered = try await server.search(text, as: agent)
                expectProblem(answered, 422, naming: ["q"])
                #expect(!(answered.word("detail") ?? "").contains("search:"), "\(text)")
            }
            let open = try await server.search("printer \"open", as: agent)
            #expect(open.word("detail")?.contains("character 9") == true, "\(open.json)")
            expectProblem(try await server.search("a", "sort=oldest", as: agent), 422, naming: ["sort"])
            expectProblem(try await server.search("a", "limit=0", as: agent), 422, naming: ["limit"])
            expectProblem(try await server.search("a", "status=open&agent_id=x", as: agent), 422, naming: ["status", "agent_id"])
            expectProblem(try await server.search("a", "field.nowhere=1", as: agent), 422, naming: ["field.nowhere"])
            expectProblem(
                try await server.search("\"open", "sort=-updated_at&limit=x&colour=red", as: agent), 422,
                naming: ["q", "sort", "limit", "colour"])
        }
    }

    @Test("Whatever is typed gives an answer or a 422 that names q")
    func whatever() async throws {
        try await withDesk { server, tenant in
            _ = try await server.openTicket(tenant, "The printer burns")
            var chance = SeededGenerator(seed: 6)
            let pieces = [
                "printer", "burns", "\"the printer\"", " or ", " ", "-", "*", "refun*", "status:pending", "status:", "#1", "#", "'", "\"",
                "\\", "''", "&", "|", "!", "(", ")", "<->", ":*", ":A", "%", "_", "🦄", "ß", "\u{301}", "\u{200B}", "\n", "\t", "“", "”",
                "created:>2026-01-01", "updated:<7d", "a@b.example", "field.x:1", "has:attachment", "12:30", "http://x.y/z", "Re:", "\u{0}",
                "日本語", "select 1;", "$1", "E'\\'", "--", "/*", "\u{FFFF}", "a\u{308}", ",", "agent:me", "from:user", "subject:\"er b\"",
            ]
            var taken = 0
            for _ in 0..<300 {
                var text = ""
                for _ in 0..<Int.random(in: 1...6, using: &chance) {
                    text += pieces.randomElement(using: &chance) ?? ""
                    if Bool.random(using: &chance) { text += " " }
                }
                let sort = SearchSort.all.randomElement(using: &chance) ?? ""
                let answered = try await server.search(text, "sort=\(sort)", as: tenant.agent.token)
                #expect([200, 422].contains(answered.status), "\(text.debugDescription): \(answered.json)")
                if answered.status == 422 { #expect(answered.faultyFields == ["q"], "\(text.debugDescription)") }
                if answered.status == 200 { taken += 1 }
            }
            #expect(taken >= 50)
        }
    }
}

extension SearchSort {
    fileprivate static let all = allCases.map(\.rawValue)
}
