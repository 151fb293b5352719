import Domain
import Repositories

/// What a mass action would do, and the key to exactly the tickets that were looked at.
package struct MassPreview: Equatable, Sendable {
    package var total: Int64
    package var byStatus: [String: Int64]
    package var byDepartment: [ID<Department>: Int64]
    package var byAgent: [ID<Agent>: Int64]
    package var unassigned: Int64
    /// The first ones.
    package var sample: [ID<Ticket>]
    /// How many were looked at one by one, for what follows.
    package var examined: Int64
    package var wouldChange: Int64
    /// How many would be left alone for which reason.
    package var reasons: [String: Int64]
    package var isUndoable: Bool
    package var token: String
    package var expiresAt: Timestamp
}

extension Helpdesk {
    /// Nobody waits for a look at millions.
    fileprivate static let mostExamined: Int64 = 100_000
    private static let secondsHeld: Int64 = 3600
    /// Of one agent.
    private static let mostHeld = 20
    fileprivate static let sampleSize = 20

    /// Resolves the selection and does nothing with it.
    package func previewMassAction(
        _ request: MassActionRequest, by author: MassActionAuthor, once: Once<MassPreview>? = nil
    ) async throws -> MassPreview {
        try author.require(request.actions)
        let now = clock.now()
        return try await database.transaction(in: author.scope, at: now, taking: Numbers(massActions: 1), once: once) { tx in
            try await tx.check(request.actions, author.configuration)
            let id = ID<MassAction>(try await tx.numbers.value.massActions)
            let token = TokenText.random(for: .preview)
            var preview = MassPreview(
                total: 0, byStatus: [:], byDepartment: [:], byAgent: [:], unassigned: 0, sample: [], examined: 0, wouldChange: 0,
                reasons: [:], isUndoable: request.actions.areUndoable, token: token.text,
                expiresAt: now.advanced(bySeconds: Self.secondsHeld))
            tx.massActions.insertPreview(
                MassAction(id: id, actions: request.actions, createdBy: author.agent, total: 0, createdAt: now), token: author.scope.token,
                hash: token.hash.bytes, until: preview.expiresAt)
            let (total, gone) = try await tx.takeSnapshot(of: request.selection, into: id, for: author, at: now)
            tx.massActions.set(id, total: total, gone: gone)
            preview.total = total
            if gone > 0 { preview.reasons[MassOutcome.SkipReason.gone.rawValue] = gone }
            preview.count(try await tx.massParts.breakdown(of: id).value)
            try await tx.examine(id, request.actions, for: author, into: &preview, at: now)
            if try await tx.settings.read().value.undoDays == 0 { preview.isUndoable = false }
            tx.massPreviews.keep(Self.mostHeld, of: author.agent)
            tx.forgetLater(at: now)
            return Pending(preview)
        }
    }
}

extension MassPreview {
    fileprivate mutating func count(_ groups: [MassActionParts.Group]) {
        for group in groups {
            byStatus[group.status, default: 0] += group.count
            byDepartment[group.departmentID, default: 0] += group.count
            if let agent = group.agentID { byAgent[agent, default: 0] += group.count } else { unassigned += group.count }
        }
    }

    fileprivate mutating func count(_ verdict: MassDecision.Verdict) {
        examined += 1
        switch verdict {
        case .change, .purge: wouldChange += 1
        case .leave(let outcome): if let reason = outcome.reason { reasons[reason, default: 0] += 1 }
        }
    }
}

extension TenantTransaction {
    /// The same decisions as when it is done, part by part.
    fileprivate func examine(
        _ id: ID<MassAction>, _ actions: [TicketAction], for author: MassActionAuthor, into preview: inout MassPreview, at now: Timestamp
    ) async throws {
        let decision = MassDecision(actions, by: author.rights, author.configuration)
        var number = 0
        while preview.examined < Helpdesk.mostExamined, let part = try await massParts.read(number, of: id).value {
            if number == 0 { preview.sample = part.tickets.prefix(Helpdesk.sampleSize).map(\.id) }
            let found = try await tickets.several(part.tickets.map(\.id), seenBy: author.sight).value
            let byID = Dictionary(uniqueKeysWithValues: found.map { ($0.id, $0) })
            for seen in part.tickets {
                let verdict = byID[seen.id].map { decision.verdict(on: $0, seen: seen, at: now) } ?? .leave(.skipped(.gone))
                preview.count(verdict)
            }
            number += 1
        }
    }
}
