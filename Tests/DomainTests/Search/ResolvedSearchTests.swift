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
        agents: [ID(1): "Ada", ID(2): "Bob", ID(3): "Bob", ID(4): "me", ID(5): "eve@helpdesk.example"], fields: [],
        reopenPolicy: ReopenPolicy(days: nil, late: .refuse), retention: Retention(spamDays: nil, deletedDays: nil))

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
        #expect(search.terms == [ResolvedSearch.Term(condition: condition, isNegated: true)])
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
        #expect(created.terms.map(\.condition) == [isSince ? .since(.created, time) : .before(.created, time)])
        #expect(updated.terms.map(\.condition) == [isSince ? .since(.updated, time) : .before(.updated, time)])
    }

    @Test("What needs no helpdesk goes through as it is")
    func theRest() throws {
        let search = try resolved(
            "status:spam -label:late priority:low from:Ada subject:\"No paper\" #7 kxqw-4821-ztmb ada@example.org", caller: nil)
        let conditions: [ResolvedSearch.Condition] = [
            .status([.hidden(.spam)]), .label(Label(unchecked: "late")), .priority([.low]), .from("Ada"), .subject("No paper"),
            .number(ID(7)), .reference(TicketReference(unchecked: "KXQW-4821-ZTMB")), .address(EmailAddress(unchecked: "ada@example.org")),
        ]
        #expect(search.terms.map(\.condition) == conditions)
        #expect(search.terms.map(\.isNegated) == [false, true, false, false, false, false, false, false])
        #expect(search.includesHidden)
    }
}
