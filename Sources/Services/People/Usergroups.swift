import Domain
import Repositories

/// What to change of a usergroup; nil leaves it as it is.
package struct UsergroupPatch: Sendable {
    package var name: String?
    /// All of them; what is not named any more is taken away.
    package var rights: Set<UserRight>?

    package init(name: String? = nil, rights: Set<UserRight>? = nil) {
        self.name = name
        self.rights = rights
    }
}

extension Helpdesk {
    package func listUsergroups(
        after id: ID<Usergroup>?, limit: Int, _ access: Access
    ) async throws -> Page<Usergroup, ID<Usergroup>> {
        try access.require(.readPeople)
        try access.requireAgent("list usergroups")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.usergroups.list(after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readUsergroup(_ id: ID<Usergroup>, _ access: Access) async throws -> Usergroup {
        try access.require(.readPeople)
        try access.requireAgent("read usergroups")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.usergroups.find(id).map { try $0.orNotFound } }
    }

    /// - Parameter name: already checked with `personName`.
    package func createUsergroup(
        named name: String, rights: Set<UserRight>, _ access: Access, once: Once<Usergroup>? = nil
    ) async throws -> Usergroup {
        try access.require(.writePeople)
        try access.requireAdmin("make usergroups")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            let group = Usergroup(id: ID(try await tx.numbers.value.configuration), name: name, rights: rights, createdAt: now)
            tx.usergroups.insert(group)
            return Pending(group)
        }
    }

    /// Renames a usergroup or changes what its users may do. The built-in ones keep their names.
    package func updateUsergroup(
        _ id: ID<Usergroup>, _ patch: UsergroupPatch, _ access: Access, ifMatch: Int64? = nil
    ) async throws -> Usergroup {
        try access.require(.writePeople)
        try access.requireAdmin("change usergroups")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let old = try await tx.usergroups.lock(id).value.orNotFound
            try old.version.mustMatch(ifMatch)
            var group = old
            if let name = patch.name { group.name = name }
            if let rights = patch.rights { group.rights = rights }
            if old.builtin != nil, group.name != old.name { throw Refusal.conflict(.builtin) }
            guard group != old else { return Pending(old) }
            group.version += 1
            tx.usergroups.update(group)
            if group.rights != old.rights { tx.configuration.touch() }
            return Pending(group)
        }
    }

    /// Removes a usergroup that nobody is in.
    package func removeUsergroup(_ id: ID<Usergroup>, _ access: Access, ifMatch: Int64? = nil) async throws {
        try access.require(.writePeople)
        try access.requireAdmin("remove usergroups")
        try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let group = try await tx.usergroups.lock(id).value.orNotFound
            try group.version.mustMatch(ifMatch)
            if group.builtin != nil { throw Refusal.conflict(.builtin) }
            tx.usergroups.remove(id)
            return Pending(())
        }
    }
}
