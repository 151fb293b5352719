import Postgres

/// Words of one helpdesk's visible tickets, by how many of them say it. `deskyard bench-data` writes nothing but `word1`, `word2` …, so a
/// word is its number.
struct SearchWords: CustomStringConvertible {
    /// In one ticket of a thousand, and in one at least.
    let rare: [Int]
    /// In one of ten.
    let middle: [Int]
    /// In most of them.
    let common: [Int]
    /// A common one and a middle one that stand in the same ticket.
    let together: [(Int, Int)]

    /// Several of each kind, so that nobody remembers the answer.
    private static let variety = 8
    /// There are no more that are in most tickets.
    private static let mostCommon = 4

    var description: String { "rare: \(rare), middle: \(middle), common: \(common)" }

    init(in tenant: Int64, on database: BenchDatabase) async throws {
        let counts = try await Self.counts(in: tenant, on: database)
        // At the most as many as there are tickets, as the word that is nearly everywhere says.
        guard let most = counts.first?.tickets else { throw Failure("helpdesk \(tenant) has no words") }
        common = counts.prefix(Self.mostCommon).map(\.word)
        rare = Self.nearest(to: max(1, most / 1000), counts)
        middle = Self.nearest(to: max(1, most / 10), counts)
        together = try await Self.pairs(common, middle, in: tenant, on: database)
        guard !together.isEmpty else { throw Failure("no two words stand in the same ticket of helpdesk \(tenant)") }
    }

    private static func nearest(to share: Int, _ counts: [(word: Int, tickets: Int)]) -> [Int] {
        counts.sorted { abs($0.tickets - share) < abs($1.tickets - share) }.prefix(variety).map(\.word)
    }

    /// The most frequent first.
    private static func counts(in tenant: Int64, on database: BenchDatabase) async throws -> [(word: Int, tickets: Int)] {
        let rows = try await ScriptSession.run(on: database.administrator) { session in
            try session.run("set app.tenant_id = '\(tenant)'")
            return try session.run(
                """
                select substring(word from 5), ndoc
                from ts_stat('select words from helpdesk.search_documents where not hidden')
                where word ~ '^word[0-9]+$'
                order by ndoc desc, word
                """)
        }
        return rows.compactMap { row in
            guard let word = row[0].flatMap({ Int($0) }), let tickets = row[1].flatMap({ Int($0) }) else { return nil }
            return (word, tickets)
        }
    }

    private static func pairs(
        _ first: [Int], _ second: [Int], in tenant: Int64, on database: BenchDatabase
    ) async throws -> [(Int, Int)] {
        try await ScriptSession.run(on: database.administrator) { session in
            try session.run("set app.tenant_id = '\(tenant)'")
            var found: [(Int, Int)] = []
            for (index, word) in second.enumerated() {
                let other = first[index % first.count]
                guard word != other else { continue }
                let rows = try session.run(
                    "select from helpdesk.search_documents where not hidden and words @@ 'word\(other) & word\(word)' limit 1")
                if !rows.isEmpty { found.append((other, word)) }
            }
            return found
        }
    }
}
