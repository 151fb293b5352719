@testable import Domain

/// Actions and tickets for tests of what mass actions make of tickets.
enum ActionSamples {
    /// Every kind, with every status where there is one to choose.
    static let every: [TicketAction] = TicketAction.Kind.allCases.flatMap { variants(of: $0) }

    static let text = MessageBody(unchecked: "We are on it", format: .text)

    /// Does not compile when a kind is added: then the tables of these tests need it, too.
    static func variants(of kind: TicketAction.Kind) -> [TicketAction] {
        let choices: [VisibleStatus?] = [nil] + VisibleStatus.allCases.map { Optional($0) }
        switch kind {
        case .setStatus: return VisibleStatus.allCases.map { .setStatus($0) }
        case .assign: return [.assign(agent: .to(ID(5)), team: .to(ID(2))), .assign(agent: .nobody, team: nil)]
        case .setDepartment: return [.setDepartment(ID(2))]
        case .setPriority: return [.setPriority(.high)]
        case .setUrgency: return [.setUrgency(Urgency(7)!)]
        case .labels: return [.labels(add: [Label(unchecked: "new")], remove: [Label(unchecked: "old")])]
        case .setFields: return [.setFields([orderNumber: .text("A-17")])]
        case .reply: return choices.map { .reply(text, status: $0) }
        case .note: return [.note(text)]
        case .spam: return [.hide(.spam)]
        case .delete: return [.hide(.deleted)]
        case .restore: return choices.map { .restore($0) }
        case .purge: return [.purge]
        case .undo: return [.undo]
        }
    }

    static func one(_ kind: TicketAction.Kind) -> TicketAction { variants(of: kind)[0] }

    // MARK: A helpdesk

    static let orderNumber = FieldKey(unchecked: "order_no")
    static let pieces = FieldKey(unchecked: "pieces")

    /// Three departments, in the third of which the order number must be given; two teams.
    static let configuration = Configuration(
        departments: [
            Department(id: ID(1), name: "Support", isDefault: true, createdAt: at(0)),
            Department(id: ID(2), name: "Sales", createdAt: at(0)),
            Department(id: ID(3), name: "Repairs", createdAt: at(0)),
        ], teams: [ID(1): "First line", ID(2): "Second line"], agents: [ID(4): "Ada", ID(5): "Bob"],
        fields: [
            Field(
                id: ID(1), key: orderNumber, name: "Order number", form: .text(maximumLength: nil, pattern: nil),
                departments: [ID(1): Field.Requirement(), ID(2): Field.Requirement(), ID(3): Field.Requirement(forAgents: true)],
                createdAt: at(0)),
            Field(id: ID(2), key: pieces, name: "Pieces", form: .number(minimum: nil, maximum: nil), createdAt: at(0)),
        ], reopenPolicy: ReopenPolicy(days: nil, late: .refuse), retention: Retention(spamDays: 30, deletedDays: 30))

    static let admin = AgentRights(isAdmin: true, granted: [])
    static let everything = AgentRights(isAdmin: false, granted: Set(AgentRight.allCases))

    // MARK: Tickets

    static func at(_ seconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_795_412_700_000).advanced(bySeconds: seconds) }

    /// Opened in second 0, in its status since second 1, with something of everything.
    static func ticket(_ status: TicketStatus) -> Ticket {
        var ticket = Ticket.opened(
            id: ID(7), ref: TicketReference(unchecked: "KXQW-4821-ZTMB"), subject: Subject(unchecked: "The printer burns"),
            status: .visible(status.hiddenFrom ?? .awaitingAgent),
            user: Ticket.Requester(id: ID(3), name: "Ada", email: EmailAddress(unchecked: "ada@example.org")), agentID: ID(4),
            labels: Labels([Label(unchecked: "old")])!, channel: .api, at: at(0))
        ticket.take(status, at: at(1))
        ticket.version = 3
        return ticket
    }
}

extension SnapshotTicket {
    init(_ ticket: Ticket) {
        self.init(id: ticket.id, version: ticket.version, status: ticket.status.name, messageCount: Int64(ticket.messageCount))
    }
}

extension BeforeImage {
    /// As it is kept of a change.
    init(of old: Ticket, in new: Ticket) { self.init(changes: new.changes(since: old), clocks: new.clocksToKeep(of: old)) }
}
