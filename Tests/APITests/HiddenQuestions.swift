import JSON
import Support
import Testing

/// A GET that names none of the tickets that will be hidden, put so that they could be in the answer.
struct HiddenQuestion: Hashable, Sendable {
    let address: String
    let isOperators: Bool
    /// The hidden statuses it asks for by name.
    let names: Set<String>
    /// Lists tickets, and while they are visible at least one of them.
    let findsTickets: Bool

    /// Is about what is hidden in numbers, and shows no ticket.
    var countsHidden: Bool { ["/v1/purge-", "/v1/daily-totals", "/v1/queues/counts"].contains { address.hasPrefix($0) } }
    /// Is answered page by page, one thing on each.
    var isPaged: Bool { address.contains("limit=1") }
}

extension HiddenScene {
    struct Reply: Hashable, Sendable {
        let status: Int
        /// Of all pages.
        let text: String
    }

    /// Everything there is to ask, from the document: what somebody adds is asked without a line here.
    func questions() async throws -> [HiddenQuestion] {
        let things = Things(server, tenant)
        var questions: [HiddenQuestion] = []
        for operation in server.contract.operations where operation.method == "GET" && (operation.isTenants || operation.isOperators) {
            for path in try await paths(operation, things) {
                let listsTickets = ["/v1/tickets", "/v1/search", "/v1/queues/{id}/tickets"].contains(operation.path)
                let words = operation.queryParameters.contains("q") ? ["q=\(Self.words)"] : []
                func add(_ query: [String], naming names: Set<String> = []) {
                    questions.append(
                        HiddenQuestion(
                            address: operation.address(at: path, asking: words + query), isOperators: operation.isOperators, names: names,
                            findsTickets: listsTickets && names.isEmpty))
                }
                add([])
                var together: [String] = []
                for parameter in operation.parameters(of: "query") where parameter["required"] != true {
                    let queries = try matching(parameter, in: operation)
                    for query in queries { add([query]) }
                    if let query = queries.first, parameter["name"] != "sort" { together.append(query) }
                }
                let sorts = operation.words(of: "sort").map { ["sort=\($0)"] }
                for sort in sorts { add(together + sort) }
                if operation.isTenants, operation.queryParameters.contains("cursor") {
                    for sort in sorts.isEmpty ? [[]] : sorts { add(["limit=1"] + sort) }
                }
                guard operation.words(of: "status").isSuperset(of: ["spam", "awaiting_agent"]) else { continue }
                for query in [[]] + sorts {
                    for names in [["spam"], ["deleted"], ["deleted", "spam"]] {
                        add(query + names.map { "status=\($0)" }, naming: Set(names))
                    }
                    add(query + ["status=awaiting_agent", "status=spam"], naming: ["spam"])
                }
            }
        }
        return questions
    }

    /// Asked by everybody who is there.
    func ask(_ questions: [HiddenQuestion]) async throws -> [String: [HiddenQuestion: Reply]] {
        let asOperator = try await makeOperatorToken(tenant)
        let everybody = callers.map { (name: $0.name, token: $0.token) } + [(name: "operator", token: asOperator)]
        return try await withThrowingTaskGroup { group in
            for (name, token) in everybody {
                group.addTask {
                    var replies: [HiddenQuestion: Reply] = [:]
                    for question in questions where question.isOperators == (name == "operator") {
                        replies[question] = try await ask(question, token)
                    }
                    return (name, replies)
                }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }

    private func ask(_ question: HiddenQuestion, _ token: String) async throws -> Reply {
        var answered = try await server.send("GET", question.address, token: token)
        try #require([200, 403, 404].contains(answered.status), "\(question.address): \(answered.json)")
        var text = answered.text
        while question.isPaged, let cursor = answered.nextCursor {
            answered = try await server.send("GET", "\(question.address)&cursor=\(cursor)", token: token)
            text += answered.text
        }
        return Reply(status: answered.status, text: text)
    }

    /// An operation's path with something in each place: one path for each word where only some can stand.
    private func paths(_ operation: Contract.Operation, _ things: Things) async throws -> [String] {
        var paths = [""]
        for part in operation.path.split(separator: "/") {
            var ways = [String(part)]
            if part.hasPrefix("{") {
                let name = String(part.dropFirst().dropLast())
                switch (name, operation.kind) {
                case ("slug", _): ways = [tenant.tenant.slug.text]
                case ("id", "tickets"): ways = ["\(plain)"]
                case ("id", let kind?):
                    let id = try await things.one(kind)
                    if operation.isStream { try await things.end(id) }
                    ways = ["\(id)"]
                case ("id", nil): ways = ["\(try await tenant.bury())"]
                default: ways = operation.words(of: name, in: "path").sorted()
                }
                try #require(!ways.isEmpty, "say here what goes into \(operation.path)")
            }
            paths = paths.flatMap { path in ways.map { "\(path)/\($0)" } }
        }
        return paths
    }

    /// What finds all tickets of the scene.
    private static let words = "\(marker)%20or%20squeak*"

    /// What a parameter can be for one of the tickets to be found.
    private func matching(_ parameter: JSONValue, in operation: Contract.Operation) throws -> [String] {
        let name = try #require(parameter["name"]?.string)
        let values: [String]
        switch name {
        case "limit", "cursor": return []
        case "status": values = ["awaiting_agent"]
        case "agent_id": values = ["\(assignee)", "none"]
        case "team_id": values = ["\(team)", "none"]
        case "department_id": values = ["\(department)"]
        case "organization_id": values = ["\(organization)"]
        case "user_id": values = ["\(owner)"]
        case "label": values = [Self.marker]
        case "field.{key}": return ["field.order_no=\(Self.marker)"]
        case "priority": values = ["high"]
        case "created_before", "updated_before": values = ["2100-01-01T00:00:00Z"]
        case "created_after", "updated_after": values = ["2000-01-01T00:00:00Z"]
        case "email": values = ["ada@example.org"]
        case "include": values = ["messages,history"]
        case "kind": values = ["purge"]
        case "tenant": values = [tenant.tenant.slug.text]
        default:
            values = parameter["schema"]?["type"] == "boolean" ? ["true", "false"] : operation.words(of: name).sorted()
            try #require(!values.isEmpty, "say here what finds a ticket by the \(name) of \(operation.name)")
        }
        // Only tickets are nobody's.
        return values.filter { $0 != "none" || ["/v1/tickets", "/v1/search"].contains(operation.path) }.map { "\(name)=\($0)" }
    }
}

extension Contract.Operation {
    fileprivate func parameters(of place: String) -> [JSONValue] {
        (json["parameters"]?.array ?? []).filter { $0["in"]?.string == place }
    }

    /// The words that a parameter can be, where only some can.
    fileprivate func words(of name: String, in place: String = "query") -> Set<String> {
        let schema = parameters(of: place).first { $0["name"]?.string == name }?["schema"]
        return Set((schema?["items"] ?? schema)?["enum"]?.array?.compactMap(\.string) ?? [])
    }
}

extension Answered {
    var text: String { String(decoding: data, as: UTF8.self) }
}
