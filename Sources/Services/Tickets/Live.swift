import Domain
import Repositories

/// A chat or call, and how many are going on for the ticket with it.
package struct LiveState: Sendable {
    package var session: LiveSession
    package var count: Int
    package var ticket: Ticket
}

extension Helpdesk {
    /// The sessions that go on.
    package func listLive(on id: ID<Ticket>, _ access: Access) async throws -> [LiveSession] {
        try access.require(.readTickets)
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            tx.seen(id, by: access).and(tx.liveSessions.list(on: id, at: now)).map(\.1)
        }
    }

    /// Opens a chat or call. The ticket shows it at once, until it is ended or its heartbeat stops.
    package func startLive(
        _ kind: LiveSession.Kind, on id: ID<Ticket>, _ access: Access, once: Once<LiveState>? = nil
    ) async throws -> LiveState {
        let agent = try access.requireLive()
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start, once: once) { tx in
            let old = try await tx.locked(id, for: access)
            if old.status.isHidden { throw Refusal.conflict(.replyToHidden) }
            let now = max(start, old.updatedAt)
            tx.liveSessions.sweep(id, at: now)
            let others = try await tx.liveSessions.list(on: id, at: now).value
            let session = LiveSession(
                id: ID(old.version + 1), kind: kind, agentID: agent, startedAt: now,
                expiresAt: now.advanced(bySeconds: LiveSession.secondsWithoutHeartbeat))
            var ticket = old
            ticket.liveUntil = session.expiresAt
            tx.liveSessions.insert(session, on: id)
            tx.write(
                &ticket, since: old, .liveStarted, by: access, at: now,
                also: [FieldChange("live", from: .none, to: .text(kind.rawValue))])
            return Pending(LiveState(session: session, count: others.count + 1, ticket: ticket))
        }
    }

    /// The heartbeat. Its time moves on without a new version of the ticket: nothing has changed.
    /// - Parameter sessionID: nil: the only one there is.
    package func keepLive(_ sessionID: ID<LiveSession>?, on id: ID<Ticket>, _ access: Access) async throws -> LiveState {
        try access.requireLive()
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            var ticket = try await tx.locked(id, for: access)
            let sessions = try await tx.liveSessions.list(on: id, at: now).value
            var session = try sessions.the(sessionID)
            session.expiresAt = max(session.expiresAt, now.advanced(bySeconds: LiveSession.secondsWithoutHeartbeat))
            ticket.liveUntil = ticket.liveUntil.map { max($0, session.expiresAt) } ?? session.expiresAt
            tx.liveSessions.extend(session.id, on: id, until: session.expiresAt)
            tx.tickets.keepLive(ticket)
            return Pending(LiveState(session: session, count: sessions.count, ticket: ticket))
        }
    }

    /// - Parameter sessionID: nil: the only one there is.
    package func endLive(_ sessionID: ID<LiveSession>?, on id: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil) async throws -> Ticket {
        try access.requireLive()
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start) { tx in
            let old = try await tx.locked(id, for: access, ifMatch: ifMatch)
            let now = max(start, old.updatedAt)
            let sessions = try await tx.liveSessions.list(on: id, at: now).value
            let session = try sessions.the(sessionID)
            tx.liveSessions.remove(session.id, from: id)
            var ticket = old
            ticket.liveUntil = sessions.filter { $0.id != session.id }.map(\.expiresAt).max()
            tx.write(
                &ticket, since: old, .liveEnded, by: access, at: now,
                also: [FieldChange("live", from: .text(session.kind.rawValue), to: .none)])
            return Pending(ticket)
        }
    }
}

extension [LiveSession] {
    fileprivate func the(_ id: ID<LiveSession>?) throws(Refusal) -> LiveSession {
        guard let id else {
            if count > 1 { throw .invalid([FieldFault("id", "required", "several are going on: say which one")]) }
            guard let only = first else { throw .conflict(.liveEnded) }
            return only
        }
        guard let session = first(where: { $0.id == id }) else { throw .conflict(.liveEnded) }
        return session
    }
}

extension Access {
    @discardableResult
    fileprivate func requireLive() throws(Refusal) -> ID<Agent> {
        try require(.writeTickets)
        return try requireAgent(.reply, "chat or call")
    }
}
