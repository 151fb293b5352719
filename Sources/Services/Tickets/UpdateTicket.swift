import Domain
import Repositories

/// The properties to change; nil leaves one as it is.
package struct TicketPatch: Sendable {
    package enum Assignment<Assignee: Sendable>: Equatable, Sendable {
        case nobody
        case to(ID<Assignee>)

        var id: ID<Assignee>? {
            if case .to(let id) = self { id } else { nil }
        }
    }

    package var subject: Subject?
    package var status: VisibleStatus?
    package var agent: Assignment<Agent>?
    package var team: Assignment<Team>?
    package var departmentID: ID<Department>?
    package var priority: Priority?
    package var urgency: Urgency?
    package var labels: Labels?
    package var fields: FieldChanges = [:]

    package init() {}

    /// Who may change one thing may not therefore change another.
    fileprivate var rights: [AgentRight] {
        var rights: [AgentRight] = []
        if status != nil { rights.append(.setStatus) }
        if agent != nil || team != nil || departmentID != nil { rights.append(.assign) }
        if subject != nil || priority != nil || urgency != nil || labels != nil || !fields.isEmpty { rights.append(.editFields) }
        return rights
    }
}

extension Helpdesk {
    /// Changes properties of a ticket. Who set what stands in the history.
    /// - Parameter ifMatch: the version the caller knows; refused with `.outdated` when the ticket has moved on.
    package func updateTicket(_ id: ID<Ticket>, _ patch: TicketPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent("change tickets")
        for right in patch.rights { try access.requireAgent(right, "change that of a ticket") }
        let faults = access.configuration.faults(department: patch.departmentID, team: patch.team?.id)
        if !faults.isEmpty { throw Refusal.invalid(faults) }
        if let department = patch.departmentID { try access.requireAssignable(department) }
        return try await change(id, access, .updated, ifMatch: ifMatch) { ticket, now, tx in
            if let agent = patch.agent?.id, agent != ticket.agentID {
                guard try await tx.agents.canBeAssigned(agent).value else { throw Refusal.unassignable }
            }
            if let department = patch.departmentID, department != ticket.departmentID { try await tx.hold(department) }
            try ticket.apply(patch, access.configuration.fields, at: now)
        }
    }
}

extension Ticket {
    fileprivate mutating func apply(_ patch: TicketPatch, _ rules: FieldRules, at now: Timestamp) throws(Refusal) {
        let department = patch.departmentID ?? departmentID
        // Who sends back what was there changes nothing.
        let changes = patch.fields.filter { fields[$0.key] != $0.value }
        var faults = rules.faults(in: changes, department: department)
        set(patch.fields)
        // Nobody is held to what was missing before; but nothing required may be emptied, nor be missing where the ticket goes.
        let missing = rules.missing(in: fields, department: department, forUsers: false)
        let touched = Set(patch.fields.keys.map { "fields.\($0.text)" })
        faults += missing.filter { touched.contains($0.field) || department != departmentID }
        if !faults.isEmpty { throw .invalid(faults) }

        departmentID = department
        if let status = patch.status { take(try self.status.after(.setStatus(status)).status, at: now) }
        if let subject = patch.subject { self.subject = subject }
        if let agent = patch.agent { agentID = agent.id }
        if let team = patch.team { teamID = team.id }
        if let priority = patch.priority { self.priority = priority }
        if let urgency = patch.urgency { self.urgency = urgency }
        if let labels = patch.labels { self.labels = labels }
    }

    /// Nil empties a field.
    mutating func set(_ changes: FieldChanges) {
        for (key, value) in changes { fields[key] = value }
    }
}
