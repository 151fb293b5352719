import Domain
import Repositories

extension Helpdesk {
    package func listFollowers(of id: ID<Ticket>, _ access: Access) async throws -> [ID<Agent>] {
        try access.require(.readTickets)
        try access.requireAgent("see who follows a ticket")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.seen(id, by: access).and(tx.participants.followers(of: id)).map(\.1)
        }
    }

    /// From now on the agent sees the ticket wherever it goes. Everybody may follow what they see; for others one needs the right to assign.
    package func follow(_ id: ID<Ticket>, as agent: ID<Agent>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.requireFollowing(of: agent)
        return try await participate(id, access, ifMatch, .followed, "follower_id", becomes: agent) { tx, _ in
            guard try await tx.agents.canBeAssigned(agent).value else { throw Refusal.unassignable }
            return tx.participants.follow(id, agent)
        }
    }

    package func unfollow(_ id: ID<Ticket>, as agent: ID<Agent>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.requireFollowing(of: agent)
        return try await participate(id, access, ifMatch, .unfollowed, "follower_id", was: agent) { tx, _ in
            tx.participants.unfollow(id, agent)
        }
    }

    /// The users on copy. Users see them, too: they write to them.
    package func listCCs(on id: ID<Ticket>, _ access: Access) async throws -> [Ticket.Requester] {
        try access.require(.readTickets)
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.seen(id, by: access).and(tx.participants.ccs(on: id)).map(\.1)
        }
    }

    /// From now on the user sees the ticket and may write on it.
    package func addCC(_ user: ID<User>, to id: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent(.reply, "put users on copy")
        return try await participate(id, access, ifMatch, .ccAdded, "cc_id", becomes: user) { tx, ticket in
            if ticket.user.id == user { throw Refusal.invalid([FieldFault("user_id", "same", "it is this user's own ticket")]) }
            guard let found = try await tx.users.find(user).value, found.state == .active || found.state == .suspended else {
                throw Refusal.invalid([FieldFault("user_id", "unknown", "there is no such user in this helpdesk")])
            }
            return tx.participants.addCC(user, to: id)
        }
    }

    package func removeCC(_ user: ID<User>, from id: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent(.reply, "put users on copy")
        return try await participate(id, access, ifMatch, .ccRemoved, "cc_id", was: user) { tx, _ in
            tx.participants.removeCC(user, from: id)
        }
    }

    /// - Parameter act: answers false when nothing was to be done; then nothing is written.
    private func participate<Person>(
        _ id: ID<Ticket>, _ access: Access, _ ifMatch: Int64?, _ event: HistoryEntry.Event, _ name: String, was: ID<Person>? = nil,
        becomes: ID<Person>? = nil, _ act: (TenantTransaction, Ticket) async throws -> Pending<Bool>
    ) async throws -> Ticket {
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start) { tx in
            let old = try await tx.locked(id, for: access, ifMatch: ifMatch)
            guard try await act(tx, old).value else { return Pending(old) }
            var ticket = old
            tx.write(
                &ticket, since: old, event, by: access, at: max(start, old.updatedAt),
                also: [FieldChange(name, from: .init(was), to: .init(becomes))])
            return Pending(ticket)
        }
    }
}

extension Access {
    fileprivate func requireFollowing(of agent: ID<Agent>) throws(Refusal) {
        try require(.writeTickets)
        guard try requireAgent("follow tickets") != agent else { return }
        try requireAgent(.assign, "let others follow tickets")
    }
}
