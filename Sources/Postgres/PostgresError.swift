/// Everything that can go wrong between us and the server, told apart by what the caller can do about it.
package enum PostgresError: Error, Sendable, Equatable {
    /// The server refused a statement; match on `ServerError.sqlState` or `.constraint`, never on the message.
    case server(ServerError)
    /// The connection died while the server worked. If a commit was on its way, nobody knows whether it happened.
    case connectionLost(String)
    /// No connection could be made: the server is down, unreachable, full, or refuses us.
    case unavailable(String)
    /// Every connection stayed in use for longer than the pool's acquisition timeout.
    case poolExhausted(after: Duration)
    /// The pool is shutting down.
    case closed
    /// The statements before had failed, so the server answered the commit with a rollback.
    case rolledBack
    /// A row was not what the code expects: a missing column, a null, or another type.
    case decoding(String)

    /// Whether running the same transaction again may succeed: serialization failure or deadlock, nothing was kept.
    package var isTransient: Bool {
        guard case .server(let error) = self else { return false }
        // The last two: a prepared statement outlived the schema it was made for, or a pooler switched servers.
        return [
            SQLState.serializationFailure, SQLState.deadlockDetected, SQLState.featureNotSupported, SQLState.invalidStatementName,
        ].contains(error.sqlState)
    }

    /// Whether the database, not the request, is at fault: callers should answer "try again later".
    package var isOutage: Bool {
        switch self {
        case .connectionLost, .unavailable, .poolExhausted, .closed: true
        // 57P01–57P05: terminated or starting up; 53xxx: out of connections, memory or disk; 25006: a standby.
        case .server(let error): error.sqlState.hasPrefix("57P") || error.sqlState.hasPrefix("53") || error.sqlState == "25006"
        case .rolledBack, .decoding: false
        }
    }
}

extension ServerError: CustomStringConvertible {
    /// Without detail and hint, which quote what people wrote: this goes into logs.
    package var description: String {
        ([sqlState, message] + [constraint, table, column].compactMap { $0 }).joined(separator: ", ")
    }
}

/// One error report of the server. Fields as in <https://www.postgresql.org/docs/15/protocol-error-fields.html>.
package struct ServerError: Sendable, Equatable {
    package var sqlState: String
    package var message: String
    package var detail: String?
    package var hint: String?
    package var constraint: String?
    package var table: String?
    package var column: String?

    package init(
        sqlState: String, message: String, detail: String? = nil, hint: String? = nil, constraint: String? = nil, table: String? = nil,
        column: String? = nil
    ) {
        self.sqlState = sqlState
        self.message = message
        self.detail = detail
        self.hint = hint
        self.constraint = constraint
        self.table = table
        self.column = column
    }
}

/// The codes the code asks for by name, from <https://www.postgresql.org/docs/15/errcodes-appendix.html>.
package enum SQLState {
    package static let serializationFailure = "40001"
    package static let deadlockDetected = "40P01"
    package static let uniqueViolation = "23505"
    package static let queryCancelled = "57014"
    package static let lockNotAvailable = "55P03"
    package static let invalidStatementName = "26000"
    package static let featureNotSupported = "0A000"
}
