import Domain
import Repositories

/// What a piece of a rebuild came to.
package enum SearchRebuildPiece: Sendable {
    /// So many documents are written; there may be more, after a rest of so many milliseconds.
    case wrote(Int, SearchRebuild, rest: Double)
    /// What is left is in somebody's hands, or others have yet to end what they began before: come back in a moment.
    case waiting(SearchRebuild)
    /// Somebody else does a piece of it at this moment.
    case busy(SearchRebuild)
    /// Too much for one transaction, perhaps; the next piece is smaller.
    case stumbled(any Error)
    case ended(SearchRebuild)
    /// There is none, or it had ended before.
    case over
}

extension Helpdesk {
    /// Tickets looked at to find those of one user.
    private static let window = 5000

    /// Some tickets' documents, in one transaction with the place to go on from. Killed anywhere, it has either happened or not. Whoever
    /// writes a document has its ticket locked, so nothing that is written meanwhile gets lost.
    package func rebuildPiece(_ scope: SearchRebuild.Scope, in tenant: TenantScope) async throws -> SearchRebuildPiece {
        do {
            let piece = try await piece(scope, in: tenant)
            // Nobody else's searches pay for it. What is written in small pieces is settled every second anyway.
            if case .wrote(let count, _, _) = piece, count >= 500 { try await database.settleSearch() }
            return piece
        } catch {
            if error is CancellationError || error is Refusal { throw error }
            // A statement that took too long looks like a database that is away; if it is, it cannot be told either.
            guard (try? await shrinkRebuild(scope, in: tenant)) == true else { throw error }
            return .stumbled(error)
        }
    }

    private func piece(_ scope: SearchRebuild.Scope, in tenant: TenantScope) async throws -> SearchRebuildPiece {
        let now = clock.now()
        return try await database.transaction(in: tenant, at: now) { tx in
            let start = ContinuousClock.now
            let claimed = tx.searchRebuilds.claim(scope)
            let around = tx.searchRebuilds.surroundings(of: scope)
            // Not what it was when the rebuild began: of two changes the last one counts.
            let settings = tx.settings.read()
            guard var rebuild = try await claimed.value else {
                return tx.searchRebuilds.find(scope).map { $0.flatMap { $0.finishedAt == nil ? .busy($0) : nil } ?? .over }
            }
            guard rebuild.finishedAt == nil else { return Pending(.over) }
            let language = try await settings.value.searchLanguage
            let surroundings = try await around.value

            let written: Int
            switch rebuild.next {
            case .begin:
                tx.searchRebuilds.begin(scope)
                return tx.searchRebuilds.find(scope).map { .wrote(0, try $0.orNotFound, rest: 0) }
            case .end:
                rebuild.finishedAt = max(now, rebuild.startedAt)
                tx.end(rebuild)
                return Pending(.ended(rebuild))
            case .goOn where surroundings?.isPreceded == true: return Pending(.waiting(rebuild))
            case .goOn(let last): written = try await tx.goOn(&rebuild, through: last, window: Self.window, language)
            case .comeBack(let tickets):
                written = try await tx.comeBack(to: tickets, of: &rebuild, language)
                if written == 0, rebuild.passedOver.count >= tickets.count {
                    tx.searchRebuilds.update(rebuild)
                    return Pending(.waiting(rebuild))
                }
            }
            let milliseconds = start.duration(to: .now) / .milliseconds(1)
            let others = surroundings?.others ?? 0
            rebuild.pace.learn(tickets: written, milliseconds: milliseconds, others: others)
            tx.searchRebuilds.update(rebuild)
            return Pending(.wrote(written, rebuild, rest: rebuild.pace.rest(after: milliseconds, others: others)))
        }
    }

    /// Answers false when it cannot be smaller.
    private func shrinkRebuild(_ scope: SearchRebuild.Scope, in tenant: TenantScope) async throws -> Bool {
        try await database.transaction(in: tenant, at: clock.now()) { tx in
            guard var rebuild = try await tx.searchRebuilds.claim(scope).value else { return Pending(true) }
            guard rebuild.pace.size > 1 else { return Pending(false) }
            rebuild.pace.shrink()
            tx.searchRebuilds.update(rebuild)
            return Pending(true)
        }
    }
}

extension TenantTransaction {
    /// Answers how many documents were written.
    fileprivate func goOn(
        _ rebuild: inout SearchRebuild, through last: ID<Ticket>, window: Int, _ language: SearchLanguage
    ) async throws -> Int {
        let most =
            switch rebuild.scope {
            case .everything: rebuild.pace.size
            case .tickets: max(rebuild.pace.size, window)
            }
        let next = try await searchRebuilds.next(rebuild.scope, after: rebuild.place, through: last, most: most).value
        let tickets = Array(next.tickets.prefix(rebuild.pace.size))
        let isWhole = tickets.count == next.tickets.count
        let reached = (isWhole ? next.through : tickets.last) ?? last
        let free = try await write(tickets, language)
        rebuild.went(to: reached, done: free.count, passingOver: tickets.filter { !free.contains($0) })
        return free.count
    }

    fileprivate func comeBack(
        to tickets: [ID<Ticket>], of rebuild: inout SearchRebuild, _ language: SearchLanguage
    ) async throws -> Int {
        let free = try await write(tickets, language)
        // Purged ones are nobody's any more.
        let left = try await self.tickets.existing(tickets.filter { !free.contains($0) }).value
        rebuild.cameBack(to: tickets.count, done: free.count, stillLocked: tickets.filter(left.contains))
        return free.count
    }

    /// Those that nobody is at.
    private func write(_ ids: [ID<Ticket>], _ language: SearchLanguage) async throws -> Set<ID<Ticket>> {
        guard !ids.isEmpty else { return [] }
        let free = try await tickets.lockFree(ids).value
        if !free.isEmpty { searchDocuments.refresh(free.sorted(), language) }
        return free
    }

    fileprivate func end(_ rebuild: SearchRebuild) {
        switch rebuild.scope {
        case .everything: searchRebuilds.update(rebuild)
        // Nobody asks for it later.
        case .tickets: searchRebuilds.forget(rebuild.scope)
        }
    }
}
