import Domain
import HTTPTypes
import Hummingbird
import Logging
import Services

/// Where routes are added: each is served, described and measured from the one value that says what it is.
struct Routes {
    private let router: Router<OpenContext>
    private let authenticator: Authenticator
    private let maximumBodyBytes: Int
    private(set) var endpoints: [Endpoint] = []
    /// What the document's `components/schemas` holds; whoever adds routes adds the forms of what they answer.
    var schemas: [String: Schema] = ["Problem": Problem.schema]

    init(router: Router<OpenContext>, authenticator: Authenticator, maximumBodyBytes: Int) {
        self.router = router
        self.authenticator = authenticator
        self.maximumBodyBytes = maximumBodyBytes
    }

    /// A route that needs nobody's token.
    mutating func open(_ endpoint: Endpoint, _ handler: @escaping @Sendable () async throws -> Response) {
        add(endpoint) { _, _ in try await handler() }
    }

    /// A route of a helpdesk's people.
    mutating func tenant(_ endpoint: Endpoint, _ handler: @escaping @Sendable (TenantContext) async throws -> Answer) {
        let authenticator = authenticator
        let maximumBodyBytes = maximumBodyBytes
        let numbers = endpoint.parametersInPath.filter { $0.hasSuffix("id") }
        add(endpoint) { request, context in
            let token = try bearerToken(request)
            var access = try await authenticator.access(token)
            context.trace.tenant = access.tenantID
            context.trace.token = access.tokenID
            let reader = try await RequestReader(
                request, context.parameters, readingBody: endpoint.body != nil, limit: maximumBodyBytes)
            // Before anything is said of the body: what is not there takes none.
            for name in numbers { _ = try reader.id(name, of: Never.self) }
            var attempts = 1
            while true {
                do {
                    let context = TenantContext(access: access, request: reader) { try await authenticator.refreshed(token) }
                    let answer = try await answer(context, authenticator, handler)
                    if endpoint.callers == .admins, endpoint.method != .get { authenticator.forget(access) }
                    var response = answer.response
                    if endpoint.showsSecret { response.headers[.cacheControl] = "no-store" }
                    return response
                } catch let refusal as Refusal where refusal == .unauthenticated || refusal == .tenantNotActive {
                    // Whoever comes with it again is looked up first, and refused without a transaction that others travel with.
                    authenticator.forget(access)
                    throw refusal
                } catch is StaleAccess where attempts < Self.attempts {
                    // Nothing was done: a right or a setting has changed since we read them.
                    access = try await authenticator.refreshed(token)
                    attempts += 1
                }
            }
        }
    }

    /// Somebody who changes settings all the time gets a 503 in the end, and not us into a circle.
    private static let attempts = 20

    /// A route of the hosting provider.
    mutating func systemOperator(_ endpoint: Endpoint, _ handler: @escaping @Sendable (OperatorContext) async throws -> Answer) {
        let authenticator = authenticator
        let maximumBodyBytes = maximumBodyBytes
        add(endpoint) { request, context in
            let access = try await authenticator.operatorAccess(bearerToken(request))
            let reader = try await RequestReader(
                request, context.parameters, readingBody: endpoint.body != nil, limit: maximumBodyBytes)
            return try await handler(OperatorContext(access: access, request: reader)).response
        }
    }

    private mutating func add(
        _ endpoint: Endpoint, _ handler: @escaping @Sendable (Request, OpenContext) async throws -> Response
    ) {
        endpoints.append(endpoint)
        let measured = MeasuredEndpoint(endpoint)
        router.on(RouterPath(endpoint.path), method: endpoint.method) { request, context in
            context.trace.endpoint = measured
            // Caught here and not further out: Hummingbird would answer some errors in its own way.
            do { return try await handler(request, context) } catch { return response(to: error, request, context) }
        }
    }
}

/// What the handler answers; what it refuses, it refuses on the strength of what holds now.
private func answer(
    _ context: TenantContext, _ authenticator: Authenticator, _ handler: (TenantContext) async throws -> Answer
) async throws -> Answer {
    do {
        return try await handler(context)
    } catch let refusal as Refusal {
        switch refusal {
        case .forbidden, .invalid: try await authenticator.confirm(context.access)
        default: break
        }
        throw refusal
    }
}

/// The token in `Authorization: Bearer …`.
private func bearerToken(_ request: Request) throws(Refusal) -> String {
    let scheme = "bearer "
    guard let field = request.headers[.authorization], field.utf8.count <= 512, field.utf8.count > scheme.utf8.count,
        zip(field.utf8, scheme.utf8).allSatisfy({ $0 | 0x20 == $1 })
    else { throw .unauthenticated }
    return String(Substring(field.utf8.dropFirst(scheme.utf8.count)))
}

private func response(to error: any Error, _ request: Request, _ context: OpenContext) -> Response {
    if let replay = error as? Replay {
        var response = Answer(replay.answer).response
        response.headers[.idempotencyReplayed] = "true"
        return response
    }
    var (problem, isOurFault) = ErrorResponses.problem(for: error)
    if let moved = problem.location { problem.location = moved + request.rest }
    if isOurFault {
        context.logger.error("request failed", metadata: ["request_id": "\(context.trace.requestID)", "error": "\(error)"])
    }
    return .problem(problem)
}

extension Request {
    /// What stands behind the id of a ticket or user in the address: `/messages?limit=10`.
    fileprivate var rest: String {
        let parts = uri.path.split(separator: "/").dropFirst(3)
        return parts.map { "/\($0)" }.joined() + (uri.query.map { "?\($0)" } ?? "")
    }
}
