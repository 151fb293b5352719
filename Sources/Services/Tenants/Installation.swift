import Domain
import Foundation
import Repositories

/// What the hosting provider does: helpdesks, and the tokens to them.
package struct Installation: Sendable {
    let database: Database
    let clock: Clock

    package init(database: Database, clock: Clock = .system) {
        self.database = database
        self.clock = clock
    }

    /// A helpdesk as it is asked for.
    package struct TenantDraft: Sendable {
        package var slug: Slug
        package var name: String
        package var timeZone: String

        /// - Throws: `Refusal.invalid` with every fault.
        package init(slug: String, name: String, timeZone: String) throws(Refusal) {
            var faults: [FieldFault] = []
            let parsed = Slug(slug)
            if parsed == nil {
                faults.append(FieldFault("slug", "invalid", "lower-case letters, digits and inner hyphens, at most 63"))
            }
            if personName(name) == nil { faults.append(FieldFault("name", "invalid", "1 to 200 characters")) }
            if ZoneRules(identifier: timeZone) == nil {
                faults.append(FieldFault("time_zone", "unknown", "an IANA name such as Europe/London"))
            }
            guard let parsed, faults.isEmpty else { throw .invalid(faults) }
            self.slug = parsed
            self.name = personName(name) ?? name
            self.timeZone = timeZone
        }
    }

    package func createTenant(_ draft: TenantDraft) async throws -> Tenant {
        let now = clock.now()
        return try await database.system { system in
            let (tenant, tx) = try await system.tenants.create(slug: draft.slug, name: draft.name, timeZone: draft.timeZone, at: now)
            tx.counters.start()
            tx.settings.start()
            for status in HiddenStatus.allCases { tx.purgeSchedules.start(.first(status, in: tenant, at: now)) }
            tx.departments.insert(Department(id: Department.first, name: "General", isDefault: true, createdAt: now))
            for group in PermissionGroup.Builtin.allCases {
                tx.permissionGroups.insert(
                    PermissionGroup(id: group.id, name: group.name, builtin: group, rights: group.rights, createdAt: now))
            }
            for group in Usergroup.Builtin.allCases {
                tx.usergroups.insert(
                    Usergroup(id: group.id, name: group.name, builtin: group, rights: Usergroup.Builtin.firstRights, createdAt: now))
            }
            for queue in BuiltInQueue.allCases { tx.queues.insert(queue.queue(at: now)) }
            return Pending(tenant)
        }
    }

    /// The last migration that ran.
    package func schemaVersion() async throws -> Int { try await database.system { $0.schemaVersion.read() } }

    package func findTenant(_ slug: Slug) async throws -> Tenant {
        try await database.system { $0.tenants.find(slug).map { try $0.orNotFound } }
    }

    package func listTenants(after slug: Slug?, limit: Int) async throws -> Page<Tenant, Slug> {
        try await database.system {
            $0.tenants.list(after: slug, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.slug) }
        }
    }

    /// Suspends a helpdesk, or opens it again. It holds from the next transaction on, in every process.
    package func setState(of slug: Slug, _ state: Tenant.State) async throws -> Tenant {
        try await database.system { $0.tenants.setState(slug, state).map { try $0.orNotFound } }
    }
}
