import Domain
import Repositories

extension Helpdesk {
    /// Finds tickets by what is said of them. What the caller may see is part of the query, so pages are full; hidden tickets are found only
    /// where a status that hides them is asked for, and by agents.
    ///
    /// Where words find nothing, parts of words and what is spelt much like them are looked for, in the subject and in the user's name and
    /// address; the answer says so.
    package func search(_ request: SearchRequest, _ access: Access) async throws -> SearchPage {
        try access.require(.readTickets)
        if request.includesHidden { try access.requireAgent("search hidden tickets") }
        if request.asksForWhatAgentsKeep { try access.requireAgent("search by label, agent, team or department") }
        let now = clock.now()
        let search = TicketSearch(
            try request.query.resolved(
                in: access.configuration, caller: access.caller.agentID, besides: request.filter.statuses, at: now),
            filter: request.filter, access.configuration.language, isForUser: !access.caller.isAgent, match: request.cursor?.match ?? .words
        )
        return try await database.transaction(in: access.scope, at: now) { tx in
            tx.found.planForWords()
            var page = try await tx.page(of: search, request, seenBy: access.sight)
            if page.hits.isEmpty, request.cursor == nil, search.hasSimilar {
                var similar = search
                similar.match = .similar
                page = try await tx.page(of: similar, request, seenBy: access.sight)
            }
            return Pending(page)
        }
    }
}

extension TenantTransaction {
    fileprivate func page(of search: TicketSearch, _ request: SearchRequest, seenBy sight: TicketSight) async throws -> SearchPage {
        if request.sort == .relevance, search.canBeWeighed { return try await mostRelevant(search, request, seenBy: sight) }
        let last: ID<Ticket>? =
            switch request.cursor?.place {
            case .behind(let id)?, .windowBehind(let id)?: id
            case .within(_, _, _, let id)?: id
            case nil: nil
            }
        let batch = try await found.newest(search, behind: last, limit: request.limit + 1, seenBy: sight).value
        let hits = Array(batch.hits.prefix(request.limit))
        let next = batch.hits.count > request.limit ? hits.last.map { request.sort.cursor(search.match, behind: $0.ticket.id) } : nil
        return SearchPage(hits: hits, next: next, match: search.match)
    }

    /// Window for window, until the page is full and it is known whether there is more.
    private func mostRelevant(_ search: TicketSearch, _ request: SearchRequest, seenBy sight: TicketSight) async throws -> SearchPage {
        var hits: [SearchHit] = []
        var window = request.cursor?.place.window ?? .newest(behind: nil)
        while true {
            let room = request.limit - hits.count
            let batch = try await found.mostRelevant(search, window, limit: room + 1, seenBy: sight).value
            let weighed = window.weighed(batch)
            if batch.hits.count > room {
                guard let last = batch.hits.prefix(room).last, let weighed else {
                    // The page was full with the window before.
                    return SearchPage(
                        hits: hits, next: window.behind.map { SearchCursor(search.match, .windowBehind($0)) }, match: search.match)
                }
                hits += batch.hits.prefix(room)
                let place = SearchCursor.Place.within(
                    weighed.numbers, isLast: weighed.isLast, score: batch.scores[room - 1], id: last.ticket.id)
                return SearchPage(hits: hits, next: SearchCursor(search.match, place), match: search.match)
            }
            hits += batch.hits
            guard let weighed, !weighed.isLast else { return SearchPage(hits: hits, next: nil, match: search.match) }
            window = .newest(behind: ID(weighed.numbers.lowerBound))
        }
    }
}

extension SearchCursor.Place {
    fileprivate var window: TicketQuery.Window {
        switch self {
        case .within(let numbers, let isLast, let score, let id): .within(numbers, isLast: isLast, score: score, id: id)
        case .behind(let id), .windowBehind(let id): .newest(behind: id)
        }
    }
}

extension TicketQuery.Window {
    fileprivate var behind: ID<Ticket>? {
        if case .newest(let id) = self { id } else { nil }
    }

    /// Between which numbers tickets were weighed, and whether none with a lower one match; nil if none matched at all.
    fileprivate func weighed(_ batch: FoundTickets.Batch) -> (numbers: ClosedRange<Int64>, isLast: Bool)? {
        switch self {
        case .newest: batch.window.map { ($0.numbers, $0.size < SearchSort.window) }
        // What it was, though some may have been hidden since.
        case .within(let numbers, let isLast, _, _): (numbers, isLast)
        }
    }
}

extension SearchSort {
    fileprivate func cursor(_ match: SearchMatch, behind id: ID<Ticket>) -> SearchCursor {
        switch self {
        case .newest: SearchCursor(match, .behind(id))
        case .relevance: SearchCursor(match, .windowBehind(id))
        }
    }
}

extension SearchRequest {
    /// Users are not shown labels, and are not told what agents, teams and departments there are: names would be found out by asking for them.
    fileprivate var asksForWhatAgentsKeep: Bool {
        filter.label != nil
            || query.groups.contains { group in
                group.terms.contains { term in
                    switch term.criterion {
                    case .label, .agent, .mine, .team, .department: true
                    default: false
                    }
                }
            }
    }
}
