import Domain
import Repositories

/// What to change of a team; nil leaves it as it is.
package struct TeamPatch: Sendable {
    package var name: String?
    package var memberIDs: [ID<Agent>]?

    /// - Parameter name: already checked with `personName`.
    package init(name: String? = nil, memberIDs: [ID<Agent>]? = nil) {
        self.name = name
        self.memberIDs = memberIDs
    }
}

extension Helpdesk {
    package func listTeams(after id: ID<Team>?, limit: Int, _ access: Access) async throws -> Page<Team, ID<Team>> {
        try access.require(.readPeople)
        try access.requireAgent("list teams")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.teams.list(after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readTeam(_ id: ID<Team>, _ access: Access) async throws -> Team {
        try access.require(.readPeople)
        try access.requireAgent("read teams")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.teams.find(id).map { try $0.orNotFound } }
    }

    /// - Parameter name: already checked with `personName`.
    package func createTeam(
        named name: String, memberIDs: [ID<Agent>] = [], _ access: Access, once: Once<Team>? = nil
    ) async throws -> Team {
        try access.require(.writePeople)
        try access.requireAdmin("set up teams")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            try await tx.checkMembers(memberIDs).value
            let team = Team(
                id: ID(try await tx.numbers.value.configuration), name: name, memberIDs: Set(memberIDs).sorted(), createdAt: now)
            tx.teams.insert(team)
            tx.configuration.touch()
            return Pending(team)
        }
    }

    package func updateTeam(_ id: ID<Team>, _ patch: TeamPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> Team {
        try access.require(.writePeople)
        try access.requireAdmin("set up teams")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let locked = tx.teams.lock(id)
            let checked = tx.checkMembers(patch.memberIDs ?? [])
            let old = try await locked.value.orNotFound
            try old.version.mustMatch(ifMatch)
            try await checked.value
            var team = old
            if let name = patch.name { team.name = name }
            if let ids = patch.memberIDs { team.memberIDs = Set(ids).sorted() }
            guard team != old else { return Pending(old) }
            team.version += 1
            tx.teams.update(team, from: old)
            tx.configuration.touch()
            return Pending(team)
        }
    }

    /// Its tickets keep its number; its members lose the sight it gave them.
    package func removeTeam(_ id: ID<Team>, _ access: Access, ifMatch: Int64? = nil) async throws {
        try access.require(.writePeople)
        try access.requireAdmin("set up teams")
        let now = clock.now()
        try await database.transaction(in: access.scope, at: now) { tx in
            let team = try await tx.teams.lock(id).value.orNotFound
            try team.version.mustMatch(ifMatch)
            tx.teams.remove(team, at: now)
            tx.configuration.touch()
            return Pending(())
        }
    }
}

extension TenantTransaction {
    fileprivate func checkMembers(_ ids: [ID<Agent>]) -> Pending<Void> {
        agents.existing(among: ids).map { known in
            guard known.isSuperset(of: ids) else {
                throw Refusal.invalid([FieldFault("member_ids", "unknown", "there is no such agent in this helpdesk")])
            }
        }
    }
}
