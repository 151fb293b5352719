import Postgres
import Repositories

/// What a statement of the catalogue is planned like.
struct PlannedStatement {
    /// `Departments.findVisibleTicket`.
    let name: String
    let sql: String
    let plan: Plan

    static let all = Task {
        try await PlanDatabase.run { session in
            try StatementCatalogue.tenant.flatMap(named).enumerated().map { index, statement in
                PlannedStatement(name: statement.name, sql: statement.sql, plan: try session.plan(of: statement.sql, named: "c\(index)"))
            }
        }
    }

    private static func named(_ type: any TenantSQL.Type) -> [(name: String, sql: String)] {
        func open<SQL: TenantSQL>(_ type: SQL.Type) -> [(name: String, sql: String)] {
            // `Repositories.Departments.SQL`.
            let repository = String(reflecting: type).split(separator: ".").dropLast().last ?? ""
            return type.allCases.map { (name: "\(repository).\($0)", sql: $0.rawValue) }
        }
        return open(type)
    }
}
