import Domain
import JSON
import Support
import Testing

@Suite("Hidden tickets, asked for at every route")
struct HiddenTests {
    @Test("While tickets are hidden nobody is told of them who did not ask by name; restored, they are back wherever they were")
    func everyList() async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let questions = try await scene.questions()
            let before = try await scene.ask(questions)
            try await scene.hide()
            let hidden = try await scene.ask(questions)
            try await scene.restore()
            let after = try await scene.ask(questions)

            for (caller, replies) in hidden {
                for (question, reply) in replies where question.names.isEmpty {
                    #expect(scene.told(in: reply.text, at: question.address).isEmpty, "\(question.address) by \(caller)")
                }
            }
            for (caller, replies) in before {
                for (question, reply) in replies {
                    let told = scene.told(in: reply.text, at: question.address)
                    let later = try #require(after[caller]?[question])
                    #expect(later.status == reply.status, "\(question.address) by \(caller)")
                    #expect(scene.told(in: later.text, at: question.address) == told, "\(question.address) by \(caller)")
                    // Else it would be no wonder that nothing is told of hidden ones.
                    if caller == "admin", question.findsTickets { #expect(told.count >= 3, "\(question.address)") }
                }
            }
            for caller in scene.callers {
                let all = before[caller.name]?.first { $0.key.address == "/v1/tickets" }?.value
                let seen = scene.numbers(in: try #require(all).text).intersection([scene.spam, scene.deleted, scene.merged])
                #expect(seen == caller.sees, "\(caller.name)")
            }
            #expect(questions.count > 120 && questions.filter(\.findsTickets).count > 35)
        }
    }

    @Test("Who asks for spam or deleted tickets by name gets exactly those they see; users never do")
    func byName() async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            let questions = try await scene.questions().filter { !$0.names.isEmpty }
            try await scene.hide()
            let replies = try await scene.ask(questions)
            for caller in scene.callers {
                for question in questions {
                    let reply = try #require(replies[caller.name]?[question])
                    let told = scene.numbers(in: reply.text)
                    let asked = Set([("spam", scene.spam), ("deleted", scene.deleted)].filter { question.names.contains($0.0) }.map(\.1))
                    guard caller.isAgent else {
                        #expect(reply.status == 403 && told.isEmpty, "\(question.address) by \(caller.name)")
                        continue
                    }
                    let isMixed = question.address.contains("awaiting_agent")
                    let visible: Set<Int64> = isMixed ? [scene.plain, scene.linked] : []
                    #expect(reply.status == 200, "\(question.address) by \(caller.name)")
                    #expect(told.subtracting(visible) == caller.sees.intersection(asked), "\(question.address) by \(caller.name)")
                    if isMixed, caller.name == "admin" { #expect(told.isSuperset(of: visible), "\(question.address)") }
                }
            }
            #expect(questions.count >= 30)
        }
    }

    @Test("Nothing is counted that was hidden: each answer is the same while it is hidden and when it is purged")
    func counts() async throws {
        try await withDesk { server, tenant in
            let scene = try await HiddenScene(server, tenant)
            try await scene.hide()
            let questions = try await scene.questions().filter { $0.names.isEmpty && !$0.countsHidden && !$0.isOperators }
            let hidden = try await scene.ask(questions)
            try await scene.purge()
            let purged = try await scene.ask(questions)
            for (caller, replies) in hidden {
                for (question, reply) in replies {
                    let later = try #require(purged[caller]?[question])
                    #expect(later.withoutUses == reply.withoutUses, "\(question.address) by \(caller)")
                }
            }
            #expect(questions.count > 80)
        }
    }
}

extension HiddenScene.Reply {
    /// Tokens are used by asking.
    fileprivate var withoutUses: Self { Self(status: status, text: text.replacing(#/"last_used_at":(null|"[^"]*")/#, with: "")) }
}
