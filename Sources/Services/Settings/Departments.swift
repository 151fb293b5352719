import Domain
import Repositories

/// What to change of a department; nil leaves it as it is.
package struct DepartmentPatch: Sendable {
    package var name: String?
    /// True: it takes this on from the one that was. It cannot be given up, only taken on by another.
    package var isDefault: Bool?

    package init(name: String? = nil, isDefault: Bool? = nil) {
        self.name = name
        self.isDefault = isDefault
    }
}

extension Helpdesk {
    package func listDepartments(
        after id: ID<Department>?, limit: Int, _ access: Access
    ) async throws -> Page<Department, ID<Department>> {
        try access.require(.readSettings)
        try access.requireAgent("list departments")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.departments.list(after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readDepartment(_ id: ID<Department>, _ access: Access) async throws -> Department {
        try access.require(.readSettings)
        try access.requireAgent("read departments")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.departments.find(id).map { try $0.orNotFound } }
    }

    /// - Parameter name: already checked with `personName`.
    package func createDepartment(
        named name: String, isDefault: Bool, _ access: Access, once: Once<Department>? = nil
    ) async throws -> Department {
        try access.require(.writeSettings)
        try access.requireAdmin("set up departments")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(configuration: 1), once: once) { tx in
            let department = Department(
                id: ID(try await tx.numbers.value.configuration), name: name, isDefault: isDefault, createdAt: now)
            // First, because it lets in one at a time: there must always be one default.
            tx.configuration.touch()
            if isDefault { tx.departments.clearDefault() }
            tx.departments.insert(department)
            return Pending(department)
        }
    }

    package func updateDepartment(
        _ id: ID<Department>, _ patch: DepartmentPatch, _ access: Access, ifMatch: Int64? = nil
    ) async throws -> Department {
        try access.require(.writeSettings)
        try access.requireAdmin("set up departments")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            let old = try await tx.departments.lock(id).value.orNotFound
            try old.version.mustMatch(ifMatch)
            var department = old
            if let name = patch.name { department.name = name }
            switch (old.isDefault, patch.isDefault) {
            case (true, false?): throw Refusal.conflict(.departmentDefault)
            case (false, true?):
                tx.configuration.touch()
                tx.departments.clearDefault()
                department.isDefault = true
            default: break
            }
            guard department != old else { return Pending(old) }
            department.version += 1
            tx.departments.update(department)
            tx.configuration.touch()
            return Pending(department)
        }
    }

    /// Removes a department in which no visible ticket is. Hidden ones keep it; who restores one says where it goes.
    package func removeDepartment(_ id: ID<Department>, _ access: Access, ifMatch: Int64? = nil) async throws {
        try access.require(.writeSettings)
        try access.requireAdmin("set up departments")
        let now = clock.now()
        try await database.transaction(in: access.scope, at: now) { tx in
            let department = try await tx.departments.lock(id).value.orNotFound
            try department.version.mustMatch(ifMatch)
            if department.isDefault { throw Refusal.conflict(.departmentDefault) }
            if try await tx.departments.hasVisibleTickets(id).value { throw Refusal.conflict(.departmentInUse) }
            tx.departments.remove(id, at: now)
            tx.configuration.touch()
            return Pending(())
        }
    }
}

extension Int64 {
    /// A version that the caller knows, if it says so, must be the one that is there.
    func mustMatch(_ known: Int64?) throws(Refusal) {
        if let known, known != self { throw .outdated(currentVersion: self) }
    }
}
