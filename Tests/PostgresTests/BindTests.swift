import Support
import Testing

@testable import Postgres

@Suite("The binary form of values")
struct BindTests {
    @Test(
        "Every value is sent with the object id that pg_type.dat gives its type, null or not",
        arguments: [
            (Bind.bool(true), 16), (.bool(nil), 16),
            (.bytes([1]), 17), (.bytes(nil), 17),
            (.bigint(1), 20), (.bigint(nil), 20),
            (.integer(1), 23), (.integer(nil), 23),
            (.text("a"), 25), (.text(nil), 25),
            (.texts(["a"]), 1009), (.texts([]), 1009),
            (.bigints([1]), 1016), (.bigints([]), 1016),
            (.timestamp(1), 1184), (.timestamp(nil), 1184),
            (.timestamps([1]), 1185), (.timestamps([]), 1185),
            (.json("{}"), 3802), (.json(nil), 3802),
        ] as [(Bind, UInt32)])
    func types(_ bind: Bind, _ objectID: UInt32) {
        #expect(bind.type.rawValue == objectID)
    }

    @Test(
        "Numbers go out with their highest byte first, texts as UTF-8, jsonb behind its version, times in microseconds since 2000",
        arguments: [
            (Bind.bool(true), [1]),
            (.bool(false), [0]),
            (.integer(1), [0, 0, 0, 1]),
            (.integer(-2), [255, 255, 255, 254]),
            (.integer(Int32.max), [127, 255, 255, 255]),
            (.bigint(1), [0, 0, 0, 0, 0, 0, 0, 1]),
            (.bigint(0x0102_0304_0506_0708), [1, 2, 3, 4, 5, 6, 7, 8]),
            (.bigint(-1), [255, 255, 255, 255, 255, 255, 255, 255]),
            (.bigint(Int64.min), [128, 0, 0, 0, 0, 0, 0, 0]),
            (.text("aé"), [0x61, 0xC3, 0xA9]),
            (.text(""), []),
            (.bytes([0, 255, 92]), [0, 255, 92]),
            (.bytes([]), []),
            (.json("{}"), [1, 0x7B, 0x7D]),
            (.timestamp(946_684_800_000_000), [0, 0, 0, 0, 0, 0, 0, 0]),
            (.timestamp(946_684_800_000_001), [0, 0, 0, 0, 0, 0, 0, 1]),
            (.timestamp(0), [255, 252, 162, 254, 196, 200, 32, 0]),
            (.timestamp(1_795_412_700_123_000), [0, 3, 3, 233, 220, 255, 111, 120]),
        ] as [(Bind, [UInt8])])
    func scalars(_ bind: Bind, _ bytes: [UInt8]) {
        #expect(binary(bind) == bytes)
    }

    @Test(
        "A null has no bytes, which is not the same as none",
        arguments: [Bind.bool(nil), .integer(nil), .bigint(nil), .text(nil), .bytes(nil), .json(nil), .timestamp(nil)])
    func nulls(_ bind: Bind) {
        var buffer: [UInt8] = [9]
        let isPresent = bind.write(to: &buffer)
        #expect(!isPresent)
        #expect(buffer == [9])
    }

    @Test("An array has one dimension from 1 on; each item comes behind its length, a null has the length -1")
    func arrays() {
        // Dimensions, whether there is a null, object id of the items, number of items, number of the first one.
        var bigints = words(1, 1, 20, 2, 1)
        bigints += words(8) + [0, 0, 0, 0, 0, 0, 1, 2]
        bigints += words(-1)
        #expect(binary(.bigints([258, nil])) == bigints)

        var texts = words(1, 0, 25, 3, 1)
        texts += words(3) + [0x61, 0xC3, 0xA9]
        texts += words(0)
        texts += words(1) + [0x62]
        #expect(binary(.texts(["aé", "", "b"])) == texts)

        var timestamps = words(1, 0, 1184, 1, 1)
        timestamps += words(8) + [0, 0, 0, 0, 0, 0, 0, 0]
        #expect(binary(.timestamps([946_684_800_000_000])) == timestamps)
    }

    @Test("An empty array has no dimension, but still the type of its items")
    func emptyArrays() {
        #expect(binary(.bigints([])) == words(0, 0, 20))
        #expect(binary(.texts([])) == words(0, 0, 25))
        #expect(binary(.timestamps([])) == words(0, 0, 1184))
    }

    @Test("What is in the buffer already stays as it is")
    func appends() {
        for bind in [Bind.bigint(7), .text("seven"), .json("7"), .timestamp(7), .texts(["se", nil, "ven"]), .bigints([7, 7])] {
            var buffer: [UInt8] = [200, 201, 202]
            let isPresent = bind.write(to: &buffer)
            #expect(isPresent)
            let before = Array(buffer.prefix(3))
            let appended = Array(buffer.dropFirst(3))
            #expect(before == [200, 201, 202], "\(bind)")
            #expect(appended == binary(bind), "\(bind)")
        }
    }
}

@Suite("Values there and back")
struct BindReadingTests {
    @Test("What goes out as a number or a time comes back as the same")
    func numbers() {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<1000 {
            let value = Int64.random(in: .min ... .max, using: &generator)
            let small = Int32(truncatingIfNeeded: value)
            // From 4713 BC on, as far as the server keeps times and 64 bits since 1970 hold them.
            let time = Int64.random(in: -210_866_803_200_000_000...9_223_371_331_199_999_999, using: &generator)
            let valueBack: Int64? = read(.bigint(value))
            let smallBack: Int64? = read(.integer(small))
            let timeBack: Int64? = read(.timestamp(time))
            #expect(valueBack == value)
            #expect(smallBack == Int64(small))
            #expect(timeBack == time)
        }
    }

    @Test("What goes out as text, bytes or a truth comes back as the same")
    func texts() {
        for text in ["", "plain", "é 漢 👩‍👩‍👧", "line\nline", "'; drop table tickets; --"] {
            let textBack: String? = read(.text(text))
            let jsonBack: String? = read(.json(text))
            #expect(textBack == text)
            #expect(jsonBack == text)
        }
        for truth in [true, false] {
            let truthBack: Bool? = read(.bool(truth))
            #expect(truthBack == truth)
        }
        let bytes: [UInt8] = [0, 1, 254, 255]
        let bytesBack: Bytes? = read(.bytes(bytes))
        #expect(bytesBack?.bytes == bytes)
    }

    @Test("What goes out as an array comes back as the same, whatever its length")
    func arrays() {
        var generator = SeededGenerator(seed: 5)
        for count in 0..<100 {
            let numbers = (0..<count).map { _ in Int64.random(in: .min ... .max, using: &generator) }
            let texts = (0..<count).map { _ in String(repeating: "é", count: Int.random(in: 0...20, using: &generator)) }
            let times = (0..<count).map { _ in Int64.random(in: 0...4_000_000_000_000_000, using: &generator) }
            let numbersBack: [Int64]? = read(.bigints(numbers))
            let textsBack: [String]? = read(.texts(texts))
            let timesBack: [Int64]? = read(.timestamps(times))
            #expect(numbersBack == numbers)
            #expect(textsBack == texts)
            #expect(timesBack == times)
        }
    }

    @Test("A value is not read as another type, nor an array with a null in it as one without")
    func mismatches() {
        let textAsNumber: Int64? = read(.text("12345678"))
        let numberAsText: String? = read(.bigint(1))
        let numberAsTruth: Bool? = read(.integer(1))
        let timeAsNumber: Int? = read(.timestamp(1))
        let textAsBytes: Bytes? = read(.text("a"))
        let textsAsNumbers: [Int64]? = read(.texts(["12345678"]))
        let withNull: [Int64]? = read(.bigints([1, nil, 3]))
        #expect(textAsNumber == nil)
        #expect(numberAsText == nil)
        #expect(numberAsTruth == nil)
        #expect(timeAsNumber == nil)
        #expect(textAsBytes == nil)
        #expect(textsAsNumbers == nil)
        #expect(withNull == nil)
    }

    private func read<Value: PostgresDecodable>(_ bind: Bind) -> Value? {
        guard let bytes = binary(bind) else { return nil }
        return bytes.withUnsafeBytes { Value($0, type: bind.type.rawValue) }
    }
}

@Suite("The values of a statement, as libpq wants them")
struct ParameterBufferTests {
    @Test("Each value has its type, its bytes and the binary format; a null has no address, an empty text has one")
    func layout() {
        var buffer = ParameterBuffer()
        let binds: [Bind] = [.bigint(1), .text(""), .text(nil), .text("aé"), .bigints([])]
        buffer.fill(binds)
        let expected = binds.map { binary($0) }
        #expect(types(of: buffer) == [20, 25, 25, 25, 1016])
        #expect(values(of: buffer) == expected)
        #expect(formats(of: buffer) == [1, 1, 1, 1, 1])
    }

    @Test("Filled again, nothing of the statement before is left")
    func reused() {
        var buffer = ParameterBuffer()
        buffer.fill([.text("a long text that takes some room"), .bigint(1), .bigint(2)])
        buffer.fill([.text(nil), .text("b")])
        #expect(types(of: buffer) == [25, 25])
        let expected: [[UInt8]?] = [nil, [0x62]]
        #expect(values(of: buffer) == expected)
        buffer.fill([])
        #expect(types(of: buffer).isEmpty)
        #expect(values(of: buffer).isEmpty)
    }

    @Test("One single empty text is not null")
    func emptyText() {
        var buffer = ParameterBuffer()
        buffer.fill([.text("")])
        let expected: [[UInt8]?] = [[]]
        #expect(values(of: buffer) == expected)
    }

    private func types(of buffer: ParameterBuffer) -> [UInt32] {
        buffer.withTypes { count, types in (0..<Int(count)).compactMap { types?[$0] } }
    }

    /// Nil for SQL null.
    private func values(of buffer: ParameterBuffer) -> [[UInt8]?] {
        buffer.withValues { count, values, lengths, _ in
            (0..<Int(count)).map { index -> [UInt8]? in
                guard let value = values?[index], let length = lengths?[index] else { return nil }
                return Array(UnsafeRawBufferPointer(start: value, count: Int(length)))
            }
        }
    }

    private func formats(of buffer: ParameterBuffer) -> [Int32] {
        buffer.withValues { count, _, _, formats in (0..<Int(count)).compactMap { formats?[$0] } }
    }
}

/// Nil for SQL null.
private func binary(_ bind: Bind) -> [UInt8]? {
    var buffer: [UInt8] = []
    return bind.write(to: &buffer) ? buffer : nil
}

/// Four bytes for each, the highest first.
private func words(_ values: Int32...) -> [UInt8] {
    var bytes: [UInt8] = []
    for value in values {
        let bits = UInt32(bitPattern: value)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return bytes
}
