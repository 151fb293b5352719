import Domain
import JSON

/// Reads the members of a body and gathers every fault, so that a caller learns of all at once.
struct Fields {
    private let members: [String: JSONValue]
    private let prefix: String
    private var read: Set<String> = []
    private(set) var faults: [FieldFault] = []

    init(_ value: JSONValue, prefix: String = "") throws {
        guard let members = value.object else {
            if prefix.isEmpty { throw BadRequest(status: 400, detail: "The body must be a JSON object.") }
            throw Refusal.invalid([FieldFault(String(prefix.dropLast()), "type", "must be an object")])
        }
        self.members = members
        self.prefix = prefix
    }

    /// The member, unless it is missing.
    mutating func value(_ name: String) -> JSONValue? {
        read.insert(name)
        return members[name]
    }

    func has(_ name: String) -> Bool { members[name] != nil }

    mutating func fault(_ name: String, _ code: String, _ message: String) { faults.append(FieldFault(prefix + name, code, message)) }

    /// A text turned into a value of the domain; nil with a fault when it is none, nil without one when it is missing and may be.
    mutating func parse<Value>(_ name: String, required: Bool = false, _ rule: String, _ parse: (String) -> Value?) -> Value? {
        guard let value = value(name), !value.isNull else {
            if required { fault(name, "required", "must be given") }
            return nil
        }
        guard let text = value.string else {
            fault(name, "type", "must be a string")
            return nil
        }
        // PostgreSQL's text cannot hold it, and no honest client sends it.
        guard !text.utf8.contains(0), let parsed = parse(text) else {
            fault(name, "invalid", rule)
            return nil
        }
        return parsed
    }

    mutating func integer(_ name: String) -> Int64? {
        guard let value = value(name), !value.isNull else { return nil }
        guard let number = value.integer else {
            fault(name, "type", "must be a whole number")
            return nil
        }
        return number
    }

    mutating func oneOf<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _ type: Word.Type = Word.self) -> Word? {
        parse(name, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") { Word(rawValue: $0) }
    }

    /// Adds what was found elsewhere, such as in a nested object.
    mutating func add(_ more: [FieldFault]) { faults += more }

    /// Refuses with everything that was wrong, members nobody asked for among it: a misspelt field must not be ignored silently.
    mutating func finish() throws(Refusal) {
        for name in members.keys.sorted() where !read.contains(name) { fault(name, "unknown", "there is no such field here") }
        if !faults.isEmpty { throw .invalid(faults) }
    }
}
