import Domain
import Postgres

package struct Departments {
    let transaction: TenantTransaction

    /// By their numbers, without those that were removed.
    package func list(after id: ID<Department>?, limit: Int) -> Pending<[Department]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? 0), .bigint(Int64(limit))]).map(Self.departments)
    }

    package func find(_ id: ID<Department>) -> Pending<Department?> {
        transaction.run(SQL.find, [id.bind]).map { try Self.departments($0).first }
    }

    /// The department, and nobody else changes it until we are done.
    package func lock(_ id: ID<Department>) -> Pending<Department?> {
        transaction.run(SQL.lock, [id.bind]).map { try Self.departments($0).first }
    }

    /// Whether it is there, and it will be until we are done: for what is about to be in it.
    package func hold(_ id: ID<Department>) -> Pending<Bool> { transaction.run(SQL.hold, [id.bind]).map { !$0.isEmpty } }

    package func insert(_ department: Department) {
        transaction.run(
            SQL.insert, [department.id.bind, .text(department.name), .bool(department.isDefault), department.createdAt.bind])
    }

    package func update(_ department: Department) {
        transaction.run(
            SQL.update, [department.id.bind, .text(department.name), .bool(department.isDefault), .bigint(department.version)])
    }

    /// There is one default: it goes to another before that takes it on.
    package func clearDefault() { transaction.run(SQL.clearDefault) }

    package func hasVisibleTickets(_ id: ID<Department>) -> Pending<Bool> {
        transaction.run(SQL.findVisibleTicket, [id.bind]).map { !$0.isEmpty }
    }

    package func remove(_ id: ID<Department>, at now: Timestamp) { transaction.run(SQL.remove, [id.bind, now.bind]) }

    private static func departments(_ rows: Rows) throws -> [Department] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let isDefault = try rows.column("is_default", as: Bool.self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            Department(
                id: ID(try id(row)), name: try name(row), isDefault: try isDefault(row), version: try version(row),
                createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select id, name, is_default, version, created_at
            from helpdesk.departments
            where tenant_id = $1
                and id > $2
                and removed_at is null
            order by id
            limit $3
            """
        case find = """
            select id, name, is_default, version, created_at
            from helpdesk.departments
            where tenant_id = $1
                and id = $2
                and removed_at is null
            """
        case lock = """
            select id, name, is_default, version, created_at
            from helpdesk.departments
            where tenant_id = $1
                and id = $2
                and removed_at is null
            for update
            """
        case hold = """
            select
            from helpdesk.departments
            where tenant_id = $1
                and id = $2
                and removed_at is null
            for key share
            """
        case insert = """
            insert into helpdesk.departments (tenant_id, id, name, is_default, created_at)
            values ($1, $2, $3, $4, $5)
            """
        case update = """
            update helpdesk.departments
            set name = $3,
                is_default = $4,
                version = $5
            where tenant_id = $1
                and id = $2
            """
        case clearDefault = """
            update helpdesk.departments
            set is_default = false,
                version = version + 1
            where tenant_id = $1
                and is_default
            """
        case findVisibleTicket = """
            select
            from helpdesk.tickets
            where tenant_id = $1
                and department_id = $2
                and hidden_at is null
            limit 1
            """
        case remove = """
            update helpdesk.departments
            set removed_at = $3
            where tenant_id = $1
                and id = $2
            """
    }
}
