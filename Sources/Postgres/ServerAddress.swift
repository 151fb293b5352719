import CLibpq
import Foundation

/// Where the server is and how every session on it starts.
package struct ServerAddress: Sendable {
    /// Anything libpq understands: `postgresql://…` or `host=… sslmode=verify-full sslrootcert=…`.
    package var connectionString: String
    package var applicationName: String
    /// Settings for each session, sent when connecting. Empty behind PgBouncer, which refuses them: set them on the role there.
    package var sessionSettings: [(name: String, value: String)]

    package init(_ connectionString: String, applicationName: String = "deskyard", sessionSettings: [(name: String, value: String)] = []) {
        self.connectionString = connectionString
        self.applicationName = applicationName
        self.sessionSettings = sessionSettings
    }

    /// Makes a connection on a thread of its own, for no shared one may be kept waiting: looking up names and shaking hands may block, and it is rare enough not to need a state machine.
    func connect() async throws(PostgresError) -> Handle {
        let result: Result<Handle, PostgresError> = await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: connectBlocking()) }
        }
        return try result.get()
    }

    private func connectBlocking() -> Result<Handle, PostgresError> {
        let options = sessionSettings.map { "-c \($0.name)=\($0.value)" }.joined(separator: " ")
        // The connection string comes last so that what it says wins over our defaults.
        var parameters = [
            ("application_name", applicationName), ("client_encoding", "UTF8"), ("connect_timeout", "5"),
            // A server whose host vanished is noticed within half a minute instead of hours.
            ("keepalives_idle", "10"), ("keepalives_interval", "5"), ("keepalives_count", "3"), ("tcp_user_timeout", "30000"),
        ]
        if !options.isEmpty { parameters.append(("options", options)) }
        parameters.append(("dbname", connectionString))
        let handle = withCStrings(parameters.map(\.0)) { names in
            withCStrings(parameters.map(\.1)) { values in PQconnectdbParams(names, values, 1) }
        }
        guard let handle else { return .failure(.unavailable("out of memory")) }
        guard PQstatus(handle) == CONNECTION_OK else {
            let message = errorMessage(of: handle)
            PQfinish(handle)
            return .failure(.unavailable(message))
        }
        // Notices are for people at a prompt; whatever matters to us is an error.
        PQsetNoticeProcessor(handle, { _, _ in }, nil)
        return .success(Handle(pointer: handle))
    }
}

/// A null-terminated array of C strings, as libpq takes its keywords.
private func withCStrings<Result>(_ strings: [String], _ body: (UnsafePointer<UnsafePointer<CChar>?>) -> Result) -> Result {
    let copies = strings.map { Array($0.utf8CString) }
    return withUnsafeTemporaryAllocation(of: UnsafePointer<CChar>?.self, capacity: strings.count + 1) { pointers in
        func fill(_ index: Int) -> Result {
            guard index < copies.count else {
                pointers.initializeElement(at: index, to: nil)
                return body(UnsafePointer(pointers.baseAddress!))
            }
            return copies[index].withUnsafeBufferPointer { copy in
                pointers.initializeElement(at: index, to: copy.baseAddress)
                return fill(index + 1)
            }
        }
        return fill(0)
    }
}
