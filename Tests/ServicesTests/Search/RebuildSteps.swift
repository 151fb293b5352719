import Domain
import Postgres
import Support
import Testing

@testable import Services

/// What tests of rebuilds do on their way.
extension TestTenant {
    /// From the first ticket on, so many at a time at first.
    func beginRebuild(_ scope: SearchRebuild.Scope = .everything, taking size: Int = 50) async throws {
        switch scope {
        case .everything: _ = try await installation.startSearchRebuild(in: tenant.slug, fromStart: true)
        case .tickets(let user):
            let now = clock.now
            try await helpdesk.database.transaction(in: self.scope, at: now) { tx in
                tx.refreshDocuments(of: user, at: now)
                return Pending(())
            }
        }
        try await sql("update helpdesk.search_rebuilds set batch = \(size) where tenant_id = $tenant")
    }

    /// Pieces until so many documents are written; waits for those who were there before.
    @discardableResult
    func rebuild(_ scope: SearchRebuild.Scope = .everything, untilDone most: Int64 = .max) async throws -> SearchRebuild? {
        // Another process knows nothing but what is written down.
        let helpdesk = Helpdesk(database: helpdesk.database, clock: clock.clock)
        var last: SearchRebuild?
        for _ in 0..<100_000 {
            switch try await helpdesk.rebuildPiece(scope, in: self.scope) {
            case .wrote(_, let rebuild, _):
                last = rebuild
                if rebuild.done >= most { return rebuild }
            case .waiting(let rebuild):
                last = rebuild
                // Not for others' transactions, but for tickets.
                if rebuild.place == rebuild.extent?.through, !rebuild.passedOver.isEmpty { return rebuild }
            case .busy: continue
            case .stumbled(let error): throw error
            case .ended(let rebuild): return rebuild
            case .over: return last
            }
        }
        Issue.record("it comes to no end")
        return last
    }

    /// Every document, in the order of its ticket's number: which words of which weight are in it, and not where.
    func documents() async throws -> [[String?]] {
        try await sql(
            """
            select ticket_id, hidden, subject, person, (
                select string_agg(
                    lexeme || ':' || array_to_string(array(select distinct weight from unnest(weights) as weight order by 1), ''), ' ')
                from unnest(words)
            )
            from search.documents
            full join search.texts using (tenant_id, ticket_id)
            where tenant_id = $tenant
            order by ticket_id
            """)
    }

    /// As if there never were any before.
    func documentsMadeAfresh() async throws -> [[String?]] {
        try await sql("delete from search.documents where tenant_id = $tenant; delete from search.texts where tenant_id = $tenant")
        try await beginRebuild()
        try await rebuild()
        return try await documents()
    }

    /// The tickets whose documents have this word, as it is stemmed in the helpdesk's language.
    func ticketsWith(_ word: String) async throws -> [String?] {
        try await sql(
            """
            select ticket_id
            from search.documents
            join helpdesk.settings using (tenant_id)
            where tenant_id = $tenant
                and words @@ to_tsquery(search_language::regconfig, '\(word)')
            order by ticket_id
            """
        ).map { $0[0] }
    }
}
