/// One change of a ticket, as a mass action asks for it of many.
package enum TicketAction: Equatable, Sendable {
    case setStatus(VisibleStatus)
    /// Nil leaves the agent or the team as it is.
    case assign(agent: TicketPatch.Assignment<Agent>?, team: TicketPatch.Assignment<Team>?)
    case setDepartment(ID<Department>)
    case setPriority(Priority)
    case setUrgency(Urgency)
    case labels(add: [Label], remove: [Label])
    case setFields(FieldChanges)
    /// One text to many.
    case reply(MessageBody, status: VisibleStatus?)
    case note(MessageBody)
    case hide(HiddenStatus)
    case restore(VisibleStatus?)
    case purge
    /// Back to what each ticket was before another mass action changed it.
    case undo

    package enum Kind: String, CaseIterable, Sendable {
        case setStatus = "set_status"
        case assign
        case setDepartment = "set_department"
        case setPriority = "set_priority"
        case setUrgency = "set_urgency"
        case labels
        case setFields = "set_fields"
        case reply
        case note
        case spam
        case delete
        case restore
        case purge
        case undo

        /// What can be asked for by its name.
        package static let choices = allCases.filter { $0 != .undo }
    }

    package var kind: Kind {
        switch self {
        case .setStatus: .setStatus
        case .assign: .assign
        case .setDepartment: .setDepartment
        case .setPriority: .setPriority
        case .setUrgency: .setUrgency
        case .labels: .labels
        case .setFields: .setFields
        case .reply: .reply
        case .note: .note
        case .hide(.spam): .spam
        case .hide(.deleted): .delete
        case .restore: .restore
        case .purge: .purge
        case .undo: .undo
        }
    }

    /// What an agent needs for it; that only admins purge, and what undoing needs, is said elsewhere.
    package var rights: [AgentRight] {
        switch self {
        case .setStatus: [.setStatus]
        case .assign, .setDepartment: [.assign]
        case .setPriority, .setUrgency, .labels, .setFields: [.editFields]
        case .reply: [.reply]
        case .note, .purge, .undo: []
        case .hide(.spam): [.delete, .markSpam]
        case .hide(.deleted): [.delete]
        case .restore: [.restore]
        }
    }

    package var tokenScope: TokenScope {
        switch self {
        case .hide, .purge: .deleteTickets
        default: .writeTickets
        }
    }

    /// What it does to a ticket depends on where the ticket stands and what was said last: done to one that has moved on meanwhile it would
    /// mean something else. The others mean the same whatever has happened.
    var dependsOnState: Bool {
        switch self {
        case .setStatus, .reply, .hide, .restore, .purge: true
        case .assign, .setDepartment, .setPriority, .setUrgency, .labels, .setFields, .note, .undo: false
        }
    }

    /// Whether something of it can be taken back: what was said stays said, and what is purged is gone.
    fileprivate var isUndoable: Bool {
        switch self {
        case .note, .purge: false
        default: true
        }
    }

    /// What the ticket's history calls it, where it stands alone.
    fileprivate var event: HistoryEntry.Event {
        switch self {
        case .setStatus, .assign, .setDepartment, .setPriority, .setUrgency, .labels, .setFields, .purge: .updated
        case .reply: .replied
        case .note: .noted
        case .hide(.spam): .markedSpam
        case .hide(.deleted): .deleted
        case .restore: .restored
        case .undo: .undone
        }
    }
}

extension [TicketAction] {
    package var areUndoable: Bool { contains(where: \.isUndoable) }

    package var dependOnState: Bool { contains(where: \.dependsOnState) }

    package var arePurge: Bool { self == [.purge] }

    package var areUndo: Bool { self == [.undo] }

    /// What is said, of which there can be one of each kind.
    package var said: [(kind: Message.Kind, body: MessageBody)] {
        compactMap { action in
            switch action {
            case .reply(let body, _): (.reply, body)
            case .note(let body): (.note, body)
            default: nil
            }
        }
    }

    /// What the history calls all of them together: what matters most of it.
    package var event: HistoryEntry.Event {
        let order: [HistoryEntry.Event] = [.undone, .deleted, .markedSpam, .restored, .replied, .noted, .updated]
        let events = Set(map(\.event))
        return order.first(where: events.contains) ?? .updated
    }

    /// It is kept once for each ticket.
    private static var mostBytesSaid: Int { 64 << 10 }

    /// What is wrong with asking for these together, by their place.
    package var faults: [FieldFault] {
        var faults: [FieldFault] = []
        for (index, action) in enumerated() {
            let field = "actions[\(index)]"
            if self[..<index].contains(where: { $0.kind == action.kind }) {
                faults.append(FieldFault(field, "duplicate", "\(action.kind.rawValue) can be asked for once"))
            }
            for (_, body) in [action].said where body.content.utf8.count > Self.mostBytesSaid {
                faults.append(
                    FieldFault("\(field).\(body.format.rawValue)", "too_long", "at most \(Self.mostBytesSaid / 1024) KiB to many"))
            }
            if action == .undo { faults.append(FieldFault(field, "unknown", "a mass action is taken back by a call of its own")) }
            if action == .purge, count > 1 { faults.append(FieldFault(field, "alone", "purge stands alone: nothing is left to change")) }
            if case .hide = action, self[..<index].contains(where: \.isHiding) {
                faults.append(FieldFault(field, "conflict", "a ticket cannot become both spam and deleted"))
            }
            if action.needsVisible, self[..<index].contains(where: \.isHiding) {
                faults.append(FieldFault(field, "order", "\(action.kind.rawValue) cannot follow spam or delete"))
            }
        }
        return faults
    }
}

extension TicketAction {
    fileprivate var isHiding: Bool {
        if case .hide = self { true } else { false }
    }

    fileprivate var needsVisible: Bool {
        switch self {
        case .setStatus, .reply, .restore: true
        default: false
        }
    }
}

extension Ticket {
    /// All of the actions, in their order, as one change.
    ///
    /// What is so already is no fault: somebody who deletes a thousand tickets does not mind that ten are deleted. Whether the ticket fits
    /// the helpdesk's rules is looked at in the end, so that one action can put right what another one needs.
    mutating func apply(_ actions: [TicketAction], _ configuration: Configuration, at now: Timestamp) throws(Refusal) {
        let old = self
        var changes: FieldChanges = [:]
        for action in actions {
            if case .setFields(let some) = action { changes = some }
            try apply(action, at: now)
        }
        let faults = faults(since: old, setting: changes, configuration)
        if !faults.isEmpty { throw .invalid(faults) }
    }

    private mutating func apply(_ action: TicketAction, at now: Timestamp) throws(Refusal) {
        var patch = TicketPatch()
        switch action {
        case .setStatus(let status): patch.status = status
        case .assign(let agent, let team):
            patch.agent = agent
            patch.team = team
        case .setDepartment(let id): patch.departmentID = id
        case .setPriority(let priority): patch.priority = priority
        case .setUrgency(let urgency): patch.urgency = urgency
        case .labels(let add, let remove): patch.labels = try labels(adding: add, removing: remove)
        case .setFields(let changes): patch.fields = changes
        case .reply(_, let status): return try answer(choosing: status, at: now)
        case .hide(let hidden):
            if status.name != hidden.rawValue { try hide(as: hidden, at: now) }
            return
        case .restore(let asked):
            if status.isHidden { take(try status.after(.restore(asked)).status, at: now) }
            return
        case .note, .purge, .undo: return
        }
        try set(patch, at: now)
    }

    private func labels(adding new: [Label], removing old: [Label]) throws(Refusal) -> Labels {
        let wanted = Set(labels.list).subtracting(old).union(new)
        guard wanted != Set(labels.list) else { return labels }
        guard let labels = Labels(wanted) else {
            throw .invalid([FieldFault("labels", "too_many", "a ticket has at most \(Labels.most)")])
        }
        return labels
    }
}
