import Domain
import Repositories

/// A ticket as it is asked for.
package struct TicketDraft: Sendable {
    package enum Requester: Sendable {
        /// The caller, who is a user.
        case caller
        case user(ID<User>)
        /// Whoever has this address; made when nobody has.
        case address(EmailAddress, name: String?)
    }

    package var subject: Subject
    package var body: MessageBody
    package var requester: Requester
    /// Nil: the helpdesk's default one.
    package var departmentID: ID<Department>?
    /// Only agents choose these four.
    package var status: VisibleStatus?
    package var agentID: ID<Agent>?
    package var teamID: ID<Team>?
    package var labels: Labels
    package var priority: Priority
    package var urgency: Urgency
    package var fields: FieldChanges
    /// What the mail is known by that asks for it.
    package var mail: MailDigest?

    package init(
        subject: Subject, body: MessageBody, requester: Requester, departmentID: ID<Department>? = nil, status: VisibleStatus? = nil,
        agentID: ID<Agent>? = nil, teamID: ID<Team>? = nil, labels: Labels = .none, priority: Priority = .normal,
        urgency: Urgency = .lowest, fields: FieldChanges = [:], mail: MailDigest? = nil
    ) {
        self.subject = subject
        self.body = body
        self.requester = requester
        self.departmentID = departmentID
        self.status = status
        self.agentID = agentID
        self.teamID = teamID
        self.labels = labels
        self.priority = priority
        self.urgency = urgency
        self.fields = fields
        self.mail = mail
    }

    fileprivate var choosesWhatAgentsChoose: Bool { status != nil || agentID != nil || teamID != nil || !labels.list.isEmpty }
}

extension Helpdesk {
    /// Opens a ticket with the user's first message.
    package func createTicket(_ draft: TicketDraft, _ access: Access, once: Once<Ticket>? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireUser(.openTickets, "open tickets")
        switch (draft.requester, access.caller) {
        case (.caller, .user) where !draft.choosesWhatAgentsChoose: break
        case (.user, .agent), (.address, .agent): break
        default: throw Refusal.forbidden("only agents open tickets for others, assign and label them or choose a status")
        }
        if draft.agentID != nil || draft.teamID != nil { try access.requireAgent(.assign, "assign tickets") }
        let checked = try draft.checked(for: access)
        do {
            return try await open(checked, access, once, numbers: nil)
        } catch let unknown as UnknownAddress {
            // The first ticket of a new user. Users are made in a transaction of their own, because counting them locks a row.
            guard case .address(let address, let name) = draft.requester else { throw Refusal.notFound }
            _ = try await makeUser(address, name: name, access)
            return try await open(checked, access, once, numbers: unknown.numbers)
        }
    }

    private struct UnknownAddress: Error {
        /// Taken already, and used at the second attempt.
        var numbers: Numbers
    }

    private func open(_ checked: CheckedDraft, _ access: Access, _ once: Once<Ticket>?, numbers: Numbers?) async throws -> Ticket {
        let now = clock.now()
        let draft = checked.draft
        let taking = numbers == nil ? Numbers(tickets: 1, messages: 1) : Numbers()
        return try await database.transaction(in: access.scope, at: now, taking: taking, once: once) { tx in
            try await tx.refusePurged(draft.mail)
            let isThere = tx.departments.hold(checked.departmentID)
            let requester =
                switch draft.requester {
                case .caller: tx.users.hold(access.caller.userID ?? ID(0))
                case .user(let id): tx.users.hold(id)
                case .address(let address, _): tx.users.hold(email: address)
                }
            let assignable = draft.agentID.map { tx.agents.canBeAssigned($0) } ?? Pending(true)
            let found = try await requester.value
            guard try await isThere.value else { throw Refusal.noDepartment }
            guard try await assignable.value else { throw Refusal.unassignable }
            if found == nil, numbers == nil, case .address = draft.requester { throw UnknownAddress(numbers: try await tx.numbers.value) }
            guard let user = found, user.state != .merged, user.state != .anonymised else {
                throw Refusal.invalid([FieldFault("user_id", "unknown", "there is no such user in this helpdesk")])
            }
            let numbers = if let numbers { numbers } else { try await tx.numbers.value }
            let ticket = Ticket.opened(
                id: ID(numbers.tickets), ref: references.next(), subject: draft.subject, status: .created(chosen: draft.status),
                user: user.requester, organizationID: user.organizationID, departmentID: checked.departmentID, agentID: draft.agentID,
                teamID: draft.teamID, priority: draft.priority, urgency: draft.urgency, labels: draft.labels, fields: checked.fields,
                channel: .api, at: now)
            let message = Message(
                id: ID(numbers.messages), ticketID: ticket.id, kind: .userMessage, author: .user(user.id), body: draft.body, createdAt: now,
                mail: draft.mail)
            tx.open(ticket, with: message, by: access)
            return Pending(ticket)
        }
    }

    private func makeUser(_ address: EmailAddress, name: String?, _ access: Access) async throws -> User {
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(users: 1)) { tx in
            let id = ID<User>(try await tx.numbers.value.users)
            return tx.users.ensure(User(id: id, name: name, email: address, createdAt: now), at: now)
        }
    }
}

/// A draft that fits what the helpdesk has set up.
private struct CheckedDraft {
    var draft: TicketDraft
    var departmentID: ID<Department>
    var fields: [FieldKey: FieldValue]
}

extension TicketDraft {
    fileprivate func checked(for access: Access) throws(Refusal) -> CheckedDraft {
        let configuration = access.configuration
        let department = departmentID ?? configuration.defaultDepartment
        var faults = configuration.faults(department: departmentID, team: teamID)
        let values = fields.compactMapValues { $0 }
        faults += configuration.fields.faults(in: fields, department: department)
        faults += configuration.fields.missing(in: values, department: department, forUsers: !access.caller.isAgent)
        if !faults.isEmpty { throw .invalid(faults) }
        try access.requireAssignable(department)
        return CheckedDraft(draft: self, departmentID: department, fields: values)
    }
}

extension Configuration {
    /// What is not there, or not any more.
    func faults(department: ID<Department>?, team: ID<Team>?) -> [FieldFault] {
        var faults: [FieldFault] = []
        if let department, departments[department] == nil {
            faults.append(FieldFault("department_id", "unknown", "there is no such department in this helpdesk"))
        }
        if let team, teams[team] == nil { faults.append(FieldFault("team_id", "unknown", "there is no such team in this helpdesk")) }
        return faults
    }
}

extension Access {
    func requireAssignable(_ department: ID<Department>) throws(Refusal) {
        guard mayAssign(to: department) else { throw .forbidden("you may not put tickets into this department") }
    }
}

extension TenantTransaction {
    /// For a ticket that is about to be seen in this department.
    func hold(_ department: ID<Department>) async throws {
        guard try await departments.hold(department).value else { throw Refusal.noDepartment }
    }
}

extension Refusal {
    static let noDepartment = invalid([FieldFault("department_id", "unknown", "there is no such department in this helpdesk")])
    static let unassignable = invalid([FieldFault("agent_id", "unknown", "there is no such agent in this helpdesk, or they are suspended")])
}
