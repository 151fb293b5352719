import Domain
import Repositories

/// The fields to change; nil leaves a field as it is.
package struct TicketPatch: Sendable {
    package enum Assignment: Equatable, Sendable {
        case nobody
        case agent(ID<Agent>)
    }

    package var subject: Subject?
    package var status: VisibleStatus?
    package var assignment: Assignment?
    package var priority: Priority?
    package var urgency: Urgency?

    package init() {}
}

extension Helpdesk {
    /// Changes properties of a ticket. Who set what stands in the history.
    /// - Parameter ifMatch: the version the caller knows; refused with `.outdated` when the ticket has moved on.
    package func updateTicket(_ id: ID<Ticket>, _ patch: TicketPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        _ = try access.requireAgent("change tickets")
        return try await change(id, access, .updated, ifMatch: ifMatch) { ticket, now in
            if let status = patch.status { ticket.take(try ticket.status.after(.setStatus(status)).status, at: now) }
            if let subject = patch.subject { ticket.subject = subject }
            if let priority = patch.priority { ticket.priority = priority }
            if let urgency = patch.urgency { ticket.urgency = urgency }
            switch patch.assignment {
            case nil: break
            case .nobody: ticket.agentID = nil
            case .agent(let agent): ticket.agentID = agent
            }
        }
    }
}
