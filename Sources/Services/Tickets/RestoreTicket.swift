import Domain

extension Helpdesk {
    /// Brings a hidden ticket back to the status it was hidden from, or to the one asked for.
    package func restoreTicket(
        _ id: ID<Ticket>, to status: VisibleStatus? = nil, _ access: Access, once: Once<Ticket>? = nil
    ) async throws -> Ticket {
        try access.require(.writeTickets)
        _ = try access.requireAgent("restore tickets")
        return try await change(id, access, .restored, once: once) { ticket, now in
            ticket.take(try ticket.status.after(.restore(status)).status, at: now)
        }
    }
}
