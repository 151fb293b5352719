import JSON
import Support
import Testing

@Suite("What is written as JSON")
struct JSONWriterTests {
    @Test("Whatever is written, Foundation reads back as the same")
    func roundTrip() throws {
        var generator = SeededGenerator(seed: 1)
        var longest = 0
        for tree in 1...500 {
            let value = randomValue(depth: 5, using: &generator)
            var writer = JSONWriter(capacity: 16)
            writer.value(value)
            let read = try JSONValue(parsing: writer.bytes)
            #expect(read == value, "tree \(tree): \(writer.text)")
            longest = max(longest, writer.bytes.count)
        }
        // Otherwise the trees were too small to prove anything.
        #expect(longest > 500)
    }

    @Test(
        "Quotes, backslashes and control characters are escaped, everything else stands for itself",
        arguments: [
            ("", "\"\""),
            ("plain", #""plain""#),
            (#"a"b"#, #""a\"b""#),
            ("\"", "\"\\\"\""),
            (#"a\b"#, #""a\\b""#),
            (#"\u0041"#, #""\\u0041""#),
            ("a/b</script>", #""a/b</script>""#),
            ("a\nb\rc\td", #""a\nb\rc\td""#),
            ("\r\n", #""\r\n""#),
            ("\u{0}", #""\u0000""#),
            ("\u{1}\u{8}\u{C}\u{1F}", #""\u0001\u0008\u000c\u001f""#),
            ("\u{7F}", "\"\u{7F}\""),
            ("é 漢 👩‍👩‍👧", #""é 漢 👩‍👩‍👧""#),
            ("\n\"end\"", "\"\\n\\\"end\\\"\""),
        ])
    func strings(_ value: String, _ json: String) throws {
        let text = written { $0.string(value) }
        #expect(text == json)
        let read = try JSONValue(parsing: text.utf8)
        #expect(read == .string(value))
    }

    @Test("Every ASCII character survives, alone and between others")
    func ascii() throws {
        for byte in UInt8(0)...127 {
            let character = String(Unicode.Scalar(byte))
            for value in [character, "a" + character + "b", character + character] {
                let read = try JSONValue(parsing: written { $0.string(value) }.utf8)
                #expect(read == .string(value), "character \(byte)")
            }
        }
    }

    @Test("Whole numbers are written with all their digits, up to the ends of their types")
    func numbers() {
        for value in [0, 1, -1, 9, 10, -10, 99, 100, 1_000_000, .min, .max] as [Int64] {
            let text = written { $0.number(value) }
            #expect(text == "\(value)")
        }
        let wide = written { $0.number(Int.min) }
        #expect(wide == "-9223372036854775808")
    }

    @Test(
        "The ends of 64 bits are read back as what they are, and not as their neighbours",
        arguments: [Int64.min, Int64.min + 1, Int64.max - 1, Int64.max])
    func numbersRead(_ value: Int64) throws {
        let read = try JSONValue(parsing: written { $0.number(value) }.utf8)
        #expect(read == .integer(value))
    }

    @Test("Fractions are read back to the last bit", arguments: [0.1, -0.5, 1.0 / 3.0, 1e-7, 123_456.789, 1e22, -1.5e300])
    func fractions(_ value: Double) throws {
        let read = try JSONValue(parsing: written { $0.value(.double(value)) }.utf8)
        #expect(read == .double(value))
    }

    @Test("Between members and between items there is one comma, in front of the first and behind the last none")
    func commas() {
        let text = written { writer in
            writer.object { writer in
                writer.key("a")
                writer.number(1)
                writer.key("list")
                writer.array([1, 2, 3]) { $0.number($1) }
                writer.key("none")
                writer.array([Int]()) { $0.number($1) }
                writer.key("empty")
                writer.object { _ in }
                writer.key("lists")
                writer.array([[1], [], [2, 3]]) { writer, row in writer.array(row) { $0.number($1) } }
                writer.key("objects")
                writer.array(["x", "y"]) { writer, name in
                    writer.object { writer in
                        writer.key("name")
                        writer.string(name)
                        writer.key("inner")
                        writer.object { writer in
                            writer.key("null")
                            writer.null()
                        }
                        writer.key("after")
                        writer.bool(true)
                    }
                }
                writer.key("text")
                writer.string("a,b")
                writer.key("time")
                writer.string(plain: Array("2026-11-23".utf8))
                writer.key("last")
                writer.bool(false)
            }
        }
        let expected =
            #"{"a":1,"list":[1,2,3],"none":[],"empty":{},"lists":[[1],[],[2,3]],"#
            + #""objects":[{"name":"x","inner":{"null":null},"after":true},{"name":"y","inner":{"null":null},"after":true}],"#
            + #""text":"a,b","time":"2026-11-23","last":false}"#
        #expect(text == expected)
    }

    @Test("Empty things stay empty, and things beside each other are told apart")
    func emptyAndSiblings() {
        let list = written { $0.value([[], [:], [[]], .null, "", 0, false]) }
        #expect(list == #"[[],{},[[]],null,"",0,false]"#)
        let object = written { $0.value([:]) }
        #expect(object == "{}")
        let array = written { $0.value([]) }
        #expect(array == "[]")
    }

    @Test("A name that comes from elsewhere is escaped like any text")
    func dynamicNames() {
        let text = written { writer in
            writer.object { writer in
                for name in ["a\"b", "c\nd", ""] {
                    writer.key(dynamic: name)
                    writer.number(1)
                }
            }
        }
        #expect(text == #"{"a\"b":1,"c\nd":1,"":1}"#)
    }

    @Test("The same object is always written the same, whatever order its members came in")
    func stable() {
        var members: [String: JSONValue] = [:]
        for name in ["z", "b", "a", "ab", "A"] { members[name] = .string(name) }
        let text = written { $0.value(.object(members)) }
        #expect(text == #"{"A":"A","a":"a","ab":"ab","b":"b","z":"z"}"#)
    }
}

private func written(_ body: (inout JSONWriter) -> Void) -> String {
    var writer = JSONWriter()
    body(&writer)
    return writer.text
}

// MARK: Random trees

private func randomValue(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &generator) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &generator))
    case 2: return .integer(randomInteger(using: &generator))
    case 3: return .double(randomFraction(using: &generator))
    case 4: return .string(randomText(using: &generator))
    case 5, 6:
        var values: [JSONValue] = []
        for _ in 0..<Int.random(in: 0...5, using: &generator) { values.append(randomValue(depth: depth - 1, using: &generator)) }
        return .array(values)
    default:
        var members: [String: JSONValue] = [:]
        for _ in 0..<Int.random(in: 0...5, using: &generator) {
            let name = randomText(using: &generator)
            members[name] = randomValue(depth: depth - 1, using: &generator)
        }
        return .object(members)
    }
}

private func randomInteger(using generator: inout SeededGenerator) -> Int64 {
    switch Int.random(in: 0..<4, using: &generator) {
    case 0:
        let ends: [Int64] = [0, 1, -1, .min, .max]
        return ends.randomElement(using: &generator) ?? 0
    case 1: return Int64.random(in: -1000...1000, using: &generator)
    default: return Int64.random(in: .min ... .max, using: &generator)
    }
}

/// A whole number is read back as an integer, which is right, but not equal: those are left out. So are numbers at the very ends of the
/// exponent, where readers of numbers differ.
private func randomFraction(using generator: inout SeededGenerator) -> Double {
    while true {
        let value = Double(bitPattern: generator.next())
        if (1e-300...1e300).contains(value.magnitude), Int64(exactly: value) == nil { return value }
    }
}

/// What is known to break writers and readers, strung together.
private func randomText(using generator: inout SeededGenerator) -> String {
    let pieces = [
        "\"", "\\", "/", "\n", "\r", "\t", "\r\n", "\u{0}", "\u{1}", "\u{8}", "\u{C}", "\u{1F}", "\u{7F}", "\u{85}", "\u{2028}",
        "\u{FEFF}", "\u{FFFD}", "\u{10FFFF}", "é", "e\u{301}", "\u{301}", "ß", "漢字", "👩‍👩‍👧", "🇦🇶", "\\u0041", "\\n", "</script>", "{", "}",
        "[", "]", ",", ":", " ", "a", "Z", "0", "null", "snake_case",
    ]
    var text = ""
    for _ in 0..<Int.random(in: 0...8, using: &generator) { text += pieces.randomElement(using: &generator) ?? "" }
    return text
}
