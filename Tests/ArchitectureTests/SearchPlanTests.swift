import Domain
import Postgres
import Repositories
import Testing

/// Looks at the plans of searches, under the application's role and with the walls as they are: planned for the words that are searched and
/// the helpdesk that asks, as the service does.
@Suite(.serialized) struct SearchPlanTests {
    /// In the large one; of a small one all documents are as few as the pages of such an index.
    @Test("words are found by an index of the helpdesk's words: the tenant and the words are both its conditions")
    func wordsAreIndexConditions() async throws {
        try await Self.plans(SearchCombinations.rareWords, tenant: 1) { shape, plan in
            let reads = plan.reads(of: ["documents"]).filter { !$0.indexes.isEmpty && $0.indexes != ["documents_pkey"] }
            let isFound = reads.contains { read in
                let index = shape.query.sql.contains("not documents.hidden") ? "documents_visible_words" : "documents_hidden_words"
                return read.indexes.contains(index) && read.condition.contains("(tenant_id = ") && read.condition.contains("(words @@ ")
            }
            #expect(isFound, "\(shape.text):\n\(plan.text)")
        }
    }

    @Test("parts of texts are found by an index of the helpdesk's texts: the tenant and the text are both its conditions")
    func textsAreIndexConditions() async throws {
        try await Self.plans(SearchCombinations.rareParts, tenant: 1) { shape, plan in
            let isFound = plan.reads(of: ["texts"]).contains { read in
                read.indexes.contains("texts_parts") && read.condition.contains("(tenant_id = ")
                    && (read.condition.contains("(subject ~~ ") || read.condition.contains("(person ~~ ")
                        || read.condition.contains("(subject %> "))
            }
            #expect(isFound, "\(shape.text):\n\(plan.text)")
        }
    }

    @Test("no search reads a whole table, nor a part of an index that is another tenant's", arguments: [1, 77])
    func tenantsPartOnly(tenant: Int) async throws {
        try await Self.plans(SearchCombinations.all, tenant: tenant) { shape, plan in
            let isScanning = plan.nodes.contains { $0.type == "Seq Scan" }
            let isStraying = plan.nodes.contains { $0.index != nil && !$0.condition.contains("tenant_id = ") }
            #expect(!isScanning && !isStraying, "\(shape.sql)\n\(plan.text)")
        }
    }

    /// The small helpdesk has 100 tickets, its largest neighbour 200 times as many; a zebra is in ten of all, a thing in every one of them.
    @Test("a small helpdesk's search touches as many buffers as its own tickets ask for, however large its neighbour is")
    func smallHelpdesksAreIndependent() async throws {
        try await Self.plans(
            SearchCombinations.texts.flatMap { SearchCombinations.firstPages($0, seenBy: .everything) }, tenant: 77, analyze: true
        ) {
            shape, plan in
            #expect(plan.buffers < 2500, "\(shape.text): \(plan.buffers)\n\(plan.text)")
        }
    }

    @Test("a word that is in every ticket stops at the page, or at the tickets that are weighed")
    func commonWordsStop() async throws {
        try await Self.plans(SearchCombinations.firstPages("thing", seenBy: .everything), tenant: 1, analyze: true) { shape, plan in
            #expect(plan.ticketsRead <= 2 * Int64(SearchSort.window) + 200, "\(plan.ticketsRead)\n\(plan.text)")
        }
    }

    @Test("a status that changes among the visible ones leaves the ticket's document alone")
    func visibleStatusesLeaveDocuments() {
        // The tables hold nothing of it but whether the ticket is hidden.
        for sql in StatementCatalogue.tenantStatements where sql.contains("search_documents") || sql.contains("search_texts") {
            #expect(!sql.contains("status = $") && !sql.contains("tickets.status"), "\(sql)")
        }
        #expect(!Tickets.SQL.update.rawValue.contains("search_"))
    }

    private static func plans(
        _ shapes: [SearchCombinations], tenant: Int, analyze: Bool = false,
        _ check: @escaping @Sendable (SearchCombinations, Plan) throws -> Void
    ) async throws {
        #expect(!shapes.isEmpty)
        try await PlanDatabase.run(in: tenant) { session in
            try session.run("set pg_trgm.word_similarity_threshold = 0.4")
            for (index, shape) in shapes.enumerated() {
                try check(shape, try session.plan(of: shape.query, named: "w\(index)", tenant: tenant, analyze: analyze, forValues: true))
            }
        }
    }
}

extension SearchCombinations {
    fileprivate static let rareWords = [
        "zebra", "zebra paper", "zebra agent:1", "zebra label:label-3", "zebra status:spam", "zebra -paper",
    ]
    .flatMap { firstPages($0, seenBy: .everything) }

    fileprivate static let rareParts =
        ["subject:zebra", "from:u51", "subject:zebra status:spam"].flatMap { firstPages($0, seenBy: .everything) }
        + firstPages("zebra", match: .similar, seenBy: .everything)
}
