/// Decides of each ticket what a mass action makes of it: the same rules as for one ticket, and who asks must still be allowed to.
package struct MassDecision: Sendable {
    private let actions: [TicketAction]
    private let rights: AgentRights
    private let configuration: Configuration
    private let isAllowed: Bool

    package enum Verdict: Equatable, Sendable {
        /// To be written in this form.
        case change(Ticket)
        case purge
        case leave(MassOutcome)
    }

    package init(_ actions: [TicketAction], by rights: AgentRights, _ configuration: Configuration) {
        self.actions = actions
        self.rights = rights
        self.configuration = configuration
        isAllowed = rights.refusal(of: actions, configuration) == nil
    }

    /// - Parameters:
    ///   - ticket: as it is now, locked.
    ///   - seen: as it was in the snapshot.
    ///   - before: what is to be taken back, when undoing.
    package func verdict(on ticket: Ticket, seen: SnapshotTicket, before: BeforeImage? = nil, at now: Timestamp) -> Verdict {
        if ticket.mergedInto != nil { return .leave(.skipped(.merged)) }
        guard isAllowed else { return .leave(.skipped(.noPermission)) }
        if actions.arePurge { return verdictOnPurge(of: ticket, seen) }
        if actions.areUndo { return verdictOnUndo(of: ticket, seen, before) }
        var changed = ticket
        do { try changed.apply(actions, configuration, at: now) } catch { return .leave(MassOutcome(error)) }
        // Something said is a change by itself.
        if changed == ticket, actions.said.isEmpty { return .leave(.skipped(.already)) }
        if actions.dependOnState, ticket.hasMovedOn(since: seen) { return .leave(.skipped(.changedSince)) }
        let faults = configuration.faultsOfTeam(of: changed, since: ticket)
        return faults.isEmpty ? .change(changed) : .leave(.failed(.invalid, faults: faults))
    }

    private func verdictOnPurge(of ticket: Ticket, _ seen: SnapshotTicket) -> Verdict {
        if !ticket.status.isHidden { return .leave(.skipped(ticket.hasMovedOn(since: seen) ? .changedSince : .visible)) }
        if ticket.legalHold != nil { return .leave(.skipped(.onHold)) }
        // There is no way back: whatever has happened, such as a restoration that was taken back, it is not what was looked at.
        return ticket.version == seen.version ? .purge : .leave(.skipped(.changedSince))
    }

    private func verdictOnUndo(of ticket: Ticket, _ seen: SnapshotTicket, _ before: BeforeImage?) -> Verdict {
        guard ticket.version == seen.version, let before else { return .leave(.skipped(.changedSince)) }
        var reverted = ticket
        do { try reverted.revert(before) } catch { return .leave(MassOutcome(error)) }
        if reverted == ticket { return .leave(.skipped(.already)) }
        guard rights.allow(reverted, insteadOf: ticket) else { return .leave(.skipped(.noPermission)) }
        let faults = configuration.faultsOfReturn(of: reverted, to: ticket)
        return faults.isEmpty ? .change(reverted) : .leave(.failed(.invalid, faults: faults))
    }
}

extension MassOutcome {
    fileprivate init(_ refusal: Refusal) {
        switch refusal {
        case .invalid(let faults): self = .failed(.invalid, faults: faults)
        case .forbidden: self = .skipped(.noPermission)
        case .merged: self = .skipped(.merged)
        // Whatever else a ticket's state forbids, it forbids to hidden ones.
        default: self = .skipped(.hidden)
        }
    }
}

extension Ticket {
    /// Whether its status or what was said on it is not what it was.
    fileprivate func hasMovedOn(since seen: SnapshotTicket) -> Bool {
        version != seen.version && (status.name != seen.status || messageCount != seen.messageCount)
    }

    /// Whether its department must be there for it to become what it is now: hidden tickets stay in one that is gone.
    package func needsDepartment(since old: Ticket) -> Bool {
        departmentID != old.departmentID || (old.status.isHidden && !status.isHidden)
    }
}

extension AgentRights {
    /// Why none of the tickets may be changed like this; nil if they may.
    package func refusal(of actions: [TicketAction], _ configuration: Configuration) -> Refusal? {
        guard allows(.massActions) else { return .lacking(.massActions, "act on many tickets at once") }
        for action in actions {
            for right in action.rights where !allows(right) { return .lacking(right, "do that to tickets") }
            if action == .purge, !isAdmin { return .forbidden("only admins purge tickets") }
            if case .setDepartment(let id) = action, configuration.departments[id] != nil, !mayAssign(to: id) {
                return .forbidden("you may not put tickets into this department")
            }
        }
        return nil
    }

    /// Whether one may bring a ticket back into the state it was in.
    fileprivate func allow(_ new: Ticket, insteadOf old: Ticket) -> Bool {
        var needed: [AgentRight] = []
        switch (old.status, new.status) {
        case (.hidden, .visible): needed.append(.restore)
        case (let was, .hidden(let hidden, _)) where was != new.status: needed += hidden == .spam ? [.delete, .markSpam] : [.delete]
        case (let was, let now) where was != now: needed.append(.setStatus)
        default: break
        }
        if new.agentID != old.agentID || new.teamID != old.teamID || new.departmentID != old.departmentID { needed.append(.assign) }
        if new.priority != old.priority || new.urgency != old.urgency || new.labels != old.labels || new.fields != old.fields {
            needed.append(.editFields)
        }
        return needed.allSatisfy(allows) && (new.departmentID == old.departmentID || mayAssign(to: new.departmentID))
    }
}

extension Refusal {
    package static func lacking(_ right: AgentRight, _ act: String) -> Refusal {
        .forbidden("you lack the right \(right.rawValue), which one needs to \(act)")
    }
}

extension Configuration {
    /// Where a ticket must not go back to, because it is not there any more.
    fileprivate func faultsOfReturn(of ticket: Ticket, to old: Ticket) -> [FieldFault] {
        var faults: [FieldFault] = []
        if departments[ticket.departmentID] == nil, ticket.needsDepartment(since: old) {
            faults.append(FieldFault("department_id", "gone", "the department it was in is gone"))
        }
        return faults + faultsOfTeam(of: ticket, since: old)
    }

    fileprivate func faultsOfTeam(of ticket: Ticket, since old: Ticket) -> [FieldFault] {
        guard let team = ticket.teamID, team != old.teamID, teams[team] == nil else { return [] }
        return [FieldFault("team_id", "gone", "the team is gone")]
    }
}
