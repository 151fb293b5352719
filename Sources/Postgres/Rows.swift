import CLibpq
import Glibc

/// The answer to one statement. Owns libpq's result and never changes, so it may be read from anywhere.
package final class Rows: @unchecked Sendable {
    private let result: OpaquePointer
    package let count: Int
    /// Rows the statement touched: inserted, updated, deleted or returned.
    package let affected: Int

    init(taking result: OpaquePointer) {
        self.result = result
        count = Int(PQntuples(result))
        affected = PQcmdTuples(result).flatMap { Int(String(cString: $0)) } ?? 0
    }

    deinit { PQclear(result) }

    /// What the server says it did: `INSERT 0 1`, `COMMIT`, …
    package var tag: String { String(cString: PQcmdStatus(result)) }

    package var first: Row? { count > 0 ? Row(rows: self, index: 0) : nil }

    /// Finds a column once, by its name, for all rows. Fails when the statement does not return it.
    package func column<Value>(_ name: String, as type: Value.Type = Value.self) throws(PostgresError) -> Column<Value> {
        let (index, type) = try find(name)
        return Column(name: name, index: index, type: type)
    }

    /// - Parameter near: where it probably is; libpq's own search folds the name's case and compares it with each column's.
    func find(_ name: String, near: Int32 = 0) throws(PostgresError) -> (index: Int32, type: UInt32) {
        let isThere = PQfname(result, near).map { strcmp($0, name) == 0 } ?? false
        let index = isThere ? near : PQfnumber(result, name)
        guard index >= 0 else { throw .decoding("the statement returns no column \(name)") }
        return (index, PQftype(result, index))
    }

    package subscript(index: Int) -> Row { Row(rows: self, index: Int32(index)) }

    package var isEmpty: Bool { count == 0 }

    /// Every row, translated.
    @inlinable
    package func map<Value>(_ body: (Row) throws -> Value) rethrows -> [Value] {
        var values: [Value] = []
        values.reserveCapacity(count)
        for index in 0..<count { values.append(try body(Row(rows: self, index: Int32(index)))) }
        return values
    }

    @usableFromInline
    func bytes(row: Int32, column: Int32) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result, row, column) == 0 else { return nil }
        return UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: Int(PQgetlength(result, row, column)))
    }
}

package struct Row {
    @usableFromInline let rows: Rows
    @usableFromInline let index: Int32

    @usableFromInline
    init(rows: Rows, index: Int32) {
        self.rows = rows
        self.index = index
    }

    /// For statements of one column and one row; everything else looks its columns up once, through `Rows.column`.
    package func value<Value: PostgresDecodable>(_ name: String, as type: Value.Type = Value.self) throws(PostgresError) -> Value {
        try rows.column(name, as: Value.self)(self)
    }
}

/// A column that was found by name and is read by position: `try subject(row)`.
///
/// Inlinable, because a page of tickets is read through it a thousand times: as unspecialised generics that took an eighth of a list's time.
package struct Column<Value> {
    @usableFromInline let name: String
    @usableFromInline let index: Int32
    @usableFromInline let type: UInt32

    init(name: String, index: Int32, type: UInt32) {
        self.name = name
        self.index = index
        self.type = type
    }

    @inlinable
    func decoded<Wrapped: PostgresDecodable>(_ row: Row, as: Wrapped.Type) throws(PostgresError) -> Wrapped? {
        guard let bytes = row.rows.bytes(row: row.index, column: index) else { return nil }
        guard let value = Wrapped(bytes, type: type) else {
            throw .decoding("column \(name) of type \(type) is no \(Wrapped.self)")
        }
        return value
    }
}

extension Column where Value: PostgresDecodable {
    @inlinable
    package func callAsFunction(_ row: Row) throws(PostgresError) -> Value {
        guard let value = try decoded(row, as: Value.self) else { throw .decoding("column \(name) is null") }
        return value
    }
}

extension Column {
    @inlinable
    package func callAsFunction<Wrapped: PostgresDecodable>(_ row: Row) throws(PostgresError) -> Wrapped? where Value == Wrapped? {
        try decoded(row, as: Wrapped.self)
    }
}

/// A type that can be read from the server's binary form; `nil` when the column's type is another.
package protocol PostgresDecodable {
    init?(_ bytes: UnsafeRawBufferPointer, type: UInt32)
}

extension Bool: PostgresDecodable {
    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.bool.rawValue, bytes.count == 1 else { return nil }
        self = bytes[0] != 0
    }
}

extension Int64: PostgresDecodable {
    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        switch PostgresType(rawValue: type) {
        case .bigint: self = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self))
        case .integer: self = Int64(Int32(bigEndian: bytes.loadUnaligned(as: Int32.self)))
        case .smallint: self = Int64(Int16(bigEndian: bytes.loadUnaligned(as: Int16.self)))
        // A timestamp is its microseconds since 1970.
        case .timestamp:
            // `infinity` and the far ends of the server's range do not fit.
            let (value, overflow) = Int64(bigEndian: bytes.loadUnaligned(as: Int64.self)).addingReportingOverflow(postgresEpoch)
            if overflow { return nil }
            self = value
        default: return nil
        }
    }
}

extension Int: PostgresDecodable {
    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type != PostgresType.timestamp.rawValue, let value = Int64(bytes, type: type) else { return nil }
        self = Int(value)
    }
}

extension Double: PostgresDecodable {
    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.double.rawValue else { return nil }
        self = Double(bitPattern: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)))
    }
}

extension String: PostgresDecodable {
    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        switch PostgresType(rawValue: type) {
        case .text, .varchar: self = String(decoding: bytes, as: UTF8.self)
        case .json: self = String(decoding: bytes.dropFirst(), as: UTF8.self)
        default: return nil
        }
    }
}

/// A `bytea`.
package struct Bytes: PostgresDecodable, Equatable, Sendable {
    package var bytes: [UInt8]

    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard type == PostgresType.bytes.rawValue else { return nil }
        self.bytes = Array(bytes)
    }
}

/// An array of one dimension without nulls.
extension Array: PostgresDecodable where Element: PostgresDecodable {
    package init?(_ bytes: UnsafeRawBufferPointer, type: UInt32) {
        guard bytes.count >= 12 else { return nil }
        func word(_ offset: Int) -> Int { Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self))) }
        let elementType = UInt32(truncatingIfNeeded: word(8))
        self = []
        guard word(0) > 0 else { return }
        guard word(0) == 1, bytes.count >= 20 else { return nil }
        var offset = 20
        for _ in 0..<word(12) {
            let length = word(offset)
            guard length >= 0,
                let element = Element(UnsafeRawBufferPointer(rebasing: bytes[(offset + 4)..<(offset + 4 + length)]), type: elementType)
            else { return nil }
            append(element)
            offset += 4 + length
        }
    }
}
