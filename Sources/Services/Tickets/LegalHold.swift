import Domain

extension Helpdesk {
    /// Keeps the ticket from every purge, or lets it go again (nil).
    package func setLegalHold(_ hold: LegalHold?, on id: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAdmin("set and lift legal holds")
        return try await change(id, access, hold == nil ? .released : .held, ifMatch: ifMatch) { ticket, _, _ in ticket.legalHold = hold }
    }
}
