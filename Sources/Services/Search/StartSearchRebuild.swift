import Domain
import Repositories

extension TenantTransaction {
    /// Has the documents of all tickets written anew, behind this transaction: what they are made of has changed for all.
    func rebuildSearch(at now: Timestamp) {
        searchRebuilds.start(.everything, evenIfUnfinished: true, at: now)
        // Without a key: a job that is about to end with what was before would keep this one out.
        jobs.enqueue(.rebuildSearch, at: now)
    }

    /// Has the documents of all tickets of this user written anew, behind this transaction: another name, another address.
    func refreshDocuments(of user: ID<User>, at now: Timestamp) {
        searchRebuilds.start(.tickets(of: user), evenIfUnfinished: true, at: now)
        jobs.enqueue(.refreshUserDocuments(user), at: now)
    }
}

extension Installation {
    /// Makes ready for the pieces, which whoever asks does by `Helpdesk.rebuildPiece`. One that has not ended goes on where it is.
    /// - Parameter fromStart: begins with the first ticket nevertheless.
    package func startSearchRebuild(in slug: Slug, fromStart: Bool) async throws -> (scope: TenantScope, rebuild: SearchRebuild) {
        let now = clock.now()
        let scope = try await scope(slug)
        let rebuild = try await database.transaction(in: scope, at: now) { tx in
            tx.searchRebuilds.start(.everything, evenIfUnfinished: fromStart, at: now)
            return tx.searchRebuilds.find(.everything).map { try $0.orNotFound }
        }
        return (scope, rebuild)
    }

    /// All helpdesks, one after the other in the order of their short names. Answers up to which one it had come before; nil: to none.
    /// - Parameter fromStart: whatever it had come to.
    package func startSearchSweep(fromStart: Bool) async throws -> Slug? {
        let now = clock.now()
        return try await database.system { $0.searchSweeps.start(fromStart: fromStart, at: now) }
    }

    package func searchSweepCame(to slug: Slug) async throws {
        try await database.system { system in
            system.searchSweeps.came(to: slug)
            return Pending(())
        }
    }

    package func endSearchSweep() async throws {
        try await database.system { system in
            system.searchSweeps.end()
            return Pending(())
        }
    }

    /// The last one of all tickets, if there ever was one.
    package func lastSearchRebuild(in slug: Slug) async throws -> SearchRebuild? {
        let scope = try await scope(slug)
        return try await database.transaction(in: scope, at: clock.now()) { $0.searchRebuilds.find(.everything) }
    }
}
