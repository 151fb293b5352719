import Domain
import Support
import Testing

@testable import Services

@Suite("Searches among a thousand random tickets")
struct RandomSearchTests {
    @Test("English makes of the words what is written down of them")
    func vocabulary() async throws {
        try await withTenant { tenant in
            for (stem, forms) in SearchVocabulary.families {
                for form in forms {
                    // What a hyphen joins is taken apart before it gets there.
                    let stems = try await tenant.sql("select array_to_string(ts_lexize('english_stem', '\(form)'), ' ')")
                    #expect(stems == [[stem]] || (form.contains("-") && stems == [[SearchVocabulary.stem(form)]]), "\(form)")
                }
            }
            for word in SearchVocabulary.leftOut {
                let stems = try await tenant.sql("select cardinality(ts_lexize('english_stem', '\(word)'))")
                #expect(stems == [["0"]], "\(word)")
            }
        }
    }

    @Test("Whoever asks, and however, finds exactly what a slow filter finds, in full pages, no ticket twice", arguments: 1...2)
    func findExactly(seed: Int) async throws {
        try await withTenant { tenant in
            var chance = SeededGenerator(seed: UInt64(seed))
            let desk = try await SearchDesk(tenant, tickets: 1000, using: &chance)
            let searches = RandomSearches(desk: desk)
            let filter = SearchFilter(desk: desk)
            var tally = Tally()
            for number in 1...120 {
                let caller = desk.callers.randomElement(using: &chance)!
                var request = try searches.request(by: caller, using: &chance)
                let place = "seed \(seed), search \(number): \(request.query), \(request.filter), by \(caller.name), \(request.sort)"
                if !caller.access.caller.isAgent, request.includesHidden || request.asksForWhatAgentsKeep {
                    let refused = await refusal { _ = try await tenant.helpdesk.search(request, caller.access) }
                    #expect(refused?.isForbidden == true, "\(place)")
                    tally.refused += 1
                    continue
                }
                let expected = Set(desk.tickets.filter { filter.finds($0, request, caller) }.map(\.ticket.id))
                request.limit = max(Int.random(in: 1...20, using: &chance), expected.count / Int.random(in: 2...12, using: &chance))
                let (hits, match) = try await tenant.pages(request, caller.access)
                let found = hits.map(\.ticket.id)
                #expect(Set(found).count == found.count, "\(place): some twice")
                if request.sort == .newest { #expect(found == found.sorted(by: >), "\(place)") }
                if match == .words {
                    let missing = expected.subtracting(found).sorted()
                    let surplus = Set(found).subtracting(expected).sorted()
                    let first = (missing + surplus).first.map { id in desk.tickets.first { $0.ticket.id == id }!.raw }
                    #expect(missing.isEmpty, "\(place): missing \(missing), first \(first ?? [])")
                    #expect(surplus.isEmpty, "\(place): surplus \(surplus), first \(first ?? [])")
                } else {
                    #expect(expected.isEmpty, "\(place): something similar in place of \(expected.sorted())")
                }
                // However like it is: what hides a ticket is asked for by name.
                let named = request.namesOfStatuses
                #expect(hits.allSatisfy { !$0.ticket.status.isHidden || named.contains($0.ticket.status.name) }, "\(place)")
                tally.count(hits, match, expected)
            }
            // Without enough of each the searches prove nothing.
            #expect(tally.refused > 5 && tally.similar > 2 && tally.hidden > 10, "\(tally)")
            #expect(tally.one > 2 && tally.some > 60 && tally.windows > 0, "\(tally)")
        }
    }
}

private struct Tally {
    var refused = 0
    var similar = 0
    var one = 0
    var some = 0
    /// More than are weighed at once.
    var windows = 0
    /// Those that found hidden tickets.
    var hidden = 0

    mutating func count(_ hits: [SearchHit], _ match: SearchMatch, _ expected: Set<ID<Ticket>>) {
        if match == .similar { similar += 1 }
        if expected.count == 1 { one += 1 }
        if expected.count > 1 { some += 1 }
        if expected.count > SearchSort.window { windows += 1 }
        if match == .words, hits.contains(where: \.ticket.status.isHidden) { hidden += 1 }
    }
}

extension SearchRequest {
    fileprivate var asksForWhatAgentsKeep: Bool {
        filter.label != nil
            || query.groups.flatMap(\.terms).contains { term in
                switch term.criterion {
                case .label, .agent, .mine, .team, .department: true
                default: false
                }
            }
    }

    fileprivate var namesOfStatuses: Set<String> {
        let named = query.groups.flatMap(\.terms).flatMap { term -> [StatusName] in
            if case .status(let names) = term.criterion, !term.isNegated { names } else { [] }
        }
        return Set((named + filter.statuses).map(\.name))
    }
}
