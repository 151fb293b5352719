import Domain
import HTTPTypes
import JSON

/// What a route is, said once: the router serves it, the document describes it, the tests walk it.
struct Endpoint: Sendable {
    /// What a caller must bring.
    enum Needs: Sendable, Equatable {
        case nothing
        case tenantToken
        case operatorToken
    }

    /// Who of a helpdesk's people may call it at all; what they may do with it, their rights say.
    enum Callers: String, Sendable {
        case everybody, agents, admins
    }

    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }

        var name: String
        var place: Place
        var schema: Schema
        var description: String
        var repeatable = false
        /// In a query: it cannot be left out. What stands in the path never can.
        var required = false
        /// A value that is taken, where one must be given.
        var example: JSONValue?
    }

    struct Success: Sendable {
        var status: Int
        var description: String
        /// Nil for what is no JSON.
        var schema: Schema?
        var mediaType = "application/json"
    }

    var method: HTTPRequest.Method
    /// With parameters in braces: `/v1/tickets/{id}`. What they are is said in `parameters` where the name alone does not tell.
    var path: String
    var summary: String
    var needs: Needs
    var scope: TokenScope?
    /// Needed beside it: who chooses what to change by what it says reads, too.
    var readingScope: TokenScope?
    var callers = Callers.agents
    var parameters: [Parameter] = []
    var body: Schema?
    /// A body that is taken, for people to start from and for the tests that call everything.
    var example: JSONValue?
    var bodyIsOptional = false
    var success: [Success]
    /// Answers a secret that is shown once: it is never kept, neither for a repeated request nor by anybody on the way.
    var showsSecret = false
    /// Statuses of problem documents beyond those that every route of its kind may answer.
    var problems: [Int] = []

    /// Every problem this route may answer with.
    var allProblems: [Int] {
        var all = problems
        if needs != .nothing { all += [401, 403, 422, 503] }
        if needs == .tenantToken { all += [423] }
        if path.contains("{") { all += [404] }
        // Merged into another one.
        if path.hasPrefix("/v1/tickets/{id}") || path.hasPrefix("/v1/users/{id}") { all += [308] }
        if body != nil { all += [400, 413, 415] }
        return Array(Set(all)).sorted()
    }

    /// All that a token must have.
    var scopes: [TokenScope] { [scope, readingScope].compactMap(\.self) }

    var parametersInPath: [String] {
        path.split(separator: "/").filter { $0.hasPrefix("{") }.map { String($0.dropFirst().dropLast()) }
    }
}

extension Endpoint.Parameter {
    static let limit = Self(
        name: "limit", place: .query, schema: .integer(minimum: 1, maximum: 200), description: "Items on a page, 50 unless said otherwise.")
    static let cursor = Self(name: "cursor", place: .query, schema: .string(), description: "`next_cursor` of the page before.")
    static let ifMatch = Self(
        name: "If-Match", place: .header, schema: .string(),
        description: "The ETag of the thing as you know it; 412 when it has changed since.")
    static let idempotencyKey = Self(
        name: "Idempotency-Key", place: .header, schema: .string(maximumLength: 255),
        description:
            "Makes the request safe to repeat for 24 hours: the first success is answered again, with `Idempotency-Replayed: true`.")
}
