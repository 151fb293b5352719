import Domain

extension MassAction {
    /// What it does to each ticket: `assign agent 7, set_status resolved`.
    var what: String {
        switch origin {
        case .undo(let id): "undo of \(id)"
        case .retry(let id): "retry of \(id): " + actions.map(\.text).joined(separator: ", ")
        case .selection: actions.map(\.text).joined(separator: ", ")
        }
    }

    var who: String { createdBy.map { "agent \($0)" } ?? "operator" }
}

extension TicketAction {
    /// In one line and without what is said in a reply.
    var text: String {
        let name = kind.rawValue
        switch self {
        case .setStatus(let status): return "\(name) \(status.rawValue)"
        case .assign(let agent, let team):
            let parts = [agent.map { "agent \($0.id?.description ?? "nobody")" }, team.map { "team \($0.id?.description ?? "nobody")" }]
            return ([name] + parts.compactMap(\.self)).joined(separator: " ")
        case .setDepartment(let id): return "\(name) \(id)"
        case .setPriority(let priority): return "\(name) \(priority.rawValue)"
        case .setUrgency(let urgency): return "\(name) \(urgency.value)"
        case .labels(let add, let remove):
            return ([name] + add.map { "+\($0.text)" } + remove.map { "-\($0.text)" }).joined(separator: " ")
        case .setFields(let changes): return "\(name) \(changes.keys.map(\.text).sorted().joined(separator: " "))"
        case .reply(_, let status): return status.map { "\(name), \($0.rawValue)" } ?? name
        case .restore(let status): return status.map { "\(name) \($0.rawValue)" } ?? name
        case .note, .hide, .purge, .undo: return name
        }
    }
}
