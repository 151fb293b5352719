import Domain
import Postgres

// What the caller sees, as SQL: a condition where one ticket is looked up, parts where tickets are listed.
extension TicketQuery {
    mutating func see(_ sight: TicketSight) {
        switch sight {
        case .everything: break
        case .agent(let agent): see(agent)
        case .user(let user):
            if !user.includesHidden { lines.append("    and tickets.hidden_from is null") }
            let id = parameter(user.id.bind)
            var ways = [beside("ticket_ccs", "user_id", id)]
            if user.seesOwn { ways.append("tickets.user_id = \(id)") }
            // Colleagues never meet a hidden ticket, not even to write on.
            if let organization = user.organization {
                ways.append("(tickets.organization_id = \(parameter(organization.bind)) and tickets.hidden_from is null)")
            }
            lines.append("    and (\(ways.joined(separator: " or ")))")
        }
    }

    private mutating func see(_ agent: TicketSight.Agent) {
        let id = parameter(agent.id.bind)
        var ways = ["tickets.agent_id = \(id)"]
        if !agent.teams.isEmpty { ways.append("tickets.team_id = any (\(parameter(agent.teams.ids())))") }
        if let relation = agent.relation {
            let departments = agent.departments.map { "tickets.department_id = any (\(parameter($0.ids())))" } ?? "true"
            ways.append("(\([departments, relation].filter { !$0.isEmpty }.joined(separator: " and ")))")
        }
        ways.append(beside("ticket_followers", "agent_id", id))
        lines.append("    and (\(ways.joined(separator: " or ")))")
    }

    private func beside(_ table: String, _ person: String, _ id: String) -> String {
        "exists (select from helpdesk.\(table) as beside where beside.tenant_id = $1"
            + " and beside.ticket_id = tickets.id and beside.\(person) = \(id))"
    }

    /// A part of what somebody sees, which an index of its own has in order.
    struct Part {
        var condition: String
        /// For what is several things of one kind: where they come from, so that each is read in order.
        var source: String?

        /// The numbers of the part's first tickets.
        func ids(_ conditions: [String], _ page: [String]) -> String {
            let tickets =
                ["select tickets.id", "from helpdesk.tickets", "where tickets.tenant_id = $1"] + conditions + ["    and \(condition)"]
                + page
            guard let source else { return (["    ("] + tickets + ["    )"]).joined(separator: "\n") }
            return (["    (select found.id from \(source) cross join lateral ("] + tickets + ["    ) as found)"]).joined(separator: "\n")
        }
    }

    /// Nil for who sees everything.
    mutating func parts(of sight: TicketSight) -> [Part]? {
        switch sight {
        case .everything: return nil
        case .agent(let agent): return parts(of: agent)
        case .user(let user):
            let id = parameter(user.id.bind)
            var parts = [Part.beside("ticket_ccs", "user_id", id)]
            if user.seesOwn { parts.append(Part(condition: "tickets.user_id = \(id)")) }
            if let organization = user.organization {
                parts.append(Part(condition: "tickets.organization_id = \(parameter(organization.bind))"))
            }
            return parts
        }
    }

    private mutating func parts(of agent: TicketSight.Agent) -> [Part] {
        let id = parameter(agent.id.bind)
        var parts = [Part(condition: "tickets.agent_id = \(id)"), Part.beside("ticket_followers", "agent_id", id)]
        if !agent.teams.isEmpty {
            parts.append(
                Part(condition: "tickets.team_id = team.id", source: "unnest(\(parameter(agent.teams.ids()))::bigint[]) as team (id)"))
        }
        guard let relation = agent.relation else { return parts }
        guard let departments = agent.departments else {
            return parts + [agent.seesOthers ? Part(condition: relation.isEmpty ? "true" : relation) : .unassigned(relation)]
        }
        let condition = ["tickets.department_id = place.id", relation].filter { !$0.isEmpty }.joined(separator: " and ")
        return parts + [Part(condition: condition, source: "unnest(\(parameter(departments.ids()))::bigint[]) as place (id)")]
    }
}

extension TicketQuery.Part {
    /// Looked up by number: as a rule few.
    fileprivate static func beside(_ table: String, _ person: String, _ id: String) -> Self {
        Self(condition: "tickets.id = any (array(select ticket_id from helpdesk.\(table) where tenant_id = $1 and \(person) = \(id)))")
    }

    /// There is an index of them by department.
    fileprivate static func unassigned(_ relation: String) -> Self {
        Self(
            condition: "tickets.department_id = place.id and \(relation)",
            source: "(select departments.id from helpdesk.departments where departments.tenant_id = $1) as place")
    }
}

extension TicketSight.Agent {
    /// What one sees of the departments one has full access to: nil for nothing, empty for all.
    fileprivate var relation: String? {
        switch (seesUnassigned, seesOthers) {
        case (true, true): ""
        case (true, false): "tickets.agent_id is null and tickets.team_id is null"
        case (false, true): "(tickets.agent_id is not null or tickets.team_id is not null)"
        case (false, false): nil
        }
    }
}

extension Set {
    fileprivate func ids<Entity>() -> Bind where Element == ID<Entity> { .bigints(sorted().map(\.value)) }
}
