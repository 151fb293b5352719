/// A search query in one helpdesk, for one caller, at one moment: numbers for names, times for ages. What is left is for the database.
package struct ResolvedSearch: Equatable, Sendable {
    /// Of each group one term must hold.
    package var groups: [[Term]]
    /// Without it, hidden tickets are not found, whatever the terms say. With it, the terms let through only those whose status was named.
    package var includesHidden: Bool

    package struct Term: Equatable, Sendable {
        package var condition: Condition
        /// Holds for every ticket for which the condition does not, also where there is nothing to compare.
        package var isNegated: Bool

        package init(condition: Condition, isNegated: Bool = false) {
            self.condition = condition
            self.isNegated = isNegated
        }
    }

    package enum Condition: Equatable, Sendable {
        case words(SearchQuery.Words)
        case status([StatusName])
        case agent(TicketFilter.Assigned<Agent>)
        /// Of an agent; nobody's, if there is none with this address.
        case agentAddress(EmailAddress)
        case team(TicketFilter.Assigned<Team>)
        case department(ID<Department>)
        case label(Label)
        case priority([Priority])
        /// Part of the user's address or name, whatever the case.
        case from(String)
        /// Part of the subject, whatever the case.
        case subject(String)
        /// At this moment or later.
        case since(SearchQuery.Event, Timestamp)
        /// Earlier than this moment.
        case before(SearchQuery.Event, Timestamp)
        case attachment
        case field(TicketFilter.FieldCondition)
        case number(ID<Ticket>)
        case reference(TicketReference)
        /// The user's.
        case address(EmailAddress)
    }
}

extension SearchQuery {
    /// - Parameters:
    ///   - caller: who `agent:me` is; nil if no agent asks.
    ///   - statuses: those that are named beside the text.
    /// - Throws: `Refusal.invalid` with a fault for each name that nothing has, or several have, and for each value that its field cannot
    ///   have. Numbers are not looked up: what is not there has no tickets, and a team that was removed may still have some.
    package func resolved(
        in configuration: Configuration, caller: ID<Agent>?, besides statuses: [StatusName] = [], at now: Timestamp
    ) throws(Refusal) -> ResolvedSearch {
        var resolution = SearchResolution(configuration: configuration, caller: caller, now: now)
        var resolved: [[ResolvedSearch.Term]] = []
        for group in groups {
            var terms: [ResolvedSearch.Term] = []
            for term in group.terms {
                guard let condition = resolution.condition(term.criterion) else { continue }
                terms.append(ResolvedSearch.Term(condition: condition, isNegated: term.isNegated))
            }
            resolved.append(terms)
        }
        guard resolution.faults.isEmpty else { throw .invalid(resolution.faults) }
        if let unnamed = unnamedHidden(besides: statuses) { resolved.append([unnamed]) }
        return ResolvedSearch(groups: resolved, includesHidden: includesHidden)
    }

    /// What `or` would let in: `status:spam or printer` asks for no deleted ticket. Nil where the statuses asked for keep them out.
    private func unnamedHidden(besides statuses: [StatusName]) -> ResolvedSearch.Term? {
        let unnamed = HiddenStatus.allCases.filter { !namedHidden.contains($0) && !statuses.contains(.hidden($0)) }
        guard includesHidden, !unnamed.isEmpty, !groups.contains(where: \.isOfStatuses) else { return nil }
        return ResolvedSearch.Term(condition: .status(unnamed.map { .hidden($0) }), isNegated: true)
    }
}

extension SearchQuery.Group {
    /// Whether only tickets with one of the statuses that are named here pass.
    fileprivate var isOfStatuses: Bool {
        terms.allSatisfy { term in
            if case .status = term.criterion { !term.isNegated } else { false }
        }
    }
}

private struct SearchResolution {
    let configuration: Configuration
    let caller: ID<Agent>?
    let now: Timestamp
    var faults: [FieldFault] = []

    /// Nil with a fault.
    mutating func condition(_ criterion: SearchQuery.Criterion) -> ResolvedSearch.Condition? {
        switch criterion {
        case .words(let words): return .words(words)
        case .status(let names): return .status(names)
        case .mine:
            if caller == nil { fault("invalid", "agent:me is for agents, and none is asking") }
            return caller.map { .agent(.to($0)) }
        case .agent(nil): return .agent(.none)
        case .agent(let agent?): return condition(agent)
        case .team(nil): return .team(.none)
        case .team(let team?): return id(team, among: configuration.teams, "team").map { .team(.to($0)) }
        case .department(let department):
            return id(department, among: configuration.departments.mapValues(\.name), "department").map { .department($0) }
        case .label(let label): return .label(label)
        case .priority(let priorities): return .priority(priorities)
        case .from(let part): return .from(part)
        case .subject(let part): return .subject(part)
        case .time(let event, let comparison, let moment): return condition(event, comparison, moment)
        case .attachment: return .attachment
        case .field(let key, let text): return condition(key, text)
        case .number(let id): return .number(id)
        case .reference(let reference): return .reference(reference)
        case .address(let address): return .address(address)
        }
    }

    /// Names first: somebody may be called by their address.
    private mutating func condition(_ agent: SearchQuery.Named<Agent>) -> ResolvedSearch.Condition? {
        if case .name(let name) = agent, alike(name, configuration.agents).isEmpty, let address = EmailAddress(name) {
            return .agentAddress(address)
        }
        return id(agent, among: configuration.agents, "agent").map { .agent(.to($0)) }
    }

    private mutating func condition(_ key: FieldKey, _ text: String) -> ResolvedSearch.Condition? {
        guard let field = configuration.fields.fields[key] else {
            fault("unknown", "there is no such field in this helpdesk: \(key.text)")
            return nil
        }
        guard let value = field.form.value(inQuery: text) else {
            fault("invalid", "no ticket can have this in the field \(key.text), which takes a \(field.form.kind.rawValue): \(text)")
            return nil
        }
        return .field(TicketFilter.FieldCondition(id: field.id, key: field.key, value: value))
    }

    private mutating func id<Entity>(
        _ named: SearchQuery.Named<Entity>, among names: [ID<Entity>: String], _ kind: String
    ) -> ID<Entity>? {
        switch named {
        case .number(let id): return id
        case .name(let name):
            let found = alike(name, names)
            if found.isEmpty { fault("unknown", "there is no such \(kind) in this helpdesk: \(name)") }
            if found.count > 1 {
                let numbers = found.map(\.description).joined(separator: ", ")
                fault("ambiguous", "several have this name: \(name); say which \(kind) by its number: \(numbers)")
            }
            return found.count == 1 ? found[0] : nil
        }
    }

    /// Those with exactly this name; if there are none, those with the name in other case.
    private func alike<Entity>(_ name: String, _ names: [ID<Entity>: String]) -> [ID<Entity>] {
        let folded = name.lowercased()
        let alike = names.filter { $0.value.lowercased() == folded }
        let exact = alike.filter { $0.value == name }
        return (exact.isEmpty ? alike : exact).keys.sorted()
    }

    private func condition(
        _ event: SearchQuery.Event, _ comparison: SearchQuery.Comparison, _ moment: SearchQuery.Moment
    ) -> ResolvedSearch.Condition {
        let span = moment.span(at: now)
        return switch moment.isAge ? comparison.reversed : comparison {
        case .more: .since(event, span.upperBound)
        case .atLeast: .since(event, span.lowerBound)
        case .less: .before(event, span.lowerBound)
        case .atMost: .before(event, span.upperBound)
        }
    }

    private mutating func fault(_ code: String, _ message: String) { faults.append(FieldFault("search", code, message)) }
}

extension SearchQuery.Moment {
    fileprivate var isAge: Bool {
        if case .age = self { true } else { false }
    }

    /// A day is as long as a day, and a time as long as what we tell times apart by.
    fileprivate func span(at now: Timestamp) -> Range<Timestamp> {
        switch self {
        case .day(let day): day..<day.advanced(byDays: 1)
        case .time(let time): time..<Timestamp(milliseconds: time.milliseconds + 1)
        case .age(let count, let unit): Self.time(now.advanced(bySeconds: -Int64(count) * unit.seconds)).span(at: now)
        }
    }
}

extension SearchQuery.Comparison {
    fileprivate var reversed: Self {
        switch self {
        case .atLeast: .atMost
        case .atMost: .atLeast
        case .more: .less
        case .less: .more
        }
    }
}
