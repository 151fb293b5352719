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

    mutating func boolean(_ name: String) -> Bool? {
        guard let value = value(name), !value.isNull else { return nil }
        guard case .bool(let truth) = value else {
            fault(name, "type", "must be true or false")
            return nil
        }
        return truth
    }

    mutating func number(_ name: String) -> Double? {
        guard let value = value(name), !value.isNull else { return nil }
        switch value {
        case .integer(let number): return Double(number)
        case .double(let number) where number.isFinite: return number
        default:
            fault(name, "type", "must be a number")
            return nil
        }
    }

    /// A name that is shown to people. It may be left out, but not emptied.
    mutating func name(_ name: String = "name", required: Bool = false) -> String? {
        parse(name, required: required || has(name), "1 to 200 characters on one line") { personName($0) }
    }

    mutating func id<Entity>(_ name: String, of type: Entity.Type = Entity.self) -> ID<Entity>? {
        guard let number = integer(name) else { return nil }
        guard number > 0 else {
            fault(name, "invalid", "must be a number above 0")
            return nil
        }
        return ID(number)
    }

    /// A member that may be set to nothing: `.some(nil)` for null, nil when it is missing or wrong.
    mutating func idOrNull<Entity>(_ name: String, of type: Entity.Type = Entity.self) -> ID<Entity>?? {
        guard has(name) else { return nil }
        if value(name)?.isNull == true { return .some(nil) }
        return id(name, of: type).map { .some($0) }
    }

    /// A list without doubles; nil when it is missing or wrong.
    mutating func list<Item: Hashable>(_ name: String, atMost most: Int = 1000, _ rule: String, _ parse: (JSONValue) -> Item?) -> [Item]? {
        guard let value = value(name), !value.isNull else { return nil }
        guard let items = value.array else {
            fault(name, "type", "must be a list")
            return nil
        }
        guard items.count <= most else {
            fault(name, "too_long", "at most \(most)")
            return nil
        }
        var parsed: [Item] = []
        for (index, item) in items.enumerated() {
            guard let one = parse(item) else {
                fault("\(name)[\(index)]", "invalid", rule)
                continue
            }
            if !parsed.contains(one) { parsed.append(one) }
        }
        return parsed.count == items.count || faults.isEmpty ? parsed : nil
    }

    mutating func ids<Entity>(_ name: String, of type: Entity.Type = Entity.self) -> [ID<Entity>]? {
        list(name, "a number above 0") { value in value.integer.flatMap { $0 > 0 ? ID($0) : nil } }
    }

    mutating func words<Word: RawRepresentable<String> & CaseIterable & Hashable>(_ name: String, _ type: Word.Type = Word.self) -> Set<
        Word
    >? {
        list(name, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") { $0.string.flatMap(Word.init) }.map { Set($0) }
    }

    mutating func oneOf<Word: RawRepresentable<String> & CaseIterable>(_ name: String, _ type: Word.Type = Word.self) -> Word? {
        parse(name, "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") { Word(rawValue: $0) }
    }

    /// An object in the body; what is wrong in it is named by its path.
    mutating func object<Value>(_ name: String, _ read: (inout Fields) -> Value?) -> Value? {
        guard let value = value(name), !value.isNull else { return nil }
        return nested(value, at: name, read)
    }

    /// A list of objects; nil when it is missing or something in it is wrong.
    mutating func objects<Item>(_ name: String, atMost most: Int, _ read: (inout Fields) -> Item?) -> [Item]? {
        guard let value = value(name), !value.isNull else { return nil }
        guard let items = value.array else {
            fault(name, "type", "must be a list")
            return nil
        }
        guard items.count <= most else {
            fault(name, "too_long", "at most \(most)")
            return nil
        }
        let parsed = items.enumerated().map { nested($0.element, at: "\(name)[\($0.offset)]", read) }
        return parsed.contains { $0 == nil } ? nil : parsed.compactMap(\.self)
    }

    private mutating func nested<Value>(_ value: JSONValue, at path: String, _ read: (inout Fields) -> Value?) -> Value? {
        guard value.object != nil, var inner = try? Fields(value, prefix: prefix + path + ".") else {
            fault(path, "type", "must be an object")
            return nil
        }
        let result = read(&inner)
        do { try inner.finish() } catch { faults += inner.faults }
        return inner.faults.isEmpty ? result : nil
    }

    /// Whether something was found wrong with this member.
    func isFaulty(_ name: String) -> Bool { faults.contains { $0.field == prefix + name } }

    /// Adds what was found elsewhere, such as by a service.
    mutating func add(_ more: [FieldFault]) { faults += more }

    /// Refuses with everything that was wrong, members nobody asked for among it: a misspelt field must not be ignored silently.
    mutating func finish() throws(Refusal) {
        for name in members.keys.sorted() where !read.contains(name) { fault(name, "unknown", "there is no such field here") }
        if !faults.isEmpty { throw .invalid(faults) }
    }
}
