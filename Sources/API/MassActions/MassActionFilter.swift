import Domain
import JSON

extension Fields {
    /// What a list of tickets takes in its query, as an object: turned into that query, so that what the values mean is said in one place.
    mutating func filter(_ rules: FieldRules) -> TicketFilter? {
        guard let value = value("filter"), !value.isNull else { return nil }
        guard let members = value.object else {
            fault("filter", "type", "must be an object")
            return nil
        }
        var parameters: [(name: String, value: String)] = []
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            let form = FilterForm(name)
            if let texts = form.texts(member) {
                parameters += texts.map { (name, $0) }
            } else {
                fault("filter.\(name)", "type", form.rule)
            }
        }
        var query = Query(parameters)
        let filter = TicketFilterQuery.filter(&query, rules)
        do { try query.finish() } catch {
            for wrong in query.faults { fault("filter.\(wrong.field)", wrong.code, wrong.message) }
        }
        return filter
    }
}

/// What a member of a filter can be in JSON. A query knows text only, and takes a missing value for no wish at all: here null must say what
/// it means, or somebody who meant nobody's tickets would get everybody's.
private enum FilterForm {
    case words, text, number, assignee, field, unknown

    init(_ name: String) {
        self =
            switch name {
            case "status": .words
            case "agent_id", "team_id": .assignee
            case "department_id", "user_id": .number
            case _ where name.hasPrefix("field."): .field
            case _ where TicketFilterQuery.parameters.contains { $0.name == name }: .text
            default: .unknown
            }
    }

    var rule: String {
        switch self {
        case .words: "a string, or a list of at least one"
        case .text, .unknown: "must be a string"
        case .number: "must be a whole number"
        case .assignee: "a number, none or null"
        case .field: "must be a string, a number, true or false"
        }
    }

    /// As in a query; nil when it is of another form.
    func texts(_ value: JSONValue) -> [String]? {
        switch (self, value) {
        // Named for what it is further on.
        case (.unknown, _): [""]
        case (.words, .array(let items)) where !items.isEmpty && items.allSatisfy { $0.string != nil }: items.compactMap(\.string)
        case (.words, .string(let text)), (.text, .string(let text)), (.field, .string(let text)): [text]
        case (.number, .integer(let number)), (.assignee, .integer(let number)), (.field, .integer(let number)): [String(number)]
        case (.assignee, .null), (.assignee, .string("none")): ["none"]
        case (.field, .double(let number)): [number.plainText]
        case (.field, .bool(let value)): [value ? "true" : "false"]
        default: nil
        }
    }
}
