/// A command to be copied into a shell.
struct ShellCommand: Equatable, CustomStringConvertible {
    let words: [String]

    init(_ words: [String]) { self.words = words }

    var description: String { words.map(Self.quoted).joined(separator: " ") }

    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
            case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="): true
            case UInt8(ascii: "@"), UInt8(ascii: ","), UInt8(ascii: "+"): true
            // A shell knows no other quotes outside ASCII.
            case 0x80...: true
            default: false
            }
        }
        return plain && !word.isEmpty ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}
