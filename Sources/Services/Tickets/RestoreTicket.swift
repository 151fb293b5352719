import Domain

/// How a ticket is to come back, with what has to be put right for it.
package struct Restoration: Sendable {
    /// Nil: the status it was hidden from.
    package var status: VisibleStatus?
    package var departmentID: ID<Department>?
    package var fields: FieldChanges = [:]

    package init() {}
}

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
            ticket.take(try ticket.status.after(.restore(restoration.status)).status, at: now)
            if let department = restoration.departmentID { ticket.departmentID = department }
            ticket.set(restoration.fields)
            let faults = access.configuration.faults(of: ticket, after: restoration.fields)
            if !faults.isEmpty { throw Refusal.invalid(faults) }
            try await tx.hold(ticket.departmentID)
        }
    }
}

extension Configuration {
    /// Everything for which the ticket must not be seen in lists again.
    fileprivate func faults(of ticket: Ticket, after changes: FieldChanges) -> [FieldFault] {
        let department = ticket.departmentID
        let gone =
            departments[department] == nil
            ? [FieldFault("department_id", "gone", "the ticket's department is gone: name another one")] : []
        let kept = ticket.fields.filter { changes[$0.key] == nil }
        return gone + fields.faults(in: changes, department: department) + fields.faults(of: kept, department: department)
            + fields.missing(in: ticket.fields, department: department, forUsers: false)
    }
}
