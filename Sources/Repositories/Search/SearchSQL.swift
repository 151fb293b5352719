import Domain
import Postgres

// What a search asks for, as conditions on tickets.
extension TicketQuery {
    /// Everything that is asked, the filter and whether hidden tickets are looked at included.
    mutating func matching(_ search: TicketSearch) {
        filter(search.filter, includingHidden: search.includesHidden)
        let words = search.wordGroups
        if !words.isEmpty {
            lines.append("    and \(documents(search) { $0.wordConditions(search).joined(separator: "\n            and ") })")
        }
        for group in search.search.groups where !words.contains(group) { matching(group, search) }
    }

    /// One of these terms.
    mutating func matching(_ group: [ResolvedSearch.Term], _ search: TicketSearch) {
        let terms = group.map { term in
            let condition = fragment(term.condition, search)
            // Not `not`: what compares with null is neither true nor false, and a ticket without an agent is not this agent's.
            return term.isNegated ? "(\(condition)) is not true" : condition
        }
        lines.append(terms.count == 1 ? "    and \(terms[0])" : "    and (\(terms.joined(separator: "\n        or ")))")
    }

    private mutating func fragment(_ condition: ResolvedSearch.Condition, _ search: TicketSearch) -> String {
        switch condition {
        case .words(let words):
            let term = ResolvedSearch.Term(condition: .words(words), isNegated: false)
            return documents(search) { "documents.words @@ (\($0.words([[term]], search)))" }
        case .status(let names): return "tickets.status = any (\(parameter(.texts(names.map(\.name)))))"
        case .agent(.none): return "tickets.agent_id is null"
        case .agent(.to(let id)): return "tickets.agent_id = \(parameter(id.bind))"
        case .agentAddress(let address):
            return """
                tickets.agent_id = any (array(
                        select agents.id from helpdesk.agents
                        where agents.tenant_id = $1 and agents.email = \(parameter(.text(address.text)))
                    ))
                """
        case .team(.none): return "tickets.team_id is null"
        case .team(.to(let id)): return "tickets.team_id = \(parameter(id.bind))"
        case .department(let id): return "tickets.department_id = \(parameter(id.bind))"
        case .label(let label):
            return """
                exists (
                        select from helpdesk.ticket_labels
                        where ticket_labels.tenant_id = $1 and ticket_labels.ticket_id = tickets.id
                            and ticket_labels.label = \(parameter(.text(label.text)))
                    )
                """
        case .priority(let priorities): return "tickets.priority = any (\(parameter(.texts(priorities.map(\.rawValue)))))"
        case .from(let part): return "tickets.id in \(texts(person(has: part)))"
        case .subject(let part): return "tickets.id in \(texts(subject(has: part)))"
        case .since(let event, let time): return "\(event.column) >= \(parameter(time.bind))"
        case .before(let event, let time): return "\(event.column) < \(parameter(time.bind))"
        // No message carries a file before there is a way in for one.
        case .attachment: return "false"
        case .field(let condition): return holds(condition)
        case .number(let id): return "tickets.id = \(parameter(id.bind))"
        case .reference(let reference): return "tickets.ref = \(parameter(.text(reference.text)))"
        case .address(let address):
            return """
                tickets.user_id = any (array(
                        select users.id from helpdesk.users
                        where users.tenant_id = $1 and users.email = \(parameter(.text(address.text)))
                    ))
                """
        }
    }

    /// Tickets whose document is so. The condition is bound once for each part that is looked at.
    ///
    /// Behind `offset 0` they are found in the index, once, and then joined: the planner does not know what a comparison with words costs, and
    /// would go through tickets and compare each. Only users' tickets are few enough for that.
    mutating func documents(_ search: TicketSearch, _ condition: (inout TicketQuery) -> String) -> String {
        let found = search.parts.map { part in
            """
                    select documents.ticket_id from helpdesk.search_documents as documents
                    where documents.tenant_id = $1 and \(part.rawValue) and \(condition(&self))
            """
        }
        let end = search.isForUser ? "" : "\n        offset 0"
        return "tickets.id in (\n\(found.joined(separator: "\n        union all\n"))\(end)\n    )"
    }

    /// The tickets whose subject or person is so; as above.
    func texts(_ condition: String) -> String {
        """
        (
                select texts.ticket_id from helpdesk.search_texts as texts
                where texts.tenant_id = $1 and \(condition)
                offset 0
            )
        """
    }

    /// Part of the subject, whatever the case. The database folds both: it knows one way to do it.
    mutating func subject(has part: String) -> String { "texts.subject like lower(\(parameter(.text(part.pattern))))" }

    /// Part of the user's name or address.
    mutating func person(has part: String) -> String { "texts.person like lower(\(parameter(.text(part.pattern))))" }
}

extension String {
    /// What `like` finds anywhere in a text, as it is written.
    fileprivate var pattern: String {
        "%" + replacing("\\", with: "\\\\").replacing("%", with: "\\%").replacing("_", with: "\\_") + "%"
    }
}

extension SearchQuery.Event {
    fileprivate var column: String {
        switch self {
        case .created: "tickets.created_at"
        case .updated: "tickets.updated_at"
        }
    }
}
