import Domain
import Postgres

package struct PermissionGroups {
    let transaction: TenantTransaction

    /// By their numbers.
    package func list(after id: ID<PermissionGroup>?, limit: Int) -> Pending<[PermissionGroup]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? 0), .bigint(Int64(limit))]).map(Self.groups)
    }

    package func find(_ id: ID<PermissionGroup>) -> Pending<PermissionGroup?> {
        transaction.run(SQL.find, [id.bind]).map { try Self.groups($0).first }
    }

    /// The group, and nobody else changes it until we are done.
    package func lock(_ id: ID<PermissionGroup>) -> Pending<PermissionGroup?> {
        transaction.run(SQL.lock, [id.bind]).map { try Self.groups($0).first }
    }

    /// Those of them that there are; they stay until we are done.
    package func existing(among ids: [ID<PermissionGroup>]) -> Pending<Set<ID<PermissionGroup>>> {
        transaction.run(SQL.existing, [.bigints(ids.map(\.value))]).map { try $0.ids() }
    }

    package func insert(_ group: PermissionGroup) {
        transaction.run(
            SQL.insert, [group.id.bind, .text(group.name), .text(group.builtin?.rawValue), Self.bind(group.rights), group.createdAt.bind])
    }

    package func update(_ group: PermissionGroup) {
        transaction.run(SQL.update, [group.id.bind, .text(group.name), Self.bind(group.rights), .bigint(group.version)])
    }

    /// Refused with `groupInUse` while somebody is in it.
    package func remove(_ id: ID<PermissionGroup>) { transaction.run(SQL.remove, [id.bind]) }

    private static func bind(_ rights: Set<AgentRight>) -> Bind { .texts(rights.map(\.rawValue).sorted()) }

    private static func groups(_ rows: Rows) throws -> [PermissionGroup] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let builtin = try rows.column("builtin", as: String?.self)
        let rights = try rows.column("rights", as: [String].self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            PermissionGroup(
                id: ID(try id(row)), name: try name(row),
                builtin: try builtin(row).map { try known(PermissionGroup.Builtin(rawValue: $0)) },
                rights: Set(try rights(row).map { try known(AgentRight(rawValue: $0)) }), version: try version(row),
                createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, name, builtin, rights, version, created_at
            from helpdesk.permission_groups
            where tenant_id = $1
                and id > $2
            order by id
            limit $3
            """
        case find = """
            select id, name, builtin, rights, version, created_at
            from helpdesk.permission_groups
            where tenant_id = $1
                and id = $2
            """
        case lock = """
            select id, name, builtin, rights, version, created_at
            from helpdesk.permission_groups
            where tenant_id = $1
                and id = $2
            for update
            """
        case existing = """
            select id
            from helpdesk.permission_groups
            where tenant_id = $1
                and id = any ($2::bigint[])
            for key share
            """
        case insert = """
            insert into helpdesk.permission_groups (tenant_id, id, name, builtin, rights, created_at)
            values ($1, $2, $3, $4, $5, $6)
            """
        case update = """
            update helpdesk.permission_groups
            set name = $3,
                rights = $4,
                version = $5
            where tenant_id = $1
                and id = $2
            """
        case remove = """
            delete from helpdesk.permission_groups
            where tenant_id = $1
                and id = $2
            """
    }
}
