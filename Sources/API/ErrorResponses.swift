import Domain
import Hummingbird
import NIOCore
import Services

/// The one table from what can go wrong to HTTP.
enum ErrorResponses {
    /// - Returns: the problem, and whether it is a fault of ours that belongs in the log as an error.
    static func problem(for error: any Error) -> (problem: Problem, isOurFault: Bool) {
        switch error {
        case let refusal as Refusal: (problem(for: refusal), false)
        case let unavailable as DatabaseUnavailable where unavailable.isOutcomeUnknown:
            (
                Problem(
                    status: 503,
                    detail: "The connection to the database was lost on the way; a change may or may not have been made. "
                        + "Repeating it with the same Idempotency-Key is safe."), true
            )
        case is DatabaseUnavailable:
            (Problem(status: 503, detail: "The database cannot be reached at the moment; nothing was done, try again shortly."), true)
        case is StaleAccess:
            (Problem(status: 503, detail: "This helpdesk's settings keep changing; nothing was done, try again shortly."), false)
        case is NIOTooManyBytesError: (Problem(status: 413, detail: "The body is larger than this server takes."), false)
        case let bad as BadRequest: (Problem(status: bad.status, detail: bad.detail), false)
        case let error as HTTPError: (Problem(status: error.status.code, detail: error.body ?? "There is nothing here."), false)
        case is TooManyStreams:
            (Problem(status: 429, detail: "There are too many event streams open; end one, or look from time to time."), false)
        case is CancellationError: (Problem(status: 503, detail: "The server is shutting down."), false)
        default: (Problem(status: 500, detail: "Something went wrong on our side; it is in our log under this request's id."), true)
        }
    }

    private static func problem(for refusal: Refusal) -> Problem {
        switch refusal {
        case .unauthenticated: Problem(status: 401, detail: "Send a valid token: Authorization: Bearer …")
        case .forbidden(let reason): Problem(status: 403, detail: reason)
        case .notFound: Problem(status: 404, detail: "There is nothing here that you could see.")
        case .invalid(let faults):
            Problem(status: 422, detail: faults.map { "\($0.field): \($0.message)" }.joined(separator: "; "), faults: faults)
        case .conflict(let conflict): Problem(status: 409, detail: conflict.rawValue)
        case .outdated(let version):
            Problem(status: 412, detail: "It has changed since you read it; it is at \"\(version)\" now.")
        case .merged(let ticket):
            Problem(status: 308, detail: "This ticket was merged into ticket \(ticket).", location: "/v1/tickets/\(ticket)")
        case .userMerged(let user):
            Problem(status: 308, detail: "This user was merged into user \(user).", location: "/v1/users/\(user)")
        case .tenantNotActive: Problem(status: 423, detail: "This helpdesk is suspended or closing.")
        case .keyReused:
            Problem(
                status: 422, detail: "This idempotency key was used for another request.",
                faults: [FieldFault("Idempotency-Key", "reused", "use a new key for a new request")])
        }
    }
}

/// A request that cannot be understood, found before anything was asked of the services.
struct BadRequest: Error {
    var status: Int
    var detail: String
}
