/// How a ticket is to come back, with what has to be put right for it.
package struct Restoration: Equatable, Sendable {
    /// Nil: the status it was hidden from.
    package var status: VisibleStatus?
    package var departmentID: ID<Department>?
    package var fields: FieldChanges = [:]

    package init() {}
}

extension Ticket {
    /// - Throws: `Refusal.invalid` with everything for which the ticket must not be seen in lists again.
    package mutating func restore(_ restoration: Restoration, _ configuration: Configuration, at now: Timestamp) throws(Refusal) {
        let old = self
        take(try status.after(.restore(restoration.status)).status, at: now)
        if let department = restoration.departmentID { departmentID = department }
        set(restoration.fields)
        let faults = faults(since: old, setting: restoration.fields, configuration)
        if !faults.isEmpty { throw .invalid(faults) }
    }
}
