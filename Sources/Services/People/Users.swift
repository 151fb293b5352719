import Domain
import Repositories

package typealias UserFilter = Repositories.UserFilter

/// A user as they are asked for.
package struct UserDraft: Sendable {
    package var email: EmailAddress
    package var name: String?
    package var organizationID: ID<Organization>?
    package var usergroupIDs: [ID<Usergroup>]

    package init(
        email: EmailAddress, name: String? = nil, organizationID: ID<Organization>? = nil, usergroupIDs: [ID<Usergroup>] = []
    ) {
        self.email = email
        self.name = name
        self.organizationID = organizationID
        self.usergroupIDs = usergroupIDs
    }
}

/// What to change of a user; nil leaves it as it is.
package struct UserPatch: Sendable {
    package var name: String?
    package var email: EmailAddress?
    /// `.some(nil)`: none from now on.
    package var organizationID: ID<Organization>??
    /// All of them; who is not named any more is taken out.
    package var usergroupIDs: [ID<Usergroup>]?
    package var isSuspended: Bool?

    package init(
        name: String? = nil, email: EmailAddress? = nil, organizationID: ID<Organization>?? = nil, usergroupIDs: [ID<Usergroup>]? = nil,
        isSuspended: Bool? = nil
    ) {
        self.name = name
        self.email = email
        self.organizationID = organizationID
        self.usergroupIDs = usergroupIDs
        self.isSuspended = isSuspended
    }
}

extension Helpdesk {
    package func listUsers(
        _ filter: UserFilter, after id: ID<User>?, limit: Int, _ access: Access
    ) async throws -> Page<User, ID<User>> {
        try access.require(.readPeople)
        try access.requireAgent("list users")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.users.list(filter, after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    /// - Throws: `Refusal.userMerged`, which says where to look, for who was merged into another.
    package func readUser(_ id: ID<User>, _ access: Access) async throws -> User {
        try access.require(.readPeople)
        try access.requireAgent("read users")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.users.find(id).map { found in
                let user = try found.orNotFound
                if let other = user.mergedInto { throw Refusal.userMerged(into: other) }
                return user
            }
        }
    }

    /// Makes a user with an account.
    package func createUser(_ draft: UserDraft, _ access: Access, once: Once<User>? = nil) async throws -> User {
        try access.require(.writePeople)
        try access.requireAdmin("make users")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now, taking: Numbers(users: 1), once: once) { tx in
            try await tx.require(draft.organizationID, draft.usergroupIDs).value
            let user = User(
                id: ID(try await tx.numbers.value.users), name: draft.name, email: draft.email, organizationID: draft.organizationID,
                isRegistered: true, usergroupIDs: draft.usergroupIDs.sorted(), createdAt: now)
            tx.users.insert(user)
            return Pending(user)
        }
    }

    /// Changes a user. Who is suspended is locked out from the next request on, and keeps tokens and tickets.
    package func updateUser(_ id: ID<User>, _ patch: UserPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> User {
        try access.require(.writePeople)
        try access.requireAdmin("change users")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            // In front of the user: whoever removes an organization locks it and its users in this order, too.
            let required = tx.require(patch.organizationID ?? nil, patch.usergroupIDs ?? [])
            let old = try await tx.users.lock(id).value.orNotFound
            try old.version.mustMatch(ifMatch)
            try old.mustBePresent()
            try await required.value
            var user = old
            if let name = patch.name { user.name = name }
            if let email = patch.email { user.email = email }
            if let organization = patch.organizationID { user.organizationID = organization }
            if let groups = patch.usergroupIDs { user.usergroupIDs = groups.sorted() }
            if let isSuspended = patch.isSuspended { user.state = isSuspended ? .suspended : .active }
            guard user != old else { return Pending(old) }
            user.version += 1
            tx.users.update(user, since: old)
            if (user.name, user.email) != (old.name, old.email) {
                try await tx.keepFindable(ticketsOf: id, access.configuration.language, at: now)
            }
            if (user.state, user.organizationID, user.usergroupIDs) != (old.state, old.organizationID, old.usergroupIDs) {
                tx.configuration.touch()
            }
            return Pending(user)
        }
    }
}

extension User {
    /// Nothing more can be done with somebody who was merged away or anonymised.
    func mustBePresent() throws(Refusal) {
        switch state {
        case .active, .suspended: break
        case .anonymised, .merged: throw .conflict(.personGone)
        }
    }
}

extension TenantTransaction {
    /// Refuses, with every fault, where a user cannot be put; the rest stays until we are done.
    fileprivate func require(_ organization: ID<Organization>?, _ groups: [ID<Usergroup>]) -> Pending<Void> {
        let isThere = organization.map { organizations.hold($0) } ?? Pending(true)
        let there: Pending<Set<ID<Usergroup>>> = groups.isEmpty ? Pending([]) : usergroups.hold(groups)
        return isThere.and(there).map { organizationIsThere, held in
            var faults: [FieldFault] = []
            if !organizationIsThere {
                faults.append(FieldFault("organization_id", "unknown", "there is no such organization in this helpdesk"))
            }
            if !held.isSuperset(of: groups) {
                faults.append(FieldFault("usergroup_ids", "unknown", "there is no such usergroup in this helpdesk"))
            }
            if !held.isDisjoint(with: Usergroup.Builtin.allCases.map(\.id)) {
                faults.append(FieldFault("usergroup_ids", "builtin", "users are in everyone and registered by what they are"))
            }
            if !faults.isEmpty { throw Refusal.invalid(faults) }
        }
    }
}
