import JSON

/// A JSON schema, as far as OpenAPI 3.1 needs it here. Written beside each body, served in `/openapi.json`, and held against every answer
/// of the test suite.
indirect enum Schema: Sendable {
    case string(description: String? = nil, maximumLength: Int? = nil)
    case time
    case oneOf([String])
    case integer(minimum: Int? = nil, maximum: Int? = nil, description: String? = nil)
    case number(description: String? = nil)
    case boolean
    case nullable(Schema)
    case either([Schema])
    case array(Schema)
    case object([Property])
    case reference(String)
    /// An object with members of any name.
    case dictionary(Schema)
    /// What a custom field can have.
    case fieldValue
    /// What a property can change from and to.
    case scalar

    struct Property: Sendable {
        var name: String
        var schema: Schema
        var required: Bool
    }

    static func property(_ name: String, _ schema: Schema, required: Bool = true) -> Property {
        Property(name: name, schema: schema, required: required)
    }

    static func page(of item: Schema) -> Schema {
        .object([property("items", .array(item)), property("next_cursor", .nullable(.string()))])
    }

    var json: JSONValue {
        switch self {
        case .string(let description, let maximumLength):
            var schema: [String: JSONValue] = ["type": "string"]
            if let description { schema["description"] = .string(description) }
            if let maximumLength { schema["maxLength"] = .integer(Int64(maximumLength)) }
            return .object(schema)
        case .time: return ["type": "string", "format": "date-time"]
        case .oneOf(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
        case .integer(let minimum, let maximum, let description):
            var schema: [String: JSONValue] = ["type": "integer"]
            if let minimum { schema["minimum"] = .integer(Int64(minimum)) }
            if let maximum { schema["maximum"] = .integer(Int64(maximum)) }
            if let description { schema["description"] = .string(description) }
            return .object(schema)
        case .number(let description):
            // A whole number is a number, too.
            var schema: [String: JSONValue] = ["type": ["number", "integer"]]
            if let description { schema["description"] = .string(description) }
            return .object(schema)
        case .boolean: return ["type": "boolean"]
        case .nullable(let schema): return ["anyOf": [schema.json, ["type": "null"]]]
        case .either(let schemas): return ["anyOf": .array(schemas.map(\.json))]
        case .array(let item): return ["type": "array", "items": item.json]
        case .object(let properties):
            return [
                "type": "object",
                "properties": .object(Dictionary(properties.map { ($0.name, $0.schema.json) }) { $1 }),
                "required": .array(properties.filter(\.required).map { .string($0.name) }),
                "additionalProperties": false,
            ]
        case .reference(let name): return ["$ref": .string("#/components/schemas/\(name)")]
        case .dictionary(let member): return ["type": "object", "additionalProperties": member.json]
        case .fieldValue, .scalar: return ["type": ["string", "number", "integer", "boolean", "array", "null"]]
        }
    }
}
