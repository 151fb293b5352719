import Domain
import Foundation
import Testing

@testable import deskyard

@Suite("What is typed about tickets")
struct TicketNumbersTests {
    private func numbers(_ text: String) throws -> [Int64] { try TicketNumbers(parsing: text, from: "here").ids.map(\.value) }

    @Test(
        "Numbers stand between commas or white space of any kind, in the order in which they come, each once",
        arguments: ["1,2,3", "1 2 3", "1\n2\n3\n", "\r\n1,\r\n2,\r\n3\r\n", "\t1,,2 , 3,", "\u{FEFF}1\n2\n3", "1 2 1 3 2", "001 2 3"])
    func separators(text: String) throws {
        let found = try numbers(text)
        #expect(found == [1, 2, 3])
    }

    @Test(
        "What is no ticket's number is said, with its line",
        arguments: [
            ("1,x", "here: \"x\" is"), ("1\n2\n3;4\n", "here, line 3: \"3;4\" is"), ("-5", "here: \"-5\" is"), ("0", "here: \"0\" is"),
            ("+1", "here: \"+1\" is"), ("9223372036854775808", "is no ticket's number"), ("", "here: there is no"), (" ,\n", "there is no"),
            ("#7", "\"#7\" is"), ("1\u{A0}2", "is no ticket's number"),
        ])
    func mistakes(text: String, words: String) {
        let failure = #expect(throws: CommandFailure.self) { try numbers(text) }
        #expect(failure?.description.contains(words) == true, "\(failure?.description ?? "")")
    }

    @Test("A hundred thousand numbers are read, and not one more")
    func most() throws {
        let all = try numbers((1...100_000).map(String.init).joined(separator: "\n"))
        #expect(all.count == 100_000 && all.last == 100_000)
        let failure = #expect(throws: CommandFailure.self) { try numbers((1...100_001).map(String.init).joined(separator: ",")) }
        #expect(failure?.description.contains("100,001 tickets") == true)
    }

    @Test("A command to copy is quoted where a shell would see more than a word")
    func quoting() {
        let words = ["deskyard", "--search", "from:mailer-daemon", "--add-label", "it's $5", "--set-field", "key=", "--team", ""]
        #expect(
            "\(ShellCommand(words))"
                == "deskyard --search from:mailer-daemon --add-label 'it'\\''s $5' --set-field key= --team ''")
        #expect("\(ShellCommand(["#1", "~x", "a*b", "-status:spam", "über"]))" == "'#1' '~x' 'a*b' -status:spam über")
    }

    @Test("A field's value is what its form makes of the text")
    func fields() throws {
        let typed = try #require(TypedField(argument: "order_no=a=b"))
        #expect(typed.key.text == "order_no" && typed.value == "a=b")
        #expect(TypedField(argument: "order_no=")?.value.isEmpty == true)
        #expect(TypedField(argument: "order_no") == nil && TypedField(argument: "=x") == nil && TypedField(argument: "Order=x") == nil)
        #expect(FieldForm.boolean.value(typed: "true") == .boolean(true) && FieldForm.boolean.value(typed: "yes") == nil)
        #expect(FieldForm.number(minimum: nil, maximum: nil).value(typed: "1.5") == .number(1.5))
        #expect(FieldForm.number(minimum: nil, maximum: nil).value(typed: "many") == nil)
        #expect(FieldForm.multiChoice(["a", "b"]).value(typed: "a,b") == .choices(["a", "b"]))
        #expect(FieldForm.multiChoice(["a,b", "c"]).value(typed: "a,b") == .choices(["a,b"]))
    }

    @Test("A day is its beginning in UTC")
    func moments() {
        #expect(TypedMoment(argument: "2026-11-23")?.time == Timestamp("2026-11-23T00:00:00Z"))
        #expect(TypedMoment(argument: "2026-11-23T05:45:00+01:00")?.time == Timestamp("2026-11-23T04:45:00Z"))
        #expect(TypedMoment(argument: "yesterday") == nil && TypedMoment(argument: "2026-02-30") == nil)
    }
}
