import Domain
import Foundation
import JSON

/// The served OpenAPI document, as something answers can be held against.
package struct Contract: Sendable {
    package struct Violation: Error, CustomStringConvertible {
        package let description: String
    }

    package struct Operation: Sendable {
        package let method: String
        package let path: String
        package let json: JSONValue

        /// Needs a token of a helpdesk's person.
        package var isTenants: Bool { json["security"]?.array?.contains { $0["tenantToken"] != nil } ?? false }
        /// Who may call it at all: `everybody`, `agents` or `admins`.
        package var callers: String? { json["x-callers"]?.string }
        /// Answers something that is shown this once.
        package var showsSecret: Bool { json["x-shows-secret"] == true }
        /// A body that is taken.
        package var example: JSONValue? { json["requestBody"]?["content"]?["application/json"]?["example"] }
        package var isOperators: Bool { json["security"]?.array?.contains { $0["operatorToken"] != nil } ?? false }
    }

    package let document: JSONValue
    package let operations: [Operation]

    package init(document: JSONValue) {
        self.document = document
        operations = (document["paths"]?.object ?? [:]).flatMap { path, methods in
            (methods.object ?? [:]).map { Operation(method: $0.key.uppercased(), path: path, json: $0.value) }
        }.sorted { ($0.path, $0.method) < ($1.path, $1.method) }
    }

    package func operation(method: String, path: String) -> Operation? {
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        return operations.first { operation in
            let template = operation.path.split(separator: "/")
            return operation.method == method && template.count == parts.count
                && zip(template, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
    }

    /// Throws unless the answer is one the document announces, and its body has the announced shape.
    package func check(method: String, path: String, _ answered: Answered) throws {
        guard answered.header("X-Request-Id") != nil else { throw Violation(description: "\(method) \(path): no X-Request-Id") }
        guard let operation = operation(method: method, path: path) else {
            guard [404, 405].contains(answered.status) else {
                throw Violation(description: "\(method) \(path) is served and not described")
            }
            return
        }
        guard let response = operation.json["responses"]?[String(answered.status)] else {
            throw Violation(description: "\(method) \(operation.path) answers \(answered.status), which is not described")
        }
        guard let content = response["content"]?.object else {
            guard answered.data.isEmpty else { throw Violation(description: "\(method) \(operation.path): a body where none is described") }
            return
        }
        let media = answered.header("Content-Type")?.split(separator: ";").first.map(String.init) ?? ""
        guard let described = content[media] else {
            throw Violation(description: "\(method) \(operation.path) \(answered.status): \(media) is not described")
        }
        // Foundation keeps the body of a redirection to itself.
        if answered.status == 308, answered.data.isEmpty { return }
        guard let schema = described["schema"] else { return }
        try check(answered.json, schema, at: "\(method) \(operation.path) \(answered.status)")
    }

    /// Nil for a schema that is no reference, and for one that leads nowhere.
    package func schema(referredToBy schema: JSONValue) -> JSONValue? {
        let name = schema["$ref"]?.string?.split(separator: "/").last
        return name.flatMap { document["components"]?["schemas"]?[String($0)] }
    }

    /// Throws unless the value has the form; knows the part of JSON Schema that our document uses.
    package func check(_ value: JSONValue, _ schema: JSONValue, at place: String) throws {
        func fail(_ reason: String) -> Violation { Violation(description: "\(place): \(reason)") }
        if let reference = schema["$ref"]?.string {
            guard let target = self.schema(referredToBy: schema) else { throw fail("\(reference) leads nowhere") }
            return try check(value, target, at: place)
        }
        if let choices = schema["anyOf"]?.array {
            guard choices.contains(where: { (try? check(value, $0, at: place)) != nil }) else {
                throw fail("\(value) is none of \(choices)")
            }
            return
        }
        let types = schema["type"]?.string.map { [$0] } ?? schema["type"]?.array?.compactMap(\.string) ?? []
        guard types.contains(value.typeName) else { throw fail("\(value) is no \(types)") }
        if let words = schema["enum"]?.array, !words.contains(value) { throw fail("\(value) is none of \(words)") }
        if let minimum = schema["minimum"]?.integer, let number = value.integer, number < minimum { throw fail("\(number) < \(minimum)") }
        if let maximum = schema["maximum"]?.integer, let number = value.integer, number > maximum { throw fail("\(number) > \(maximum)") }
        if let length = schema["maxLength"]?.integer, let text = value.string, text.unicodeScalars.count > length { throw fail("too long") }
        if schema["format"]?.string == "date-time", let text = value.string {
            guard let time = Timestamp(text), time.description == text else { throw fail("\(text) is no time as promised") }
        }
        if let items = schema["items"], let values = value.array {
            for (index, item) in values.enumerated() { try check(item, items, at: "\(place)[\(index)]") }
        }
        if let members = value.object, let member = schema["additionalProperties"], member.object != nil {
            for (name, value) in members { try check(value, member, at: "\(place).\(name)") }
        }
        if let members = value.object, let properties = schema["properties"]?.object {
            for name in schema["required"]?.array?.compactMap(\.string) ?? [] where members[name] == nil {
                throw fail("\(name) is missing")
            }
            for (name, member) in members {
                guard let property = properties[name] else { throw fail("\(name) is not described") }
                try check(member, property, at: "\(place).\(name)")
            }
        }
    }
}

extension JSONValue {
    fileprivate var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
