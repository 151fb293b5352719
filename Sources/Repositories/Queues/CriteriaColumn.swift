import Domain
import JSON

/// A queue's criteria, as they are kept: in the form in which they were said.
enum CriteriaColumn {
    static func json(_ criteria: QueueCriteria) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.queueCriteria(criteria)
        return writer.text
    }

    static func criteria(_ json: String) throws -> QueueCriteria { try known(QueueCriteria(kept: JSONValue(parsing: json.utf8))) }
}

extension JSONWriter {
    /// As stored and as shown.
    package mutating func queueCriteria(_ criteria: QueueCriteria) {
        object { writer in
            writer.key("all")
            writer.array(criteria.all) { $0.queueCriterion($1) }
            writer.key("any")
            writer.array(criteria.any) { $0.queueCriterion($1) }
        }
    }

    private mutating func queueCriterion(_ criterion: QueueCriterion) {
        switch criterion {
        case .group(let group): queueCriteria(group)
        case .condition(let condition):
            object { writer in
                writer.key("field")
                writer.string(condition.field)
                writer.key("op")
                writer.string(condition.op)
                writer.key("value")
                writer.value(JSONValue(condition.value))
            }
        }
    }
}

extension JSONValue {
    fileprivate init(_ value: QueueValue) {
        self =
            switch value {
            case .nothing: .null
            case .text(let text): .string(text)
            case .integer(let number): .integer(number)
            case .number(let number): .double(number)
            case .flag(let flag): .bool(flag)
            case .list(let values): .array(values.map { JSONValue($0) })
            }
    }
}

extension QueueCriteria {
    /// What stands in the database was checked when it came in.
    fileprivate init?(kept json: JSONValue) {
        guard json.object != nil else { return nil }
        let all = (json["all"]?.array ?? []).map { QueueCriterion(kept: $0) }
        let any = (json["any"]?.array ?? []).map { QueueCriterion(kept: $0) }
        guard !all.contains(nil), !any.contains(nil) else { return nil }
        self.init(all: all.compactMap(\.self), any: any.compactMap(\.self))
    }
}

extension QueueCriterion {
    fileprivate init?(kept json: JSONValue) {
        if let field = json["field"]?.string, let op = json["op"]?.string {
            self = .condition(QueueCondition(field, op, QueueValue(json["value"] ?? .null)))
        } else if let group = QueueCriteria(kept: json) {
            self = .group(group)
        } else {
            return nil
        }
    }
}

extension QueueValue {
    /// Nothing in place of an object, which no condition takes.
    package init(_ json: JSONValue) {
        self =
            switch json {
            case .null, .object: .nothing
            case .string(let text): .text(text)
            case .integer(let number): .integer(number)
            case .double(let number): .number(number)
            case .bool(let flag): .flag(flag)
            case .array(let values): .list(values.map { QueueValue($0) })
            }
    }
}
