import Domain
import Services
import Support

/// A condition.
func condition(_ field: String, _ op: String, _ value: QueueValue = .nothing) -> QueueCriterion {
    .condition(QueueCondition(field, op, value))
}

extension TestTenant {
    /// What admins keep for everybody.
    func makeQueue(
        _ criteria: QueueCriteria, named name: String = "Queue", for visibility: QueueVisibility = .everybody,
        _ order: TicketOrder = .newestChangeFirst
    ) async throws -> TicketQueue {
        try await nowByAdmin { try await helpdesk.createQueue(.named(name, criteria, for: visibility, order), $0) }
    }

    /// The numbers of a queue's tickets as somebody sees them, the lowest first; every page.
    func tickets(of queue: ID<TicketQueue>, limit: Int = 200, _ access: Access) async throws -> [ID<Ticket>] {
        var found: [ID<Ticket>] = []
        var cursor: TicketCursor?
        repeat {
            let page = try await helpdesk.listQueueTickets(
                queue, TicketOrder(.id, descending: false), after: cursor, limit: limit, access)
            found += page.items.map(\.id)
            cursor = page.next
        } while cursor != nil
        return found
    }
}

extension QueueDraft {
    static func named(
        _ name: String, _ criteria: QueueCriteria = QueueCriteria(), for visibility: QueueVisibility,
        _ order: TicketOrder = .newestChangeFirst
    ) -> QueueDraft {
        QueueDraft(name: QueueName(unchecked: name), criteria: criteria, order: order, visibility: visibility)
    }
}
