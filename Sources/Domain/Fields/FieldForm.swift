/// What a field takes.
package enum FieldForm: Equatable, Sendable {
    case text(maximumLength: Int?, pattern: Pattern?)
    /// Limits are inclusive.
    case number(minimum: Double?, maximum: Double?)
    case boolean
    case date
    case choice([String])
    case multiChoice([String])

    /// Of a text, whatever the field says.
    package static let longestText = 10_000
    /// Of a text that is held to a pattern: matching takes time with every character.
    package static let longestPatternedText = 200

    package var kind: Field.Kind {
        switch self {
        case .text: .text
        case .number: .number
        case .boolean: .boolean
        case .date: .date
        case .choice: .choice
        case .multiChoice: .multiChoice
        }
    }

    package var choices: [String] {
        switch self {
        case .choice(let choices), .multiChoice(let choices): choices
        default: []
        }
    }

    /// - Returns: what is wrong with the value, or nil.
    package func fault(of value: FieldValue) -> String? {
        switch (self, value) {
        case (.text(let maximumLength, let pattern), .text(let text)):
            let longest = pattern == nil ? Self.longestText : Self.longestPatternedText
            let most = min(maximumLength ?? longest, longest)
            if text.trimmed.isEmpty { return "must not be blank; send null to clear it" }
            if text.unicodeScalars.count > most { return "must have at most \(most) characters" }
            if let pattern, !pattern.matches(text) { return "must look like \(pattern.text)" }
        case (.text, _): return "must be a string"
        case (.number(let minimum, let maximum), .number(let number)):
            if !number.isFinite { return "must be a number" }
            if let minimum, number < minimum { return "must be at least \(minimum.plainText)" }
            if let maximum, number > maximum { return "must be at most \(maximum.plainText)" }
        case (.number, _): return "must be a number"
        case (.boolean, .boolean): break
        case (.boolean, _): return "must be true or false"
        case (.date, .text(let text)): if !isDate(text) { return "must be a date such as 2026-11-23" }
        case (.date, _): return "must be a date such as 2026-11-23"
        case (.choice(let choices), .text(let choice)):
            if !choices.contains(choice) { return "must be one of \(choices.joined(separator: ", "))" }
        case (.choice, _): return "must be a string"
        case (.multiChoice(let choices), .choices(let chosen)):
            if chosen.isEmpty { return "must not be empty; send null to clear it" }
            if Set(chosen).count != chosen.count { return "must not name a choice twice" }
            if !chosen.allSatisfy(choices.contains) { return "must be some of \(choices.joined(separator: ", "))" }
        case (.multiChoice, _): return "must be a list of strings"
        }
        return nil
    }

    /// The value in the text of a query, `field.order_no=A-17`; nil when no ticket can have it.
    package func value(inQuery text: String) -> FieldValue? {
        // PostgreSQL's text cannot hold it.
        if text.utf8.contains(0) { return nil }
        return switch self {
        case .text, .date, .choice: .text(text)
        case .number: Double(text).flatMap { $0.isFinite ? .number($0) : nil }
        case .boolean: text == "true" ? .boolean(true) : text == "false" ? .boolean(false) : nil
        case .multiChoice: .choices([text])
        }
    }
}

/// `YYYY-MM-DD`, a day that exists.
private func isDate(_ text: String) -> Bool { text.utf8.count == 10 && Timestamp("\(text)T00:00:00Z") != nil }
