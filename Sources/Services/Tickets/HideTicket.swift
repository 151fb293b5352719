import Domain

extension Helpdesk {
    /// Marks a ticket as spam or throws it away. Both need the right to delete, because both are purged.
    package func hideTicket(
        _ id: ID<Ticket>, as hidden: HiddenStatus, _ access: Access, ifMatch: Int64? = nil, once: Once<Ticket>? = nil
    ) async throws -> Ticket {
        try access.require(.deleteTickets)
        try access.requireAgent(.delete, "hide tickets")
        if hidden == .spam { try access.requireAgent(.markSpam, "mark spam") }
        let event: HistoryEntry.Event =
            switch hidden {
            case .spam: .markedSpam
            case .deleted: .deleted
            }
        return try await change(id, access, event, ifMatch: ifMatch, once: once) { ticket, now, tx in
            try ticket.hide(as: hidden, at: now)
            tx.liveSessions.sweep(id, at: .distantFuture)
        }
    }
}
