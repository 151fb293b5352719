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
            ("#1042 -#007", [.init(.number(ID(1042))), .init(.number(ID(7)), isNegated: true)]),
            ("kxqw-4821-ZTMB", [.init(.reference(TicketReference(unchecked: "KXQW-4821-ZTMB")))]),
            ("Ada@Example.org", [.init(.address(EmailAddress("ada@example.org")!))]),
            (" \u{3000}#1\n\t#2\u{A0}", [.init(.number(ID(1))), .init(.number(ID(2)))]),
        ] as [(String, [SearchQuery.Term])])
    func terms(_ text: String, _ terms: [SearchQuery.Term]) throws {
        let query = try SearchQuery(parsing: text)
        #expect(query.terms == terms)
        #expect(try SearchQuery(parsing: query.description) == query)
    }

    @Test(
        "What is not understood is refused, with the character where it stands",
        arguments: [
            ("refund", 1, "invalid", "full text"), ("#1 refund", 4, "invalid", "full text"), ("#1 -refund", 5, "invalid", "full text"),
            ("\"no paper\"", 1, "invalid", "full text"), ("-\"no paper\"", 2, "invalid", "full text"),
            ("#1 or #2", 4, "invalid", "all terms must hold"), ("#1 OR #2", 4, "invalid", "all terms must hold"),
            ("has:attachment", 1, "unknown", "there are status: agent:"), (":x", 1, "unknown", "nothing to search by"),
            ("#1 field.order_no:A-17", 4, "unknown", "nothing to search by"), ("https://example.org", 1, "unknown", "nothing to search by"),
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
            ("KXQW-4821-ZTM", 1, "invalid", "full text"), ("KXQW-48A1-ZTMB", 1, "invalid", "full text"),
            ("-", 1, "invalid", "right before"), ("#1 - #2", 4, "invalid", "right before"), ("--#2", 1, "invalid", "right before"),
            ("subject:\"no paper", 9, "invalid", "does not end"), (#"subject:"no paper\""#, 9, "invalid", "does not end"),
            ("subject:\"a\"b", 12, "invalid", "a space is missing"), ("subject:a\"b\"", 10, "invalid", "around a whole value"),
            ("sub\"ject\":a", 4, "invalid", "around a whole value"),
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
        #expect(try SearchQuery(parsing: long).terms.count == 1)
        #expect(Self.fault(long + "é")?.code == "too_long")
        #expect(Self.fault(long + "é")?.message.hasPrefix("at character 1001: ") == true)
        let many = Array(repeating: "#1", count: 50).joined(separator: " ")
        #expect(try SearchQuery(parsing: many + " ").terms.count == 50)
        #expect(Self.fault(many + " #1")?.code == "too_many")
        #expect(Self.fault(many + " #1")?.message.hasPrefix("at character 151: ") == true)
    }

    @Test(
        "Hidden tickets are asked for by naming their status, and not by ruling it out",
        arguments: [
            ("status:spam", true), ("status:pending,deleted", true), ("#1 status:deleted", true), ("status:spam -status:deleted", true),
            ("-status:spam", false), ("status:pending", false), ("#1", false), ("subject:spam label:deleted", false),
        ])
    func hidden(_ text: String, _ includesHidden: Bool) throws {
        let query = try SearchQuery(parsing: text)
        #expect(query.includesHidden == includesHidden)
        let search = try query.resolved(in: desk, caller: nil, at: at("2026-03-02T09:00:00Z"))
        #expect(search.includesHidden == includesHidden)
    }

    /// What is typed into a search, and what is not.
    private static let pieces = [
        " ", " ", " ", " ", "\"", "\"", "\" ", "\\", "-", ":", "#", "@", ",", ">", "<", "=", ".", "a", "é", "\u{301}", "\u{200D}", "🐘",
        "\n", "\u{3000}", "\0", "0", "17", "7d", "2026-01-01", "T10:00:00Z", "T10:00:00.120+02:00", "me", "none", "or", "spam", "pending",
        "high", "KXQW-4821-ZTMB", "ada@example.org",
    ]

    private static let beginnings = [
        "status:", "agent:", "team:", "department:", "label:", "priority:", "from:", "subject:", "created:>", "updated:<", "created:<=",
        "-from:\"", "subject:\"", "agent:\"", "#", "ada@example.org -", "KXQW-4821-ZTMB ",
    ]

    @Test("Whatever is typed gives a query or says where it is wrong, and what is printed of the query means the same and is no longer")
    func whateverIsTyped() throws {
        var chance = SeededGenerator(seed: 5)
        var understood = 0
        for number in 0..<20_000 {
            // Every other one begins as a search does, or hardly any would be one.
            var text = number.isMultiple(of: 2) ? (Self.beginnings.randomElement(using: &chance) ?? "") : ""
            for _ in 0..<Int.random(in: 1...(text.isEmpty ? 12 : 3), using: &chance) {
                text += Self.pieces.randomElement(using: &chance) ?? ""
            }
            do throws(Refusal) {
                let query = try SearchQuery(parsing: text)
                understood += 1
                let printed = query.description
                #expect(try SearchQuery(parsing: printed) == query, "\(text.debugDescription) as \(printed)")
                #expect(printed.unicodeScalars.count <= text.unicodeScalars.count, "\(text.debugDescription) as \(printed)")
                #expect(!query.terms.isEmpty)
            } catch {
                guard case .invalid(let faults) = error, faults.count == 1, faults[0].field == "search" else {
                    Issue.record("\(text.debugDescription): \(error)")
                    continue
                }
                if text.unicodeScalars.allSatisfy(\.properties.isWhitespace) {
                    #expect(faults[0].code == "required")
                } else {
                    let character = Int(faults[0].message.dropFirst("at character ".count).prefix { $0 != ":" }) ?? 0
                    #expect((1...text.unicodeScalars.count).contains(character), "\(text.debugDescription): \(faults[0].message)")
                }
            }
        }
        // Without enough of both it proves nothing.
        #expect((2000...18_000).contains(understood))
    }

    @Test("Every query is read from what is printed of it")
    func printedAndRead() throws {
        var chance = SeededGenerator(seed: 6)
        for _ in 0..<5000 {
            let query = SearchQuery((0..<Int.random(in: 1...5, using: &chance)).map { _ in .random(using: &chance) })
            #expect(try SearchQuery(parsing: query.description) == query, "\(query)")
        }
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

/// Nothing in it has a name.
private let desk = Configuration(
    departments: [], teams: [:], agents: [:], fields: [], reopenPolicy: ReopenPolicy(days: nil, late: .refuse),
    retention: Retention(spamDays: nil, deletedDays: nil))

extension SearchQuery.Term {
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        Self(.random(using: &chance), isNegated: Bool.random(using: &chance))
    }
}

extension SearchQuery.Criterion {
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        let text = text(using: &chance)
        switch Int.random(in: 0..<13, using: &chance) {
        case 0: return .status(Array(StatusName.all.shuffled(using: &chance).prefix(Int.random(in: 1...6, using: &chance))))
        case 1: return .mine
        case 2: return .agent(Bool.random(using: &chance) ? nil : named(text, using: &chance))
        case 3: return .team(Bool.random(using: &chance) ? nil : named(text, using: &chance))
        case 4: return .department(named(text, using: &chance))
        case 5: return .label(Label(text) ?? Label(unchecked: "late"))
        case 6: return .priority(Array(Priority.allCases.shuffled(using: &chance).prefix(Int.random(in: 1...4, using: &chance))))
        case 7: return .from(text)
        case 8: return .subject(text)
        case 9: return .number(ID(Int64.random(in: 0...Int64.max, using: &chance)))
        case 10: return .reference(.random(using: &chance))
        case 11: return .address(EmailAddress("a\(Int.random(in: 0...99, using: &chance))#'+@example.org")!)
        default:
            return .time(
                Bool.random(using: &chance) ? .created : .updated,
                SearchQuery.Comparison.allCases.randomElement(using: &chance) ?? .more, .random(using: &chance))
        }
    }

    private static func named<Entity>(_ text: String, using chance: inout SeededGenerator) -> SearchQuery.Named<Entity> {
        Bool.random(using: &chance) ? .number(ID(Int64.random(in: 0...999, using: &chance))) : .name(text)
    }

    private static func text(using chance: inout SeededGenerator) -> String {
        let pieces = ["me", "none", "7", "\"", "\\", "\\", " ", "a", "é", "\u{301}", ":", "-", "#", "@", "\n"]
        return (0..<Int.random(in: 1...6, using: &chance)).reduce(into: "") { text, _ in
            text += pieces.randomElement(using: &chance) ?? ""
        }
    }
}

extension SearchQuery.Moment {
    fileprivate static func random(using chance: inout SeededGenerator) -> Self {
        let milliseconds = Int64.random(in: Timestamp.writable, using: &chance)
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: return .day(Timestamp(milliseconds: milliseconds / 86_400_000 * 86_400_000))
        case 1: return .time(Timestamp(milliseconds: milliseconds))
        case 2: return .time(Timestamp(milliseconds: milliseconds / 10_000 * 10_000))
        default: return .age(Int.random(in: 0...5214, using: &chance), Unit.allCases.randomElement(using: &chance) ?? .days)
        }
    }
}
