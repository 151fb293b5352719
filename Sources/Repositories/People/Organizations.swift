import Domain
import Postgres

package struct Organizations {
    let transaction: TenantTransaction

    /// By their numbers, without those that were removed.
    package func list(after id: ID<Organization>?, limit: Int) -> Pending<[Organization]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? 0), .bigint(Int64(limit))]).map(Self.organizations)
    }

    package func find(_ id: ID<Organization>) -> Pending<Organization?> {
        transaction.run(SQL.find, [id.bind]).map { try Self.organizations($0).first }
    }

    /// Whether there is one with this number; if so, nobody removes it until we are done.
    package func hold(_ id: ID<Organization>) -> Pending<Bool> { transaction.run(SQL.hold, [id.bind]).map { !$0.isEmpty } }

    /// The organization, and nobody else changes it until we are done.
    package func lock(_ id: ID<Organization>) -> Pending<Organization?> {
        transaction.run(SQL.lock, [id.bind]).map { try Self.organizations($0).first }
    }

    package func insert(_ organization: Organization) {
        transaction.run(SQL.insert, [organization.id.bind, .text(organization.name), organization.createdAt.bind])
    }

    package func update(_ organization: Organization) {
        transaction.run(SQL.update, [organization.id.bind, .text(organization.name), .bigint(organization.version)])
    }

    /// Its users belong to none from now on; tickets keep its number.
    package func remove(_ id: ID<Organization>, at now: Timestamp) {
        transaction.run(SQL.remove, [id.bind, now.bind])
        transaction.run(SQL.releaseUsers, [id.bind])
    }

    private static func organizations(_ rows: Rows) throws -> [Organization] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            Organization(
                id: ID(try id(row)), name: try name(row), version: try version(row), createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, name, version, created_at
            from helpdesk.organizations
            where tenant_id = $1
                and id > $2
                and removed_at is null
            order by id
            limit $3
            """
        case find = """
            select id, name, version, created_at
            from helpdesk.organizations
            where tenant_id = $1
                and id = $2
                and removed_at is null
            """
        case hold = """
            select
            from helpdesk.organizations
            where tenant_id = $1
                and id = $2
                and removed_at is null
            for key share
            """
        case lock = """
            select id, name, version, created_at
            from helpdesk.organizations
            where tenant_id = $1
                and id = $2
                and removed_at is null
            for update
            """
        case insert = """
            insert into helpdesk.organizations (tenant_id, id, name, created_at)
            values ($1, $2, $3, $4)
            """
        case update = """
            update helpdesk.organizations
            set name = $3,
                version = $4
            where tenant_id = $1
                and id = $2
            """
        case remove = """
            update helpdesk.organizations
            set removed_at = $3
            where tenant_id = $1
                and id = $2
            """
        case releaseUsers = """
            update helpdesk.users
            set organization_id = null,
                version = version + 1
            where tenant_id = $1
                and organization_id = $2
            """
    }
}
