// The other way round: what would be typed for a query. It parses back to an equal one.

extension SearchQuery: CustomStringConvertible {
    package var description: String { groups.map(\.description).joined(separator: " ") }
}

extension SearchQuery.Group: CustomStringConvertible {
    package var description: String { terms.map(\.description).joined(separator: " or ") }
}

extension SearchQuery.Term: CustomStringConvertible {
    package var description: String { (isNegated ? "-" : "") + criterion.description }
}

extension SearchQuery.Criterion: CustomStringConvertible {
    package var description: String {
        switch self {
        case .words(let words): words.description
        case .status(let names): "status:\(names.map(\.name).joined(separator: ","))"
        case .mine: "agent:me"
        case .agent(let agent): "agent:\(agent?.typed(besides: ["me", "none"]) ?? "none")"
        case .team(let team): "team:\(team?.typed(besides: ["none"]) ?? "none")"
        case .department(let department): "department:\(department.typed(besides: []))"
        case .label(let label): "label:\(label.text.typed)"
        case .priority(let priorities): "priority:\(priorities.map(\.rawValue).joined(separator: ","))"
        case .from(let part): "from:\(part.typed)"
        case .subject(let part): "subject:\(part.typed)"
        case .time(.created, let comparison, let moment): "created:\(comparison.rawValue)\(moment)"
        case .time(.updated, let comparison, let moment): "updated:\(comparison.rawValue)\(moment)"
        case .attachment: "has:attachment"
        case .field(let key, let text): "field.\(key.text):\(text.typed)"
        case .number(let id): "#\(id)"
        case .reference(let reference): reference.text
        case .address(let address): address.text
        }
    }
}

extension SearchQuery.Words: CustomStringConvertible {
    package var description: String {
        switch kind {
        case .word: text
        case .phrase: text.inQuotes
        case .prefix: text + "*"
        }
    }
}

extension SearchQuery.Named {
    /// - Parameter words: what would not be taken for a name without quotes.
    fileprivate func typed(besides words: [String]) -> String {
        switch self {
        case .number(let id): id.description
        case .name(let name): name.isDigits || words.contains(name.lowercased()) ? name.inQuotes : name.typed
        }
    }
}

extension SearchQuery.Moment: CustomStringConvertible {
    package var description: String {
        switch self {
        case .day(let day): String(day.description.prefix("2026-01-01".count))
        case .time(let time): time.shortest
        case .age(let count, let unit): "\(count)\(unit.rawValue)"
        }
    }
}

extension Timestamp {
    /// Without the fraction's last zeros: never longer than what was typed, so that what was short enough once stays so.
    fileprivate var shortest: String {
        var text = description.dropLast()
        while text.last == "0", text.count > "2026-01-01T10:00:00".count { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text + "Z"
    }
}

extension String {
    fileprivate var typed: String {
        isEmpty || unicodeScalars.contains { $0.isSpace || $0.isQuote } ? inQuotes : self
    }

    fileprivate var inQuotes: String {
        var text = "\"".unicodeScalars
        for (scalar, next) in zip(unicodeScalars, Array(unicodeScalars.dropFirst()) + ["\""]) {
            if scalar == "\"" || (scalar == "\\" && (next == "\"" || next == "\\")) { text.append("\\") }
            text.append(scalar)
        }
        text.append("\"")
        return String(text)
    }
}
