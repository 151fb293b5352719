import Domain
import Repositories

/// Every kind of test that a queue's criteria can have, alone, turned round and among others, as a list, and all of them counted in one
/// statement; of the usual ones what each sight sees.
struct QueueCombinations {
    let query: TicketQuery

    var sql: String { query.sql }

    static let all =
        tests.map { list(ResolvedCriteria(test: $0), seenBy: .everything) }
        + tests.map { list(ResolvedCriteria(test: .not($0)), seenBy: .everything) }
        + [list(ResolvedCriteria(test: .all(tests)), seenBy: .everything), list(ResolvedCriteria(test: .any(tests)), seenBy: .everything)]
        + ([.everything] + ListCombinations.agents).flatMap { sight in
            usual.map { list($0, seenBy: sight) } + [nil, 10_001].map { counts(usual, limit: $0, seenBy: sight) }
        }
        + [counts(tests.map { ResolvedCriteria(test: $0) }, limit: 10_001, seenBy: .everything)]

    private static func list(_ criteria: ResolvedCriteria, seenBy sight: TicketSight) -> QueueCombinations {
        QueueCombinations(query: .queue(criteria, .newestChangeFirst, after: nil, limit: 51, seenBy: sight))
    }

    private static func counts(_ queues: [ResolvedCriteria], limit: Int64?, seenBy sight: TicketSight) -> QueueCombinations {
        QueueCombinations(query: .counts(queues, limit: limit, seenBy: sight))
    }

    private static let open: ResolvedCriteria.Test = .status([.visible(.awaitingAgent), .visible(.awaitingUser), .visible(.pending)])

    /// As every helpdesk has them.
    private static let usual = [
        ResolvedCriteria(test: .all([open, .number(.agent, [1])])),
        ResolvedCriteria(test: .all([open, .number(.team, [1, 2])])),
        ResolvedCriteria(test: .all([open, .not(.present(.agent)), .not(.present(.team))])),
        ResolvedCriteria(test: open),
        ResolvedCriteria(test: .status([.visible(.pending)])),
        ResolvedCriteria(test: .status([.hidden(.spam)]), hidden: [.spam]),
        ResolvedCriteria(test: .any([.status([.hidden(.deleted)]), .number(.agent, [1])]), hidden: [.deleted]),
    ]

    private static let tests: [ResolvedCriteria.Test] =
        ResolvedCriteria.Number.allCases.flatMap { [.number($0, [1]), .number($0, [1, 2])] }
        + ResolvedCriteria.Event.allCases.map { .time($0, .less, Timestamp(milliseconds: 1_780_000_000_000)) }
        + ResolvedCriteria.Presence.allCases.map { .present($0) }
        + ResolvedCriteria.Text.allCases.flatMap { [.text($0, ["order 17"]), .part($0, "rder")] }
        + ResolvedCriteria.Measure.allCases.map { .measure($0, .less, 7.5) }
        + [
            .all([]), .any([]), open, .reference([]), .priority([.high]), .channel([.email]), .label([Label("label-3")].compactMap { $0 }),
            .follower([ID(1)]), .copied([ID(1)]), .live(at: Timestamp(milliseconds: 1_780_000_000_000)),
            .field(TicketFilter.FieldCondition(id: ID(1), key: FieldKey(unchecked: "order_no"), value: .text("A-17"))),
            .fieldPart(FieldKey(unchecked: "order_no"), "A"), .fieldPresent(FieldKey(unchecked: "order_no")),
            .fieldNumber(FieldKey(unchecked: "pieces"), .less, 7), .fieldDay(FieldKey(unchecked: "day"), .less, "2026-11-23"),
        ]
}
