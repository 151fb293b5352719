/// Reads criteria, gathers every fault, and answers what they mean. A condition with a fault holds for no ticket.
struct CriteriaReading {
    let configuration: Configuration
    let caller: ID<Agent>?
    let teams: Set<ID<Team>>
    let now: Timestamp
    /// Whether what has gone since is a fault. Its number still has a meaning: the tickets of a team that was removed keep it.
    let looksUp: Bool
    private(set) var faults: [FieldFault] = []
    private(set) var conditions = 0
    /// The statuses that hide tickets and are asked for.
    private(set) var named: Set<HiddenStatus> = []

    typealias Test = ResolvedCriteria.Test

    private static let nothing = Test.any([])

    init(configuration: Configuration, caller: ID<Agent>?, teams: Set<ID<Team>>, now: Timestamp, looksUp: Bool) {
        self.configuration = configuration
        self.caller = caller
        self.teams = teams
        self.now = now
        self.looksUp = looksUp
    }

    mutating func fault(_ path: String, _ code: String, _ message: String) { faults.append(FieldFault(path, code, message)) }

    mutating func name(_ status: HiddenStatus) { named.insert(status) }

    mutating func criteria(_ criteria: QueueCriteria, _ path: String, depth: Int) -> Test {
        if depth > QueueCriteria.deepest {
            fault(path, "too_deep", "at most \(QueueCriteria.deepest) groups inside one another")
            return Self.nothing
        }
        if criteria.isEmpty, depth > 1 {
            fault(path, "required", "a group needs conditions in all or in any")
            return Self.nothing
        }
        let all = criteria.all.enumerated().map { criterion($1, "\(path).all[\($0)]", depth: depth) }
        let any = criteria.any.enumerated().map { criterion($1, "\(path).any[\($0)]", depth: depth) }
        return any.isEmpty ? .all(all) : .all(all + [.any(any)])
    }

    private mutating func criterion(_ criterion: QueueCriterion, _ path: String, depth: Int) -> Test {
        switch criterion {
        case .group(let group): return criteria(group, path, depth: depth + 1)
        case .condition(let condition):
            conditions += 1
            return test(condition, path) ?? Self.nothing
        }
    }

    private mutating func test(_ condition: QueueCondition, _ path: String) -> Test? {
        guard let field = QueueField(condition.field) else {
            fault("\(path).field", "unknown", "one of \(QueueField.Property.allCases.map(\.rawValue).joined(separator: ", ")), field.<key>")
            return nil
        }
        switch field {
        case .property(let property):
            guard let op = op(condition.op, among: property.operators, path) else { return nil }
            return given(condition.value, to: op, path) { $0.test(of: property, $1, condition.value, "\(path).value") }
        case .custom(let key):
            guard let field = configuration.fields.fields[key], !(field.isRetired && looksUp) else {
                fault("\(path).field", "unknown", "there is no such field in this helpdesk: \(key.text)")
                return nil
            }
            guard let op = op(condition.op, among: field.form.kind.queueOperators, path) else { return nil }
            return given(condition.value, to: op, path) { $0.test(of: field, $1, condition.value, "\(path).value") }
        }
    }

    private mutating func op(_ name: String, among known: [QueueOperator], _ path: String) -> QueueOperator? {
        if let op = QueueOperator(rawValue: name), known.contains(op) { return op }
        let unknown = QueueOperator(rawValue: name) == nil
        let list = known.map(\.rawValue).joined(separator: ", ")
        fault("\(path).op", unknown ? "unknown" : "not_for_field", "for this field one of \(list)")
        return nil
    }

    /// With what the operator denies turned round, and nothing left of the value where it takes none.
    private mutating func given(
        _ value: QueueValue, to op: QueueOperator, _ path: String, _ test: (inout CriteriaReading, QueueOperator) -> Test?
    ) -> Test? {
        let plain = op.denied ?? op
        if plain == .isSet, value != .nothing {
            fault("\(path).value", "invalid", "\(op.rawValue) takes no value")
            return nil
        }
        if plain != .isSet, value == .nothing {
            fault("\(path).value", "required", "must be given")
            return nil
        }
        let before = named
        guard let test = test(&self, plain) else { return nil }
        // What a ticket must not be is not asked for.
        if op.denied != nil { named = before }
        return op.denied == nil ? test : .not(test)
    }
}

// The ticket's own properties.
extension CriteriaReading {
    private mutating func test(
        of property: QueueField.Property, _ op: QueueOperator, _ value: QueueValue, _ path: String
    ) -> Test? {
        if op == .isSet { return property.presence.map { .present($0) } }
        switch property {
        case .status:
            let words = "one of \(StatusName.all.map(\.name).joined(separator: ", "))"
            guard let names = values(value, op, path, words, { $0.word.flatMap { StatusName($0) } }) else { return nil }
            for case .hidden(let status) in names { name(status) }
            return .status(names)
        case .priority: return priority(op, value, path)
        case .channel:
            return values(value, op, path, words(Channel.self)) { $0.word.flatMap { Channel(rawValue: $0) } }.map { .channel($0) }
        case .live: return flag(value, path).map { $0 ? .live(at: now) : .not(.live(at: now)) }
        case .legalHold: return flag(value, path).map { $0 ? .present(.legalHold) : .not(.present(.legalHold)) }
        case .ref:
            return values(value, op, path, "a reference such as KXQW-4821-ZTMB") {
                $0.line.map { TicketReference(unchecked: $0.uppercased()) }
            }.map { .reference($0) }
        case .agentID: return agents(value, op, path).map { .number(.agent, $0.map(\.value)) }
        case .follower: return agents(value, op, path).map { .follower($0) }
        case .teamID: return teamNumbers(value, op, path).map { .number(.team, $0) }
        case .departmentID:
            return numbers(value, op, path, among: configuration.departments.keys.map(\.value)).map { .number(.department, $0) }
        case .userID: return numbers(value, op, path).map { .number(.user, $0) }
        case .cc: return numbers(value, op, path).map { .copied($0.map { ID($0) }) }
        case .organizationID: return numbers(value, op, path).map { .number(.organization, $0) }
        case .followUpOf: return numbers(value, op, path).map { .number(.followUpOf, $0) }
        case .id: return measure(.id, .id, op, value, path)
        case .urgency: return measure(.urgency, .urgency, op, value, path)
        case .messageCount: return measure(.messageCount, .messageCount, op, value, path)
        case .replyCount: return measure(.replyCount, .replyCount, op, value, path)
        case .label:
            return values(value, op, path, "a label: 1 to 60 characters on one line, no comma") { $0.line.flatMap { Label($0) } }
                .map { .label($0) }
        case .subject: return text(.subject, op, value, path)
        case .userName: return text(.userName, op, value, path)
        case .userEmail: return text(.userEmail, op, value, path)
        case .words: return words(value, path)
        case .waitingTime: return waiting(op, value, path)
        case .createdAt: return time(.created, op, value, path)
        case .updatedAt: return time(.updated, op, value, path)
        case .statusChangedAt: return time(.statusChanged, op, value, path)
        case .resolvedAt: return time(.resolved, op, value, path)
        case .firstRepliedAt: return time(.firstReplied, op, value, path)
        case .userWaitingSince: return time(.userWaiting, op, value, path)
        case .hiddenAt: return time(.hidden, op, value, path)
        }
    }

    private mutating func priority(_ op: QueueOperator, _ value: QueueValue, _ path: String) -> Test? {
        let named = values(value, op, path, words(Priority.self)) { $0.word.flatMap { Priority(rawValue: $0) } }
        guard let named, let comparison = op.comparison else { return named.map { .priority($0) } }
        let order = Priority.allCases
        let least = order.firstIndex(of: named[0]) ?? 0
        return .priority(order.indices.filter { comparison.holds($0, least) }.map { order[$0] })
    }

    private mutating func measure(
        _ number: ResolvedCriteria.Number, _ measure: ResolvedCriteria.Measure, _ op: QueueOperator, _ value: QueueValue, _ path: String
    ) -> Test? {
        guard let comparison = op.comparison else {
            return values(value, op, path, "a whole number", \.whole).map { .number(number, $0) }
        }
        return amount(value, path).map { .measure(measure, comparison, $0) }
    }

    private mutating func text(_ text: ResolvedCriteria.Text, _ op: QueueOperator, _ value: QueueValue, _ path: String) -> Test? {
        let found = values(value, op, path, "a text of 1 to \(QueueValue.longestText) characters", \.line)
        return op == .contains ? found.map { .part(text, $0[0]) } : found.map { .text(text, $0) }
    }

    /// In the words of a search, without its properties.
    private mutating func words(_ value: QueueValue, _ path: String) -> Test? {
        guard let text = value.line else {
            fault(path, "invalid", "words to look for, at most \(QueueValue.longestText) characters")
            return nil
        }
        do throws(Refusal) {
            let query = try SearchQuery(parsing: text)
            var isOnlyWords = true
            let groups = query.groups.map { group in
                Test.any(
                    group.terms.compactMap { term in
                        guard case .words(let words) = term.criterion else {
                            isOnlyWords = false
                            return nil
                        }
                        return term.isNegated ? .not(.words(words)) : .words(words)
                    })
            }
            if !isOnlyWords { fault(path, "invalid", "only words and phrases: a condition of its own says more") }
            return isOnlyWords ? .all(groups) : nil
        } catch {
            if case .invalid(let found) = error { faults += found.map { FieldFault(path, $0.code, $0.message) } }
            return nil
        }
    }

    private mutating func waiting(_ op: QueueOperator, _ value: QueueValue, _ path: String) -> Test? {
        guard let since = ago(value, path), let comparison = op.comparison else { return nil }
        // Who has waited longer has done so since an earlier time.
        return .time(.userWaiting, comparison.reversed, since)
    }

    private mutating func time(_ event: ResolvedCriteria.Event, _ op: QueueOperator, _ value: QueueValue, _ path: String) -> Test? {
        if op == .withinLast { return ago(value, path).map { .time(event, .atLeast, $0) } }
        guard let (moment, isDay) = value.moment else {
            fault(path, "invalid", "a time in RFC 3339, such as 2026-11-23T05:45:00Z, or a day, such as 2026-11-23")
            return nil
        }
        if op == .before { return .time(event, .less, moment) }
        return isDay ? .time(event, .atLeast, moment.advanced(byDays: 1)) : .time(event, .greater, moment)
    }
}

// Custom fields.
extension CriteriaReading {
    private mutating func test(of field: Field, _ op: QueueOperator, _ value: QueueValue, _ path: String) -> Test? {
        if op == .isSet { return .fieldPresent(field.key) }
        switch (field.form.kind, op) {
        case (.number, _) where op.comparison != nil:
            guard let comparison = op.comparison else { return nil }
            return amount(value, path).map { .fieldNumber(field.key, comparison, $0) }
        case (.date, .before), (.date, .after):
            let day = values(value, .is, path, "a date such as 2026-11-23") { $0.line.flatMap { $0.isDay ? $0 : nil } }
            return day.map { .fieldDay(field.key, op == .before ? .less : .greater, $0[0]) }
        case (.date, .withinLast):
            guard let since = ago(value, path) else { return nil }
            return .all([.fieldDay(field.key, .atLeast, since.day), .fieldDay(field.key, .atMost, now.day)])
        case (.text, .contains):
            return values(value, op, path, "a text of 1 to \(QueueValue.longestText) characters", \.line)
                .map { .fieldPart(field.key, $0[0]) }
        default:
            let form = field.form
            let looksUp = looksUp
            return values(value, op, path, form.rule) { $0.value(for: form, looksUp: looksUp) }.map { values in
                .any(values.map { .field(TicketFilter.FieldCondition(id: field.id, key: field.key, value: $0)) })
            }
        }
    }
}
