import Domain
import Postgres
import Services
import Support
import Testing

/// What most tests here do on their way to what they are about.
extension TestTenant {
    /// A ticket that an agent opened for the tenant's user and brought into this status.
    func makeTicket(in status: TicketStatus) async throws -> Ticket {
        let opening: VisibleStatus =
            switch status {
            case .visible(let status): status
            case .hidden(_, let from): from
            }
        let subject = try #require(Subject("It does not work"))
        let draft = TicketDraft(subject: subject, body: text("Please help"), requester: .user(userID), status: opening)
        let ticket = try await byAgent { try await helpdesk.createTicket(draft, $0) }
        guard case .hidden(let hidden, _) = status else { return ticket }
        return try await byAgent { try await helpdesk.hideTicket(ticket.id, as: hidden, $0) }
    }

    /// A ticket of the tenant's user, opened by an agent as `change` wants it.
    func makeTicket(
        _ title: String = "It does not work", by access: Access, _ change: (inout TicketDraft) -> Void
    ) async throws -> Ticket {
        let subject = try #require(Subject(title))
        var draft = TicketDraft(subject: subject, body: text("Please help"), requester: .user(userID))
        change(&draft)
        return try await helpdesk.createTicket(draft, access)
    }

    /// The ticket as it is kept.
    func read(_ id: ID<Ticket>) async throws -> Ticket {
        try await byAgent { try await helpdesk.readTicket(id, messages: false, history: false, $0).ticket }
    }

    func history(of id: ID<Ticket>) async throws -> [HistoryEntry] {
        try await byAgent { try await helpdesk.listHistory(of: id, after: nil, limit: 200, $0).page.items }
    }

    func messages(on id: ID<Ticket>) async throws -> [Message] {
        try await byAgent { try await helpdesk.listMessages(on: id, after: nil, limit: 200, $0).items }
    }

    func links(of id: ID<Ticket>) async throws -> [TicketLink] {
        try await byAgent { try await helpdesk.listLinks(of: id, $0) }
    }

    /// The numbers of a list's tickets, the lowest first, as an agent sees them.
    func listed(_ change: (inout TicketFilter) -> Void = { _ in }) async throws -> [ID<Ticket>] {
        var filter = TicketFilter()
        change(&filter)
        let asked = filter
        return try await byAgent {
            try await helpdesk.listTickets(asked, TicketOrder(.id, descending: false), after: nil, limit: 200, $0).items.map(\.id)
        }
    }

    func set(_ status: VisibleStatus, on id: ID<Ticket>) async throws -> Ticket {
        var patch = TicketPatch()
        patch.status = status
        let wanted = patch
        return try await byAgent { try await helpdesk.updateTicket(id, wanted, $0) }
    }

    /// Does it as the tenant's agent, whatever rights or settings were changed since the test began.
    func byAgent<Value>(_ act: (Access) async throws -> Value) async throws -> Value {
        do { return try await act(agent.access) } catch is StaleAccess { return try await act(now(agent)) }
    }

    /// Another user of this helpdesk, with a token.
    func makeUser(_ address: String) async throws -> (id: ID<User>, access: Access) {
        let email = try #require(EmailAddress(address))
        let user = try await installation.createUser(email, name: nil, in: tenant.slug)
        return (user.id, try await login(.user(user.id)).access)
    }

    func login(
        _ person: Person, scopes: [TokenScope]? = nil, expiresAt: Timestamp? = nil
    ) async throws -> (text: String, id: ID<Token>, access: Access) {
        let (token, record) = try await installation.createToken(
            for: person, named: "test", scopes: scopes, expiresAt: expiresAt, in: tenant.slug)
        return (token.text, record.id, try await authenticator.access(token.text))
    }

    /// Runs SQL as the superuser, who sees every tenant: for what no verb sets or shows. `$tenant` stands for this tenant's number.
    @discardableResult
    func sql(_ statement: String) async throws -> [[String?]] {
        let statement = statement.replacing("$tenant", with: String(tenant.id.value))
        let address = try await TestCluster.shared.value.address(database: "deskyard_test")
        return try await ScriptSession.run(on: address) { session in try session.run(statement) }
    }
}

extension VisibleStatus {
    /// What one can choose: nothing, or any visible status.
    static var everyChoice: [VisibleStatus?] {
        var choices: [VisibleStatus?] = [nil]
        for status in allCases { choices.append(status) }
        return choices
    }
}

extension Restoration {
    /// To this status; nil: to the one the ticket was hidden from.
    static func to(_ status: VisibleStatus?) -> Restoration {
        var restoration = Restoration()
        restoration.status = status
        return restoration
    }
}

extension TicketPatch {
    static func subject(_ text: String) throws -> TicketPatch {
        var patch = TicketPatch()
        patch.subject = Subject(text)!
        return patch
    }
}

/// The refusal that `body` ends with; nil when it does what it was asked. Any other error is a failure of the test.
func refusal(_ body: () async throws -> Void) async -> Refusal? {
    do {
        try await body()
        return nil
    } catch let refusal as Refusal {
        return refusal
    } catch {
        Issue.record(error)
        return nil
    }
}

extension Refusal {
    var isForbidden: Bool {
        if case .forbidden = self { true } else { false }
    }

    var isInvalid: Bool {
        if case .invalid = self { true } else { false }
    }

    /// Each fault as `fields.order_no required`, in alphabetical order.
    var namedFaults: [String] {
        if case .invalid(let faults) = self { faults.map { "\($0.field) \($0.code)" }.sorted() } else { [] }
    }
}

extension TicketOrder {
    static var all: [TicketOrder] {
        Key.allCases.flatMap { [TicketOrder($0, descending: false), TicketOrder($0, descending: true)] }
    }
}
