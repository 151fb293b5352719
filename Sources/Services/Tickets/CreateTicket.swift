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
    /// Only agents choose.
    package var status: VisibleStatus?
    package var agentID: ID<Agent>?
    package var priority: Priority
    package var urgency: Urgency

    package init(
        subject: Subject, body: MessageBody, requester: Requester, status: VisibleStatus? = nil, agentID: ID<Agent>? = nil,
        priority: Priority = .normal, urgency: Urgency = .lowest
    ) {
        self.subject = subject
        self.body = body
        self.requester = requester
        self.status = status
        self.agentID = agentID
        self.priority = priority
        self.urgency = urgency
    }
}

extension Helpdesk {
    /// Opens a ticket with the user's first message.
    package func createTicket(_ draft: TicketDraft, _ access: Access, once: Once<Ticket>? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        switch (draft.requester, access.caller) {
        case (.caller, .user) where draft.status == nil && draft.agentID == nil: break
        case (.user, .agent), (.address, .agent): break
        default: throw Refusal.forbidden("only agents open tickets for others or choose a status")
        }
        do {
            return try await open(draft, access, once, numbers: nil)
        } catch let unknown as UnknownAddress {
            // The first ticket of a new user. Users are made in a transaction of their own, because counting them locks a row.
            guard case .address(let address, let name) = draft.requester else { throw Refusal.notFound }
            _ = try await makeUser(address, name: name, access)
            return try await open(draft, access, once, numbers: unknown.numbers)
        }
    }

    private struct UnknownAddress: Error {
        /// Taken already, and used at the second attempt.
        var numbers: Numbers
    }

    private func open(_ draft: TicketDraft, _ access: Access, _ once: Once<Ticket>?, numbers: Numbers?) async throws -> Ticket {
        let now = clock.now()
        let taking = numbers == nil ? Numbers(tickets: 1, messages: 1) : Numbers()
        return try await database.transaction(in: access.scope, at: now, taking: taking, once: once) { tx in
            let requester =
                switch draft.requester {
                case .caller: tx.users.find(access.caller.userID ?? ID(0))
                case .user(let id): tx.users.find(id)
                case .address(let address, _): tx.users.find(email: address)
                }
            guard let user = try await requester.value else {
                if numbers == nil, case .address = draft.requester { throw UnknownAddress(numbers: try await tx.numbers.value) }
                throw Refusal.invalid([FieldFault("user_id", "unknown", "there is no such user in this helpdesk")])
            }
            let numbers = if let numbers { numbers } else { try await tx.numbers.value }
            let ticket = Ticket.opened(
                id: ID(numbers.tickets), ref: references.next(), subject: draft.subject, status: .created(chosen: draft.status),
                user: Ticket.Requester(id: user.id, name: user.name, email: user.email), agentID: draft.agentID,
                priority: draft.priority, urgency: draft.urgency, channel: .api, at: now)
            let message = Message(
                id: ID(numbers.messages), ticketID: ticket.id, kind: .userMessage, author: .user(user.id), body: draft.body, createdAt: now)
            tx.open(ticket, with: message, by: access.caller.person)
            return Pending(ticket)
        }
    }

    private func makeUser(_ address: EmailAddress, name: String?, _ access: Access) async throws -> User {
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(users: 1)) { tx in
            let id = ID<User>(try await tx.numbers.value.users)
            return tx.users.ensure(User(id: id, name: name, email: address), at: now)
        }
    }
}
