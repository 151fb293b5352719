import Domain
import Repositories

extension Helpdesk {
    /// What other tickets it has to do with. Those the caller does not see are numbers without a door.
    package func listLinks(of id: ID<Ticket>, _ access: Access) async throws -> [TicketLink] {
        try access.require(.readTickets)
        try access.requireAgent("see links between tickets")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.seen(id, by: access).and(tx.links.list(of: id)).map(\.1)
        }
    }

    /// Says on both tickets that they have to do with each other.
    package func link(_ id: ID<Ticket>, with other: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try await setLink(id, other, access, ifMatch, .linked) { $0.links.add(TicketLink(kind: .related, ticketID: other), to: id) }
    }

    /// Only what was linked by hand is unlinked by hand.
    package func unlink(_ id: ID<Ticket>, from other: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try await setLink(id, other, access, ifMatch, .unlinked) { $0.links.remove(TicketLink(kind: .related, ticketID: other), from: id) }
    }

    private func setLink(
        _ id: ID<Ticket>, _ other: ID<Ticket>, _ access: Access, _ ifMatch: Int64?, _ event: HistoryEntry.Event,
        _ act: (TenantTransaction) -> Pending<Bool>
    ) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent(.editFields, "link tickets")
        guard id != other else { throw Refusal.invalid([FieldFault("other_id", "same", "a ticket is not linked with itself")]) }
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start) { tx in
            let both = try await tx.tickets.lock([id, other], seenBy: access.sight).value
            let one = try both.first { $0.id == id }.orNotFound.notMerged
            guard let two = both.first(where: { $0.id == other }) else {
                guard event == .unlinked else { throw Refusal.notFound }
                return Pending(try await tx.unlink(one, fromPurged: other, by: access, at: start, ifMatch: ifMatch))
            }
            if two.mergedInto != nil { throw Refusal.conflict(.mergedAway) }
            try one.version.mustMatch(ifMatch)
            guard try await act(tx).value else { return Pending(one) }
            func write(_ old: Ticket, _ linked: ID<Ticket>) -> Ticket {
                var ticket = old
                let change =
                    event == .linked
                    ? FieldChange("related_id", from: .none, to: .number(linked.value))
                    : FieldChange("related_id", from: .number(linked.value), to: .none)
                tx.write(&ticket, since: old, event, by: access, at: max(start, old.updatedAt), also: [change])
                return ticket
            }
            _ = write(two, id)
            return Pending(write(one, other))
        }
    }
}

extension TenantTransaction {
    /// The number of a purged ticket may be taken off those it was linked with. One that the caller only does not see stays.
    fileprivate func unlink(
        _ old: Ticket, fromPurged other: ID<Ticket>, by access: Access, at start: Timestamp, ifMatch: Int64?
    ) async throws -> Ticket {
        try old.version.mustMatch(ifMatch)
        guard try await tickets.find(other, seenBy: .everything).value == nil,
            try await links.remove(TicketLink(kind: .related, ticketID: other), from: old.id).value
        else { throw Refusal.notFound }
        var ticket = old
        let change = FieldChange("related_id", from: .number(other.value), to: .none)
        write(&ticket, since: old, .unlinked, by: access, at: max(start, old.updatedAt), also: [change])
        return ticket
    }
}
