import Support
import Testing

@testable import Domain

@Suite("A search, as it is typed")
struct SearchQueryTests {
    @Test(
        "Each term is read as what it says",
        arguments: [
            ("status:pending", [.init(.status([.visible(.pending)]))]),
            ("Status:Spam,resolved,spam", [.init(.status([.hidden(.spam), .visible(.resolved)]))]),
            ("agent:me", [.init(.mine)]),
            ("agent:NONE -agent:none", [.init(.agent(nil)), .init(.agent(nil), isNegated: true)]),
            ("agent:7 agent:\"7\"", [.init(.agent(.number(ID(7)))), .init(.agent(.name("7")))]),
            ("agent:\"me\"", [.init(.agent(.name("me")))]),
            ("agent:ada@helpdesk.example", [.init(.agent(.name("ada@helpdesk.example")))]),
            ("team:none team:2", [.init(.team(nil)), .init(.team(.number(ID(2))))]),
            ("team:me", [.init(.team(.name("me")))]),
            ("team:\"Second line\"", [.init(.team(.name("Second line")))]),
            ("department:Sales department:3", [.init(.department(.name("Sales"))), .init(.department(.number(ID(3))))]),
            ("department:none", [.init(.department(.name("none")))]),
            ("label:billing -label:\" Late \"", [.init(.label(Label("billing")!)), .init(.label(Label("Late")!), isNegated: true)]),
            ("priority:high,URGENT", [.init(.priority([.high, .urgent]))]),
            ("from:mailer-daemon", [.init(.from("mailer-daemon"))]),
            ("from:a:b%_*", [.init(.from("a:b%_*"))]),
            ("from:-ada", [.init(.from("-ada"))]),
            (#"subject:"no \"paper\" in C:\temp\\""#, [.init(.subject(#"no "paper" in C:\temp\"#))]),
            (#"subject:C:\temp\"#, [.init(.subject(#"C:\temp\"#))]),
            ("created:>2026-01-01", [.init(.time(.created, .more, .day(at("2026-01-01T00:00:00Z"))))]),
            ("created:>=2026-01-01", [.init(.time(.created, .atLeast, .day(at("2026-01-01T00:00:00Z"))))]),
            ("updated:<2026-02-01T10:00:00Z", [.init(.time(.updated, .less, .time(at("2026-02-01T10:00:00Z"))))]),
            ("updated:<=2026-02-01T10:00:00.5+02:00", [.init(.time(.updated, .atMost, .time(at("2026-02-01T08:00:00.500Z"))))]),
            ("updated:<7d created:>36H", [.init(.time(.updated, .less, .age(7, .days))), .init(.time(.created, .more, .age(36, .hours)))]),
            ("-updated:>=2w", [.init(.time(.updated, .atLeast, .age(2, .weeks)), isNegated: true)]),
            ("created:>36500d", [.init(.time(.created, .more, .age(36_500, .days)))]),
            ("has:attachment -HAS:\"Attachment\"", [.init(.attachment), .init(.attachment, isNegated: true)]),
            ("field.order_no:A-17 -Field.B2:\"a b\"", [field("order_no", "A-17"), field("b2", "a b", isNegated: true)]),
            ("field.or:or field.a:b:c*", [field("or", "or"), field("a", "b:c*")]),
            ("#1042 -#007", [.init(.number(ID(1042))), .init(.number(ID(7)), isNegated: true)]),
            ("kxqw-4821-ZTMB", [.init(.reference(TicketReference(unchecked: "KXQW-4821-ZTMB")))]),
            ("Ada@Example.org", [.init(.address(EmailAddress("ada@example.org")!))]),
            (" \u{3000}#1\n\t#2\u{A0}", [.init(.number(ID(1))), .init(.number(ID(2)))]),
        ] as [(String, [SearchQuery.Term])])
    func terms(_ text: String, _ terms: [SearchQuery.Term]) throws {
        let query = try SearchQuery(parsing: text)
        #expect(query == SearchQuery(all: terms))
        #expect(try SearchQuery(parsing: query.description) == query)
    }

    @Test(
        "What is not understood is refused, with the character where it stands",
        arguments: [
            ("re*", 1, "invalid", "at least 3 letters or digits: too much begins"), ("#1 -c++*", 5, "invalid", "too much begins"),
            ("*", 1, "invalid", "too much begins"), ("a.b*", 1, "invalid", "too much begins"),
            ("...", 1, "invalid", "no letter and no digit"), ("refund & pay", 8, "invalid", "no letter and no digit"),
            ("🐘", 1, "invalid", "no letter and no digit"), ("->", 2, "invalid", "no letter and no digit"),
            ("\" - \"", 1, "invalid", "no letter and no digit"), ("\"\"", 1, "required", "between the quotes"),
            ("x “”", 3, "required", "between the quotes"), ("\"a\"*", 4, "invalid", "a space is missing"),
            ("“a”b", 4, "invalid", "a space is missing"), ("“no paper", 1, "invalid", "does not end"),
            ("\"no paper”", 1, "invalid", "does not end"), ("„no paper„", 1, "invalid", "does not end"),
            ("27”", 3, "invalid", "around a whole phrase"), ("12:\"30\"", 4, "invalid", "around a whole phrase"),
            ("colour:red", 1, "unknown", "there are status: agent:"), ("#1 -Re:refund", 5, "unknown", "field.<key>: (to search"),
            ("re:\"x\"", 1, "unknown", "put it in quotes"), ("x::y", 1, "unknown", "put it in quotes"), ("a:/b", 1, "unknown", "in quotes"),
            ("has:paper", 5, "invalid", "has:attachment"), ("has:", 1, "required", "after the colon"),
            ("field.:x", 1, "invalid", "a field's key"), ("#1 field.9:x", 4, "invalid", "a field's key"),
            ("field.a-b:x", 1, "invalid", "a field's key"), ("field.a: x", 1, "required", "after the colon"),
            ("status:", 1, "required", "after the colon"), ("#1 status: pending", 4, "required", "after the colon"),
            ("subject:\"\"", 9, "required", "between the quotes"),
            ("status:lost", 8, "invalid", "awaiting_agent, awaiting_user, pending, resolved, spam, deleted"),
            ("status:spam,", 8, "invalid", "one or more of"), ("priority:\"high, low\"", 10, "invalid", "low, normal, high, urgent"),
            ("agent:99999999999999999999", 7, "invalid", "too large"), ("label:a,b", 7, "invalid", "no comma"),
            ("label:\" \"", 7, "invalid", "1 to 60 characters"),
            ("created:2026-01-01", 9, "invalid", "such as"), ("created:>2026-02-30", 9, "invalid", "such as"),
            ("created:>", 9, "invalid", "such as"), ("created:<d", 9, "invalid", "such as"), ("created:<7", 9, "invalid", "such as"),
            ("created:<-7d", 9, "invalid", "such as"), ("created:<36501d", 9, "invalid", "such as"),
            ("created:<99999999999999999999w", 9, "invalid", "such as"), ("created:<5215w", 9, "invalid", "such as"),
            ("#", 1, "invalid", "a ticket's number"), ("#12a", 1, "invalid", "a ticket's number"),
            ("#99999999999999999999", 1, "invalid", "a ticket's number"), ("#-1", 1, "invalid", "a ticket's number"),
            ("@example.org", 1, "invalid", "no e-mail address"), ("#1 a@b@c", 4, "invalid", "no e-mail address"),
            ("İ@example.org", 1, "invalid", "no e-mail address"),
            ("ada@exam*le:", 1, "invalid", "no e-mail address"), ("#1*", 1, "invalid", "a ticket's number"),
            ("-", 1, "invalid", "right before"), ("#1 - #2", 4, "invalid", "right before"), ("--#2", 1, "invalid", "right before"),
            ("subject:\"no paper", 9, "invalid", "does not end"), (#"subject:"no paper\""#, 9, "invalid", "does not end"),
            ("subject:\"a\"b", 12, "invalid", "a space is missing"), ("subject:a\"b\"", 10, "invalid", "around a whole phrase or value"),
            ("sub\"ject\":a", 4, "invalid", "around a whole phrase or value"),
            // A combining mark belongs to the quote for readers, and hides nothing from us.
            ("subject:\"\u{301}a", 9, "invalid", "does not end"),
        ])
    func faults(_ text: String, _ character: Int, _ code: String, _ reason: String) throws {
        let fault = try #require(Self.fault(text))
        #expect(fault.field == "search")
        #expect(fault.code == code)
        #expect(fault.message.hasPrefix("at character \(character): "), "\(fault.message)")
        #expect(fault.message.contains(reason), "\(fault.message)")
    }

    @Test("A search for nothing is refused, because everything would match", arguments: ["", " ", "\n\t\u{3000}"])
    func nothing(_ text: String) {
        #expect(Self.fault(text)?.code == "required")
    }

    @Test("A NUL, which no text in the database has, is refused wherever it stands", arguments: [0, 5, 9, 11])
    func nul(_ place: Int) throws {
        var scalars = "#1 from:\"a\"".unicodeScalars
        scalars.insert("\0", at: scalars.index(scalars.startIndex, offsetBy: place))
        let fault = try #require(Self.fault(String(scalars)))
        #expect(fault.message.hasPrefix("at character \(place + 1): no text has"), "\(fault.message)")
    }

    @Test("A thousand characters and fifty terms are taken, and not one more")
    func limits() throws {
        let long = "subject:" + String(repeating: "é", count: 992)
        #expect(try SearchQuery(parsing: long).groups.count == 1)
        #expect(Self.fault(long + "é")?.code == "too_long")
        #expect(Self.fault(long + "é")?.message.hasPrefix("at character 1001: ") == true)
        let many = Array(repeating: "#1", count: 50).joined(separator: " ")
        #expect(try SearchQuery(parsing: many + " ").groups.count == 50)
        #expect(Self.fault(many + " #1")?.code == "too_many")
        #expect(Self.fault(many + " #1")?.message.hasPrefix("at character 151: ") == true)
        #expect(Self.fault(many + " or #1")?.code == "too_many")
        #expect(Self.fault(many + " or #1")?.message.hasPrefix("at character 154: ") == true)
    }

    static func fault(_ text: String) -> FieldFault? {
        do throws(Refusal) {
            _ = try SearchQuery(parsing: text)
            return nil
        } catch {
            guard case .invalid(let faults) = error, faults.count == 1 else { return nil }
            return faults[0]
        }
    }
}

private func at(_ text: String) -> Timestamp { Timestamp(text)! }

private func field(_ key: String, _ text: String, isNegated: Bool = false) -> SearchQuery.Term {
    SearchQuery.Term(.field(FieldKey(key)!, text), isNegated: isNegated)
}
