import Domain
import Support
import Testing

@Suite("What a field takes")
struct FieldFormTests {
    @Test("A value of another type never fits, and one of its own type does", arguments: Field.Kind.allCases)
    func types(_ kind: Field.Kind) throws {
        let form = try plain(kind)
        let values: [(FieldValue, Set<Field.Kind>)] = [
            (.text("word"), [.text]), (.text("red"), [.text, .choice]), (.text("2026-11-23"), [.text, .date]),
            (.number(17), [.number]), (.boolean(true), [.boolean]), (.boolean(false), [.boolean]), (.choices(["red"]), [.multiChoice]),
        ]
        for (value, kinds) in values { #expect((form.fault(of: value) == nil) == kinds.contains(kind), "\(value)") }
        #expect(form.kind == kind)
    }

    @Test("A text is counted in scalars, up to its own limit or the one for all")
    func lengths() throws {
        let five = FieldForm.text(maximumLength: 5, pattern: nil)
        let patterned = FieldForm.text(maximumLength: 5_000, pattern: try Pattern("[a-z ]*"))
        let free = FieldForm.text(maximumLength: nil, pattern: nil)
        #expect(five.fault(of: .text("12345")) == nil)
        #expect(five.fault(of: .text("e\u{301}e\u{301}e")) == nil)
        #expect(five.fault(of: .text("123456")) != nil)
        #expect(five.fault(of: .text("e\u{301}e\u{301}e\u{301}")) != nil)
        for (form, longest) in [(free, FieldForm.longestText), (patterned, FieldForm.longestPatternedText)] {
            #expect(form.fault(of: .text(String(repeating: "a", count: longest))) == nil)
            #expect(form.fault(of: .text(String(repeating: "a", count: longest + 1))) != nil)
        }
    }

    @Test("A blank text is no value, whatever the pattern says", arguments: ["", " ", "\t\n", "\u{A0}\u{2003}"])
    func blank(_ text: String) throws {
        for pattern in [nil, try Pattern(#"[\s\S]*"#)] {
            #expect(FieldForm.text(maximumLength: nil, pattern: pattern).fault(of: .text(text)) != nil)
        }
    }

    @Test("A pattern holds for the whole text, and the fault says what it is")
    func pattern() throws {
        let form = FieldForm.text(maximumLength: nil, pattern: try Pattern(#"[A-Z]-\d{1,6}"#))
        #expect(form.fault(of: .text("A-17")) == nil)
        for text in ["A-", "a-17", "A-1234567", "A-17 ", " A-17", "A-17\n", "A-١"] {
            #expect(form.fault(of: .text(text))?.contains(#"[A-Z]-\d{1,6}"#) == true, "\(text)")
        }
    }

    @Test("Limits of a number are inclusive, and infinities and what is no number never fit")
    func numbers() {
        let form = FieldForm.number(minimum: -1.5, maximum: 10)
        for number in [-1.5, -0.0, 0, 9.999, 10] { #expect(form.fault(of: .number(number)) == nil, "\(number)") }
        for number in [-1.500001, 10.000001, .infinity, -.infinity, .nan] { #expect(form.fault(of: .number(number)) != nil, "\(number)") }
        #expect(form.fault(of: .number(11)) == "must be at most 10")
        #expect(form.fault(of: .number(-2)) == "must be at least -1.5")
        #expect(FieldForm.number(minimum: nil, maximum: nil).fault(of: .number(-1e300)) == nil)
    }

    @Test("A date is a day that exists, written in one way")
    func dates() {
        for text in ["2026-11-23", "2024-02-29", "0000-01-01", "9999-12-31"] {
            #expect(FieldForm.date.fault(of: .text(text)) == nil, "\(text)")
        }
        for text in [
            "", "2026-02-29", "2026-13-01", "2026-00-10", "2026-11-31", "2026-1-1", "26-11-23", "2026/11/23", "23.11.2026", "2026-11-23 ",
            "2026-11-23T00:00:00Z", "２０２６-11-23", "-026-11-23",
        ] {
            #expect(FieldForm.date.fault(of: .text(text)) != nil, "\(text)")
        }
    }

    @Test("Of choices each is one that is offered, none is named twice, and there is at least one")
    func choices() {
        let one = FieldForm.choice(["red", "green"])
        let some = FieldForm.multiChoice(["red", "green", "blue"])
        for choice in ["Red", "red ", "", "blue"] { #expect(one.fault(of: .text(choice)) == "must be one of red, green", "\(choice)") }
        for chosen in [["red"], ["blue", "red"], ["red", "green", "blue"]] { #expect(some.fault(of: .choices(chosen)) == nil) }
        for chosen in [[], ["red", "red"], ["red", "pink"], [""]] { #expect(some.fault(of: .choices(chosen)) != nil, "\(chosen)") }
    }

    @Test("Random values fit random fields exactly as the rules say in other words", arguments: Field.Kind.allCases)
    func random(_ kind: Field.Kind) throws {
        var generator = SeededGenerator(seed: 23)
        var outcomes: [Bool: Int] = [:]
        for _ in 0..<2000 {
            let form = randomForm(kind, using: &generator)
            let value = randomValue(using: &generator)
            let fits = fits(value, form)
            #expect((form.fault(of: value) == nil) == fits, "\(value) in \(form)")
            outcomes[fits, default: 0] += 1
        }
        #expect(outcomes[true, default: 0] > 50 && outcomes[false, default: 0] > 50, "\(outcomes)")
    }

    @Test("What fits is found by its own text in a query", arguments: Field.Kind.allCases)
    func keys(_ kind: Field.Kind) throws {
        var generator = SeededGenerator(seed: 42)
        var tried = 0
        for _ in 0..<2000 {
            let form = randomForm(kind, using: &generator)
            let value = randomValue(using: &generator)
            guard form.fault(of: value) == nil else { continue }
            for key in value.keys {
                #expect(form.value(inQuery: key)?.keys == [key], "\(value) in \(form)")
            }
            tried += 1
        }
        #expect(tried > 50)
    }

    @Test("Lists filter by the beginning of a long text")
    func longTexts() {
        let text = String(repeating: "e\u{301}", count: 150)
        let keys = FieldValue.text(text).keys
        #expect(keys.map(\.unicodeScalars.count) == [FieldValue.keyLength])
        #expect(FieldForm.text(maximumLength: nil, pattern: nil).value(inQuery: text)?.keys == keys)
    }

    @Test("A query's text that no value can be finds nothing")
    func queries() {
        let number = FieldForm.number(minimum: nil, maximum: nil)
        #expect(number.value(inQuery: "17") == .number(17))
        #expect(number.value(inQuery: "17.0")?.keys == ["17"])
        for text in ["", "x", "1,5", "inf", "nan", "1e999"] { #expect(number.value(inQuery: text) == nil, "\(text)") }
        for text in ["", "1", "yes", "TRUE"] { #expect(FieldForm.boolean.value(inQuery: text) == nil, "\(text)") }
        #expect(FieldForm.boolean.value(inQuery: "false") == .boolean(false))
    }
}

@Suite("The rules for a ticket's fields")
struct FieldRulesTests {
    private let sales = ID<Department>(1)
    private let support = ID<Department>(2)
    private let elsewhere = ID<Department>(3)

    /// One of each kind of rule: for all departments, for two with rules of their own, and retired.
    private func rules() throws -> FieldRules {
        FieldRules([
            try field(1, "order_no", .text(maximumLength: 10, pattern: nil), required: .init(forAgents: true, forUsers: false)),
            try field(2, "product", .choice(["a", "b"]), required: .init(forAgents: false, forUsers: true)),
            try field(
                3, "seats", .number(minimum: 1, maximum: nil), required: .init(forAgents: true, forUsers: true),
                departments: [sales: .init(forAgents: true, forUsers: false), support: .init()]),
            try field(4, "fax", .text(maximumLength: nil, pattern: nil), required: .init(forAgents: true, forUsers: true), isRetired: true),
        ])
    }

    @Test("Every fault of a change is found, in order, with its field and what kind of fault it is")
    func changes() throws {
        let changes: FieldChanges = [
            try key("order_no"): .text("far too long for it"), try key("product"): .text("c"), try key("seats"): .number(1),
            try key("fax"): .text("1"), try key("nothing"): .boolean(true),
        ]
        let faults = try rules().faults(in: changes, department: elsewhere)
        #expect(
            faults.map { "\($0.field) \($0.code)" } == [
                "fields.fax retired", "fields.nothing unknown", "fields.order_no invalid", "fields.product invalid",
                "fields.seats not_here",
            ])
    }

    @Test("What is there may be cleared, even where it could not be set, but not what does not exist")
    func clearing() throws {
        let changes: FieldChanges = [
            try key("order_no"): nil, try key("seats"): nil, try key("fax"): nil, try key("nothing"): nil,
        ]
        #expect(try rules().faults(in: changes, department: elsewhere).map(\.field) == ["fields.nothing"])
    }

    @Test("What fits can be set")
    func fitting() throws {
        let changes: FieldChanges = [
            try key("order_no"): .text("A-17"), try key("product"): .text("a"), try key("seats"): .number(3),
        ]
        for department in [sales, support] { #expect(try rules().faults(in: changes, department: department).isEmpty) }
    }

    @Test("What must be filled in depends on who does it and on the department; retired fields are not asked for")
    func missing() throws {
        let expected: [(ID<Department>, forUsers: Bool, [String])] = [
            (sales, false, ["fields.order_no", "fields.seats"]), (sales, true, ["fields.product"]),
            (support, false, ["fields.order_no"]), (support, true, ["fields.product"]),
            (elsewhere, false, ["fields.order_no"]), (elsewhere, true, ["fields.product"]),
        ]
        for (department, forUsers, fields) in expected {
            let missing = try rules().missing(in: [:], department: department, forUsers: forUsers)
            #expect(missing.map(\.field) == fields, "\(department), users: \(forUsers)")
            #expect(missing.allSatisfy { $0.code == "required" })
        }
        let values: [FieldKey: FieldValue] = [try key("order_no"): .text("A-17"), try key("seats"): .number(3)]
        #expect(try rules().missing(in: values, department: sales, forUsers: false).isEmpty)
    }

    @Test("Of the values a ticket has, those no longer fit that break a rule which holds for it")
    func kept() throws {
        let values: [FieldKey: FieldValue] = [
            try key("order_no"): .text("A-17"), try key("product"): .text("gone"), try key("seats"): .number(0), try key("fax"): .number(5),
            try key("nothing"): .text("x"),
        ]
        #expect(try rules().faults(of: values, department: sales).map(\.field) == ["fields.product", "fields.seats"])
        // Seats are no business of this department, and were not when it was somewhere else.
        #expect(try rules().faults(of: values, department: elsewhere).map(\.field) == ["fields.product"])
    }

    @Test("A field without departments is for all, and with some it is for those alone")
    func departments() throws {
        let forAll = try field(1, "a", .boolean, required: .init(forAgents: true))
        let forOne = try field(2, "b", .boolean, required: .init(forAgents: true), departments: [sales: .init(forUsers: true)])
        #expect(forAll.requirement(in: sales) == .init(forAgents: true))
        #expect(forAll.requirement(in: support) == .init(forAgents: true))
        #expect(forOne.requirement(in: sales) == .init(forUsers: true))
        #expect(forOne.requirement(in: support) == nil)
    }

    @Test("Keys are lower-case letters, digits and underscores, and start with a letter")
    func keys() {
        for text in ["a", "order_no", "a1", String(repeating: "a", count: 63)] { #expect(FieldKey(text)?.text == text) }
        for text in ["", "1a", "_a", "Order", "order-no", "größe", "a b", "a\u{0}", String(repeating: "a", count: 64)] {
            #expect(FieldKey(text) == nil, "\(text)")
        }
    }

    private func field(
        _ id: Int64, _ text: String, _ form: FieldForm, required: Field.Requirement, departments: [ID<Department>: Field.Requirement] = [:],
        isRetired: Bool = false
    ) throws -> Field {
        Field(
            id: ID(id), key: try key(text), name: text, form: form, required: required, departments: departments, isRetired: isRetired,
            createdAt: Timestamp(milliseconds: 0))
    }

    private func key(_ text: String) throws -> FieldKey { try #require(FieldKey(text)) }
}

private func plain(_ kind: Field.Kind) throws -> FieldForm {
    switch kind {
    case .text: .text(maximumLength: nil, pattern: nil)
    case .number: .number(minimum: nil, maximum: nil)
    case .boolean: .boolean
    case .date: .date
    case .choice: .choice(["red", "green"])
    case .multiChoice: .multiChoice(["red", "green"])
    }
}

private let colours = ["red", "green", "blue", "rot", "2026-11-23"]

private func randomForm(_ kind: Field.Kind, using generator: inout SeededGenerator) -> FieldForm {
    func limit(_ range: ClosedRange<Int>) -> Int? { Bool.random(using: &generator) ? Int.random(in: range, using: &generator) : nil }
    switch kind {
    case .text: return .text(maximumLength: limit(1...12), pattern: nil)
    case .number: return .number(minimum: limit(-9...0).map { Double($0) }, maximum: limit(0...9).map { Double($0) })
    case .boolean: return .boolean
    case .date: return .date
    case .choice: return .choice(Array(colours.shuffled(using: &generator).prefix(Int.random(in: 1...5, using: &generator))))
    case .multiChoice: return .multiChoice(Array(colours.shuffled(using: &generator).prefix(Int.random(in: 1...5, using: &generator))))
    }
}

private func randomValue(using generator: inout SeededGenerator) -> FieldValue {
    func word() -> String {
        Bool.random(using: &generator)
            ? colours.randomElement(using: &generator)!
            : String((0..<Int.random(in: 0...14, using: &generator)).map { _ in "a é🐘".randomElement(using: &generator)! })
    }
    switch Int.random(in: 0..<5, using: &generator) {
    case 0, 1: return .text(word())
    case 2: return .number(Double(Int.random(in: -20...20, using: &generator)) / 2)
    case 3: return .boolean(Bool.random(using: &generator))
    default: return .choices((0..<Int.random(in: 0...3, using: &generator)).map { _ in colours.randomElement(using: &generator)! })
    }
}

/// The rules once more, as somebody else would write them.
private func fits(_ value: FieldValue, _ form: FieldForm) -> Bool {
    switch (value, form) {
    case (.text(let text), .text(let longest, nil)):
        text.contains { !$0.isWhitespace } && text.unicodeScalars.count <= longest ?? .max
    case (.text(let text), .date): text == "2026-11-23"
    case (.text(let text), .choice(let choices)): Set(choices).contains(text)
    case (.number(let number), .number(let minimum, let maximum)): ((minimum ?? -.infinity)...(maximum ?? .infinity)).contains(number)
    case (.boolean, .boolean): true
    case (.choices(let chosen), .multiChoice(let choices)):
        !chosen.isEmpty && chosen.indices.allSatisfy { chosen.firstIndex(of: chosen[$0]) == $0 } && Set(chosen).isSubset(of: choices)
    default: false
    }
}
