// What stands beside an operator: its values, each read as what the field can have.
extension CriteriaReading {
    private static let mostValues = 100

    /// A list for `in`, else one. Nil with a fault.
    mutating func values<Value>(
        _ value: QueueValue, _ op: QueueOperator, _ path: String, _ rule: String, _ parse: (QueueValue) -> Value?
    ) -> [Value]? {
        let given: [QueueValue]
        if op == .in {
            guard case .list(let list) = value, (1...Self.mostValues).contains(list.count) else {
                fault(path, "invalid", "a list of 1 to \(Self.mostValues), each \(rule)")
                return nil
            }
            given = list
        } else {
            given = [value]
        }
        var values: [Value] = []
        for (index, one) in given.enumerated() {
            if let value = parse(one) {
                values.append(value)
            } else {
                fault(op == .in ? "\(path)[\(index)]" : path, "invalid", rule)
            }
        }
        return values.count == given.count ? values : nil
    }

    func words<Word: CaseIterable & RawRepresentable<String>>(_ type: Word.Type) -> String {
        "one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))"
    }

    mutating func flag(_ value: QueueValue, _ path: String) -> Bool? {
        if case .flag(let flag) = value { return flag }
        fault(path, "invalid", "true or false")
        return nil
    }

    mutating func amount(_ value: QueueValue, _ path: String) -> Double? {
        if let amount = value.amount { return amount }
        fault(path, "invalid", "a number")
        return nil
    }

    /// The moment that long ago.
    mutating func ago(_ value: QueueValue, _ path: String) -> Timestamp? {
        if let seconds = value.seconds { return now.advanced(bySeconds: -seconds) }
        fault(path, "invalid", "a span of time such as 30m, 4h, 7d or 2w, or a number of seconds")
        return nil
    }

    mutating func numbers(
        _ value: QueueValue, _ op: QueueOperator, _ path: String, _ rule: String = "a number, from 1", among known: [Int64]? = nil
    ) -> [Int64]? {
        guard let numbers = values(value, op, path, rule, { $0.whole.flatMap { $0 >= 1 ? $0 : nil } }) else { return nil }
        if looksUp, let known {
            let lost = Set(numbers).subtracting(known).sorted()
            if !lost.isEmpty {
                fault(
                    path, "unknown", "there is nothing with this number in this helpdesk: \(lost.map(String.init).joined(separator: ", "))")
                return nil
            }
        }
        return numbers
    }

    mutating func agents(_ value: QueueValue, _ op: QueueOperator, _ path: String) -> [ID<Agent>]? {
        let me = caller.map { [$0.value] } ?? []
        return people(value, op, path, "me", me, "an agent's number, or me", among: configuration.agents.keys.map(\.value))?
            .map { ID($0) }
    }

    mutating func teamNumbers(_ value: QueueValue, _ op: QueueOperator, _ path: String) -> [Int64]? {
        let mine = teams.map(\.value).sorted()
        return people(value, op, path, "my_teams", mine, "a team's number, or my_teams", among: configuration.teams.keys.map(\.value))
    }

    /// Numbers, and a word that stands for some. `in` takes the word alone, too.
    mutating func people(
        _ value: QueueValue, _ op: QueueOperator, _ path: String, _ word: String, _ stands: [Int64], _ rule: String, among known: [Int64]
    ) -> [Int64]? {
        if value == .text(word) { return stands }
        guard op == .in, case .list(let list) = value, list.contains(.text(word)) else {
            return numbers(value, op, path, rule, among: known)
        }
        let others = list.filter { $0 != .text(word) }
        guard !others.isEmpty else { return stands }
        return numbers(.list(others), op, path, rule, among: known).map { $0 + stands }
    }
}
