import Domain
import Services
import Support

extension OwnQueue {
    /// As if the helpdesk's user had opened so many, numbered from 1.
    func makeTickets(_ count: Int, of tenant: TestTenant) async throws -> [ID<Ticket>] {
        try await write(
            """
            insert into helpdesk.tickets (tenant_id, id, ref, subject, status, user_id, department_id, priority, urgency, channel,
                message_count, version, created_at, updated_at, status_changed_at)
            select \(tenant.tenant.id), i, 'R' || i, 'Subject', 'pending', \(tenant.userID), 1, 'normal', 1, 'api', 1, 1, '\(clock.now)',
                '\(clock.now)', '\(clock.now)'
            from generate_series(1, \(count)) i
            """)
        return (1...count).map { ID(Int64($0)) }
    }

    func jobs(of kind: Job.Kind) async throws -> [JobRecord] { try await jobs().filter { $0.kind == kind.rawValue } }

    /// How many lines the histories of the helpdesk's tickets have of it, and of how many tickets.
    func history(of action: MassAction, in tenant: TestTenant) async throws -> [String?] {
        try await write(
            """
            select count(*), count(distinct ticket_id) from helpdesk.ticket_history
            where tenant_id = \(tenant.tenant.id) and mass_action_id = \(action.id)
            """)[0]
    }

    /// How many of the helpdesk's tickets are so.
    func count(_ condition: String, of tenant: TestTenant) async throws -> Int? {
        let rows = try await write("select count(*) from helpdesk.tickets where tenant_id = \(tenant.tenant.id) and \(condition)")
        return rows[0][0].flatMap { Int($0) }
    }
}

extension TestTenant {
    func start(_ actions: [TicketAction], on tickets: [ID<Ticket>]) async throws -> MassAction {
        try await helpdesk.startMassAction(
            MassActionRequest(selection: .ids(tickets), actions: actions), by: MassActionAuthor(try await now(agent)))
    }

    func read(_ action: MassAction) async throws -> MassAction {
        try await helpdesk.readMassAction(action.id, by: MassActionAuthor(try await now(agent)))
    }

    func items(of action: MassAction) async throws -> [MassActionItem] {
        try await helpdesk.listMassActionItems(
            of: action.id, outcome: nil, after: nil, limit: 5000, by: MassActionAuthor(try await now(agent))
        ).items
    }
}
