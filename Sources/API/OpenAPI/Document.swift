import Domain
import JSON

/// The OpenAPI 3.1 document, made from the endpoints that are served.
struct Document: Sendable {
    let endpoints: [Endpoint]
    let schemas: [String: Schema]
    let version: String

    var json: JSONValue {
        [
            "openapi": "3.1.0",
            "info": [
                "title": "Deskyard",
                "version": .string(version),
                "description": .string(Self.introduction),
            ],
            "paths": .object(paths),
            "components": [
                "schemas": .object(schemas.mapValues(\.json)),
                "securitySchemes": [
                    "tenantToken": [
                        "type": "http", "scheme": "bearer",
                        "description": "A token of an admin, agent or user of one helpdesk. The helpdesk comes from the token.",
                    ],
                    "operatorToken": ["type": "http", "scheme": "bearer", "description": "A token of the hosting provider."],
                ],
            ],
        ]
    }

    static let introduction = """
        Backend for thousands of helpdesks in one installation. JSON in UTF-8, names in snake_case, times in RFC 3339 (UTC, milliseconds), \
        ids counted per helpdesk. Lists answer {items, next_cursor}; errors are problem documents (RFC 9457). What is another helpdesk's \
        is answered like what does not exist.
        """

    private var paths: [String: JSONValue] {
        Dictionary(grouping: endpoints, by: \.path).mapValues { endpoints in
            .object(Dictionary(endpoints.map { ($0.method.rawValue.lowercased(), operation($0)) }) { $1 })
        }
    }

    private func operation(_ endpoint: Endpoint) -> JSONValue {
        var operation: [String: JSONValue] = ["summary": .string(endpoint.summary)]
        switch endpoint.needs {
        case .nothing: operation["security"] = []
        case .tenantToken: operation["security"] = [["tenantToken": .array(endpoint.scopes.map { .string($0.rawValue) })]]
        case .operatorToken: operation["security"] = [["operatorToken": []]]
        }
        if endpoint.showsSecret { operation["x-shows-secret"] = true }
        if endpoint.needs == .tenantToken { operation["x-callers"] = .string(endpoint.callers.rawValue) }
        let described = endpoint.parameters.filter { $0.place == .path }
        let inPath = endpoint.parametersInPath.map { name in
            described.first { $0.name == name }
                ?? Endpoint.Parameter(
                    name: name, place: .path, schema: name.hasSuffix("id") ? .integer(minimum: 1) : .string(),
                    description: name.hasSuffix("id") ? "Number in this helpdesk." : "Short name.")
        }
        let idempotent =
            endpoint.method == .post && endpoint.needs == .tenantToken && !endpoint.showsSecret ? [Endpoint.Parameter.idempotencyKey] : []
        let parameters = inPath + endpoint.parameters.filter { $0.place != .path } + idempotent
        if !parameters.isEmpty { operation["parameters"] = .array(parameters.map(Self.parameter)) }
        if let body = endpoint.body {
            var content: [String: JSONValue] = ["schema": body.json]
            if let example = endpoint.example { content["example"] = example }
            operation["requestBody"] = [
                "required": .bool(!endpoint.bodyIsOptional), "content": ["application/json": .object(content)],
            ]
        }
        var responses: [String: JSONValue] = [:]
        for success in endpoint.success {
            var response: [String: JSONValue] = ["description": .string(success.description)]
            if success.status != 304, success.status != 204 {
                response["content"] = .object([success.mediaType: success.schema.map { ["schema": $0.json] } ?? [:]])
            }
            responses[String(success.status)] = .object(response)
        }
        for status in endpoint.allProblems + (idempotent.isEmpty ? [] : [422]) {
            responses[String(status)] = [
                "description": .string(Problem.titles[status] ?? "Problem"),
                "content": ["application/problem+json": ["schema": ["$ref": "#/components/schemas/Problem"]]],
            ]
        }
        operation["responses"] = .object(responses)
        return .object(operation)
    }

    private static func parameter(_ parameter: Endpoint.Parameter) -> JSONValue {
        var schema = parameter.schema
        if parameter.repeatable { schema = .array(schema) }
        var described: [String: JSONValue] = [
            "name": .string(parameter.name), "in": .string(parameter.place.rawValue),
            "required": .bool(parameter.place == .path || parameter.required), "description": .string(parameter.description),
            "schema": schema.json,
        ]
        if let example = parameter.example { described["example"] = example }
        return .object(described)
    }
}
