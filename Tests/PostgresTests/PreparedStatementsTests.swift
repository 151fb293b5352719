import Support
import Testing

@testable import Postgres

extension PreparedStatements.Use {
    fileprivate var name: String {
        switch self {
        case .known(let name): name
        case .new(let name, _): name
        }
    }

    fileprivate var evicted: String? {
        if case .new(_, let evicted) = self { evicted } else { nil }
    }

    fileprivate var isNew: Bool {
        if case .new = self { true } else { false }
    }
}

@Suite("The statements a connection has prepared")
struct PreparedStatementsTests {
    @Test("A statement is prepared once and known from then on")
    func known() {
        var statements = PreparedStatements()
        let first = statements.use("select 1")
        let second = statements.use("select 1")
        statements.confirm(name: first.name)
        let third = statements.use("select 1")
        #expect(first.isNew)
        #expect(first.evicted == nil)
        #expect(second == .known(name: first.name))
        #expect(third == .known(name: first.name))
    }

    @Test("Different texts have different names")
    func different() {
        var statements = PreparedStatements()
        let names = (0..<200).map { statements.use("select \($0)").name }
        #expect(Set(names).count == 200)
    }

    @Test("The statement used longest ago makes way for a new one")
    func leastRecentlyUsed() {
        var statements = PreparedStatements(capacity: 3)
        let a = prepare("a", in: &statements)
        let b = prepare("b", in: &statements)
        let c = prepare("c", in: &statements)
        let again = statements.use("a")
        #expect(again == .known(name: a.name))

        let d = prepare("d", in: &statements)
        #expect(d.evicted == b.name)
        let e = prepare("e", in: &statements)
        #expect(e.evicted == c.name)
        let f = prepare("f", in: &statements)
        #expect(f.evicted == a.name)
        let stillKnown = statements.use("d")
        #expect(stillKnown == .known(name: d.name))
    }

    @Test("As long as there is room nothing makes way")
    func room() {
        var statements = PreparedStatements(capacity: 3)
        for sql in ["a", "b", "c", "a", "b", "c"] {
            let use = prepare(sql, in: &statements)
            #expect(use.evicted == nil, "\(sql)")
        }
        let use = prepare("d", in: &statements)
        #expect(use.evicted != nil)
    }

    @Test("A statement that made way is prepared anew, under another name")
    func evicted() {
        var statements = PreparedStatements(capacity: 1)
        let before = prepare("a", in: &statements)
        let other = prepare("b", in: &statements)
        let after = prepare("a", in: &statements)
        #expect(other.evicted == before.name)
        #expect(after.isNew)
        #expect(after.evicted == other.name)
        #expect(Set([before.name, other.name, after.name]).count == 3)
    }

    @Test("A statement the server has not confirmed does not make way, for it may be needed in the same exchange")
    func unconfirmedStays() {
        var statements = PreparedStatements(capacity: 2)
        let a = statements.use("a")
        let b = statements.use("b")
        let c = statements.use("c")
        #expect(c.evicted == nil)
        let names = ["a", "b", "c"].map { statements.use($0) }
        #expect(names == [.known(name: a.name), .known(name: b.name), .known(name: c.name)])

        statements.confirm(name: b.name)
        let d = statements.use("d")
        #expect(d.evicted == b.name)
    }

    @Test("After a failed exchange what was not confirmed is forgotten, and only that")
    func forgetUnconfirmed() {
        var statements = PreparedStatements()
        let confirmed = prepare("confirmed", in: &statements)
        let unconfirmed = statements.use("unconfirmed")
        let other = statements.use("other")
        statements.forgetUnconfirmed()
        let stillKnown = statements.use("confirmed")
        let anew = statements.use("unconfirmed")
        let otherAnew = statements.use("other")
        #expect(stillKnown == .known(name: confirmed.name))
        #expect(anew.isNew)
        #expect(otherAnew.isNew)
        #expect(Set([unconfirmed.name, other.name, anew.name, otherAnew.name]).count == 4)
    }

    @Test("To confirm what is forgotten brings nothing back")
    func lateConfirmation() {
        var statements = PreparedStatements()
        let forgotten = statements.use("a")
        statements.forgetUnconfirmed()
        statements.confirm(name: forgotten.name)
        statements.confirm(name: "never heard of")
        let anew = statements.use("a")
        #expect(anew.isNew)
        #expect(anew.name != forgotten.name)
    }

    @Test("With every statement confirmed, the server never holds more than the capacity")
    func bounded() {
        var generator = SeededGenerator(seed: 2)
        var statements = PreparedStatements(capacity: 8)
        var server: Set<String> = []
        for _ in 0..<5000 {
            let use = prepare("select \(Int.random(in: 0..<20, using: &generator))", in: &statements)
            if let evicted = use.evicted {
                let wasThere = server.remove(evicted) != nil
                #expect(wasThere, "\(evicted) was not prepared")
            }
            if use.isNew { server.insert(use.name) }
            #expect(server.count <= 8)
        }
        #expect(server.count == 8)
    }

    @Test("Wherever exchanges fail, a statement that counts as known is one the server has, with that text")
    func failingExchanges() {
        enum Command {
            case deallocate(String)
            case parse(name: String, sql: String)
            case execute(name: String, sql: String)
        }
        var generator = SeededGenerator(seed: 3)
        var statements = PreparedStatements(capacity: 5)
        var server: [String: String] = [:]
        var failures = 0
        for exchange in 1...3000 {
            var commands: [Command] = []
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let sql = "select \(Int.random(in: 0..<10, using: &generator))"
                let use = statements.use(sql)
                if let evicted = use.evicted { commands.append(.deallocate(evicted)) }
                if use.isNew { commands.append(.parse(name: use.name, sql: sql)) }
                commands.append(.execute(name: use.name, sql: sql))
            }
            // Every third exchange fails at one of its commands; the rest of it is skipped.
            let fails = Int.random(in: 0..<3, using: &generator) == 0
            let end = fails ? Int.random(in: 0..<commands.count, using: &generator) : commands.count
            for command in commands[..<end] {
                switch command {
                case .deallocate(let name):
                    let wasThere = server.removeValue(forKey: name) != nil
                    #expect(wasThere, "exchange \(exchange): \(name) was not prepared")
                case .parse(let name, let sql):
                    #expect(server[name] == nil, "exchange \(exchange): \(name) is prepared already")
                    server[name] = sql
                    statements.confirm(name: name)
                case .execute(let name, let sql):
                    #expect(server[name] == sql, "exchange \(exchange): \(name) is not \(sql)")
                }
            }
            if fails {
                statements.forgetUnconfirmed()
                failures += 1
            }
        }
        #expect(failures > 500)
    }

    /// Uses a statement in an exchange of its own, which goes well.
    private func prepare(_ sql: String, in statements: inout PreparedStatements) -> PreparedStatements.Use {
        let use = statements.use(sql)
        statements.confirm(name: use.name)
        return use
    }
}
