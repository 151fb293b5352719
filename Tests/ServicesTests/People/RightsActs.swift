import Domain
import Services
import Support

// The acts of the table, as calls.
extension TestTenant {
    /// What comes of it when the caller tries.
    /// - Parameter other: a ticket the caller sees, for what takes two.
    func outcome(
        of act: RightsTable.Act, on ticket: ID<Ticket>, beside other: ID<Ticket>, as access: Access
    ) async throws -> RightsTable.Outcome {
        try await outcome {
            switch act.family {
            case .reading: try await read(act, ticket, access)
            case .talking: return try await talk(act, ticket, access)
            case .changing: _ = try await helpdesk.updateTicket(ticket, patch(act), access)
            case .hiding: try await hide(act, ticket, access)
            case .joining: try await join(act, ticket, other, access)
            }
            return .done
        }
    }

    func outcome(of body: () async throws -> RightsTable.Outcome) async throws -> RightsTable.Outcome {
        do {
            return try await body()
        } catch let refusal as Refusal {
            switch refusal {
            case .forbidden: return .forbidden
            case .notFound: return .notFound
            case .conflict: return .conflict
            case .invalid: return .invalid
            default: throw refusal
            }
        }
    }

    private func read(_ act: RightsTable.Act, _ ticket: ID<Ticket>, _ access: Access) async throws {
        switch act {
        case .messages: _ = try await helpdesk.listMessages(on: ticket, after: nil, limit: 50, access)
        case .history: _ = try await helpdesk.listHistory(of: ticket, after: nil, limit: 50, access)
        case .followers: _ = try await helpdesk.listFollowers(of: ticket, access)
        case .copies: _ = try await helpdesk.listCCs(on: ticket, access)
        case .links: _ = try await helpdesk.listLinks(of: ticket, access)
        case .liveSessions: _ = try await helpdesk.listLive(on: ticket, access)
        default: _ = try await helpdesk.readTicket(ticket, messages: false, history: false, access)
        }
    }

    private func talk(_ act: RightsTable.Act, _ ticket: ID<Ticket>, _ access: Access) async throws -> RightsTable.Outcome {
        switch act {
        case .note: _ = try await helpdesk.addNote(to: ticket, text("Look"), access)
        case .replyAndResolve: _ = try await helpdesk.reply(to: ticket, text("Try this"), status: .resolved, access)
        case .addCopy: _ = try await helpdesk.addCC(Scenery.uncopied, to: ticket, access)
        case .removeCopy: _ = try await helpdesk.removeCC(Scenery.copied, from: ticket, access)
        case .startLive: _ = try await helpdesk.startLive(.chat, on: ticket, access)
        case .keepLive: _ = try await helpdesk.keepLive(nil, on: ticket, access)
        case .endLive: _ = try await helpdesk.endLive(nil, on: ticket, access)
        default:
            let said = try await helpdesk.reply(to: ticket, text("Try this"), access)
            return said.ticket.id == ticket ? .done : .followUp
        }
        return .done
    }

    private func patch(_ act: RightsTable.Act) -> TicketPatch {
        var patch = TicketPatch()
        if [.setStatus, .setStatusAndAgent].contains(act) { patch.status = .pending }
        if [.assignAgent, .setStatusAndAgent].contains(act) { patch.agent = .to(adminID) }
        if act == .assignTeam { patch.team = .to(Scenery.thirdTeam) }
        if act == .moveToOpen { patch.departmentID = Scenery.openDepartment }
        if act == .moveToClosed { patch.departmentID = Scenery.closedDepartment }
        if [.edit, .setSubject].contains(act) { patch.subject = Subject("The printer burns") }
        if [.edit, .setPriority].contains(act) { patch.priority = .urgent }
        if [.edit, .setUrgency].contains(act) { patch.urgency = Urgency(9) }
        if [.edit, .setLabels].contains(act) { patch.labels = Labels([Label(unchecked: "billing")]) }
        if [.edit, .setFields].contains(act) { patch.fields = [Scenery.fieldKey: FieldValue.text("A-17")] }
        return patch
    }

    private func hide(_ act: RightsTable.Act, _ ticket: ID<Ticket>, _ access: Access) async throws {
        switch act {
        case .spam: _ = try await helpdesk.hideTicket(ticket, as: .spam, access)
        case .delete: _ = try await helpdesk.hideTicket(ticket, as: .deleted, access)
        case .restore: _ = try await helpdesk.restoreTicket(ticket, Restoration(), access)
        default:
            let hold: LegalHold? = act == .hold ? LegalHold("Court order") : nil
            _ = try await helpdesk.setLegalHold(hold, on: ticket, access)
        }
    }

    private func join(_ act: RightsTable.Act, _ ticket: ID<Ticket>, _ other: ID<Ticket>, _ access: Access) async throws {
        var me = agentID
        if case .agent(let id, _) = access.caller { me = id }
        switch act {
        case .mergeInto: _ = try await helpdesk.mergeTickets([other], into: ticket, access)
        case .mergeAway: _ = try await helpdesk.mergeTickets([ticket], into: other, access)
        case .split: _ = try await helpdesk.splitTicket(ticket, moving: [ID(2 * ticket.value + 1)], access)
        case .link: _ = try await helpdesk.link(ticket, with: other, access)
        case .linkFrom: _ = try await helpdesk.link(other, with: ticket, access)
        case .unlink: _ = try await helpdesk.unlink(ticket, from: other, access)
        case .follow: _ = try await helpdesk.follow(ticket, as: me, access)
        case .unfollow: _ = try await helpdesk.unfollow(ticket, as: me, access)
        case .addFollower: _ = try await helpdesk.follow(ticket, as: adminID, access)
        default: _ = try await helpdesk.unfollow(ticket, as: agentID, access)
        }
    }
}
