/// A value for `$1`, `$2`, …, always sent in binary and with its type, so that the server never guesses.
///
/// A null keeps its type: `.text(nil)` is not `.bigint(nil)`. Arrays are for bulk writes: `insert … select * from unnest($1, $2)`.
package enum Bind: Sendable, Equatable {
    case bool(Bool?)
    case integer(Int32?)
    case bigint(Int64?)
    case double(Double?)
    case text(String?)
    case bytes([UInt8]?)
    /// JSON text, stored as `jsonb`.
    case json(String?)
    /// `timestamptz`, in microseconds since 1970-01-01T00:00:00Z.
    case timestamp(Int64?)
    case bigints([Int64?])
    case texts([String?])
    /// `timestamptz[]`, in microseconds since 1970-01-01T00:00:00Z.
    case timestamps([Int64?])

    /// Object id of the type, from `pg_type.dat`; these are part of the protocol and do not change.
    package var type: PostgresType {
        switch self {
        case .bool: .bool
        case .integer: .integer
        case .bigint: .bigint
        case .double: .double
        case .text: .text
        case .bytes: .bytes
        case .json: .json
        case .timestamp: .timestamp
        case .bigints: .bigints
        case .texts: .texts
        case .timestamps: .timestamps
        }
    }

    /// Appends the binary form and answers whether there was one (false: null).
    func write(to buffer: inout [UInt8]) -> Bool {
        switch self {
        case .bool(let value): return value.write(to: &buffer) { $1.append($0 ? 1 : 0) }
        case .integer(let value): return value.write(to: &buffer) { $1.append(bigEndian: $0) }
        case .bigint(let value): return value.write(to: &buffer) { $1.append(bigEndian: $0) }
        case .double(let value): return value.write(to: &buffer) { $1.append(bigEndian: $0.bitPattern) }
        case .text(let value): return value.write(to: &buffer) { $1.append(contentsOf: $0.utf8) }
        case .bytes(let value): return value.write(to: &buffer) { $1.append(contentsOf: $0) }
        case .json(let value):
            return value.write(to: &buffer) {
                $1.append(jsonbVersion)
                $1.append(contentsOf: $0.utf8)
            }
        case .timestamp(let value): return value.write(to: &buffer) { $1.append(bigEndian: $0 &- postgresEpoch) }
        case .bigints(let values):
            buffer.append(array: values, of: .bigint) { $1.append(bigEndian: $0) }
        case .texts(let values):
            buffer.append(array: values, of: .text) { $1.append(contentsOf: $0.utf8) }
        case .timestamps(let values):
            buffer.append(array: values, of: .timestamp) { $1.append(bigEndian: $0 &- postgresEpoch) }
        }
        return true
    }
}

package enum PostgresType: UInt32, Sendable {
    case bool = 16
    case bytes = 17
    case bigint = 20
    case smallint = 21
    case integer = 23
    case text = 25
    case double = 701
    case varchar = 1043
    case timestamp = 1184
    case json = 3802
    case bigints = 1016
    case texts = 1009
    case timestamps = 1185
}

/// 2000-01-01T00:00:00Z, where the server's binary timestamps start, in microseconds since 1970.
let postgresEpoch: Int64 = 946_684_800_000_000

/// The first byte of a binary `jsonb`.
let jsonbVersion: UInt8 = 1

extension Optional {
    fileprivate func write(to buffer: inout [UInt8], _ body: (Wrapped, inout [UInt8]) -> Void) -> Bool {
        guard let value = self else { return false }
        body(value, &buffer)
        return true
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// One dimension, lower bound 1, each element with its length in front (-1: null), as `array_recv` reads it.
    fileprivate mutating func append<Item>(
        array values: [Item?], of type: PostgresType, _ element: (Item, inout [UInt8]) -> Void
    ) {
        append(bigEndian: Int32(values.isEmpty ? 0 : 1))
        append(bigEndian: Int32(values.contains { $0 == nil } ? 1 : 0))
        append(bigEndian: type.rawValue)
        guard !values.isEmpty else { return }
        append(bigEndian: Int32(values.count))
        append(bigEndian: Int32(1))
        for value in values {
            guard let value else {
                append(bigEndian: Int32(-1))
                continue
            }
            let start = count
            append(bigEndian: Int32(0))
            element(value, &self)
            let length = Int32(count - start - 4).bigEndian
            Swift.withUnsafeBytes(of: length) { bytes in
                for offset in 0..<4 { self[start + offset] = bytes[offset] }
            }
        }
    }
}
