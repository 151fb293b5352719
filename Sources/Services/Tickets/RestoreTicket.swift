import Domain

extension Helpdesk {
    /// Brings a hidden ticket back. While it is not as the helpdesk wants its tickets to be, it is refused with every fault.
    package func restoreTicket(
        _ id: ID<Ticket>, _ restoration: Restoration, _ access: Access, ifMatch: Int64? = nil, once: Once<Ticket>? = nil
    ) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent(.restore, "restore tickets")
        // Corrections are changes like any other.
        if !restoration.fields.isEmpty { try access.requireAgent(.editFields, "change a ticket's fields") }
        if restoration.departmentID != nil { try access.requireAgent(.assign, "move tickets") }
        if let department = restoration.departmentID, access.configuration.departments[department] != nil {
            try access.requireAssignable(department)
        }
        return try await change(id, access, .restored, ifMatch: ifMatch, once: once) { ticket, now, tx in
            try ticket.restore(restoration, access.configuration, at: now)
            try await tx.hold(ticket.departmentID)
        }
    }
}
