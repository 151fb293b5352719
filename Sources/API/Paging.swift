import Domain
import Foundation
import Hummingbird
import JSON

/// Reads a query and gathers every fault, parameters nobody asked for among them.
struct Query {
    private let values: [(name: String, value: String)]
    private var read: Set<String> = []
    private(set) var faults: [FieldFault] = []

    /// As forms are sent: a space may be a plus, which Hummingbird's own reading leaves a plus.
    init(_ request: Request) {
        let pairs = (request.uri.query ?? "").split(separator: "&")
        self.init(
            pairs.map { pair in
                let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { half in
                    let spaced = half.replacing("+", with: " ")
                    return spaced.removingPercentEncoding ?? String(spaced)
                }
                return (name: halves[0], value: halves.count > 1 ? halves[1] : "")
            })
    }

    init(_ values: [(name: String, value: String)]) { self.values = values }

    mutating func all(_ name: String) -> [String] {
        read.insert(name)
        return values.filter { $0.name == name }.map(\.value)
    }

    mutating func parse<Value>(_ name: String, _ rule: String, _ parse: (String) -> Value?) -> Value? {
        let given = all(name)
        guard let text = given.first else { return nil }
        guard given.count == 1, let value = parse(text) else {
            faults.append(FieldFault(name, "invalid", rule))
            return nil
        }
        return value
    }

    /// One that must be given.
    mutating func required<Value>(_ name: String, _ rule: String, _ parse: (String) -> Value?) -> Value? {
        guard all(name).isEmpty else { return self.parse(name, rule, parse) }
        faults.append(FieldFault(name, "required", "must be given"))
        return nil
    }

    /// Each once; asking for them is reading them.
    mutating func names(withPrefix prefix: String) -> [String] {
        let names = Set(values.map(\.name).filter { $0.hasPrefix(prefix) }).sorted()
        read.formUnion(names)
        return names
    }

    mutating func fault(_ name: String, _ rule: String) { faults.append(FieldFault(name, "invalid", rule)) }

    /// Adds what was found elsewhere, such as by a parser.
    mutating func add(_ more: [FieldFault]) { faults += more }

    mutating func limit() -> Int {
        parse("limit", "a whole number from 1 to 200") { Int($0).flatMap { (1...200).contains($0) ? $0 : nil } } ?? 50
    }

    mutating func finish() throws(Refusal) {
        for name in Set(values.map(\.name)).sorted() where !read.contains(name) {
            faults.append(FieldFault(name, "unknown", "there is no such parameter here"))
        }
        if !faults.isEmpty { throw .invalid(faults) }
    }
}

/// Where a page ended, as text that clients hand back and need not understand.
enum CursorText {
    static func make(_ parts: [String]) -> String {
        Data(parts.joined(separator: " ").utf8).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
            .replacing("=", with: "")
    }

    static func parts(_ text: String) -> [String]? {
        var base64 = text.replacing("-", with: "+").replacing("_", with: "/")
        while base64.utf8.count % 4 != 0 { base64 += "=" }
        guard let data = Data(base64Encoded: base64), let joined = String(data: data, encoding: .utf8) else { return nil }
        return joined.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
    }
}

extension TicketCursor {
    var text: String {
        let place =
            switch place {
            case .none: ""
            case .time(let time): String(time.milliseconds)
            case .urgency(let urgency): String(urgency.value)
            }
        return CursorText.make([order.text, place, id.description])
    }

    /// - Parameter wanted: the order it must have been given for; nil: whichever it was.
    init?(_ text: String, in wanted: TicketOrder?) {
        // Cursors are handed back by clients, who may hand back anything.
        guard let parts = CursorText.parts(text), parts.count == 3, let order = TicketOrder(parts[0]), wanted ?? order == order,
            let id = Int64(parts[2])
        else { return nil }
        let place: Place? =
            switch order.key {
            case .updatedAt, .createdAt:
                Int64(parts[1]).flatMap { Timestamp.writable.contains($0) ? .time(Timestamp(milliseconds: $0)) : nil }
            case .urgency: Int(parts[1]).flatMap { Urgency($0) }.map { .urgency($0) }
            case .id: parts[1].isEmpty ? Place.none : nil
            }
        guard let place else { return nil }
        self.init(order: order, place: place, id: ID(id))
    }
}

extension TicketOrder {
    /// `updated_at`, or `-updated_at` for the newest first.
    var text: String { (descending ? "-" : "") + key.rawValue }

    init?(_ text: String) {
        let descending = text.hasPrefix("-")
        guard let key = Key(rawValue: descending ? String(text.dropFirst()) : text) else { return nil }
        self.init(key, descending: descending)
    }
}

extension JSONWriter {
    /// `{"items": […], "next_cursor": …}`.
    mutating func page<Item, Cursor>(
        _ page: Page<Item, Cursor>, cursor: (Cursor) -> String, _ write: (inout JSONWriter, Item) -> Void
    ) {
        object { writer in
            writer.key("items")
            writer.array(page.items, write)
            writer.key("next_cursor")
            if let next = page.next { writer.string(cursor(next)) } else { writer.null() }
        }
    }
}
