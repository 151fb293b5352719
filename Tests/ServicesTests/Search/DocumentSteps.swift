import Domain
import Postgres
import Repositories
import Support
import Testing

/// A ticket's search document as the law has it: which words of what weight are in it, and not where.
struct SearchedDocument: Hashable, Sendable {
    var ticket: String
    var isHidden: String
    var subject: String
    var person: String
    /// `printer:AC`
    var words: Set<String>
}

extension TestTenant {
    private static let reading = """
        select ticket_id, hidden, subject, person,
            (
                select string_agg(
                    lexeme || ':' || array_to_string(array(select distinct weight from unnest(weights) as weight order by 1), ''), E'\\n')
                from unnest(words)
            )
        from helpdesk.search_documents
        full join helpdesk.search_texts using (tenant_id, ticket_id)
        order by ticket_id
        """

    /// What is kept, and what would be if all of it were written anew; that is taken back.
    func keptDocuments() async throws -> (kept: [SearchedDocument], afresh: [SearchedDocument]) {
        let number = "\(tenant.id)"
        return try await ScriptSession.run(on: TestInstallation.shared.value.address) { session in
            try session.run("begin")
            _ = try session.run("select set_config('app.tenant_id', $1, true)", [number])
            let kept = try session.run(Self.reading)
            let tickets = try session.run("select array_agg(id) from helpdesk.tickets where tenant_id = $1", [number])
            for table in ["documents", "texts"] {
                _ = try session.run("delete from helpdesk.search_\(table) where tenant_id = $1", [number])
            }
            let language = try session.run("select search_language from helpdesk.settings where tenant_id = $1", [number])
            _ = try session.run(SearchDocuments.SQL.refresh.rawValue, [number, tickets[0][0] ?? "{}", language[0][0] ?? ""])
            let afresh = try session.run(Self.reading)
            try session.run("rollback")
            return (kept.map(SearchedDocument.init), afresh.map(SearchedDocument.init))
        }
    }

    /// Fails for each document that says something else than it would if it were written anew.
    /// - Returns: how many there are.
    @discardableResult
    func expectRightDocuments(_ place: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> Int {
        let (kept, afresh) = try await keptDocuments()
        #expect(kept.map(\.ticket) == afresh.map(\.ticket), "\(place)", sourceLocation: sourceLocation)
        for (kept, afresh) in zip(kept, afresh) where kept != afresh {
            let surplus = kept.words.subtracting(afresh.words).sorted()
            let missing = afresh.words.subtracting(kept.words).sorted()
            Issue.record(
                "\(place): ticket \(kept.ticket) has \(surplus), lacks \(missing); \(kept.isHidden) \(kept.subject) \(kept.person)",
                sourceLocation: sourceLocation)
        }
        return kept.count
    }

    /// Where the document's rows lie, and who wrote them: of rows that nobody touched it stays.
    func place(of id: ID<Ticket>) async throws -> [[String?]] {
        try await sql(
            """
            select documents.ctid, documents.xmin, texts.ctid, texts.xmin
            from search.documents
            full join search.texts using (tenant_id, ticket_id)
            where tenant_id = $tenant and ticket_id = \(id)
            """)
    }
}

extension SearchedDocument {
    fileprivate init(_ row: [String?]) {
        let texts = row.map { $0 ?? "" }
        self.init(
            ticket: texts[0], isHidden: texts[1], subject: texts[2], person: texts[3],
            words: Set(texts[4].split(separator: "\n").map(String.init)))
    }
}
