import Foundation
import JSON
import Support
import Testing

@Suite("Reading JSON")
struct JSONParserTests {
    @Test(
        "What RFC 8259 allows is read",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("[]", .array([])), ("{}", .object([:])), ("-0", .integer(0)),
            ("1.5e3", .double(1500)),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .double(9_223_372_036_854_775_808)),
            (#""\u00e9\n\ud83d\udc18\/""#, .string("é\n🐘/")),
            (#"{"a":[1,{"b":null}]}"#, .object(["a": .array([.integer(1), .object(["b": .null])])])),
        ] as [(String, JSONValue)])
    func reads(text: String, value: JSONValue) throws {
        #expect(try JSONValue(parsing: text.utf8) == value)
    }

    @Test(
        "What it does not allow is refused, with the place",
        arguments: [
            "", " ", "tru", "nul", "+1", "01", "1.", ".5", "1e", "1e999", "--1", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "'a'",
            "\"a", "\"\\x\"",
            "\"\\u12\"", "\"\\ud800\"", "\"\\ud800\\u0041\"", "\"\\udc00\"", "\"\t\"", "[1]]", "1 2", "NaN", "Infinity", "\u{feff}1", "[",
            "{", "{\"a\":",
        ])
    func refuses(text: String) {
        #expect(throws: JSONFault.self) { try JSONValue(parsing: text.utf8) }
    }

    @Test("Bytes that are not UTF-8 are refused, also behind an escape")
    func encoding() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0x5C, 0x6E, 0xED, 0xA0, 0x80, 0x22], [0xFF]] {
            #expect(throws: JSONFault.self) { try JSONValue(parsing: bytes) }
        }
    }

    @Test("Sixty-four levels are read; more are refused, however many, without harm")
    func depth() throws {
        func nested(_ levels: Int) -> [UInt8] {
            Array(String(repeating: "[", count: levels).utf8) + Array(String(repeating: "]", count: levels).utf8)
        }
        #expect(try JSONValue(parsing: nested(64)).array != nil)
        for levels in [65, 511, 512, 513, 1_000_000] {
            #expect(throws: JSONFault(reason: "nested too deeply", offset: 64)) { try JSONValue(parsing: nested(levels)) }
        }
    }

    @Test("A million numbers are read whole")
    func long() throws {
        let text = "[" + String(repeating: "1,", count: 999_999) + "1]"
        #expect(try JSONValue(parsing: text.utf8).array?.count == 1_000_000)
    }

    @Test("Random damage to a document is refused or read as Foundation reads it, and never ends the process")
    func damage() {
        var generator = SeededGenerator(seed: 7)
        let document = Array(#"{"subject":"Grüße \"x\" \u00e9","n":[1,-2.5e3,true,null,{"a":{}}],"t":"\ud83d\udc18"}"#.utf8)
        for _ in 0..<5000 {
            var bytes = document
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                let index = Int.random(in: 0..<bytes.count, using: &generator)
                bytes[index] = UInt8.random(in: 0x20...0x7E, using: &generator)
            }
            let ours = try? JSONValue(parsing: bytes)
            let theirs = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            // Foundation takes more: lone surrogates, for one. What we take, it takes too.
            if ours != nil { #expect(theirs != nil, "\(String(decoding: bytes, as: UTF8.self))") }
        }
    }
}
