import Domain
import Postgres

/// The helpdesks of the installation.
package struct Tenants {
    let transaction: SystemTransaction

    /// Makes the helpdesk and goes on inside it, in the same transaction: it exists whole or not at all.
    package func create(slug: Slug, name: String, timeZone: String, at now: Timestamp) async throws -> (Tenant, TenantTransaction) {
        let created = transaction.run(SQL.create, [.text(slug.text), .text(name), .text(timeZone), now.bind]).map(Self.tenants)
        guard let tenant = try await created.value.first else { throw Refusal.conflict(.slugTaken) }
        return (tenant, transaction.enter(TenantScope(tenant: tenant.id, token: nil)))
    }

    package func find(_ slug: Slug) -> Pending<Tenant?> { transaction.run(SQL.find, [.text(slug.text)]).map { try Self.tenants($0).first } }

    /// In order of their slugs, beginning behind `after`.
    package func list(after: Slug?, limit: Int) -> Pending<[Tenant]> {
        transaction.run(SQL.list, [.text(after?.text ?? ""), .bigint(Int64(limit))]).map(Self.tenants)
    }

    package func setState(_ slug: Slug, _ state: Tenant.State) -> Pending<Tenant?> {
        transaction.run(SQL.setState, [.text(slug.text), .text(state.rawValue)]).map { try Self.tenants($0).first }
    }

    /// The key to a tenant for the operator's own work; no token stands behind it.
    package func scope(_ slug: Slug) -> Pending<TenantScope?> { find(slug).map { $0.map { TenantScope(tenant: $0.id, token: nil) } } }

    private static func tenants(_ rows: Rows) throws -> [Tenant] {
        let id = try rows.column("id", as: Int64.self)
        let slug = try rows.column("slug", as: String.self)
        let name = try rows.column("name", as: String.self)
        let timeZone = try rows.column("time_zone", as: String.self)
        let state = try rows.column("state", as: String.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            Tenant(
                id: ID(try id(row)), slug: Slug(unchecked: try slug(row)), name: try name(row), timeZone: try timeZone(row),
                state: try known(Tenant.State(rawValue: state(row))), createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, SystemSQL {
        case create = """
            insert into installation.tenants (slug, name, time_zone, state, created_at)
            values ($1, $2, $3, 'active', $4)
            returning id, slug, name, time_zone, state, created_at
            """
        case find = """
            select id, slug, name, time_zone, state, created_at
            from installation.tenants
            where slug = $1
            """
        case list = """
            select id, slug, name, time_zone, state, created_at
            from installation.tenants
            where slug > $1
            order by slug
            limit $2
            """
        case setState = """
            update installation.tenants
            set state = $2
            where slug = $1
            returning id, slug, name, time_zone, state, created_at
            """
    }
}

/// A word that a check in the schema admits and this binary must know.
func known<Value>(_ value: Value?) throws -> Value {
    guard let value else {
        throw PostgresError.decoding("a word in the database that this release does not know: is it older than the schema?")
    }
    return value
}
