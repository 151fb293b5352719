import Domain
import Postgres

/// A helpdesk's custom fields, each with the departments it is for.
package struct Fields {
    let transaction: TenantTransaction

    /// By their numbers.
    /// - Parameter isRetired: only those that are, or only those that are not; nil: all.
    package func list(after id: ID<Field>?, limit: Int, isRetired: Bool? = nil) -> Pending<[Field]> {
        read(after: id, limit: limit, isRetired: isRetired)
    }

    package func find(_ id: ID<Field>) -> Pending<Field?> { read(id, limit: 1).map(\.first) }

    /// The field, and nobody else changes it until we are done.
    ///
    /// Read by a statement of its own: the one that had to wait for the lock would show the departments of before.
    package func lock(_ id: ID<Field>) -> Pending<Field?> {
        transaction.run(SQL.lock, [id.bind])
        return find(id)
    }

    package func insert(_ field: Field) {
        transaction.run(
            SQL.insert,
            [field.id.bind, .text(field.key.text), .text(field.form.kind.rawValue), field.createdAt.bind] + Self.changeable(field))
        insertDepartments(of: field)
    }

    package func update(_ field: Field, at now: Timestamp) {
        transaction.run(SQL.update, [field.id.bind, .bigint(field.version), .bool(field.isRetired), now.bind] + Self.changeable(field))
        transaction.run(SQL.deleteDepartments, [field.id.bind])
        insertDepartments(of: field)
    }

    private func read(
        _ id: ID<Field>? = nil, after: ID<Field>? = nil, limit: Int, isRetired: Bool? = nil
    ) -> Pending<[Field]> {
        transaction.run(
            SQL.read, [.bigint(id?.value), .bigint(after?.value ?? 0), .bool(isRetired), .bigint(Int64(limit))]
        ).map(Self.fields)
    }

    private func insertDepartments(of field: Field) {
        func ids(where isIncluded: (Field.Requirement) -> Bool = { _ in true }) -> Bind {
            .bigints(field.departments.filter { isIncluded($0.value) }.map(\.key.value))
        }
        guard !field.departments.isEmpty else { return }
        transaction.run(SQL.insertDepartments, [field.id.bind, ids(), ids(where: \.forAgents), ids(where: \.forUsers)])
    }

    private static func changeable(_ field: Field) -> [Bind] {
        [.text(field.name), .bool(field.required.forAgents), .bool(field.required.forUsers)] + field.form.limits
    }

    private static func fields(_ rows: Rows) throws -> [Field] {
        let id = try rows.column("id", as: Int64.self)
        let key = try rows.column("key", as: String.self)
        let name = try rows.column("name", as: String.self)
        let form = try FormColumns(rows)
        let forAgents = try rows.column("required_for_agents", as: Bool.self)
        let forUsers = try rows.column("required_for_users", as: Bool.self)
        let departments = try DepartmentColumns(rows)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        let retiredAt = try rows.column("retired_at", as: Int64?.self)
        return try rows.map { row in
            Field(
                id: ID(try id(row)), key: FieldKey(unchecked: try key(row)), name: try name(row), form: try form(row),
                required: Field.Requirement(forAgents: try forAgents(row), forUsers: try forUsers(row)), departments: try departments(row),
                isRetired: try retiredAt(row) != nil, version: try version(row), createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case read = """
            select fields.id, fields.key, fields.name, fields.type, fields.choices, fields.minimum, fields.maximum, fields.maximum_length,
                fields.pattern, fields.required_for_agents, fields.required_for_users, fields.version, fields.created_at, fields.retired_at,
                held.departments, held.are_removed, held.for_agents, held.for_users
            from helpdesk.fields
            cross join lateral (
                select
                    coalesce(array_agg(departments.id order by departments.id), '{}') as departments,
                    coalesce(array_agg(departments.removed_at is not null order by departments.id), '{}') as are_removed,
                    coalesce(array_agg(field_departments.required_for_agents order by departments.id), '{}') as for_agents,
                    coalesce(array_agg(field_departments.required_for_users order by departments.id), '{}') as for_users
                from helpdesk.field_departments
                join helpdesk.departments
                    on departments.tenant_id = field_departments.tenant_id
                    and departments.id = field_departments.department_id
                where field_departments.tenant_id = $1
                    and field_departments.field_id = fields.id
            ) as held
            where fields.tenant_id = $1
                and ($2::bigint is null or fields.id = $2)
                and fields.id > $3
                and ($4::boolean is null or (fields.retired_at is not null) = $4)
            order by fields.id
            limit $5
            """
        case lock = """
            select
            from helpdesk.fields
            where tenant_id = $1
                and id = $2
            for update
            """
        case insert = """
            insert into helpdesk.fields
                (tenant_id, id, key, type, created_at, name, required_for_agents, required_for_users, choices, minimum, maximum,
                maximum_length, pattern)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """
        case update = """
            update helpdesk.fields
            set version = $3,
                retired_at = case when $4 then coalesce(retired_at, $5) end,
                name = $6,
                required_for_agents = $7,
                required_for_users = $8,
                choices = $9,
                minimum = $10,
                maximum = $11,
                maximum_length = $12,
                pattern = $13
            where tenant_id = $1
                and id = $2
            """
        case deleteDepartments = """
            delete from helpdesk.field_departments
            where tenant_id = $1
                and field_id = $2
            """
        case insertDepartments = """
            insert into helpdesk.field_departments (tenant_id, field_id, department_id, required_for_agents, required_for_users)
            select $1, $2, department_id, department_id = any ($4), department_id = any ($5)
            from unnest($3::bigint[]) as new (department_id)
            """
    }
}

/// How a row says what a field takes.
private struct FormColumns {
    private let type: Column<String>
    private let choices: Column<[String]>
    private let minimum: Column<Double?>
    private let maximum: Column<Double?>
    private let maximumLength: Column<Int?>
    private let pattern: Column<String?>

    init(_ rows: Rows) throws {
        type = try rows.column("type")
        choices = try rows.column("choices")
        minimum = try rows.column("minimum")
        maximum = try rows.column("maximum")
        maximumLength = try rows.column("maximum_length")
        pattern = try rows.column("pattern")
    }

    func callAsFunction(_ row: Row) throws -> FieldForm {
        switch try known(Field.Kind(rawValue: type(row))) {
        case .text: .text(maximumLength: try maximumLength(row), pattern: try pattern(row).map { try known(try? Pattern($0)) })
        case .number: .number(minimum: try minimum(row), maximum: try maximum(row))
        case .boolean: .boolean
        case .date: .date
        case .choice: .choice(try choices(row))
        case .multiChoice: .multiChoice(try choices(row))
        }
    }
}

extension FieldForm {
    /// Choices, minimum, maximum, maximum_length and pattern.
    fileprivate var limits: [Bind] {
        switch self {
        case .text(let maximumLength, let pattern):
            [.texts([]), .double(nil), .double(nil), .integer(maximumLength.map { Int32($0) }), .text(pattern?.text)]
        case .number(let minimum, let maximum): [.texts([]), .double(minimum), .double(maximum), .integer(nil), .text(nil)]
        case .boolean, .date, .choice, .multiChoice: [.texts(choices), .double(nil), .double(nil), .integer(nil), .text(nil)]
        }
    }
}

/// How a row says which departments a field is for.
private struct DepartmentColumns {
    private let ids: Column<[Int64]>
    private let areRemoved: Column<[Bool]>
    private let forAgents: Column<[Bool]>
    private let forUsers: Column<[Bool]>

    init(_ rows: Rows) throws {
        ids = try rows.column("departments")
        areRemoved = try rows.column("are_removed")
        forAgents = try rows.column("for_agents")
        forUsers = try rows.column("for_users")
    }

    func callAsFunction(_ row: Row) throws -> [ID<Department>: Field.Requirement] {
        let requirements = try zip(forAgents(row), forUsers(row)).map { Field.Requirement(forAgents: $0, forUsers: $1) }
        let all = try zip(ids(row).map { ID<Department>($0) }, requirements)
        let left = try zip(all, areRemoved(row)).filter { !$1 }.map(\.0)
        // A field whose departments were all removed keeps them: it is for none of the others, and not suddenly for every one.
        return Dictionary(uniqueKeysWithValues: left.isEmpty ? Array(all) : left)
    }
}
