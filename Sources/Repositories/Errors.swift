import Domain
import Postgres

/// The database cannot be asked at the moment; the same request may succeed in a little while.
package struct DatabaseUnavailable: Error, Sendable {
    package var reason: String
    /// The connection died on the way: whether a change was made, nobody knows.
    package var isOutcomeUnknown = false
}

extension DatabaseUnavailable: CustomStringConvertible {
    package var description: String { "the database cannot be reached: \(reason)" }
}

/// What was remembered of the caller's rights or the helpdesk's settings is too old; nothing was done. Read them anew and try again.
package struct StaleAccess: Error, Sendable {}

/// The statement that a constraint stands for, said by the database because only it can say it without a race.
private let refusals: [String: Refusal] = [
    "tenants_slug_key": .conflict(.slugTaken),
    "jobs_unique_key": .conflict(.jobNotDead),
    "users_email_key": .conflict(.emailTaken),
    "agents_email_key": .conflict(.emailTaken),
    "departments_name_key": .conflict(.nameTaken),
    "organizations_name_key": .conflict(.nameTaken),
    "teams_name_key": .conflict(.nameTaken),
    "usergroups_name_key": .conflict(.nameTaken),
    "permission_groups_name_key": .conflict(.nameTaken),
    "fields_key_key": .conflict(.keyTaken),
    "agent_permission_groups_group_fkey": .conflict(.groupInUse),
    "user_usergroups_group_fkey": .conflict(.groupInUse),
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
        case "DY409": throw StaleAccess()
        case "DY423": throw Refusal.tenantNotActive
        case SQLState.queryCancelled, SQLState.lockNotAvailable: throw DatabaseUnavailable(reason: serverError.message)
        default: break
        }
        if let refusal = serverError.constraint.flatMap({ refusals[$0] }) { throw refusal }
        throw error
    }
}
