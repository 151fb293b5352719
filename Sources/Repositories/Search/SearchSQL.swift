import Domain
import Postgres

// What a search asks for, as SQL. Whether hidden tickets are looked at, is the caller's line.
extension TicketQuery {
    mutating func search(_ search: ResolvedSearch) {
        for term in search.terms {
            let condition = fragment(term.condition)
            // Not `not`: what compares with null is neither true nor false, and a ticket without an agent is not this agent's.
            lines.append(term.isNegated ? "    and (\(condition)) is not true" : "    and \(condition)")
        }
    }

    private mutating func fragment(_ condition: ResolvedSearch.Condition) -> String {
        switch condition {
        case .status(let names): "tickets.status = any (\(parameter(.texts(names.map(\.name)))))"
        case .agent(.none): "tickets.agent_id is null"
        case .agent(.to(let id)): "tickets.agent_id = \(parameter(id.bind))"
        case .agentAddress(let address):
            """
            tickets.agent_id = any (array(
                    select agents.id from helpdesk.agents
                    where agents.tenant_id = $1 and agents.email = \(parameter(.text(address.text)))
                ))
            """
        case .team(.none): "tickets.team_id is null"
        case .team(.to(let id)): "tickets.team_id = \(parameter(id.bind))"
        case .department(let id): "tickets.department_id = \(parameter(id.bind))"
        case .label(let label):
            """
            exists (
                    select from helpdesk.ticket_labels
                    where ticket_labels.tenant_id = $1 and ticket_labels.ticket_id = tickets.id
                        and ticket_labels.label = \(parameter(.text(label.text)))
                )
            """
        case .priority(let priorities): "tickets.priority = any (\(parameter(.texts(priorities.map(\.rawValue)))))"
        case .from(let part): user(whose: part)
        case .subject(let part): "position(lower(\(parameter(.text(part)))) in lower(tickets.subject)) > 0"
        case .since(let event, let time): "\(event.column) >= \(parameter(time.bind))"
        case .before(let event, let time): "\(event.column) < \(parameter(time.bind))"
        case .number(let id): "tickets.id = \(parameter(id.bind))"
        case .reference(let reference): "tickets.ref = \(parameter(.text(reference.text)))"
        case .address(let address):
            """
            tickets.user_id = any (array(
                    select users.id from helpdesk.users
                    where users.tenant_id = $1 and users.email = \(parameter(.text(address.text)))
                ))
            """
        }
    }

    /// `position` knows no wildcards. Both sides are folded by the database, which knows one way to do it.
    ///
    /// Looked up by hash: many users may match, and an array of them would be gone through for every ticket.
    private mutating func user(whose part: String) -> String {
        let part = "lower(\(parameter(.text(part))))"
        return """
            tickets.user_id in (
                    select users.id from helpdesk.users
                    where users.tenant_id = $1
                        and (position(\(part) in lower(users.email)) > 0 or position(\(part) in lower(users.name)) > 0)
                )
            """
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
