import Domain
import Postgres

/// The database cannot be asked at the moment; the same request may succeed in a little while.
package struct DatabaseUnavailable: Error, Sendable {
    package var reason: String
    /// The connection died on the way: whether a change was made, nobody knows.
    package var isOutcomeUnknown = false
}

/// The statement that a constraint stands for, said by the database because only it can say it without a race.
private let refusals: [String: Refusal] = [
    "tenants_slug_key": .conflict(.slugTaken),
    "users_email_key": .conflict(.emailTaken),
    "agents_email_key": .conflict(.emailTaken),
    "tickets_agent_fkey": .invalid([FieldFault("agent_id", "unknown", "there is no such agent in this helpdesk")]),
    "tickets_user_fkey": .invalid([FieldFault("user_id", "unknown", "there is no such user in this helpdesk")]),
]

func translatingErrors<Value>(_ body: () async throws -> Value) async throws -> Value {
    do {
        return try await body()
    } catch let error as PostgresError {
        if case .connectionLost(let reason) = error { throw DatabaseUnavailable(reason: reason, isOutcomeUnknown: true) }
        if error.isOutage || error.isTransient { throw DatabaseUnavailable(reason: "\(error)") }
        guard case .server(let serverError) = error else { throw error }
        switch serverError.sqlState {
        case "DY401": throw Refusal.unauthenticated
        case "DY423": throw Refusal.tenantNotActive
        case SQLState.queryCancelled, SQLState.lockNotAvailable: throw DatabaseUnavailable(reason: serverError.message)
        default: break
        }
        if let refusal = serverError.constraint.flatMap({ refusals[$0] }) { throw refusal }
        throw error
    }
}
