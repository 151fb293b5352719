/// The properties to change; nil leaves one as it is.
package struct TicketPatch: Equatable, Sendable {
    package enum Assignment<Assignee: Sendable>: Equatable, Sendable {
        case nobody
        case to(ID<Assignee>)

        package var id: ID<Assignee>? {
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
    package var rights: [AgentRight] {
        var rights: [AgentRight] = []
        if status != nil { rights.append(.setStatus) }
        if agent != nil || team != nil || departmentID != nil { rights.append(.assign) }
        if subject != nil || priority != nil || urgency != nil || labels != nil || !fields.isEmpty { rights.append(.editFields) }
        return rights
    }
}

extension Ticket {
    package mutating func apply(_ patch: TicketPatch, _ configuration: Configuration, at now: Timestamp) throws(Refusal) {
        let old = self
        set(patch.fields)
        if let department = patch.departmentID { departmentID = department }
        let faults = faults(since: old, setting: patch.fields, configuration)
        if !faults.isEmpty { throw .invalid(faults) }
        try set(patch, at: now)
    }

    /// All of it but whether it fits the helpdesk's fields: see `faults`.
    mutating func set(_ patch: TicketPatch, at now: Timestamp) throws(Refusal) {
        if let status = patch.status { take(try self.status.after(.setStatus(status)).status, at: now) }
        set(patch.fields)
        if let subject = patch.subject { self.subject = subject }
        if let department = patch.departmentID { departmentID = department }
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

    /// What is wrong with the ticket as it has become.
    ///
    /// Nobody is held to what was missing before; but nothing required may be emptied, nor be missing where the ticket goes. A ticket that
    /// comes back into the lists must be as the helpdesk wants its tickets to be.
    /// - Parameter changes: the fields that were set.
    func faults(since old: Ticket, setting changes: FieldChanges, _ configuration: Configuration) -> [FieldFault] {
        let rules = configuration.fields
        if old.status.isHidden, !status.isHidden {
            let gone =
                configuration.departments[departmentID] == nil
                ? [FieldFault("department_id", "gone", "the ticket's department is gone: name another one")] : []
            let kept = fields.filter { changes[$0.key] == nil }
            return gone + rules.faults(in: changes, department: departmentID) + rules.faults(of: kept, department: departmentID)
                + rules.missing(in: fields, department: departmentID, forUsers: false)
        }
        if changes.isEmpty, departmentID == old.departmentID { return [] }
        // Who sends back what was there changes nothing.
        let faults = rules.faults(in: changes.filter { old.fields[$0.key] != $0.value }, department: departmentID)
        let touched = Set(changes.keys.map { "fields.\($0.text)" })
        let missing = rules.missing(in: fields, department: departmentID, forUsers: false)
        return faults + missing.filter { touched.contains($0.field) || departmentID != old.departmentID }
    }
}
