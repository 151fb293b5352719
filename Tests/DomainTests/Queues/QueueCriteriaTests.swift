import Support
import Testing

@testable import Domain

@Suite("What can be said of a queue's tickets, and what is wrong with it")
struct QueueCriteriaTests {
    @Test("The built-in queues are in order in every helpdesk, and have names and numbers of their own")
    func builtIn() {
        for queue in BuiltInQueue.allCases { #expect(queue.criteria.faults(in: .bare).isEmpty, "\(queue)") }
        #expect(BuiltInQueue.allCases.map(\.id.value) == [1, 2, 3, 4, 5, 6, 7])
        #expect(Set(BuiltInQueue.allCases.map(\.name.text)).count == 7)
    }

    @Test("Every fault is found at once, each with its place")
    func faults() {
        let criteria = QueueCriteria(
            all: [
                is_("status", "is", "odd"), is_("colour", "is", "red"), is_("urgency", "contains", .integer(3)),
                is_("urgency", "at_least", "high"), is_("team_id", "in", [.integer(1), .integer(4711)]), is_("agent_id", "is_set", "me"),
                is_("created_at", "within_last", "soon"), is_("field.gone", "is", "x"), is_("field.pieces", "greater", "x"),
                is_("label", "in", []), is_("words", "contains", "status:spam"), is_("subject", "contains"),
            ],
            any: [.group(QueueCriteria()), .group(QueueCriteria(all: [is_("department_id", "is", .integer(9))]))])
        #expect(
            criteria.named == [
                "criteria.all[0].value invalid", "criteria.all[1].field unknown", "criteria.all[2].op not_for_field",
                "criteria.all[3].value invalid", "criteria.all[4].value unknown", "criteria.all[5].value invalid",
                "criteria.all[6].value invalid", "criteria.all[7].field unknown", "criteria.all[8].value invalid",
                "criteria.all[9].value invalid", "criteria.all[10].value invalid", "criteria.all[11].value required",
                "criteria.any[0] required", "criteria.any[1].all[0].value unknown",
            ])
    }

    @Test("Every property takes what it says it takes, and nothing else", arguments: QueueField.Property.allCases)
    func operators(property: QueueField.Property) {
        for op in QueueOperator.allCases {
            let faults = QueueCriteria(all: [is_(property.rawValue, op.rawValue, .nothing)]).faults(in: .bare)
            let isRefused = faults.contains { $0.field == "criteria.all[0].op" }
            #expect(isRefused == !property.operators.contains(op), "\(op)")
        }
    }

    @Test("Five groups inside one another, and fifty conditions, and no more")
    func limits() {
        func nested(_ depth: Int) -> QueueCriteria {
            depth == 1 ? QueueCriteria(all: [open]) : QueueCriteria(any: [.group(nested(depth - 1))])
        }
        let open = is_("status", "is", "pending")
        let many = QueueCriteria(
            all: Array(repeating: open, count: 30), any: [.group(QueueCriteria(all: Array(repeating: open, count: 20)))])
        let more = QueueCriteria(all: many.all + [open], any: many.any)
        #expect(nested(5).named.isEmpty)
        #expect(nested(6).named == ["criteria.any[0].any[0].any[0].any[0].any[0] too_deep"])
        #expect(many.named.isEmpty)
        #expect(more.named == ["criteria too_many"])
    }

    @Test("Only who is asked for by name is asked for: spam and deleted, wherever it stands, but not where it must not be")
    func hidden() {
        #expect(QueueCriteria(all: [is_("status", "is", "spam")]).hidden == [.spam])
        #expect(
            QueueCriteria(any: [is_("status", "in", ["pending", "deleted"]), is_("urgency", "greater", .integer(3))]).hidden == [.deleted])
        #expect(
            QueueCriteria(all: [is_("status", "is_not", "spam"), is_("status", "not_in", ["deleted"]), is_("hidden_at", "is_set")]).hidden
                == [])
    }

    @Test("Who \"me\" is and how long ago a time is, is said when somebody looks")
    func resolved() {
        let now = Timestamp("2026-03-02T09:00:00Z")!
        let criteria = QueueCriteria(all: [
            is_("agent_id", "is", "me"), is_("team_id", "in", "my_teams"), is_("follower", "not_in", ["me", .integer(2)]),
            is_("waiting_time", "greater", "4h"), is_("created_at", "not_within_last", "7d"), is_("updated_at", "after", "2026-01-01"),
            is_("priority", "at_least", "high"),
        ])
        let resolved = criteria.resolved(in: .bare, caller: ID(7), teams: [ID(3), ID(1)], at: now)
        #expect(
            resolved.test
                == .all([
                    .number(.agent, [7]), .number(.team, [1, 3]), .not(.follower([ID(2), ID(7)])),
                    .time(.userWaiting, .less, now.advanced(bySeconds: -4 * 3600)),
                    .not(.time(.created, .atLeast, now.advanced(byDays: -7))),
                    .time(.updated, .atLeast, Timestamp("2026-01-02T00:00:00Z")!), .priority([.high, .urgent]),
                ]))
    }

    @Test("What means nothing any more holds for no ticket, also where it must not be so; what has a number still means it")
    func lost() {
        let now = Timestamp(milliseconds: 0)
        func test(_ condition: QueueCriterion) -> ResolvedCriteria.Test {
            QueueCriteria(all: [condition]).resolved(in: .bare, caller: nil, teams: [], at: now).test
        }
        #expect(test(is_("field.gone", "is", "x")) == .all([.any([])]))
        #expect(test(is_("field.gone", "is_not", "x")) == .all([.any([])]))
        #expect(test(is_("team_id", "is", .integer(4711))) == .all([.number(.team, [4711])]))
        #expect(test(is_("agent_id", "is", "me")) == .all([.number(.agent, [])]))
    }

    @Test("Words are those of a search, in its own language")
    func words() {
        let test = QueueCriteria(all: [is_("words", "contains", "refund or \"no paper\" -printer")])
            .resolved(in: .bare, caller: nil, teams: [], at: Timestamp(milliseconds: 0)).test
        #expect(
            test
                == .all([
                    .all([
                        .any([.words(.init("refund", .word)), .words(.init("no paper", .phrase))]),
                        .any([.not(.words(.init("printer", .word)))]),
                    ])
                ]))
    }

    @Test("A random heap of anything is either in order or says what is wrong, and means something in both cases")
    func anything() {
        var generator = SeededGenerator(seed: 2026)
        let words = ["status", "spam", "is", "me", "my_teams", "7d", "", "field.pieces", "2026-01-01", "\0", "é", "-", "field.", "1042"]
        func value(_ depth: Int) -> QueueValue {
            switch Int.random(in: 0..<(depth > 2 ? 5 : 6), using: &generator) {
            case 0: .nothing
            case 1: .text(words.randomElement(using: &generator)!)
            case 2: .integer([.min, -1, 0, 1, 5, .max].randomElement(using: &generator)!)
            case 3: .number([-.infinity, -0.5, 1e300, .nan].randomElement(using: &generator)!)
            case 4: .flag(.random(using: &generator))
            default: .list((0..<Int.random(in: 0..<4, using: &generator)).map { _ in value(depth + 1) })
            }
        }
        func criteria(_ depth: Int) -> QueueCriteria {
            func some() -> [QueueCriterion] {
                (0..<Int.random(in: 0..<4, using: &generator)).map { _ in
                    if depth < 7, Int.random(in: 0..<4, using: &generator) == 0 { return .group(criteria(depth + 1)) }
                    let fields = QueueField.Property.allCases.map(\.rawValue) + ["field.pieces", "field.day", "field.what"] + words
                    let ops = QueueOperator.allCases.map(\.rawValue) + words
                    return is_(fields.randomElement(using: &generator)!, ops.randomElement(using: &generator)!, value(0))
                }
            }
            return QueueCriteria(all: some(), any: some())
        }
        for _ in 0..<3000 {
            let criteria = criteria(1)
            let faults = criteria.faults(in: .bare)
            _ = criteria.resolved(in: .bare, caller: ID(1), teams: [], at: Timestamp(milliseconds: 0))
            #expect(faults.allSatisfy { $0.field.hasPrefix("criteria") && !$0.message.isEmpty })
        }
    }
}

/// A condition.
private func is_(_ field: String, _ op: String, _ value: QueueValue = .nothing) -> QueueCriterion {
    .condition(QueueCondition(field, op, value))
}

extension QueueCriteria {
    fileprivate var named: [String] { faults(in: .bare).map { "\($0.field) \($0.code)" } }

    fileprivate var hidden: [HiddenStatus] { resolved(in: .bare, caller: nil, teams: [], at: Timestamp(milliseconds: 0)).hidden }
}

extension Configuration {
    /// A helpdesk with two of each.
    fileprivate static let bare = Configuration(
        departments: [Department(id: ID(1), name: "General", isDefault: true, createdAt: Timestamp(milliseconds: 0))],
        teams: [ID(1): "One", ID(3): "Three"], agents: [ID(1): "Ada", ID(2): "Bob", ID(7): "Eve"],
        fields: [
            Field(id: ID(1), key: FieldKey("pieces")!, name: "Pieces", form: .number(minimum: nil, maximum: nil), createdAt: .zero),
            Field(id: ID(2), key: FieldKey("day")!, name: "Day", form: .date, createdAt: .zero),
            Field(id: ID(3), key: FieldKey("what")!, name: "What", form: .choice(["a", "b"]), createdAt: .zero),
        ], reopenPolicy: ReopenPolicy(days: nil, late: .refuse), retention: Retention(spamDays: 30, deletedDays: 30))
}

extension Timestamp {
    fileprivate static let zero = Timestamp(milliseconds: 0)
}
