import Domain
import Postgres

package struct Users {
    let transaction: TenantTransaction

    /// Makes the user, or answers the one who has the address already.
    package func ensure(_ user: User, at now: Timestamp) -> Pending<User> {
        transaction.run(SQL.ensure, [user.id.bind, .text(user.name), .text(user.email.text), now.bind]).map { rows in
            guard let user = try Self.users(rows).first else { throw Refusal.conflict(.emailTaken) }
            return user
        }
    }

    package func find(email: EmailAddress) -> Pending<User?> {
        transaction.run(SQL.findByEmail, [.text(email.text)]).map { try Self.users($0).first }
    }

    package func find(_ id: ID<User>) -> Pending<User?> { transaction.run(SQL.find, [id.bind]).map { try Self.users($0).first } }

    private static func users(_ rows: Rows) throws -> [User] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String?.self)
        let email = try rows.column("email", as: String.self)
        return try rows.map { row in User(id: ID(try id(row)), name: try name(row), email: EmailAddress(unchecked: try email(row))) }
    }

    package enum SQL: String, TenantSQL {
        // A name that was unknown so far is taken over; a known one stays.
        case ensure = """
            insert into helpdesk.users (tenant_id, id, name, email, created_at)
            values ($1, $2, $3, $4, $5)
            on conflict (tenant_id, email) do update
            set name = coalesce(users.name, excluded.name)
            returning id, name, email
            """
        case find = """
            select id, name, email
            from helpdesk.users
            where tenant_id = $1
                and id = $2
            """
        case findByEmail = """
            select id, name, email
            from helpdesk.users
            where tenant_id = $1
                and email = $2
            """
    }
}
