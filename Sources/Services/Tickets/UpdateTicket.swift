import Domain
import Repositories

extension Helpdesk {
    /// Changes properties of a ticket. Who set what stands in the history.
    /// - Parameter ifMatch: the version the caller knows; refused with `.outdated` when the ticket has moved on.
    package func updateTicket(_ id: ID<Ticket>, _ patch: TicketPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent("change tickets")
        for right in patch.rights { try access.requireAgent(right, "change that of a ticket") }
        let faults = access.configuration.faults(department: patch.departmentID, team: patch.team?.id)
        if !faults.isEmpty { throw Refusal.invalid(faults) }
        if let department = patch.departmentID { try access.requireAssignable(department) }
        return try await change(id, access, .updated, ifMatch: ifMatch) { ticket, now, tx in
            if let agent = patch.agent?.id, agent != ticket.agentID {
                guard try await tx.agents.canBeAssigned(agent).value else { throw Refusal.unassignable }
            }
            if let department = patch.departmentID, department != ticket.departmentID { try await tx.hold(department) }
            try ticket.apply(patch, access.configuration, at: now)
        }
    }
}
