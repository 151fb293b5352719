import CLibpq
import Foundation
import Glibc

/// A plain session for scripts of many statements, such as migrations: libpq's simple protocol, blocking, on a thread of its own.
package final class ScriptSession {
    private let handle: OpaquePointer

    private init(_ handle: OpaquePointer) { self.handle = handle }

    /// Runs a script. Values cannot be bound here: the text must be our own.
    /// - Returns: the rows of the last statement, as text.
    @discardableResult
    package func run(_ script: String) throws(PostgresError) -> [[String?]] { try answer(PQexec(handle, script)) }

    /// Runs one statement with its values, given and answered as text.
    @discardableResult
    package func run(_ statement: String, _ values: [String]) throws(PostgresError) -> [[String?]] {
        let copies = values.map { $0.withCString { strdup($0) } }
        defer { for copy in copies { free(copy) } }
        return try answer(PQexecParams(handle, statement, Int32(values.count), nil, copies.map { UnsafePointer($0) }, nil, nil, 0))
    }

    private func answer(_ result: OpaquePointer?) throws(PostgresError) -> [[String?]] {
        guard let result else { throw .connectionLost(errorMessage(of: handle)) }
        defer { PQclear(result) }
        switch PQresultStatus(result) {
        case PGRES_TUPLES_OK, PGRES_COMMAND_OK, PGRES_EMPTY_QUERY: break
        default:
            if PQstatus(handle) != CONNECTION_OK { throw .connectionLost(errorMessage(of: handle)) }
            throw .server(ServerError(of: result))
        }
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                PQgetisnull(result, row, column) == 1 ? nil : String(cString: PQgetvalue(result, row, column))
            }
        }
    }

    /// Opens a session, runs `body` on a thread that may block, and closes the session.
    package static func run<Value: Sendable>(
        on address: ServerAddress, _ body: @escaping @Sendable (ScriptSession) throws -> Value
    ) async throws -> Value {
        let handle = try await address.connect()
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                let result = Result { try body(ScriptSession(handle.pointer)) }
                PQfinish(handle.pointer)
                continuation.resume(with: result)
            }
        }
    }
}
