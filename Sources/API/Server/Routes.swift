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
        add(endpoint) { request, context in
            let access = try await authenticator.access(bearerToken(request))
            context.trace.tenant = access.tenantID
            context.trace.token = access.tokenID
            let reader = RequestReader(request: request, parameters: context.parameters, maximumBodyBytes: maximumBodyBytes)
            return try await handler(TenantContext(access: access, request: reader)).response
        }
    }

    /// A route of the hosting provider.
    mutating func systemOperator(_ endpoint: Endpoint, _ handler: @escaping @Sendable (OperatorContext) async throws -> Answer) {
        let authenticator = authenticator
        let maximumBodyBytes = maximumBodyBytes
        add(endpoint) { request, context in
            let access = try await authenticator.operatorAccess(bearerToken(request))
            let reader = RequestReader(request: request, parameters: context.parameters, maximumBodyBytes: maximumBodyBytes)
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
            do { return try await handler(request, context) } catch { return response(to: error, context) }
        }
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

private func response(to error: any Error, _ context: OpenContext) -> Response {
    if let replay = error as? Replay {
        var response = Answer(replay.answer).response
        response.headers[.idempotencyReplayed] = "true"
        return response
    }
    let (problem, isOurFault) = ErrorResponses.problem(for: error)
    if isOurFault {
        context.logger.error("request failed", metadata: ["request_id": "\(context.trace.requestID)", "error": "\(error)"])
    }
    return .problem(problem)
}
