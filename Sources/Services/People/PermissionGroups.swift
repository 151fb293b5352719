import Domain
import Repositories

/// What to change of a permission group; nil leaves it as it is.
package struct PermissionGroupPatch: Sendable {
    package var name: String?
    package var rights: Set<AgentRight>?

    /// - Parameter name: already checked with `personName`.
    package init(name: String? = nil, rights: Set<AgentRight>? = nil) {
        self.name = name
        self.rights = rights
    }
}

extension Helpdesk {
    package func listPermissionGroups(
        after id: ID<PermissionGroup>?, limit: Int, _ access: Access
    ) async throws -> Page<PermissionGroup, ID<PermissionGroup>> {
        try access.require(.readPeople)
        try access.requireAgent("list permission groups")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.permissionGroups.list(after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readPermissionGroup(_ id: ID<PermissionGroup>, _ access: Access) async throws -> PermissionGroup {
        try access.require(.readPeople)
        try access.requireAgent("read permission groups")
        return try await database.transaction(in: access.scope, at: clock.now()) {
            $0.permissionGroups.find(id).map { try $0.orNotFound }
        }
    }

    /// - Parameter name: already checked with `personName`.
    package func createPermissionGroup(
        named name: String, rights: Set<AgentRight>, _ access: Access, once: Once<PermissionGroup>? = nil
    ) async throws -> PermissionGroup {
        try access.require(.writePeople)
        try access.requireAdmin("set up permission groups")
        try rights.mustBeWhole()
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            let group = PermissionGroup(id: ID(try await tx.numbers.value.configuration), name: name, rights: rights, createdAt: now)
            tx.permissionGroups.insert(group)
            tx.configuration.touch()
            return Pending(group)
        }
    }

    package func updatePermissionGroup(
        _ id: ID<PermissionGroup>, _ patch: PermissionGroupPatch, _ access: Access, ifMatch: Int64? = nil
    ) async throws -> PermissionGroup {
        try access.require(.writePeople)
        try access.requireAdmin("set up permission groups")
        try patch.rights?.mustBeWhole()
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let old = try await tx.permissionGroups.lock(id).value.orNotFound
            try old.version.mustMatch(ifMatch)
            if old.builtin != nil { throw Refusal.conflict(.builtin) }
            var group = old
            if let name = patch.name { group.name = name }
            if let rights = patch.rights { group.rights = rights }
            guard group != old else { return Pending(old) }
            group.version += 1
            tx.permissionGroups.update(group)
            tx.configuration.touch()
            return Pending(group)
        }
    }

    /// Removes a group that nobody is in.
    package func removePermissionGroup(_ id: ID<PermissionGroup>, _ access: Access, ifMatch: Int64? = nil) async throws {
        try access.require(.writePeople)
        try access.requireAdmin("set up permission groups")
        try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let group = try await tx.permissionGroups.lock(id).value.orNotFound
            try group.version.mustMatch(ifMatch)
            if group.builtin != nil { throw Refusal.conflict(.builtin) }
            tx.permissionGroups.remove(id)
            tx.configuration.touch()
            return Pending(())
        }
    }
}

extension Set<AgentRight> {
    fileprivate func mustBeWhole() throws(Refusal) {
        guard AgentRight.isWhole(self) else {
            throw .invalid([
                FieldFault("rights", "needs_delete", "marking spam needs the right to delete, because spam is purged too")
            ])
        }
    }
}
