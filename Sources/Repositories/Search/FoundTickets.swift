import Domain
import Postgres

/// Tickets as they were found, with what stands around the words in each.
package struct FoundTickets {
    let transaction: TenantTransaction

    /// Some of what was found, in its order.
    package struct Batch: Sendable {
        package var hits: [SearchHit]
        /// By relevance: each hit's score.
        package var scores: [Int64]
        /// By relevance: the numbers between which tickets were weighed, and how many; nil where none was found.
        package var window: (numbers: ClosedRange<Int64>, size: Int)?
    }

    /// Searches are planned for the words that are searched and the helpdesk that asks: what is right for a rare word of a small one would go
    /// through all of a large one for a common word. Nothing here lies on a disk that turns.
    package func planForWords() { transaction.planForValues() }

    package func newest(_ search: TicketSearch, behind id: ID<Ticket>?, limit: Int, seenBy sight: TicketSight) -> Pending<Batch> {
        transaction.run(.newest(search, behind: id, limit: limit, seenBy: sight)).map { rows in
            Batch(hits: try Self.hits(rows), scores: [], window: nil)
        }
    }

    package func mostRelevant(
        _ search: TicketSearch, _ place: TicketQuery.Window, limit: Int, seenBy sight: TicketSight
    ) -> Pending<Batch> {
        transaction.run(.mostRelevant(search, place, limit: limit, seenBy: sight)).map { rows in
            let score = try rows.column("score", as: Int64.self)
            let batch = Batch(hits: try Self.hits(rows), scores: try rows.map { try score($0) }, window: nil)
            guard let row = rows.first else { return batch }
            let (first, last) = (try row.value("window_first") as Int64, try row.value("window_last") as Int64)
            let size = try row.value("window_size") as Int64
            return Batch(hits: batch.hits, scores: batch.scores, window: (first...last, Int(size)))
        }
    }

    private static func hits(_ rows: Rows) throws -> [SearchHit] {
        let snippet = try rows.column("snippet", as: String.self)
        let snippets = try rows.map { Snippet(marked: try snippet($0)) }
        return zip(try TicketColumns.tickets(rows), snippets).map { SearchHit(ticket: $0, snippet: $1) }
    }
}

extension TicketQuery {
    /// Which of the tickets to weigh, and which of those come next.
    package enum Window: Sendable {
        /// The newest; of those behind a number, if there is one.
        case newest(behind: ID<Ticket>?)
        /// Those between two numbers; what comes behind this score and number.
        case within(ClosedRange<Int64>, isLast: Bool, score: Int64, id: ID<Ticket>)

        /// How many are weighed at most. Between the numbers more may match by now than did at first, and none of them is to be missed.
        fileprivate var size: Int {
            switch self {
            case .newest: SearchSort.window
            case .within: 4 * SearchSort.window
            }
        }
    }

    package static func newest(
        _ search: TicketSearch, behind id: ID<Ticket>?, limit: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = TicketQuery()
        query.candidates(search, .newest(behind: id), limit: limit, seenBy: sight)
        query.lines = ["from ("] + query.lines + [") as tickets"]
        query.present(search, also: "", order: "order by tickets.id desc")
        return query
    }

    /// Weighs the newest matches, so that a word that is in every ticket costs no more than the window holds.
    package static func mostRelevant(
        _ search: TicketSearch, _ window: Window, limit: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = TicketQuery()
        query.candidates(search, window, limit: window.size, seenBy: sight)
        let score = query.score(search)
        query.lines =
            [
                "from (", "select *", "from (",
                "select tickets.*, \(score) as score,",
                "    min(tickets.id) over () as window_first, max(tickets.id) over () as window_last, count(*) over () as window_size",
                "from (",
            ] + query.lines + [
                ") as tickets"
            ] + search.weighed + [
                ") as tickets"
            ]
        if case .within(_, _, let score, let id) = window {
            let (score, id) = (query.parameter(.bigint(score)), query.parameter(id.bind))
            query.lines.append("where (tickets.score, tickets.id) < (\(score), \(id))")
        }
        query.lines += [
            "order by tickets.score desc, tickets.id desc", "limit \(query.parameter(.bigint(Int64(limit))))", ") as tickets",
        ]
        query.present(
            search, also: ",\n    tickets.score, tickets.window_first, tickets.window_last, tickets.window_size",
            order: "order by tickets.score desc, tickets.id desc")
        return query
    }

    /// The newest tickets that match: gone to by what they are found by, or by number where no word must be there.
    private mutating func candidates(_ search: TicketSearch, _ window: Window, limit: Int, seenBy sight: TicketSight) {
        guard let way = search.way else {
            matching(search)
            let number = TicketOrder(.id, descending: true).number(search.includesHidden)
            place(window, number).map { lines.append("    and \($0)") }
            return page("order by \(number) desc", limit: limit, seenBy: sight)
        }
        let sources = way == .words ? search.parts.flatMap { wordSources($0, search, window) } : [textSource(search, window)]
        filter(search.filter, includingHidden: search.includesHidden)
        for group in search.otherGroups { matching(group, search) }
        see(sight)
        let ticket =
            ["cross join lateral (", "select \(TicketColumns.own)", "from helpdesk.tickets"]
            + ["where tickets.tenant_id = $1 and tickets.id = \(way.rawValue).ticket_id"] + lines
            // Not more than one, and none of it is looked at before its words were found.
            + ["limit 1", ") as tickets"]
        let end = ["order by \(way.rawValue).ticket_id desc", "limit \(parameter(.bigint(Int64(limit))))"]
        if sources.count == 1 {
            lines = ["select tickets.*"] + [sources[0].from] + ticket + sources[0].conditions + end
        } else {
            let union = sources.map { (["select documents.ticket_id", $0.from] + $0.conditions).joined(separator: "\n") }
            lines = ["select tickets.*", "from (", union.joined(separator: "\nunion all\n"), ") as documents"] + ticket + end
        }
    }

    private typealias Source = (from: String, conditions: [String])

    private mutating func wordSources(_ part: TicketSearch.Part, _ search: TicketSearch, _ window: Window) -> [Source] {
        guard search.hasOnlyBeginnings else { return [wordSource(part, search, window)] }
        // In the index the words of all helpdesks stand together, and for a beginning all of them that begin so are gathered. So the newest
        // documents are read one by one, and only who has more than these goes to the index.
        let tenant = "where documents.tenant_id = $1 and \(part.rawValue)"
        let behind = place(window, "documents.ticket_id").map { " and \($0)" } ?? ""
        let newest = """
            from (
            select documents.ticket_id, documents.words
            from helpdesk.search_documents as documents
            \(tenant)\(behind)
            order by documents.ticket_id desc
            limit \(Self.readOneByOne)
            ) as documents
            """
        let edge = """
            (
            select documents.ticket_id
            from helpdesk.search_documents as documents
            \(tenant)\(behind)
            order by documents.ticket_id desc
            offset \(Self.readOneByOne - 1)
            limit 1
            )
            """
        let newestConditions = ["where true"] + found(search).map { "    and \($0)" }
        var older = wordSource(part, search, window)
        older.conditions += ["    and documents.ticket_id < \(edge)", "    and \(edge) is not null"]
        return [(newest, newestConditions), older]
    }

    private static let readOneByOne = 2000

    private mutating func wordSource(_ part: TicketSearch.Part, _ search: TicketSearch, _ window: Window) -> Source {
        var conditions = ["where documents.tenant_id = $1 and \(part.rawValue)"] + found(search).map { "    and \($0)" }
        place(window, "documents.ticket_id").map { conditions.append("    and \($0)") }
        return ("from helpdesk.search_documents as documents", conditions)
    }

    /// What must hold for a document and its ticket's texts.
    private mutating func found(_ search: TicketSearch) -> [String] {
        var conditions = wordConditions(search)
        for group in search.textGroups { conditions.append("documents.ticket_id in \(texts(text(group[0].condition)))") }
        return conditions
    }

    /// All that match are gathered by the index, and then put in order: comparing parts of words is dear, and in the order of the tickets'
    /// numbers it would be done for each ticket up to the last that fits.
    private mutating func textSource(_ search: TicketSearch, _ window: Window) -> Source {
        var lines = ["from (", "select texts.ticket_id", "from helpdesk.search_texts as texts", "where texts.tenant_id = $1"]
        for group in search.similarGroups { lines.append("    and (\(group.map { similar($0) }.joined(separator: " or ")))") }
        for group in search.textGroups { lines.append("    and \(text(group[0].condition))") }
        place(window, "texts.ticket_id").map { lines.append("    and \($0)") }
        return ((lines + ["offset 0", ") as texts"]).joined(separator: "\n"), [])
    }

    private mutating func text(_ condition: ResolvedSearch.Condition) -> String {
        switch condition {
        case .subject(let part): subject(has: part)
        case .from(let part): person(has: part)
        default: preconditionFailure("no part of a text")
        }
    }

    /// A part of the subject, of the user's name or address, or spelt much like a word in it.
    private mutating func similar(_ term: ResolvedSearch.Term) -> String {
        guard let words = term.words else { preconditionFailure("no words") }
        let text = parameter(.text(words.text))
        return "\(subject(has: words.text)) or \(person(has: words.text))"
            + " or texts.subject %> lower(\(text)) or texts.person %> lower(\(text))"
    }

    private mutating func place(_ window: Window, _ number: String) -> String? {
        switch window {
        case .newest(nil): nil
        case .newest(let id?): "\(number) < \(parameter(id.bind))"
        case .within(let numbers, _, _, _):
            "\(number) between \(parameter(.bigint(numbers.lowerBound))) and \(parameter(.bigint(numbers.upperBound)))"
        }
    }

    /// The better it fits, the higher; and what is as good is worth e times as much half a year later. Independent of what time it is, so
    /// that it is the same on every page.
    private mutating func score(_ search: TicketSearch) -> String {
        let groups = search.wordGroups
        let fit: String
        switch search.match {
        case .words: fit = "ts_rank(\(Self.weights), documents.words, \(words(groups, search)))"
        case .similar:
            let text = groups.flatMap { $0 }.filter { !$0.isNegated }.compactMap { $0.words?.text }.joined(separator: " ")
            let bound = parameter(.text(text))
            fit = "greatest(word_similarity(lower(\(bound)), texts.subject), word_similarity(lower(\(bound)), texts.person))"
        }
        return "((ln(\(fit)::double precision + 0.000001)"
            + " + extract(epoch from tickets.created_at)::double precision / 15552000) * 1000000)::bigint"
    }

    /// The page's tickets with their users, and of each what stands around the words: in that of the first twenty messages in which most of
    /// them stand, or else the subject and how it began.
    private mutating func present(_ search: TicketSearch, also: String, order: String) {
        let groups = search.search.groups
        let words = groups.flatMap { $0 }.filter { !$0.isNegated }.compactMap { $0.words?.text }.joined(separator: " ")
        let query = anyWord(groups, search)
        let text = parameter(.text(words))
        let language = search.language.literal
        // As they are written, for phrases, codes and beginnings; then in any of their forms.
        let marked =
            query.isEmpty
            ? "part.content"
            : [SearchLanguage.simple.literal, language].reduce("part.content") { content, language in
                "ts_headline(\(language), \(content), \(query), E'StartSel=\"\\x01\",StopSel=\"\\x02\",HighlightAll=true')"
            }
        lines =
            ["select \(TicketColumns.all),", "    told.snippet\(also)"] + lines + Self.userOfEach
            + [
                "cross join lateral (", "    select \(marked) as snippet", "    from (", "        select translate(",
                "            case",
                "                when said.place > 0 then substring(said.content from greatest(1, said.place - 80) for 240)",
                "                else concat_ws(E'\\n', tickets.subject, left(said.content, 240))", "            end, E'\\x01\\x02', ''",
                "        ) as content", "        from (select) as one", "        left join lateral (",
                "            select shown.content, found.place", "            from (",
                "                select messages.id, messages.body, messages.format", "                from helpdesk.messages",
                "                where messages.tenant_id = $1 and messages.ticket_id = tickets.id"
                    + (search.isForUser ? " and messages.kind <> 'note'" : ""),
                "                order by messages.id", "                limit 20", "            ) as message",
                "            cross join lateral (",
                "                select left(search.plain(left(message.body, 40000), message.format), 8000) as content",
                "                offset 0", "            ) as shown", "            cross join lateral (",
                "                select count(*) filter (where stands.at > 0) as words, coalesce(min(nullif(stands.at, 0)), 0) as place",
                "                from unnest(tsvector_to_array(search.stems(\(language), \(text)))) as stem",
                "                cross join lateral (select position(stem in lower(shown.content)) as at) as stands",
                "            ) as found",
                "            order by found.words desc, message.id", "            limit 1", "        ) as said on true",
                "    ) as part", ") as told", order,
            ]
    }
}

extension Snippet {
    /// From text in which what is marked, perhaps twice, stands between the first two characters of all, which no text has otherwise.
    fileprivate init(marked text: String) {
        var pieces: [Piece] = []
        var piece = String.UnicodeScalarView()
        var depth = 0
        func end() {
            if !piece.isEmpty { pieces.append(Piece(String(piece), isMarked: depth > 0)) }
            piece.removeAll()
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\u{1}":
                if depth == 0 { end() }
                depth += 1
            case "\u{2}":
                if depth == 1 { end() }
                depth = max(0, depth - 1)
            default: piece.append(scalar)
            }
        }
        end()
        self.init(pieces)
    }
}
