import Domain
import Repositories

/// What to change of an organization; nil leaves it as it is.
package struct OrganizationPatch: Sendable {
    package var name: String?

    package init(name: String? = nil) { self.name = name }
}

extension Helpdesk {
    package func listOrganizations(
        after id: ID<Organization>?, limit: Int, _ access: Access
    ) async throws -> Page<Organization, ID<Organization>> {
        try access.require(.readPeople)
        try access.requireAgent("list organizations")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.organizations.list(after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readOrganization(_ id: ID<Organization>, _ access: Access) async throws -> Organization {
        try access.require(.readPeople)
        try access.requireAgent("read organizations")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.organizations.find(id).map { try $0.orNotFound } }
    }

    /// - Parameter name: already checked with `personName`.
    package func createOrganization(named name: String, _ access: Access, once: Once<Organization>? = nil) async throws -> Organization {
        try access.require(.writePeople)
        try access.requireAdmin("make organizations")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            let organization = Organization(id: ID(try await tx.numbers.value.configuration), name: name, createdAt: now)
            tx.organizations.insert(organization)
            return Pending(organization)
        }
    }

    package func updateOrganization(
        _ id: ID<Organization>, _ patch: OrganizationPatch, _ access: Access, ifMatch: Int64? = nil
    ) async throws -> Organization {
        try access.require(.writePeople)
        try access.requireAdmin("change organizations")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let old = try await tx.organizations.lock(id).value.orNotFound
            try old.version.mustMatch(ifMatch)
            var organization = old
            if let name = patch.name { organization.name = name }
            guard organization != old else { return Pending(old) }
            organization.version += 1
            tx.organizations.update(organization)
            return Pending(organization)
        }
    }

    /// Removes an organization. Its users belong to none from then on, and no longer see each other's tickets; tickets keep its number.
    package func removeOrganization(_ id: ID<Organization>, _ access: Access, ifMatch: Int64? = nil) async throws {
        try access.require(.writePeople)
        try access.requireAdmin("remove organizations")
        let now = clock.now()
        try await database.transaction(in: access.scope, at: now) { tx in
            try await tx.organizations.lock(id).value.orNotFound.version.mustMatch(ifMatch)
            tx.organizations.remove(id, at: now)
            tx.configuration.touch()
            return Pending(())
        }
    }
}
