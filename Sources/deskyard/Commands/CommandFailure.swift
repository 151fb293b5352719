import ArgumentParser
import Domain
import Postgres
import Services

/// An error as a person at a prompt should read it.
struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    init(describing error: any Error) {
        switch error {
        case let failure as CommandFailure: description = failure.description
        case let refusal as Refusal: description = Self.describe(refusal)
        case let unavailable as DatabaseUnavailable: description = "The database cannot be reached: \(unavailable.reason)"
        case PostgresError.unavailable(let reason): description = "The database cannot be reached: \(reason)"
        case PostgresError.server(let error): description = "The database refuses (\(error.sqlState)): \(error.message)"
        default: description = "\(error)"
        }
    }

    private static func describe(_ refusal: Refusal) -> String {
        switch refusal {
        case .invalid(let faults): faults.map { "\($0.field): \($0.message)" }.joined(separator: "\n")
        case .conflict(let conflict): conflict.rawValue
        case .notFound: "There is no such helpdesk, person, token or job."
        default: "\(refusal)"
        }
    }
}

/// Runs the body of a command and says what went wrong in words.
func explaining<Value>(_ body: () async throws -> Value) async throws -> Value {
    do { return try await body() } catch let code as ExitCode { throw code } catch { throw CommandFailure(describing: error) }
}
