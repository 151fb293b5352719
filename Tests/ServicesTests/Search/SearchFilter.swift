import Domain
import Services

/// What a search must find, ticket by ticket, as slow as it is plain.
struct SearchFilter {
    let desk: SearchDesk

    func finds(_ searched: SearchedTicket, _ request: SearchRequest, _ caller: SearchDesk.Caller) -> Bool {
        let ticket = searched.ticket
        guard ticket.mergedInto == nil, isNamedIfHidden(ticket, request) else { return false }
        let isBeside =
            switch caller.access.caller {
            case .agent(let id, _): searched.followers.contains(id)
            case .user(let id): searched.ccs.contains(id)
            }
        guard caller.access.sight.sees(ticket, isBeside: isBeside) else { return false }
        return holds(request.filter, ticket) && holds(request.query, searched, caller)
    }

    /// A hidden ticket is found only where its status was asked for by name, in the text or beside it.
    private func isNamedIfHidden(_ ticket: Ticket, _ request: SearchRequest) -> Bool {
        guard ticket.status.isHidden else { return true }
        let typed = request.query.groups.flatMap(\.terms).flatMap { term -> [StatusName] in
            if case .status(let names) = term.criterion, !term.isNegated { names } else { [] }
        }
        return (typed + request.filter.statuses).map(\.name).contains(ticket.status.name)
    }

    private func holds(_ filter: TicketFilter, _ ticket: Ticket) -> Bool {
        if !filter.statuses.isEmpty, !filter.statuses.map(\.name).contains(ticket.status.name) { return false }
        if let agent = filter.agent, agent != ticket.agentID.map({ .to($0) }) ?? .none { return false }
        if let team = filter.team, team != ticket.teamID.map({ .to($0) }) ?? .none { return false }
        if let department = filter.departmentID, department != ticket.departmentID { return false }
        if let user = filter.userID, user != ticket.user.id { return false }
        if let label = filter.label, !ticket.labels.list.contains(label) { return false }
        if let priority = filter.priority, priority != ticket.priority { return false }
        if let time = filter.createdBefore, ticket.createdAt >= time { return false }
        if let time = filter.updatedAfter, ticket.updatedAt <= time { return false }
        return true
    }

    private func holds(_ query: SearchQuery, _ searched: SearchedTicket, _ caller: SearchDesk.Caller) -> Bool {
        let texts = caller.access.caller.isAgent ? searched.texts : searched.texts.filter(\.isForUsers)
        // A word such as "the" is asked for only where nothing else is said of the words.
        let sayings = query.groups.filter { $0.terms.allSatisfy(\.isWords) }
        let countsLeftOut = sayings.allSatisfy(\.isLeftOut)
        return query.groups.allSatisfy { group in
            if group.isLeftOut, !countsLeftOut { return true }
            return group.terms.contains { holds($0.criterion, searched.ticket, texts, caller) != $0.isNegated }
        }
    }

    private func holds(
        _ criterion: SearchQuery.Criterion, _ ticket: Ticket, _ texts: [SearchedText], _ caller: SearchDesk.Caller
    ) -> Bool {
        switch criterion {
        case .words(let words): texts.contains { words.areIn($0) }
        case .status(let names): names.map(\.name).contains(ticket.status.name)
        case .mine: ticket.agentID != nil && ticket.agentID == caller.access.caller.agentID
        case .agent(nil): ticket.agentID == nil
        case .agent(.number(let id)?): ticket.agentID == id
        case .agent(.name(let name)?):
            desk.agents.contains { $0.id == ticket.agentID && [$0.name.lowercased(), $0.email.text].contains(name.lowercased()) }
        case .team(nil): ticket.teamID == nil
        case .team(.number(let id)?): ticket.teamID == id
        case .team(.name(let name)?): ticket.teamID.map { desk.teams[$0]?.lowercased() == name.lowercased() } ?? false
        case .department(.number(let id)): ticket.departmentID == id
        case .department(.name(let name)): desk.departments[ticket.departmentID]?.lowercased() == name.lowercased()
        case .label(let label): ticket.labels.list.contains(label)
        case .priority(let priorities): priorities.contains(ticket.priority)
        case .from(let part): [ticket.user.name ?? "", ticket.user.email.text].contains { $0.lowercased().contains(part.lowercased()) }
        case .subject(let part): ticket.subject.text.lowercased().contains(part.lowercased())
        case .time(.created, let comparison, let moment): moment.holds(comparison, ticket.createdAt, at: desk.now)
        case .time(.updated, let comparison, let moment): moment.holds(comparison, ticket.updatedAt, at: desk.now)
        // There is no way yet for a file to come in.
        case .attachment: false
        case .field(let key, let text):
            switch ticket.fields[key] {
            case .text(let value)?: value == text
            case .choices(let choices)?: choices.contains(text)
            case .number(let number)?: number == Double(text)
            case .boolean(let value)?: "\(value)" == text
            case nil: false
            }
        case .number(let id): ticket.id == id
        case .reference(let reference): ticket.ref == reference
        case .address(let address): ticket.user.email == address
        }
    }
}

extension SearchQuery.Words {
    /// A word in any of its forms or as it is written, and only so where the language leaves out a part of it; phrases and beginnings as they
    /// are written.
    func areIn(_ text: SearchedText) -> Bool {
        let words = SearchedText.words(self.text)
        switch kind {
        case .phrase: return text.has(words)
        case .prefix: return text.has(beginning: words[0])
        case .word:
            let stems = words.compactMap(SearchVocabulary.stem)
            return text.has(words) || (stems.count == words.count && text.has(stems))
        }
    }
}

extension SearchQuery.Term {
    fileprivate var isWords: Bool {
        if case .words = criterion { true } else { false }
    }

    /// Nothing but words that the language puts everywhere.
    fileprivate var isLeftOut: Bool {
        guard case .words(let words) = criterion, words.kind == .word else { return false }
        return !isNegated && SearchedText.words(words.text).allSatisfy(SearchVocabulary.leftOut.contains)
    }
}

extension SearchQuery.Group {
    fileprivate var isLeftOut: Bool { terms.count == 1 && terms[0].isLeftOut }
}

extension SearchQuery.Moment {
    /// Days are compared as they are written.
    fileprivate func holds(_ comparison: SearchQuery.Comparison, _ time: Timestamp, at now: Timestamp) -> Bool {
        switch self {
        case .day(let day): comparison.holds(time.description.prefix(10), day.description.prefix(10))
        case .time(let moment): comparison.holds(time, moment)
        case .age(let count, let unit): comparison.holds(now.milliseconds - time.milliseconds, Int64(count) * unit.seconds * 1000)
        }
    }
}

extension SearchQuery.Comparison {
    fileprivate func holds<Value: Comparable>(_ one: Value, _ other: Value) -> Bool {
        switch self {
        case .atLeast: one >= other
        case .atMost: one <= other
        case .more: one > other
        case .less: one < other
        }
    }
}
