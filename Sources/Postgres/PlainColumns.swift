import CLibpq

// Columns for the rows that are read by the thousand. They are what `Column` is, but of one type each: looking up the metadata of generic
// ones took a third of the time of a list of tickets.

/// A `text`.
package struct TextColumn {
    private let name: String
    private let index: Int32

    init(name: String, index: Int32, type: PostgresType?) throws(PostgresError) {
        guard type == .text || type == .varchar || type == .json else { throw .decoding("column \(name) is no text") }
        self.name = name
        self.index = index
        isJSON = type == .json
    }

    private let isJSON: Bool

    package func callAsFunction(_ row: Row) throws(PostgresError) -> String {
        guard let text = optional(row) else { throw .decoding("column \(name) is null") }
        return text
    }

    package func optional(_ row: Row) -> String? {
        guard let bytes = row.rows.bytes(row: row.index, column: index) else { return nil }
        return String(decoding: isJSON ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst()) : bytes, as: UTF8.self)
    }
}

/// A whole number, or a time in microseconds since 1970.
package struct NumberColumn {
    private let name: String
    private let index: Int32
    private let type: PostgresType

    init(name: String, index: Int32, type: PostgresType?) throws(PostgresError) {
        switch type {
        case .bigint?, .integer?, .smallint?, .timestamp?: self.type = type!
        default: throw .decoding("column \(name) is no number")
        }
        self.name = name
        self.index = index
    }

    package func callAsFunction(_ row: Row) throws(PostgresError) -> Int64 {
        guard let number = try optional(row) else { throw .decoding("column \(name) is null") }
        return number
    }

    package func optional(_ row: Row) throws(PostgresError) -> Int64? {
        guard let bytes = row.rows.bytes(row: row.index, column: index) else { return nil }
        guard let number = Int64(bytes, type: type.rawValue) else { throw .decoding("column \(name) does not fit") }
        return number
    }
}

/// A `text[]` without nulls.
package struct TextsColumn {
    private let name: String
    private let index: Int32

    init(name: String, index: Int32, type: PostgresType?) throws(PostgresError) {
        guard type == .texts else { throw .decoding("column \(name) is no list of texts") }
        self.name = name
        self.index = index
    }

    package func callAsFunction(_ row: Row) throws(PostgresError) -> [String] {
        guard let bytes = row.rows.bytes(row: row.index, column: index) else { throw .decoding("column \(name) is null") }
        // Nearly always empty.
        if bytes.count == 12 { return [] }
        guard let texts = [String](bytes, type: PostgresType.texts.rawValue) else { throw .decoding("column \(name) is no list") }
        return texts
    }
}

/// Hands out a statement's columns in the order in which it names them.
package struct PlainColumns {
    private let rows: Rows
    private var next: Int32 = 0

    package init(_ rows: Rows) { self.rows = rows }

    package mutating func text(_ name: String) throws(PostgresError) -> TextColumn {
        let (index, type) = try find(name)
        return try TextColumn(name: name, index: index, type: type)
    }

    package mutating func number(_ name: String) throws(PostgresError) -> NumberColumn {
        let (index, type) = try find(name)
        return try NumberColumn(name: name, index: index, type: type)
    }

    package mutating func texts(_ name: String) throws(PostgresError) -> TextsColumn {
        let (index, type) = try find(name)
        return try TextsColumn(name: name, index: index, type: type)
    }

    private mutating func find(_ name: String) throws(PostgresError) -> (Int32, PostgresType?) {
        let (index, type) = try rows.find(name, near: next)
        next = index + 1
        return (index, PostgresType(rawValue: type))
    }
}
