import Support
import Testing

@testable import Domain

@Suite("A pattern for the text of a field")
struct PatternTests {
    @Test(
        "Each construct matches the whole texts it describes, and no others",
        arguments: [
            // Literals, and nothing at all.
            ("", [""], ["a", " "]),
            ("abc", ["abc"], ["", "ab", "abcd", "xabc", "ABC", "abc\n"]),
            ("Größe 漢字👩‍👩‍👧", ["Größe 漢字👩‍👩‍👧"], ["Grösse 漢字👩‍👩‍👧", "Größe 漢字👩"]),
            ("a-b, c_d=e", ["a-b, c_d=e"], ["ab, c_d=e"]),
            // A pattern compares scalars.
            ("\u{E9}", ["\u{E9}"], ["e\u{301}", "e"]),
            ("e\u{301}", ["e\u{301}"], ["\u{E9}"]),
            // Any scalar but line breaks.
            (
                ".", ["a", "é", "漢", "🐘", "\u{0}", "\t"],
                ["", "ab", "\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"]
            ),
            ("..", ["e\u{301}", "🇦🇶"], ["\u{E9}", "\r\n"]),
            ("a.c", ["abc", "a.c", "a c"], ["ac", "a\nc", "abbc"]),
            // Classes.
            ("[a-z0-9_]", ["a", "m", "z", "0", "9", "_"], ["", "A", "-", "`", "{", "/", ":", "é", "aa"]),
            ("[abc]", ["a", "b", "c"], ["d", "abc"]),
            ("[^a-c]", ["d", "A", "漢", "\n", "^"], ["", "a", "b", "c", "dd"]),
            ("[^^]", ["a"], ["^"]),
            ("[a^]", ["a", "^"], ["b"]),
            ("[-a]", ["-", "a"], ["b"]),
            ("[a-]", ["-", "a"], ["b"]),
            ("[^-a]", ["b"], ["-", "a"]),
            ("[-]", ["-"], ["a"]),
            ("[+--]", ["+", ",", "-"], ["*", "."]),
            ("[.*+?(){}|$]", [".", "*", "+", "?", "(", ")", "{", "}", "|", "$"], ["a", "\\", "^"]),
            (#"[\]\[\\\-\^]"#, ["]", "[", "\\", "-", "^"], ["a", "_"]),
            (#"[\+-\-]"#, ["+", ",", "-"], ["*", "\\"]),
            ("[c-fa-db]", ["a", "b", "c", "d", "e", "f"], ["g", "`"]),
            ("[a-zc-d]", ["a", "c", "d", "e", "z"], ["`", "{"]),
            ("[а-я]", ["а", "ж", "я"], ["a", "Ж"]),
            ("[\u{10FFFE}-\u{10FFFF}\u{0}]", ["\u{10FFFF}", "\u{0}"], ["\u{1}", "\u{10FFFD}"]),
            ("[^\u{10FFFF}\u{0}]", ["\u{10FFFE}", "\u{1}"], ["\u{10FFFF}", "\u{0}"]),
            ("[^\u{0}-\u{10FFFE}]", ["\u{10FFFF}"], ["\u{10FFFE}", "\u{0}"]),
            // Short names of classes know ASCII only.
            (#"\d"#, ["0", "5", "9"], ["", "a", "/", ":", "٣", "５"]),
            (#"\D"#, ["a", "/", ":", "٣"], ["", "0", "9"]),
            (#"\w"#, ["a", "z", "A", "Z", "0", "9", "_"], ["-", "é", "@", "[", "`", "{"]),
            (#"\W"#, ["-", "é", "@", "[", "`", "{", "\n"], ["a", "Z", "0", "_"]),
            (#"\s"#, [" ", "\t", "\n", "\u{B}", "\u{C}", "\r"], ["a", "\u{A0}", "\u{8}", "\u{E}", "\u{2003}", "\r\n"]),
            (#"\S"#, ["a", "\u{A0}", "\u{2003}"], [" ", "\t", "\r"]),
            (#"[\d.-]"#, ["0", ".", "-"], ["a", "\\", "d"]),
            (#"[^\d\s]"#, ["a", "_"], ["0", " "]),
            (#"[\D]"#, ["a"], ["1"]),
            (#"[\W\d]"#, ["-", "7"], ["a", "_"]),
            (#"[^\W_]"#, ["a", "Z", "0"], ["_", "-", "é"]),
            (#"[\s\S]"#, ["a", "\n", "🐘"], ["", "ab"]),
            (#"[^\s\S]"#, [], ["a", "\n", "🐘", ""]),
            // Escaped punctuation is itself.
            (#"\.\*\+\?\(\)\[\]\{\}\|\^\$\\"#, [#".*+?()[]{}|^$\"#], ["", #"\.\*\+\?\(\)\[\]\{\}\|\^\$\\"#]),
            (##"\-\/\#\ \_\~"##, ["-/# _~"], ["-/#_~"]),
            (#"a\$"#, ["a$"], ["a"]),
            // Groups and alternatives.
            ("(ab)", ["ab"], ["", "a", "(ab)"]),
            ("(?:ab)c", ["abc"], ["ab", "?:abc"]),
            ("()", [""], ["a"]),
            ("a()b", ["ab"], ["a", "b"]),
            ("a|bc", ["a", "bc"], ["", "b", "abc", "ac", "a|bc"]),
            ("a(b|c)d", ["abd", "acd"], ["ad", "abcd"]),
            ("a|b|c|d", ["a", "b", "c", "d"], ["", "ab", "e"]),
            ("|a", ["", "a"], ["aa", "|a"]),
            ("a||b", ["", "a", "b"], ["ab"]),
            ("a(|b)", ["a", "ab"], ["b", "abb"]),
            ("((a|b)(c|d)|e)f", ["acf", "bdf", "ef"], ["af", "acef", "f"]),
            // Repetition.
            ("a*", ["", "a", "aaaa"], ["b", "ab", "ba"]),
            ("a+", ["a", "aaaa"], ["", "b", "aab"]),
            ("a?", ["", "a"], ["aa", "b"]),
            ("ab*", ["a", "abbb"], ["", "abab", "aab"]),
            ("(ab)*", ["", "ab", "ababab"], ["a", "aba", "abb"]),
            ("(ab)+", ["ab", "abab"], ["", "aba"]),
            ("(ab)?c", ["c", "abc"], ["ac", "ababc"]),
            ("(a|b)*c", ["c", "abbac"], ["", "abba", "acb"]),
            (".*", ["", "anything at all"], ["two\nlines"]),
            ("a{0}", [""], ["a"]),
            ("a{3}", ["aaa"], ["", "aa", "aaaa"]),
            ("a{2,}", ["aa", "aaaaaa"], ["", "a", "aab"]),
            ("a{0,}", ["", "aaa"], ["b"]),
            ("a{1,3}", ["a", "aa", "aaa"], ["", "aaaa"]),
            ("a{0,2}b", ["b", "ab", "aab"], ["aaab", ""]),
            ("a{0,0}", [""], ["a"]),
            ("a{02,003}", ["aa", "aaa"], ["a", "aaaa"]),
            ("(a|bc){2}", ["aa", "abc", "bca", "bcbc"], ["a", "bc", "aaa"]),
            ("(ab?){2,3}", ["aa", "aba", "aab", "ababab"], ["a", "ab", "abb", "abababa"]),
            ("[ab]{2}", ["aa", "ab", "ba", "bb"], ["a", "aaa"]),
            (#"\d{2}:\d{2}"#, ["05:45"], ["5:45", "05:4"]),
            ("(a*)*", ["", "aaa"], ["b"]),
            ("(a*)+", ["", "aaa"], ["b"]),
            ("(a?){3}", ["", "a", "aaa"], ["aaaa"]),
            ("(|a)+b", ["b", "aab"], ["a"]),
            ("a{2}{3}", ["aaaaaa"], ["aa", "aaa", "aaaaa", "aaaaaaa"]),
            ("a+{2}", ["aa", "aaaaa"], ["", "a"]),
            // Anchors say what is so anyway.
            ("^abc$", ["abc"], ["^abc$", "ab", "abc\n"]),
            ("^abc", ["abc"], ["abcd"]),
            ("abc$", ["abc"], ["xabc"]),
            ("^$", [""], ["a", "^$"]),
            ("^", [""], ["^"]),
            ("$", [""], ["$"]),
            ("^a|b$", ["a", "b"], ["ab", "ax", "xb"]),
            // What an admin writes.
            (#"[A-Z]-\d{1,6}"#, ["A-1", "Z-123456"], ["a-1", "A-", "A-1234567", "A1", "AB-1", "A-1 "]),
            (#"(?:\+49|0)[1-9]\d{1,4}[ /-]?\d{3,8}"#, ["0301234567", "+4930 1234567", "089/123456"], ["030", "+490301234567", "1234567"]),
            ("(INV|CRN)-20[0-9]{2}-[0-9a-f]{8}", ["INV-2026-00ff12ab"], ["INV-1926-00ff12ab", "INV-2026-00FF12AB"]),
        ] as [(String, [String], [String])])
    func constructs(_ text: String, _ matching: [String], _ others: [String]) throws {
        let pattern = try Pattern(text)
        for candidate in matching { #expect(pattern.matches(candidate), "\(text) should match \(candidate.debugDescription)") }
        for candidate in others { #expect(!pattern.matches(candidate), "\(text) should not match \(candidate.debugDescription)") }
    }

    @Test("A pattern is equal to one of the same text, scalar by scalar, and keeps its text")
    func equality() throws {
        #expect(try Pattern("a|b") == Pattern("a|b"))
        #expect(try Pattern("a|b") != Pattern("[ab]"))
        #expect(try Pattern("\u{E9}") != Pattern("e\u{301}"))
        #expect(try Pattern(#"^[A-Z]-\d{1,6}$"#).text == #"^[A-Z]-\d{1,6}$"#)
    }

    // MARK: Refusals

    @Test(
        "What is not known, or could be meant in two ways, is refused at its place",
        arguments: [
            // Nothing to repeat.
            ("*a", 0, "nothing before it to repeat"), ("+", 0, "nothing before it"), ("?", 0, "nothing before it"),
            ("{2}", 0, #"write \{"#), ("a|*", 2, "nothing before it"), ("(+a)", 1, "nothing before it"), ("^*", 1, "nothing before it"),
            ("(?:*)", 3, "nothing before it"),
            // Counts.
            ("a{", 1, "a count is {n}"), ("a{}", 1, "a count is {n}"), ("a{,3}", 1, "a count is {n}"), ("a{2", 1, "a count is {n}"),
            ("a{2,", 1, "a count is {n}"), ("a{2,3", 1, "a count is {n}"), ("a{x}", 1, #"write \{"#), ("a{2;3}", 1, "a count is {n}"),
            ("a{ 2}", 1, "a count is {n}"), ("a{-1}", 1, "a count is {n}"), ("a{٣}", 1, "a count is {n}"),
            ("ab{3,2}", 2, "less than the first"),
            ("a{2001}", 1, "more than 2000"), ("a{0,2001}", 1, "more than 2000"), ("(){99999999999999999999999999}", 2, "more than 2000"),
            // Lazy, possessive, doubled.
            ("a*?", 2, "lazy"), ("a+?", 2, "lazy"), ("a??", 2, "lazy"), ("xa{2}?", 5, "lazy"), ("a{2}{3}?", 7, "lazy"),
            ("a*+", 2, "possessive"), ("a++", 2, "possessive"), ("a?+", 2, "possessive"), ("a{2,}+", 5, "possessive"),
            ("a**", 2, "repeated already"), ("a{2}*", 4, "repeated already"),
            // Anchors in the middle.
            ("a^", 1, "very first"), ("^^", 1, "very first"), ("(^a)", 1, "very first"), ("a|^b", 2, "very first"),
            ("$a", 0, "very last"), ("a$b", 1, "very last"), ("(a$)", 2, "very last"), ("a$|b", 1, "very last"), ("a$$", 1, "very last"),
            ("a$*", 1, "very last"),
            // Brackets.
            ("(a", 0, "a group does not end"), ("x((a)", 1, "a group does not end"), ("(?:a", 0, "a group does not end"),
            ("(a$", 0, "a group does not end"), ("a)", 1, "a ) without its ("), (")", 0, #"write \)"#), ("(a))b", 3, "a ) without its ("),
            ("a]", 1, "a ] without its ["), ("a}", 1, "a } without its {"), ("a{2}}", 4, "a } without its {"),
            // Groups that do more than group.
            ("a(?=b)", 1, "only (?:…)"), ("(?!b)", 0, "only (?:…)"), ("(?<=b)", 0, "only (?:…)"), ("(?<!b)", 0, "only (?:…)"),
            ("(?<name>b)", 0, "only (?:…)"), ("(?P<name>b)", 0, "only (?:…)"), ("(?i)a", 0, "only (?:…)"), ("(?>a)", 0, "only (?:…)"),
            ("(?#a)", 0, "only (?:…)"), ("(?", 0, "only (?:…)"), ("(*FAIL)", 1, "nothing before it"),
            // Escapes.
            (#"(a)\1"#, 3, "references"), (#"\9"#, 0, "references"), (#"a\b"#, 1, "unknown escape"), (#"\B"#, 0, "unknown escape"),
            (#"\A"#, 0, "unknown escape"), (#"\z"#, 0, "unknown escape"), (#"\n"#, 0, "unknown escape"), (#"\0"#, 0, "unknown escape"),
            (#"\x41"#, 0, "unknown escape"), (#"\u0041"#, 0, "unknown escape"), (#"\p{L}"#, 0, "unknown escape"),
            (#"\k<a>"#, 0, "unknown escape"), (#"\Q"#, 0, "unknown escape"), (#"[a\b]"#, 2, "unknown escape"), (#"[\1]"#, 1, "references"),
            (#"é\é"#, 1, "only punctuation"), ("\\\n", 0, "only punctuation"), (#"ab\"#, 2, "nothing follows"),
            (#"[\"#, 1, "nothing follows"),
            // Classes.
            ("a[b", 1, "a class does not end"), ("[", 0, #"write \["#), ("[^", 0, "a class does not end"),
            ("[a-", 0, "a class does not end"),
            (#"[a\]"#, 0, "a class does not end"), ("[]", 0, "a class is empty"), ("[^]", 0, "a class is empty"),
            ("[]a]", 0, #"write \]"#), ("[z-a]", 1, "backwards"), ("[ab-aA-Z]", 2, "backwards"), ("[a-Z]", 1, "backwards"),
            (#"[\d-z]"#, 1, "from one character"), (#"[a-\d]"#, 1, "from one character"), (#"[\w-.]"#, 1, #"write \-"#),
            ("[a-c-e]", 4, "no range"), (#"[a\d--]"#, 2, "from one character"), ("[[:alpha:]]", 1, "classes in classes"),
            ("[a[b]]", 2, "classes in classes"), ("[a-[b]]", 3, "classes in classes"),
            // Offsets count scalars, not bytes or characters.
            ("👩‍👩‍👧e\u{301}\r\n*?", 10, "lazy"),
        ] as [(String, Int, String)])
    func refusals(_ text: String, _ offset: Int, _ reason: String) {
        let fault = #expect(throws: PatternFault.self) { try Pattern(text) }
        #expect(fault?.offset == offset, "\(text): \(String(describing: fault))")
        #expect(fault?.reason.contains(reason) == true, "\(text): \(String(describing: fault))")
    }

    @Test("Two hundred scalars are a pattern; more are not, however many")
    func longTexts() throws {
        let longest = String(repeating: "é", count: 200)
        #expect(try Pattern(longest).matches(longest))
        for length in [201, 1_000_000] {
            let fault = #expect(throws: PatternFault.self) { try Pattern(String(repeating: "é", count: length)) }
            #expect(fault?.offset == 200)
        }
        // A hundred characters, but two hundred and two scalars.
        #expect(throws: PatternFault.self) { try Pattern(String(repeating: "e\u{301}", count: 101)) }
    }

    @Test("Twenty groups in each other are read; twenty-one are refused at the last")
    func deepGroups() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "(", count: levels) + "a" + String(repeating: ")", count: levels)
        }
        #expect(try Pattern(nested(20)).matches("a"))
        for levels in [21, 99] {
            let fault = #expect(throws: PatternFault.self) { try Pattern(nested(levels)) }
            #expect(fault?.offset == 20)
            #expect(fault?.reason.contains("20 groups") == true)
        }
        // Beside each other they do not count.
        #expect(try Pattern(String(repeating: "(a)", count: 60)).matches(String(repeating: "a", count: 60)))
    }

    @Test(
        "A program has two thousand instructions at most, the last of which is the end",
        arguments: [
            ("a{1999}", 2000), ("a{0,999}", 1999), ("a{1998,}", 2000), ("a{999}b{1000}", 2000), ("(a{1997})*", 2000), ("(a{1998})+", 2000),
            ("(a{998}|b{999})", 2000), ("((a{10}){10}){19}", 1901), ("(){2000}", 1), ("(a{1999}){0}", 1),
        ])
    func largestPrograms(_ text: String, _ instructions: Int) throws {
        #expect(try Pattern(text).program.instructions.count == instructions)
    }

    @Test(
        "A program that would be larger is refused before it is written, where it grows too large",
        arguments: [
            ("a{2000}", 1), ("a{0,1000}", 1), ("a{1999,}", 1), ("a{999}b{1001}", 6), ("(a{1998})*", 9), ("(a{1999})+", 9),
            ("b(a{999}|b{999})", 2),
            ("((a{10}){10}){20}", 13), ("a{1,30}{1,30}{1,30}", 13), ("((((a{2000}){2000}){2000}){2000}){2000}", 5),
            ("a{1000}|a{1000}|a{1000}|a{1000}", 0), ("(|){2000}{2000}", 3), ("(a*){1000}", 4),
        ])
    func tooLargePrograms(_ text: String, _ offset: Int) {
        let fault = #expect(throws: PatternFault.self) { try Pattern(text) }
        #expect(fault?.offset == offset)
        #expect(fault?.reason.contains("2000 parts") == true)
    }

    @Test("Counts around nothing are nothing, and cost nothing")
    func repeatedNothing() throws {
        // Written out, the innermost group would be there 2000 to the power of 20 times.
        let text = String(repeating: "(", count: 20) + String(repeating: "){2000}", count: 20)
        let pattern = try Pattern(text)
        #expect(pattern.program.instructions == [.match])
        #expect(pattern.matches(""))
        #expect(!pattern.matches("a"))
    }

    // MARK: Time

    @Test(
        "Patterns that ruin other engines look at each instruction once per scalar at most",
        arguments: [
            ("(a+)+$", "!", false), ("(a+)+$", "", true), ("(a|a)*b", "", false), ("(a|a)*b", "b", true), ("(a*)*b", "", false),
            ("(a*)*b", "b", true), ("(a|aa)+$", "!", false), ("(.*)(.*)(.*)(.*)(.*)(.*)b", "", false), ("(a?){40}a{40}", "", false),
            ("a{1,30}{1,30}", "", false), ("(a{1,30}){1,30}", "", false), ("((a{0,30})*){0,30}b", "", false), ("(a{0,9}){99,}b", "b", true),
            (".*(a{0,30}){31}b", "b", true),
            ("((((((((((a*)*)*)*)*)*)*)*)*)*)*b", "", false), ("(((a|a?)+|a*)*|(a+)+)*", "!", false), ("(|a|a?|(a*)+)*", "", true),
            (#"([\w.a-f]|[^b]|\S)*b"#, "b", true),
        ])
    func catastrophes(_ text: String, _ ending: String, _ matches: Bool) throws {
        let pattern = try Pattern(text)
        let candidate = String(repeating: "a", count: 5000) + ending
        let outcome = pattern.program.run(on: candidate)
        #expect(outcome.matches == matches)
        #expect(outcome.steps <= pattern.program.instructions.count * (candidate.unicodeScalars.count + 1))
        #expect(pattern.program.instructions.count <= Pattern.longestProgram)
    }

    @Test("Once a text cannot match any more, no further instruction is looked at")
    func givesUp() throws {
        let outcome = try Pattern("ab*").program.run(on: "ac" + String(repeating: "b", count: 5000))
        #expect(!outcome.matches)
        #expect(outcome.steps < 10)
    }

    // MARK: Against something slow and plain

    @Test("Random patterns match exactly the texts of the language that their parts spell out")
    func languages() throws {
        var generator = SeededGenerator(seed: 11)
        let texts = PlainPattern.allTexts
        var matched = 0
        var refused = 0
        for _ in 0..<3000 {
            let plain = PlainPattern.random(depth: 4, using: &generator)
            let text = plain.written(using: &generator)
            // The few that random nesting makes too long or too large.
            guard let pattern = try? Pattern(text) else {
                refused += 1
                continue
            }
            let language = plain.language
            matched += language.count
            for candidate in texts {
                let outcome = pattern.program.run(on: candidate)
                #expect(outcome.matches == language.contains(candidate), "\(text) on \(candidate)")
                #expect(outcome.steps <= pattern.program.instructions.count * (candidate.utf8.count + 1), "\(text) on \(candidate)")
            }
        }
        // Otherwise the patterns were too plain to prove anything.
        #expect(refused < 300)
        #expect(matched > 3000 * texts.count / 20)
        #expect(matched < 3000 * texts.count / 2)
    }

    @Test("Any text at all is read or refused at a place within it, and what is read keeps to its limits")
    func anyText() {
        let pieces =
            #"a b é - ^ $ . * + ? | ( ) [ ] { } , 0 9 \ (?: (?= [^ [a-z] {2} {2,} {0,9} {1000} {9999} \d \W \. \b"#
            .split(separator: " ").map(String.init) + ["\n", "\r\n", "\u{0}", "\u{301}", "👩‍👩‍👧"]
        var generator = SeededGenerator(seed: 12)
        var read = 0
        for _ in 0..<5000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...12, using: &generator) { text += pieces.randomElement(using: &generator) ?? "" }
            do throws(PatternFault) {
                let pattern = try Pattern(text)
                read += 1
                let count = pattern.program.instructions.count
                #expect(count <= Pattern.longestProgram, "\(text)")
                #expect(pattern.program.run(on: text).steps <= count * (text.unicodeScalars.count + 1), "\(text)")
            } catch {
                #expect((0..<max(1, text.unicodeScalars.count)).contains(error.offset), "\(text): \(error)")
                #expect(!error.reason.isEmpty, "\(text)")
            }
        }
        #expect(read > 500)
    }
}

/// Patterns over a and b by their meaning: the set of all texts of up to six letters that each matches, built from the sets of its parts.
private indirect enum PlainPattern {
    case letters(String)
    case nothing
    case sequence(PlainPattern, PlainPattern)
    case either(PlainPattern, PlainPattern)
    case repeated(PlainPattern, least: Int, most: Int?)

    static let longest = 6

    static var allTexts: [String] { PlainPattern.repeated(.letters("ab"), least: 0, most: longest).language.sorted() }

    var language: Set<String> {
        switch self {
        case .letters(let letters): return Set(letters.map { String($0) })
        case .nothing: return [""]
        case .sequence(let one, let other): return Self.joined(one.language, other.language)
        case .either(let one, let other): return one.language.union(other.language)
        case .repeated(let body, let least, let most):
            let once = body.language
            var power: Set<String> = [""]
            var all: Set<String> = []
            // Above the least, six letters have no room for more than six copies that are not empty.
            for count in 0...(most ?? least + Self.longest) {
                if count >= least { all.formUnion(power) }
                power = Self.joined(power, once)
            }
            return all
        }
    }

    private static func joined(_ heads: Set<String>, _ tails: Set<String>) -> Set<String> {
        var all: Set<String> = []
        for head in heads {
            for tail in tails where head.utf8.count + tail.utf8.count <= longest { all.insert(head + tail) }
        }
        return all
    }

    static func random(depth: Int, using generator: inout SeededGenerator) -> PlainPattern {
        func part() -> PlainPattern { random(depth: depth - 1, using: &generator) }
        switch Int.random(in: 0..<(depth > 0 ? 10 : 3), using: &generator) {
        case 0: return .letters(Int.random(in: 0..<8, using: &generator) == 0 ? "" : "ab")
        case 1: return Int.random(in: 0..<4, using: &generator) == 0 ? .nothing : .letters("a")
        case 2: return .letters("b")
        case 3, 4, 5: return .sequence(part(), part())
        case 6, 7: return .either(part(), part())
        default:
            let least = Int.random(in: 0...2, using: &generator)
            let most = Bool.random(using: &generator) ? nil : least + Int.random(in: 0...2, using: &generator)
            return .repeated(part(), least: least, most: most)
        }
    }

    /// One of the ways to write it, with anchors or without.
    func written(using generator: inout SeededGenerator) -> String {
        let anchors = [("", ""), ("^", ""), ("", "$"), ("^", "$")].randomElement(using: &generator) ?? ("", "")
        return anchors.0 + alternatives(using: &generator) + anchors.1
    }

    private func alternatives(using generator: inout SeededGenerator) -> String {
        guard case .either(let one, let other) = self else { return sequence(using: &generator) }
        return one.alternatives(using: &generator) + "|" + other.alternatives(using: &generator)
    }

    private func sequence(using generator: inout SeededGenerator) -> String {
        switch self {
        case .sequence(let one, let other): return one.sequence(using: &generator) + other.sequence(using: &generator)
        case .repeated(let body, let least, let most):
            return body.atom(using: &generator) + Self.quantifier(least, most, using: &generator)
        case .nothing: return ""
        default: return atom(using: &generator)
        }
    }

    private func atom(using generator: inout SeededGenerator) -> String {
        guard case .letters(let letters) = self else {
            return (Bool.random(using: &generator) ? "(" : "(?:") + alternatives(using: &generator) + ")"
        }
        let ways =
            switch letters {
            case "a": ["a", "a", "a", "[a]", "[^b]", "[^b-z]"]
            case "b": ["b", "b", "b", "[b]", "[^a]", #"[^\Wa]"#]
            case "ab": [".", "[ab]", "[a-b]", #"\w"#, #"\D"#, "[^c]", "(a|b)"]
            default: [#"\d"#, "[c-z]", "[^ab]", #"\W"#]
            }
        return ways.randomElement(using: &generator) ?? ""
    }

    private static func quantifier(_ least: Int, _ most: Int?, using generator: inout SeededGenerator) -> String {
        let short: String? =
            switch (least, most) {
            case (0, nil): "*"
            case (1, nil): "+"
            case (0, 1): "?"
            default: nil
            }
        if let short, Int.random(in: 0..<4, using: &generator) > 0 { return short }
        if let most { return most == least && Bool.random(using: &generator) ? "{\(least)}" : "{\(least),\(most)}" }
        return "{\(least),}"
    }
}
