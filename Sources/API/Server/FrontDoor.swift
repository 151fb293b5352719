import HTTPTypes
import Hummingbird
import Logging
import Synchronization

/// What every request passes on its way in and out: its id, its problem document if nobody answered, its place in metrics and log.
struct FrontDoor: HTTPResponder {
    let routes: RouterResponder<OpenContext>
    let endpoints: [Endpoint]
    let requestIDs = RequestIDs()

    func respond(to request: Request, context: OpenContext) async throws -> Response {
        let start = ContinuousClock.now
        let requestID = requestIDs.take(from: request)
        context.trace.requestID = requestID
        var response = try await routes.respond(to: request, context: context)
        if context.trace.endpoint == nil { response = nobodyAnswered(request) }
        response.headers[.requestID] = requestID
        let duration = start.duration(to: .now)
        (context.trace.endpoint ?? MeasuredEndpoint.unknown).record(status: response.status.code, duration)
        if context.logger.logLevel <= .info { log(request, response, duration, context) }
        return response
    }

    private func nobodyAnswered(_ request: Request) -> Response {
        let path = request.uri.path.split(separator: "/")
        let allowed = endpoints.filter { endpoint in
            let template = endpoint.path.split(separator: "/")
            return template.count == path.count && zip(template, path).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        guard !allowed.isEmpty else { return .problem(Problem(status: 404, detail: "There is no such address here; see /docs.")) }
        let methods = allowed.map(\.method.rawValue).joined(separator: ", ")
        var response = Response.problem(Problem(status: 405, detail: "This address takes \(methods)."))
        response.headers[.allow] = methods
        return response
    }

    /// Without the query: what people search for is theirs.
    private func log(_ request: Request, _ response: Response, _ duration: Duration, _ context: OpenContext) {
        var metadata: Logger.Metadata = [
            "request_id": "\(context.trace.requestID)", "method": "\(request.method.rawValue)", "path": "\(request.uri.path)",
            "status": "\(response.status.code)", "us": "\(Int(duration / .microseconds(1)))",
        ]
        if let tenant = context.trace.tenant { metadata["tenant"] = "\(tenant)" }
        if let token = context.trace.token { metadata["token"] = "\(token)" }
        context.logger.info("request", metadata: metadata)
    }
}

/// Ids for requests that bring none: a random start for the process, then a count.
struct RequestIDs: Sendable {
    private let process = String(UInt32.random(in: .min ... .max), radix: 36)
    private let count = Counter()

    private final class Counter: Sendable {
        let value = Atomic<UInt64>(0)
    }

    /// The caller's own id if it is fit for a log line, else a new one.
    func take(from request: Request) -> String {
        if let given = request.headers[.requestID], (1...128).contains(given.utf8.count),
            given.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") })
        {
            return given
        }
        return process + "-" + String(count.value.add(1, ordering: .relaxed).newValue, radix: 36)
    }
}
