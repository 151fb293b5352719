import Domain
import Repositories

extension Helpdesk {
    package static let mostDuplicates = 100

    /// Puts what was said on duplicates onto one ticket. Whoever asks for a duplicate from then on is led there; its history stays its own.
    /// Who opened a duplicate is on copy, and who followed it goes on doing so.
    package func mergeTickets(
        _ duplicates: [ID<Ticket>], into id: ID<Ticket>, _ access: Access, ifMatch: Int64? = nil, once: Once<Ticket>? = nil
    ) async throws -> Ticket {
        try access.require(.writeTickets)
        try access.requireAgent(.editFields, "merge tickets")
        if duplicates.contains(id) {
            throw Refusal.invalid([FieldFault("duplicates", "same", "a ticket cannot be merged into itself")])
        }
        let duplicates = duplicates.reduce(into: [ID<Ticket>]()) { once, id in if !once.contains(id) { once.append(id) } }
        let start = clock.now()
        return try await database.transaction(in: access.scope, at: start, once: once) { tx in
            let locked = try await tx.tickets.lock(duplicates + [id], seenBy: access.sight).value
            let old = try locked.first { $0.id == id }.orNotFound.notMerged
            try old.version.mustMatch(ifMatch)
            let merging = duplicates.compactMap { duplicate in locked.first { $0.id == duplicate } }
            let unseen = duplicates.enumerated().filter { duplicate in !merging.contains { $0.id == duplicate.element } }
            if !unseen.isEmpty {
                throw Refusal.invalid(
                    unseen.map { FieldFault("duplicates[\($0.offset)]", "unknown", "there is no ticket \($0.element) that you could see") })
            }
            try old.mustTakePart()
            for duplicate in merging { try duplicate.mustBeMergeable() }
            let now = locked.map(\.updatedAt).reduce(start, max)

            tx.messages.moveAll(from: duplicates, to: id)
            tx.participants.moveAll(from: duplicates, to: id, exceptUser: old.user.id)
            var ticket = old
            for duplicate in merging {
                ticket.takeOver(duplicate, at: now)
                var left = duplicate
                left.lead(to: id, at: now)
                tx.write(&left, since: duplicate, .mergedAway, by: access, at: now)
                tx.liveSessions.sweep(duplicate.id, at: .distantFuture)
                _ = tx.links.add(TicketLink(kind: .mergedFrom, ticketID: duplicate.id), to: id)
                if duplicate.user.id != old.user.id { _ = tx.participants.addCC(duplicate.user.id, to: id) }
            }
            let taken = merging.map { FieldChange("merged_from", from: .none, to: .number($0.id.value)) }
            tx.write(&ticket, since: old, .merged, by: access, at: now, also: taken)
            tx.searchDocuments.refresh(duplicates + [id], access.configuration.language)
            return Pending(ticket)
        }
    }
}

extension Ticket {
    fileprivate func mustTakePart() throws(Refusal) {
        if mergedInto != nil { throw .conflict(.mergedAway) }
        if status.isHidden { throw .conflict(.mergeOfHidden) }
    }

    fileprivate func mustBeMergeable() throws(Refusal) {
        try mustTakePart()
        if legalHold != nil { throw .conflict(.mergeHeld) }
    }

    /// Whoever waits for an answer on the duplicate waits for it here from now on.
    fileprivate mutating func takeOver(_ duplicate: Ticket, at now: Timestamp) {
        messageCount += duplicate.messageCount
        replyCount += duplicate.replyCount
        firstRepliedAt = [firstRepliedAt, duplicate.firstRepliedAt].compactMap { $0 }.min()
        guard let since = duplicate.userWaitingSince else { return }
        if status == .visible(.resolved) || status == .visible(.awaitingUser) { take(.visible(.awaitingAgent), at: now) }
        userWaitingSince = userWaitingSince.map { min($0, since) } ?? since
    }

    fileprivate mutating func lead(to target: ID<Ticket>, at now: Timestamp) {
        // The wait goes on elsewhere.
        userWaitingSince = nil
        take(.visible(.resolved), at: now)
        hiddenAt = now
        mergedInto = target
        liveUntil = nil
        messageCount = 0
        replyCount = 0
    }
}
