import Domain
import Postgres

/// Which users to list. Those who were merged into others are listed only where their state is named.
package struct UserFilter: Equatable, Sendable {
    package var email: EmailAddress?
    package var organizationID: ID<Organization>?
    package var state: User.State?

    package init(email: EmailAddress? = nil, organizationID: ID<Organization>? = nil, state: User.State? = nil) {
        self.email = email
        self.organizationID = organizationID
        self.state = state
    }
}

package struct Users {
    let transaction: TenantTransaction

    /// By their numbers.
    package func list(_ filter: UserFilter, after id: ID<User>?, limit: Int) -> Pending<[User]> {
        let page: [Bind] = [.bigint(id?.value ?? 0), .bigint(Int64(limit)), .text(filter.state?.rawValue)]
        let organization = Bind.bigint(filter.organizationID?.value)
        let rows =
            if let email = filter.email {
                transaction.run(SQL.listByEmail, page + [organization, .text(email.text)])
            } else if filter.organizationID != nil {
                transaction.run(SQL.listByOrganization, page + [organization])
            } else {
                transaction.run(SQL.list, page)
            }
        return rows.map(Self.users)
    }

    package func find(_ id: ID<User>) -> Pending<User?> { transaction.run(SQL.find, [id.bind]).map { try Self.users($0).first } }

    /// Whoever has the address; if that user was merged, the one they were merged into.
    package func find(email: EmailAddress) -> Pending<User?> {
        transaction.run(SQL.findByEmail, [.text(email.text)]).map { try Self.users($0).first }
    }

    /// The user, whom nobody merges or anonymises until we are done: for what is about to become theirs.
    package func hold(_ id: ID<User>) -> Pending<User?> {
        transaction.run(SQL.hold, [id.bind])
        return find(id)
    }

    /// The same for whoever has the address.
    package func hold(email: EmailAddress) -> Pending<User?> {
        transaction.run(SQL.holdByEmail, [.text(email.text)])
        return find(email: email)
    }

    /// The user, and nobody else changes them until we are done. Replies of theirs need not wait for that.
    package func lock(_ id: ID<User>) -> Pending<User?> {
        // Read afterwards: who had to wait sees what the other did, usergroups among it.
        transaction.run(SQL.lock, [id.bind])
        return find(id)
    }

    /// Makes the user, or answers the one whose address it is, who takes over the name if theirs was unknown.
    package func ensure(_ user: User, at now: Timestamp) -> Pending<User> {
        let email = Bind.text(user.email.text)
        transaction.run(SQL.admit, [user.id.bind, .text(user.name), email, .bool(user.isRegistered), now.bind])
        if user.name != nil { transaction.run(SQL.takeName, [email, .text(user.name)]) }
        return find(email: user.email).map { found in
            guard let found else { throw Refusal.conflict(.emailTaken) }
            return found
        }
    }

    package func insert(_ user: User) {
        transaction.run(
            SQL.insert,
            [
                user.id.bind, .text(user.name), .text(user.email.text), .bigint(user.organizationID?.value), .bool(user.isRegistered),
                user.createdAt.bind,
            ])
        if !user.usergroupIDs.isEmpty { transaction.run(SQL.join, [user.id.bind, user.groups]) }
    }

    /// Writes the locked user's new state, one version on.
    package func update(_ user: User, since old: User) {
        transaction.run(
            SQL.update,
            [
                user.id.bind, .text(user.name), .text(user.email.text), .bigint(user.organizationID?.value), .text(user.state.rawValue),
                .bigint(user.mergedInto?.value), .bigint(user.version),
            ])
        if user.usergroupIDs != old.usergroupIDs {
            transaction.run(SQL.leave, [user.id.bind, user.groups])
            transaction.run(SQL.join, [user.id.bind, user.groups])
        }
    }

    /// From now on the user has an account. Answers false when that was so before.
    package func register(_ id: ID<User>) -> Pending<Bool> { transaction.run(SQL.register, [id.bind]).map { $0.affected == 1 } }

    static func users(_ rows: Rows) throws -> [User] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String?.self)
        let email = try rows.column("email", as: String.self)
        let organization = try rows.column("organization_id", as: Int64?.self)
        let isRegistered = try rows.column("registered", as: Bool.self)
        let state = try rows.column("state", as: String.self)
        let mergedInto = try rows.column("merged_into", as: Int64?.self)
        let usergroups = try rows.column("usergroup_ids", as: [Int64].self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            User(
                id: ID(try id(row)), name: try name(row), email: EmailAddress(unchecked: try email(row)),
                organizationID: try organization(row).map { ID($0) }, isRegistered: try isRegistered(row),
                state: try known(User.State(rawValue: state(row))), mergedInto: try mergedInto(row).map { ID($0) },
                usergroupIDs: try usergroups(row).map { ID($0) }, version: try version(row),
                createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, name, email, organization_id, registered, state, merged_into, version, created_at,
                array(
                    select usergroup_id
                    from helpdesk.user_usergroups
                    where user_usergroups.tenant_id = $1
                        and user_usergroups.user_id = users.id
                    order by usergroup_id
                ) as usergroup_ids
            from helpdesk.users
            where tenant_id = $1
                and id > $2
                and (state = $4 or ($4 is null and state <> 'merged'))
            order by id
            limit $3
            """
        case listByOrganization = """
            select id, name, email, organization_id, registered, state, merged_into, version, created_at,
                array(
                    select usergroup_id
                    from helpdesk.user_usergroups
                    where user_usergroups.tenant_id = $1
                        and user_usergroups.user_id = users.id
                    order by usergroup_id
                ) as usergroup_ids
            from helpdesk.users
            where tenant_id = $1
                and id > $2
                and (state = $4 or ($4 is null and state <> 'merged'))
                and organization_id = $5
            order by id
            limit $3
            """
        // An address is one user's, so this has one row at the most.
        case listByEmail = """
            select id, name, email, organization_id, registered, state, merged_into, version, created_at,
                array(
                    select usergroup_id
                    from helpdesk.user_usergroups
                    where user_usergroups.tenant_id = $1
                        and user_usergroups.user_id = users.id
                    order by usergroup_id
                ) as usergroup_ids
            from helpdesk.users
            where tenant_id = $1
                and id > $2
                and (state = $4 or ($4 is null and state <> 'merged'))
                and (organization_id = $5 or $5 is null)
                and email = $6
            limit $3
            """
        case find = """
            select id, name, email, organization_id, registered, state, merged_into, version, created_at,
                array(
                    select usergroup_id
                    from helpdesk.user_usergroups
                    where user_usergroups.tenant_id = $1
                        and user_usergroups.user_id = users.id
                    order by usergroup_id
                ) as usergroup_ids
            from helpdesk.users
            where tenant_id = $1
                and id = $2
            """
        // One step is enough: a merge turns round those that led to the merged one. Under row security a join with this expression reads
        // every user of the helpdesk; the sub-select finds one.
        case findByEmail = """
            select id, name, email, organization_id, registered, state, merged_into, version, created_at,
                array(
                    select usergroup_id
                    from helpdesk.user_usergroups
                    where user_usergroups.tenant_id = $1
                        and user_usergroups.user_id = users.id
                    order by usergroup_id
                ) as usergroup_ids
            from helpdesk.users
            where tenant_id = $1
                and id = (
                    select coalesce(addressed.merged_into, addressed.id)
                    from helpdesk.users as addressed
                    where addressed.tenant_id = $1
                        and addressed.email = $2
                )
            """
        case hold = """
            select
            from helpdesk.users
            where tenant_id = $1
                and id = $2
            for share
            """
        case holdByEmail = """
            select
            from helpdesk.users
            where tenant_id = $1
                and id = (
                    select coalesce(addressed.merged_into, addressed.id)
                    from helpdesk.users as addressed
                    where addressed.tenant_id = $1
                        and addressed.email = $2
                )
            for share
            """
        case lock = """
            select
            from helpdesk.users
            where tenant_id = $1
                and id = $2
            for no key update
            """
        case admit = """
            insert into helpdesk.users (tenant_id, id, name, email, registered, created_at)
            values ($1, $2, $3, $4, $5, $6)
            on conflict (tenant_id, email) do nothing
            """
        case takeName = """
            update helpdesk.users
            set name = $3,
                version = version + 1
            where tenant_id = $1
                and id = (
                    select coalesce(addressed.merged_into, addressed.id)
                    from helpdesk.users as addressed
                    where addressed.tenant_id = $1
                        and addressed.email = $2
                )
                and name is null
                and state in ('active', 'suspended')
            """
        case insert = """
            insert into helpdesk.users (tenant_id, id, name, email, organization_id, registered, created_at)
            values ($1, $2, $3, $4, $5, $6, $7)
            """
        case update = """
            update helpdesk.users
            set name = $3,
                email = $4,
                organization_id = $5,
                state = $6,
                merged_into = $7,
                version = $8
            where tenant_id = $1
                and id = $2
            """
        case join = """
            insert into helpdesk.user_usergroups (tenant_id, user_id, usergroup_id)
            select $1, $2, usergroup_id
            from unnest($3::bigint[]) as held (usergroup_id)
            on conflict do nothing
            """
        case leave = """
            delete from helpdesk.user_usergroups
            where tenant_id = $1
                and user_id = $2
                and usergroup_id <> all ($3::bigint[])
            """
        case register = """
            update helpdesk.users
            set registered = true,
                version = version + 1
            where tenant_id = $1
                and id = $2
                and not registered
            """
    }
}

extension User {
    fileprivate var groups: Bind { .bigints(usergroupIDs.map(\.value)) }
}
