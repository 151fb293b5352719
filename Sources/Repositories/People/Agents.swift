import Domain
import Postgres

package struct Agents {
    let transaction: TenantTransaction

    @discardableResult
    package func create(_ agent: Agent, at now: Timestamp) -> Pending<Void> {
        transaction.run(SQL.create, [agent.id.bind, .text(agent.name), .text(agent.email.text), .bool(agent.isAdmin), now.bind]).map { _ in
        }
    }

    package func find(email: EmailAddress) -> Pending<Agent?> {
        transaction.run(SQL.findByEmail, [.text(email.text)]).map { try Self.agents($0).first }
    }

    package func find(_ id: ID<Agent>) -> Pending<Agent?> { transaction.run(SQL.find, [id.bind]).map { try Self.agents($0).first } }

    private static func agents(_ rows: Rows) throws -> [Agent] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let email = try rows.column("email", as: String.self)
        let isAdmin = try rows.column("is_admin", as: Bool.self)
        return try rows.map { row in
            Agent(id: ID(try id(row)), name: try name(row), email: EmailAddress(unchecked: try email(row)), isAdmin: try isAdmin(row))
        }
    }

    package enum SQL: String, TenantSQL {
        case create = """
            insert into helpdesk.agents (tenant_id, id, name, email, is_admin, created_at)
            values ($1, $2, $3, $4, $5, $6)
            """
        case find = """
            select id, name, email, is_admin
            from helpdesk.agents
            where tenant_id = $1
                and id = $2
            """
        case findByEmail = """
            select id, name, email, is_admin
            from helpdesk.agents
            where tenant_id = $1
                and email = $2
            """
    }
}
