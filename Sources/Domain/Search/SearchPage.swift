/// What somebody searches for, where, and from which place on.
package struct SearchRequest: Equatable, Sendable {
    package var query: SearchQuery
    /// Narrows the answer down, in the words of the list.
    package var filter: TicketFilter
    package var sort: SearchSort
    package var cursor: SearchCursor?
    package var limit: Int

    package init(
        _ query: SearchQuery, filter: TicketFilter = TicketFilter(), sort: SearchSort = .relevance, after cursor: SearchCursor? = nil,
        limit: Int = 50
    ) {
        self.query = query
        self.filter = filter
        self.sort = sort
        self.cursor = cursor
        self.limit = limit
    }

    /// Hidden tickets are found only where a status is asked for that hides them.
    package var includesHidden: Bool { filter.includesHidden || query.includesHidden }
}

package enum SearchSort: String, CaseIterable, Sendable {
    /// How much is said of the words, and how new the ticket is. The newest `window` matches are weighed, then the next, so that a word that is
    /// everywhere costs no more than one that is in as many tickets as a window holds.
    case relevance
    /// By number, the latest first.
    case newest

    package static let window = 500
}

/// What the words were compared with.
package enum SearchMatch: String, CaseIterable, Sendable {
    /// The words of tickets, in the forms the language gives them.
    case words
    /// Words found nothing: parts of the subject, of the user's name and address, and what is spelt much like it.
    case similar
}

/// Where the last page ended. The next one begins behind it, whatever was opened meanwhile.
package struct SearchCursor: Equatable, Sendable {
    package var match: SearchMatch
    package var place: Place

    package enum Place: Equatable, Sendable {
        /// By number: behind this one.
        case behind(ID<Ticket>)
        /// By relevance: in the window between these numbers, both included, behind this score and number.
        case within(ClosedRange<Int64>, isLast: Bool, score: Int64, id: ID<Ticket>)
        /// By relevance: in the window that begins behind this number.
        case windowBehind(ID<Ticket>)
    }

    package init(_ match: SearchMatch, _ place: Place) {
        self.match = match
        self.place = place
    }

    /// As clients hand it back, who may hand back anything.
    package init?(parts: [String], sort: SearchSort) {
        guard let first = parts.first, let match = SearchMatch(rawValue: first) else { return nil }
        self.match = match
        let numbers = parts.dropFirst().compactMap { Int64($0) }
        guard numbers.count == parts.count - 1 else { return nil }
        switch (sort, numbers.count) {
        case (.newest, 1): place = .behind(ID(numbers[0]))
        case (.relevance, 1): place = .windowBehind(ID(numbers[0]))
        case (.relevance, 5) where numbers[0] <= numbers[1] && [0, 1].contains(numbers[2]):
            place = .within(numbers[0]...numbers[1], isLast: numbers[2] == 1, score: numbers[3], id: ID(numbers[4]))
        default: return nil
        }
    }

    package var parts: [String] {
        let numbers: [Int64] =
            switch place {
            case .behind(let id), .windowBehind(let id): [id.value]
            case .within(let window, let isLast, let score, let id):
                [window.lowerBound, window.upperBound, isLast ? 1 : 0, score, id.value]
            }
        return [match.rawValue] + numbers.map(String.init)
    }
}

/// A page of what was found.
package struct SearchPage: Sendable {
    package var hits: [SearchHit]
    /// Nil on the last page.
    package var next: SearchCursor?
    package var match: SearchMatch

    package init(hits: [SearchHit], next: SearchCursor?, match: SearchMatch) {
        self.hits = hits
        self.next = next
        self.match = match
    }
}

package struct SearchHit: Sendable {
    package var ticket: Ticket
    package var snippet: Snippet

    package init(ticket: Ticket, snippet: Snippet) {
        self.ticket = ticket
        self.snippet = snippet
    }
}

/// What stands around the words in a ticket, as plain text.
package struct Snippet: Equatable, Sendable {
    package var pieces: [Piece]

    package struct Piece: Equatable, Sendable {
        package var text: String
        /// Whether it is what was searched for.
        package var isMarked: Bool

        package init(_ text: String, isMarked: Bool = false) {
            self.text = text
            self.isMarked = isMarked
        }
    }

    package init(_ pieces: [Piece]) { self.pieces = pieces }
}
