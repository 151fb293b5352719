import Domain
import Repositories

/// One of those who carry out a mass action together, with what they need to know of it: read when it begins, and again when it has changed.
package struct MassLane: Sendable {
    package let action: MassAction
    package let number: Int
    fileprivate let author: TicketAuthor
    fileprivate let decision: MassDecision
    fileprivate let configurationVersion: Int64
    fileprivate var pace = BatchPace(.massAction)
    /// How many others have been at work lately: a look now and then meets few of those who are quick.
    fileprivate var others = 0
    /// Tickets whose search documents were written and lie in the part of the index that each search reads through.
    var unsettled: Int64 = 0

    /// Whose name stands in the history, and what they see.
    fileprivate struct TicketAuthor {
        var actor: HistoryEntry.Actor
        var sight: TicketSight
        var configuration: Configuration
    }
}

/// What a piece of a mass action came to.
package enum MassPiece: Equatable, Sendable {
    /// Tickets have their outcome; there may be more, after a rest of so many milliseconds. Crowded: one lane is enough.
    case took(MassActionFigures, rest: Double, isCrowded: Bool)
    /// What is left is in somebody's hands.
    case waiting
    /// Rights or settings have changed: open the lane anew.
    case stale
    /// Something went wrong with these tickets; the next piece is smaller, or goes on behind the one that is at fault.
    case stumbled(String)
    case ended(MassAction)
    /// It had ended before, or an operator has taken it away.
    case over
}

extension Helpdesk {
    /// How often in a row tickets may be found locked, a second between, before they have failed.
    private static let mostFruitless = 60

    /// Begins to work on a mass action. Answers nil when there is nothing to be done for it any more.
    /// - Throws: `Refusal.tenantNotActive` while the helpdesk is suspended.
    package func openLane(_ number: Int, of id: ID<MassAction>, in scope: TenantScope) async throws -> MassLane? {
        let now = clock.now()
        return try await database.transaction(in: scope, at: now) { tx in
            guard let work = try await tx.massActions.work(on: id).value else { return Pending(nil) }
            guard work.standing.isTenantActive else { throw Refusal.tenantNotActive }
            switch work.action.state {
            case .done, .cancelled, .failed: return Pending(nil)
            case .queued: tx.massActions.begin(id, at: now)
            case .running: break
            }
            let configuration = tx.configuration.read()
            let grants = try await work.token.map { tx.access.grants(of: $0) }?.value
            let rights = AgentRights(of: grants, isOperator: work.action.createdBy == nil)
            let sight = work.action.createdBy.map { TicketSight(rights, of: $0) } ?? .everything
            let author = MassLane.TicketAuthor(
                actor: HistoryEntry.Actor(work.action.createdBy.map { .agent($0) }, tokenID: work.token), sight: sight,
                configuration: try await configuration.value)
            return Pending(
                MassLane(
                    action: work.action, number: number, author: author,
                    decision: MassDecision(work.action.actions, by: rights, author.configuration),
                    configurationVersion: work.standing.configurationVersion))
        }
    }

    /// Some tickets, in one transaction: their new state, the history, what became of each, and where it goes on. Killed anywhere, it has
    /// either happened or not.
    package func massPiece(_ lane: inout MassLane, in scope: TenantScope) async throws -> MassPiece {
        var inHand: MassPart?
        do {
            let piece = try await takePiece(of: lane, in: scope) { inHand = $0 }
            switch piece {
            case .took(let figures, let milliseconds, let others):
                // It is done, whatever comes now.
                inHand = nil
                try await lane.settle(figures.done, in: database)
                return lane.took(figures, milliseconds, others: others)
            case .waiting: return .waiting
            case .stale: return .stale
            case .over: return .over
            case .exhausted: break
            }
            return try await finishMassAction(lane.action, in: scope).map { .ended($0) } ?? .waiting
        } catch {
            guard let part = inHand, !(error is CancellationError), error as? Refusal != .tenantNotActive else { throw error }
            lane.pace.shrink()
            try await stumble(over: part, of: lane.action, in: scope, isOutage: error is DatabaseUnavailable)
            if error is DatabaseUnavailable { throw error }
            return .stumbled("\(error)")
        }
    }

    private enum Taking {
        case took(MassActionFigures, milliseconds: Double, others: Int)
        case waiting, stale, over
        /// Nothing is left.
        case exhausted
    }

    private func takePiece(of lane: MassLane, in scope: TenantScope, onClaim: (MassPart) -> Void) async throws -> Taking {
        let now = clock.now()
        let said = lane.action.actions.said
        let numbers = Numbers(messages: Int64(said.count * lane.pace.size))
        return try await database.transaction(in: scope, at: now, taking: numbers) { tx in
            let start = ContinuousClock.now
            let standing = tx.massActions.standing(of: lane.action.id)
            let claimed = tx.massParts.claim(of: lane.action.id, most: lane.pace.size, at: now)
            guard let standing = try await standing.value else { return Pending(.over) }
            guard standing.isTenantActive else { throw Refusal.tenantNotActive }
            guard standing.state == .running else { return Pending(.over) }
            guard standing.configurationVersion == lane.configurationVersion else { return Pending(.stale) }
            guard var part = try await claimed.value else {
                return Pending(try await tx.massParts.areLeft(of: lane.action.id).value ? .waiting : .exhausted)
            }
            onClaim(part)
            let before = part.figures
            var piece = try await tx.look(at: part.tickets, for: lane)
            let lastMessage = said.isEmpty ? 0 : try await tx.numbers.value.messages
            try await tx.write(&piece, lane, lastMessage: lastMessage, at: now)
            if piece.isFruitless, part.fruitless >= Self.mostFruitless { piece.giveUpOnLocked() }
            part.settle(piece)
            tx.massItems.insert(piece.items, of: lane.action.id)
            tx.massParts.update(
                part, of: lane.action.id, again: piece.locked, notBefore: piece.isFruitless ? now.advanced(bySeconds: 1) : nil)
            let milliseconds = start.duration(to: .now) / .milliseconds(1)
            return Pending(.took(part.figures.since(before), milliseconds: milliseconds, others: part.others))
        }
    }

    /// Fewer at a time from here on; a ticket that cannot even be done alone has failed.
    private func stumble(over part: MassPart, of action: MassAction, in scope: TenantScope, isOutage: Bool) async throws {
        let now = clock.now()
        guard part.tickets.count == 1, !isOutage else {
            return try await database.transaction(in: scope, at: now) { tx in
                tx.massParts.shrink(part.number, of: action.id, to: max(1, part.tickets.count / 2))
                return Pending(())
            }
        }
        try await database.transaction(in: scope, at: now) { tx in
            let claimed = tx.massParts.claim(part.number, of: action.id, most: 1, at: now)
            guard var again = try await claimed.value, again.taken == part.taken else { return Pending(()) }
            let items = again.tickets.map { MassActionItem(ticketID: $0.id, outcome: .failed(.error), version: $0.version) }
            tx.massItems.insert(items, of: action.id)
            again.taken += 1
            again.figures.failed += 1
            tx.massParts.update(again, of: action.id, again: [], notBefore: nil)
            return Pending(())
        }
    }
}

extension MassLane {
    /// How it goes on after a piece.
    fileprivate mutating func took(_ figures: MassActionFigures, _ milliseconds: Double, others seen: Int) -> MassPiece {
        others = max(seen, others - 1)
        pace.learn(tickets: Int(figures.all), milliseconds: milliseconds, others: others)
        return .took(figures, rest: pace.rest(after: milliseconds, others: others), isCrowded: pace.isCrowded(others))
    }
}

extension AgentRights {
    /// As they are now: of whoever has left or is suspended, none are left.
    fileprivate init(of grants: Grants?, isOperator: Bool) {
        if isOperator {
            self = .ofOperators
        } else if case .agent(_, .active, let rights)? = grants?.rights {
            self = rights
        } else {
            self.init(isAdmin: false, granted: [])
        }
    }
}

extension MassActionFigures {
    fileprivate func since(_ before: MassActionFigures) -> MassActionFigures {
        MassActionFigures(done: done - before.done, skipped: skipped - before.skipped, failed: failed - before.failed)
    }
}

extension MassPart {
    /// Once a small batch succeeds, the next one may be larger.
    fileprivate mutating func settle(_ piece: MassTickets) {
        taken += tickets.count
        for item in piece.items { figures.count(item.outcome) }
        for (status, figures) in piece.purged { purged[status, default: PurgeFigures()].add(figures) }
        fruitless = piece.isFruitless ? fruitless + 1 : 0
        batch = batch.flatMap { $0 * 2 < MassActionParts.size ? $0 * 2 : nil }
    }
}

extension TenantTransaction {
    fileprivate func look(at tickets: [SnapshotTicket], for lane: MassLane) async throws -> MassTickets {
        let ids = tickets.map(\.id)
        let free = self.tickets.lockFree(ids)
        let there = self.tickets.existing(ids)
        let isUndo = lane.action.actions.areUndo
        let seen = self.tickets.several(ids, seenBy: lane.author.sight)
        // To take something back, one need not see where it has gone: see `MassTickets`.
        let all = isUndo && lane.author.sight != .everything ? self.tickets.several(ids, seenBy: .everything) : seen
        let images = isUndo ? history.images(of: ids, at: tickets.map(\.version)) : Pending([:])
        return MassTickets(
            asked: tickets, free: try await free.value, there: try await there.value, tickets: try await all.value,
            seen: isUndo ? Set(try await seen.value.map(\.id)) : nil, images: try await images.value, sight: lane.author.sight)
    }

    /// Decides of each ticket and writes all of them together.
    fileprivate func write(_ piece: inout MassTickets, _ lane: MassLane, lastMessage: Int64, at now: Timestamp) async throws {
        piece.decide(lane.decision, at: now)
        try await refuseGone(&piece)
        // In one order, or two lanes would wait for each other's totals.
        for status in HiddenStatus.allCases {
            guard let doomed = piece.doomed[status] else { continue }
            let gone = try await takeAway(doomed, as: status, at: now)
            piece.purged[status] = PurgeFigures(purged: Int64(doomed.count), messages: gone.messages, bytes: gone.bytes)
        }
        guard !piece.changed.isEmpty else { return }
        let said = lane.action.actions.said
        let first = lastMessage - Int64(said.count * piece.changed.count) + 1
        let changes = piece.changed.enumerated().map { place, change in
            MassChange(
                of: change.old, into: change.new, at: now, messageID: said.isEmpty ? nil : ID(first + Int64(place * said.count)))
        }
        if case .agent(let agent)? = lane.author.actor.person {
            for (offset, (kind, body)) in said.enumerated() {
                messages.insert(
                    kind, body, by: agent,
                    on: changes.enumerated().map { place, change in
                        (change.ticket.id, ID(first + Int64(place * said.count + offset)), change.ticket.updatedAt)
                    })
            }
        }
        massWrites.update(changes, lane.author.configuration.fields)
        history.append(changes, of: lane.action.id, lane.action.actions.event, by: lane.author.actor)
        keepFindable(changes.map { ($0.old, $0.ticket) }, saying: said, lane.author.configuration.language)
    }

    /// Tickets that would go where nothing is any more since the settings were read, or to somebody who takes none.
    private func refuseGone(_ piece: inout MassTickets) async throws {
        let holds = piece.departments.map { ($0, departments.hold($0)) }
        let assignable = piece.agents.map { ($0, agents.canBeAssigned($0)) }
        for (id, isThere) in holds where try await !isThere.value {
            piece.refuse(.failed(.invalid, faults: [FieldFault("department_id", "gone", "the department is gone")])) {
                $1.departmentID == id && $1.needsDepartment(since: $0)
            }
        }
        for (id, takesTickets) in assignable where try await !takesTickets.value {
            piece.refuse(.failed(.invalid, faults: [FieldFault("agent_id", "unknown", "the agent is gone or suspended")])) {
                $1.agentID == id && $0.agentID != id
            }
        }
    }
}
