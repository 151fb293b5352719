import Foundation
import Postgres
import Repositories

extension Background {
    /// Tickets of the whole other installation, and how many helpdesks share them.
    private static let few = (tickets: 20_000, tenants: 20)

    /// The same small helpdesk's searches in two installations: this one, and one of 20,000 tickets.
    func searchNeighbours() async throws -> [BackgroundResult] {
        let workplace = try Workplace(named: "few")
        defer { workplace.remove() }
        var fewer = options
        (fewer.tickets, fewer.tenants) = Self.few
        let other = try BenchDatabase(in: workplace, fewer)
        defer { other.destroy() }
        try await other.prepare()
        let deskyard = Program(path: options.deskyard)
        _ = try await other.fill(with: deskyard, in: workplace, fewer)
        let server = try await Server(deskyard, on: other, in: workplace, fewer)
        defer { server.stop() }

        let many = try await SearchedHelpdesk(on: database, wrk)
        let few = try await SearchedHelpdesk(
            on: other, Wrk(program: wrk.program, port: server.port, workplace: workplace, clients: options.clients))
        guard many.words.description == few.words.description else { throw Failure("the two helpdesks do not say the same") }
        var results: [BackgroundResult] = []
        for (title, words) in many.searches {
            guard try await many.found(words) == few.found(words) else { throw Failure("the two helpdesks do not answer the same") }
            var times: (many: [Double], few: [Double]) = ([], [])
            for helpdesk in [many, few] { _ = try await helpdesk.measure(words, seconds: 1) }
            for round in 1...options.rounds {
                for isMany in round % 2 == 1 ? [true, false] : [false, true] {
                    let time = try await (isMany ? many : few).measure(words, seconds: options.seconds).p50 / 1000
                    if isMany { times.many.append(time) } else { times.few.append(time) }
                }
            }
            results.append(
                BackgroundResult(
                    title: "p50 of a search for \(title), \(SearchedHelpdesk.tickets) tickets beside \(options.tickets)", unit: "ms",
                    ours: median(times.many), floor: median(times.few), aim: "at most 1.3 times the same beside \(Self.few.tickets)"))
        }
        await many.helpdesk.close()
        await few.helpdesk.close()
        return results
    }
}

/// A small helpdesk that is the same in whichever database.
private struct SearchedHelpdesk {
    static let tickets = 200
    private static let users = 40

    let helpdesk: BenchHelpdesk
    let words: SearchWords
    private let wrk: Wrk

    init(on database: BenchDatabase, _ wrk: Wrk) async throws {
        self.wrk = wrk
        let helpdesk = try await BenchHelpdesk(named: "searched", on: database)
        self.helpdesk = helpdesk
        let numbers = "{\((1...Self.tickets).map(String.init).joined(separator: ","))}"
        let refresh = Step.filled(SearchDocuments.SQL.refresh.rawValue, ["\(helpdesk.id)", "'\(numbers)'::bigint[]", "'english'"])
        try await ScriptSession.run(on: database.administrator) { session in
            try session.run(Self.filling(helpdesk.id))
            try session.run("set app.tenant_id = '\(helpdesk.id)'")
            try session.run(refresh)
        }
        try await database.vacuum()
        words = try await SearchWords(in: helpdesk.id, on: database)
    }

    var searches: [(title: String, words: [[Int]])] {
        [
            ("a rare word", words.rare.map { [$0] }), ("a middle word", words.middle.map { [$0] }),
            ("a common word", words.common.map { [$0] }), ("two words", words.together.map { [$0.0, $0.1] }),
        ]
    }

    func measure(_ words: [[Int]], seconds: Int) async throws -> Load {
        try await wrk.measure(
            LuaScript(name: "searched", asking: words.map(Self.path), token: helpdesk.token, port: wrk.port), seconds: seconds)
    }

    /// The numbers of the tickets, search for search.
    func found(_ words: [[Int]]) async throws -> [[Int64]] {
        let service = ServiceReader(port: wrk.port, token: helpdesk.token)
        var found: [[Int64]] = []
        for each in words {
            found.append(try await service.get(Self.path(each))["items"]?.array?.compactMap { $0["ticket"]?["id"]?.integer } ?? [])
        }
        return found
    }

    private static func path(_ words: [Int]) -> String {
        "/v1/search?q=\(words.map { "word\($0)" }.joined(separator: "%20"))&limit=50"
    }

    /// With words as frequent as those of `deskyard bench-data`; always the same ones.
    private static func filling(_ tenant: Int64) -> String {
        func said(_ count: Int) -> String {
            "(select string_agg('word' || floor(exp(random() * 9.9)), ' ') from generate_series(1, \(count) + 0 * i))"
        }
        return """
            set session_replication_role = replica;
            select setseed(0.5);
            insert into helpdesk.users (tenant_id, id, name, email, created_at)
            select \(tenant), i, 'User ' || i, 'user' || i || '@bench.example', now() from generate_series(1, \(users)) i;
            insert into helpdesk.tickets (tenant_id, id, ref, subject, status, user_id, department_id, priority, urgency, channel,
                message_count, version, created_at, updated_at, status_changed_at)
            select \(tenant), i, 'S' || i, \(said(6)), 'awaiting_agent', 1 + i % \(users), 1, 'normal', 1, 'api', 1, 1, t, t, t
            from generate_series(1, \(tickets)) i, lateral (select now() - make_interval(hours => \(tickets) - i)) as times (t);
            insert into helpdesk.messages (tenant_id, ticket_id, id, kind, user_id, format, body, created_at)
            select \(tenant), i, i, 'user_message', 1 + i % \(users), 'text', \(said(40)), now() - make_interval(hours => \(tickets) - i)
            from generate_series(1, \(tickets)) i;
            reset session_replication_role;
            """
    }
}
