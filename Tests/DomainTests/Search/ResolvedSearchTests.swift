import Support
import Testing

@testable import Domain

@Suite("A search in a helpdesk, for somebody, at a moment")
struct ResolvedSearchTests {
    private let now = Timestamp("2026-03-02T09:00:00Z")!
    private let configuration = Configuration(
        departments: [
            Department(id: ID(1), name: "Support", createdAt: Timestamp(milliseconds: 0)),
            Department(id: ID(2), name: "Über uns", createdAt: Timestamp(milliseconds: 0)),
        ], teams: [ID(1): "Second line", ID(2): "second line", ID(3): "7"],
        agents: [ID(1): "Ada", ID(2): "Bob", ID(3): "Bob", ID(4): "me", ID(5): "eve@helpdesk.example"],
        fields: [
            ResolvedSearchTests.field(1, "order_no", .text(maximumLength: nil, pattern: nil)),
            ResolvedSearchTests.field(2, "pages", .number(minimum: nil, maximum: nil)), ResolvedSearchTests.field(3, "vip", .boolean),
            ResolvedSearchTests.field(4, "sizes", .multiChoice(["S", "L"])),
        ],
        reopenPolicy: ReopenPolicy(days: nil, late: .refuse), retention: Retention(spamDays: nil, deletedDays: nil))

    private static func field(_ id: Int64, _ key: String, _ form: FieldForm) -> Field {
        Field(id: ID(id), key: FieldKey(key)!, name: key, form: form, createdAt: Timestamp(milliseconds: 0))
    }

    private func resolved(_ text: String, caller: ID<Agent>? = ID(9)) throws(Refusal) -> ResolvedSearch {
        try SearchQuery(parsing: text).resolved(in: configuration, caller: caller, at: now)
    }

    @Test(
        "Names become numbers, whatever their case; a name in the same case comes before others",
        arguments: [
            ("agent:ada", .agent(.to(ID(1)))), ("agent:me", .agent(.to(ID(9)))), ("agent:\"me\"", .agent(.to(ID(4)))),
            ("agent:none", .agent(.none)), ("agent:77", .agent(.to(ID(77)))), ("agent:EVE@helpdesk.example", .agent(.to(ID(5)))),
            ("agent:Ada@Helpdesk.example", .agentAddress(EmailAddress("ada@helpdesk.example")!)),
            ("team:\"Second line\"", .team(.to(ID(1)))), ("team:\"second line\"", .team(.to(ID(2)))), ("team:none", .team(.none)),
            ("team:7", .team(.to(ID(7)))), ("team:\"7\"", .team(.to(ID(3)))), ("department:SUPPORT", .department(ID(1))),
            ("department:\"ÜBER UNS\"", .department(ID(2))), ("department:4", .department(ID(4))),
        ] as [(String, ResolvedSearch.Condition)])
    func names(_ text: String, _ condition: ResolvedSearch.Condition) throws {
        let search = try resolved("-" + text)
        #expect(search.groups == [[ResolvedSearch.Term(condition: condition, isNegated: true)]])
    }

    @Test("Every name that nothing has, or several have, is refused by name, all at once")
    func unknownNames() {
        do throws(Refusal) {
            _ = try resolved("agent:Carol agent:BOB team:\"SECOND LINE\" team:me department:none agent:me", caller: nil)
            Issue.record("resolved")
        } catch {
            let inHelpdesk = "in this helpdesk:"
            #expect(
                error
                    == .invalid([
                        FieldFault("search", "unknown", "there is no such agent \(inHelpdesk) Carol"),
                        FieldFault("search", "ambiguous", "several have this name: BOB; say which agent by its number: 2, 3"),
                        FieldFault("search", "ambiguous", "several have this name: SECOND LINE; say which team by its number: 1, 2"),
                        FieldFault("search", "unknown", "there is no such team \(inHelpdesk) me"),
                        FieldFault("search", "unknown", "there is no such department \(inHelpdesk) none"),
                        FieldFault("search", "invalid", "agent:me is for agents, and none is asking"),
                    ]))
        }
    }

    @Test(
        "A day is a whole day, an age counts back from now",
        arguments: [
            ("created:>2026-01-01", true, "2026-01-02T00:00:00Z"), ("created:>=2026-01-01", true, "2026-01-01T00:00:00Z"),
            ("created:<2026-01-01", false, "2026-01-01T00:00:00Z"), ("created:<=2026-01-01", false, "2026-01-02T00:00:00Z"),
            ("created:>2026-01-01T10:00:00Z", true, "2026-01-01T10:00:00.001Z"),
            ("created:>=2026-01-01T10:00:00Z", true, "2026-01-01T10:00:00Z"),
            ("created:<2026-01-01T10:00:00Z", false, "2026-01-01T10:00:00Z"),
            ("created:<=2026-01-01T10:00:00Z", false, "2026-01-01T10:00:00.001Z"),
            ("created:<7d", true, "2026-02-23T09:00:00.001Z"), ("created:<=7d", true, "2026-02-23T09:00:00Z"),
            ("created:>7d", false, "2026-02-23T09:00:00Z"), ("created:>=7d", false, "2026-02-23T09:00:00.001Z"),
            ("created:>36h", false, "2026-02-28T21:00:00Z"), ("created:>1w", false, "2026-02-23T09:00:00Z"),
        ])
    func times(_ text: String, _ isSince: Bool, _ bound: String) throws {
        let time = try #require(Timestamp(bound))
        let created = try resolved(text)
        let updated = try resolved(text.replacing("created", with: "updated"))
        #expect(created.groups.flatMap(\.self).map(\.condition) == [isSince ? .since(.created, time) : .before(.created, time)])
        #expect(updated.groups.flatMap(\.self).map(\.condition) == [isSince ? .since(.updated, time) : .before(.updated, time)])
    }

    @Test("What needs no helpdesk goes through as it is")
    func theRest() throws {
        let search = try resolved(
            "status:spam -label:late priority:low from:Ada subject:\"No paper\" #7 kxqw-4821-ztmb ada@example.org refun* has:attachment",
            caller: nil)
        let conditions: [ResolvedSearch.Condition] = [
            .status([.hidden(.spam)]), .label(Label(unchecked: "late")), .priority([.low]), .from("Ada"), .subject("No paper"),
            .number(ID(7)), .reference(TicketReference(unchecked: "KXQW-4821-ZTMB")), .address(EmailAddress(unchecked: "ada@example.org")),
            .words(SearchQuery.Words("refun", .prefix)), .attachment,
        ]
        #expect(search.groups.flatMap(\.self).map(\.condition) == conditions)
        #expect(search.groups.flatMap(\.self).map(\.isNegated) == [false, true, false, false, false, false, false, false, false, false])
        #expect(search.includesHidden)
    }

    @Test("What or stands between stays together, each term as it is alone")
    func groups() throws {
        let search = try resolved("status:pending agent:ada or -team:none or refund")
        let condition = { ResolvedSearch.Term(condition: $0, isNegated: $1) }
        #expect(
            search.groups == [
                [condition(.status([.visible(.pending)]), false)],
                [condition(.agent(.to(ID(1))), false), condition(.team(.none), true), condition(.words(.init("refund", .word)), false)],
            ])
    }

    @Test(
        "A custom field is looked up by its key, and its value read as the field takes it",
        arguments: [
            ("field.order_no:A-17", 1, .text("A-17")), ("field.ORDER_NO:\"a b\"", 1, .text("a b")), ("field.pages:17", 2, .number(17)),
            ("field.pages:\"1e2\"", 2, .number(100)), ("field.vip:true", 3, .boolean(true)), ("field.sizes:L", 4, .choices(["L"])),
        ] as [(String, Int64, FieldValue)])
    func fields(_ text: String, _ id: Int64, _ value: FieldValue) throws {
        let search = try resolved("-" + text)
        let key = try #require(configuration.fields.fields.values.first { $0.id == ID(id) }).key
        let condition = TicketFilter.FieldCondition(id: ID(id), key: key, value: value)
        #expect(search.groups == [[ResolvedSearch.Term(condition: .field(condition), isNegated: true)]])
    }

    @Test("A field that is not there and a value that no ticket can have are refused by name")
    func wrongFields() {
        do throws(Refusal) {
            _ = try resolved("field.colour:red refund or field.pages:many field.vip:yes")
            Issue.record("resolved")
        } catch {
            let cannot = "no ticket can have this in the field"
            #expect(
                error
                    == .invalid([
                        FieldFault("search", "unknown", "there is no such field in this helpdesk: colour"),
                        FieldFault("search", "invalid", "\(cannot) pages, which takes a number: many"),
                        FieldFault("search", "invalid", "\(cannot) vip, which takes a boolean: yes"),
                    ]))
        }
    }

    @Test(
        "Hidden tickets are asked for by naming their status, and not by ruling it out",
        arguments: [
            ("status:spam", true), ("status:pending,deleted", true), ("#1 status:deleted", true), ("status:spam -status:deleted", true),
            ("-status:spam", false), ("status:pending", false), ("#1", false), ("subject:spam label:deleted", false),
            ("spam or deleted", false), ("paper or status:spam", true), ("paper or -status:spam", false),
            ("paper ink or status:deleted", true),
        ])
    func hidden(_ text: String, _ includesHidden: Bool) throws {
        let query = try SearchQuery(parsing: text)
        #expect(query.includesHidden == includesHidden)
        #expect(try resolved(text).includesHidden == includesHidden)
    }

    @Test(
        "Naming spam beside something else with or asks for no deleted ticket",
        arguments: [
            ("status:spam or paper", .deleted), ("ink status:deleted or paper", .spam), ("status:spam or -status:pending", .deleted),
            ("status:spam", nil), ("status:spam or status:pending", nil), ("status:spam or paper status:spam,pending", nil),
            ("status:spam or paper status:deleted or ink", nil), ("paper or -status:spam", nil),
        ] as [(String, HiddenStatus?)])
    func unnamedHidden(_ text: String, _ keptOut: HiddenStatus?) throws {
        let (query, search) = (try SearchQuery(parsing: text), try resolved(text))
        #expect(search.groups.count == query.groups.count + (keptOut == nil ? 0 : 1))
        if let keptOut {
            #expect(search.groups.last == [ResolvedSearch.Term(condition: .status([.hidden(keptOut)]), isNegated: true)])
        }
    }
}
