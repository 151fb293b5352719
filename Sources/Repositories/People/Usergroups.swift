import Domain
import Postgres

package struct Usergroups {
    let transaction: TenantTransaction

    /// By their numbers; the built-in ones have the first.
    package func list(after id: ID<Usergroup>?, limit: Int) -> Pending<[Usergroup]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? 0), .bigint(Int64(limit))]).map(Self.usergroups)
    }

    package func find(_ id: ID<Usergroup>) -> Pending<Usergroup?> {
        transaction.run(SQL.find, [id.bind]).map { try Self.usergroups($0).first }
    }

    /// Those of them that are there; nobody removes them until we are done.
    package func hold(_ ids: [ID<Usergroup>]) -> Pending<Set<ID<Usergroup>>> {
        transaction.run(SQL.hold, [.bigints(ids.map(\.value))]).map { rows in
            let id = try rows.column("id", as: Int64.self)
            return Set(try rows.map { ID(try id($0)) })
        }
    }

    /// The usergroup, and nobody else changes it or puts users into it until we are done.
    package func lock(_ id: ID<Usergroup>) -> Pending<Usergroup?> {
        transaction.run(SQL.lock, [id.bind]).map { try Self.usergroups($0).first }
    }

    package func insert(_ group: Usergroup) {
        transaction.run(
            SQL.insert, [group.id.bind, .text(group.name), .text(group.builtin?.rawValue), group.rightsBind, group.createdAt.bind])
    }

    package func update(_ group: Usergroup) {
        transaction.run(SQL.update, [group.id.bind, .text(group.name), group.rightsBind, .bigint(group.version)])
    }

    /// Refused by the database while somebody is in it.
    package func remove(_ id: ID<Usergroup>) { transaction.run(SQL.remove, [id.bind]) }

    private static func usergroups(_ rows: Rows) throws -> [Usergroup] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let builtin = try rows.column("builtin", as: String?.self)
        let rights = try rows.column("rights", as: [String].self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            Usergroup(
                id: ID(try id(row)), name: try name(row), builtin: try builtin(row).map { try known(Usergroup.Builtin(rawValue: $0)) },
                rights: Set(try rights(row).map { try known(UserRight(rawValue: $0)) }), version: try version(row),
                createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, name, builtin, rights, version, created_at
            from helpdesk.usergroups
            where tenant_id = $1
                and id > $2
            order by id
            limit $3
            """
        case find = """
            select id, name, builtin, rights, version, created_at
            from helpdesk.usergroups
            where tenant_id = $1
                and id = $2
            """
        case hold = """
            select id
            from helpdesk.usergroups
            where tenant_id = $1
                and id = any ($2)
            order by id
            for key share
            """
        case lock = """
            select id, name, builtin, rights, version, created_at
            from helpdesk.usergroups
            where tenant_id = $1
                and id = $2
            for update
            """
        case insert = """
            insert into helpdesk.usergroups (tenant_id, id, name, builtin, rights, created_at)
            values ($1, $2, $3, $4, $5, $6)
            """
        case update = """
            update helpdesk.usergroups
            set name = $3,
                rights = $4,
                version = $5
            where tenant_id = $1
                and id = $2
            """
        case remove = """
            delete from helpdesk.usergroups
            where tenant_id = $1
                and id = $2
            """
    }
}

extension Usergroup {
    fileprivate var rightsBind: Bind { .texts(rights.map(\.rawValue).sorted()) }
}
