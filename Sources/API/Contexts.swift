import Domain
import HTTPTypes
import Hummingbird
import JSON
import Logging
import NIOCore
import Services

/// A request before its caller is known.
struct OpenContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by `FrontDoor`, which counts and logs by it; filled in by the route that answers.
    let trace = Trace()

    init(source: ApplicationRequestContextSource) { coreContext = CoreRequestContextStorage(source: source) }

    /// What the log is to know about the request, learnt on its way. Only the request's own task touches it.
    final class Trace: @unchecked Sendable {
        var requestID = ""
        var endpoint: MeasuredEndpoint?
        var tenant: ID<Tenant>?
        var token: ID<Token>?
    }
}

/// A request of somebody in a helpdesk. That it exists means that a token was read; that the token still holds, each transaction proves.
struct TenantContext: Sendable {
    let access: Access
    let request: RequestReader
    /// After `StaleAccess`, for what goes on after the handler has answered: what holds now.
    let refreshed: @Sendable () async throws -> Access
}

/// A request of the hosting provider.
struct OperatorContext: Sendable {
    let access: OperatorAccess
    let request: RequestReader
}

/// Reads the parts of a request and says clearly what is wrong with them.
struct RequestReader: Sendable {
    let request: Request
    let parameters: Parameters
    /// Read whole before the handler runs, which may have to run again.
    let body: ByteBuffer

    /// - Throws: `BadRequest` 413 for a body that is larger than `limit`.
    init(_ request: Request, _ parameters: Parameters, readingBody: Bool, limit: Int) async throws {
        self.request = request
        self.parameters = parameters
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), readingBody, length > limit {
            throw BadRequest(status: 413, detail: "The body has \(length) bytes; this server takes \(limit).")
        }
        body = readingBody ? try await request.body.collect(upTo: limit) : ByteBuffer()
    }

    /// A number in the path. What is no number exists as little as a number that was not given out.
    func id<Entity>(_ name: String = "id", of type: Entity.Type = Entity.self) throws -> ID<Entity> {
        guard let text = parameters.get(name), let value = Int64(text), value > 0, String(value) == text else { throw Refusal.notFound }
        return ID(value)
    }

    func text(_ name: String) throws -> String {
        guard let text = parameters.get(name) else { throw Refusal.notFound }
        return text
    }

    /// The version in `If-Match`; nil without one, or for `*`.
    func ifMatch() throws -> Int64? {
        guard let field = request.headers[.ifMatch], field != "*" else { return nil }
        guard let version = version(inETag: field) else {
            throw Refusal.invalid([FieldFault("If-Match", "invalid", "one ETag as it was given, such as \"7\"")])
        }
        return version
    }

    func ifNoneMatch(_ etag: String) -> Bool {
        request.headers[.ifNoneMatch].map { field in
            field == "*" || field.split(separator: ",").contains { self.tag(in: $0).map { "\"\($0)\"" == etag } ?? false }
        } ?? false
    }

    /// An ETag is the version, behind which may stand what else the answer depends on: `"7"`, `"7-live"`.
    private func version(inETag field: some StringProtocol) -> Int64? {
        tag(in: field).flatMap { Int64($0.prefix { $0 != "-" }) }
    }

    private func tag(in field: some StringProtocol) -> String? {
        var tag = Substring(field).drop { $0 == " " }
        if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
        guard tag.count > 2, tag.first == "\"", tag.last == "\"" else { return nil }
        return String(tag.dropFirst().dropLast())
    }

    /// The body as JSON.
    func json() throws -> JSONValue { try json(in: body) }

    /// For bodies that may be left out.
    func optionalJSON() throws -> JSONValue? { body.readableBytes == 0 ? nil : try json(in: body) }

    private func json(in bytes: ByteBuffer) throws -> JSONValue {
        guard let type = request.headers[.contentType] else {
            throw BadRequest(status: 415, detail: "Send JSON, with Content-Type: application/json.")
        }
        let media = type.split(separator: ";").first.map { $0.lowercased().filter { $0 != " " } }
        guard media == "application/json" else { throw BadRequest(status: 415, detail: "This takes application/json, not \(type).") }
        do {
            return try JSONValue(parsing: bytes.readableBytesView)
        } catch {
            throw BadRequest(status: 400, detail: "The body is no JSON: \(error.reason), at byte \(error.offset).")
        }
    }

    /// How to do this once, if the request carries an idempotency key.
    func once<Value>(_ answer: @escaping @Sendable (Value) -> Answer) throws -> Once<Value>? {
        guard let key = request.headers[.idempotencyKey] else { return nil }
        guard (1...255).contains(key.unicodeScalars.count) else {
            throw Refusal.invalid([FieldFault("Idempotency-Key", "invalid", "1 to 255 characters")])
        }
        let head = "\(request.method.rawValue) \(request.uri.description)\n"
        let hash = sha256(Array(head.utf8) + Array(body.readableBytesView))
        let path = request.uri.path
        return Once(key: key, requestHash: hash) { value in
            let answer = answer(value)
            var recorded = answer.recorded
            recorded.ticket = answer.location.flatMap(ticketNumber) ?? ticketNumber(in: path)
            return recorded
        }
    }
}

/// Whose content an answer shows: of the ticket in an address such as `/v1/tickets/1042/messages`.
private func ticketNumber(in path: String) -> ID<Ticket>? {
    let parts = path.split(separator: "/")
    guard parts.count >= 3, parts[0] == "v1", parts[1] == "tickets" else { return nil }
    return Int64(parts[2]).map { ID($0) }
}

extension HTTPField.Name {
    static let idempotencyKey = Self("Idempotency-Key")!
    static let idempotencyReplayed = Self("Idempotency-Replayed")!
    static let requestID = Self("X-Request-Id")!
}
