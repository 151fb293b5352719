import ArgumentParser
import Domain

// How what is typed behind an option becomes a value, and which words there are for it.

extension VisibleStatus: ExpressibleByArgument {}
extension Priority: ExpressibleByArgument {}
extension MassOutcome.Kind: ExpressibleByArgument {}

extension StatusName: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }

    package static var allValueStrings: [String] { all.map(\.name) }
    package var defaultValueDescription: String { name }
}

extension Urgency: ExpressibleByArgument {
    package init?(argument: String) {
        guard let number = Int(argument) else { return nil }
        self.init(number)
    }

    package static var allValueStrings: [String] { range.map(String.init) }
}

extension Label: ExpressibleByArgument {
    package init?(argument: String) { self.init(argument) }
}

/// A moment that can be typed as a day, too: its beginning in UTC.
struct TypedMoment: ExpressibleByArgument {
    let time: Timestamp
    private let text: String

    init?(argument: String) {
        guard let time = Timestamp(argument) ?? Timestamp(argument + "T00:00:00Z") else { return nil }
        self.time = time
        text = argument
    }

    var defaultValueDescription: String { text }
}

/// `key=value`, as it is typed for a custom field.
struct TypedField: ExpressibleByArgument {
    let key: FieldKey
    let value: String

    init?(argument: String) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, let key = FieldKey(String(parts[0])) else { return nil }
        self.key = key
        value = String(parts[1])
    }

    var text: String { "\(key.text)=\(value)" }
    var defaultValueDescription: String { text }
}

extension FieldForm {
    /// What somebody means by a text in this field; nil when it cannot be that.
    func value(typed text: String) -> FieldValue? {
        guard case .multiChoice(let choices) = self else { return value(inQuery: text) }
        // A choice may have commas of its own.
        if choices.contains(text) { return .choices([text]) }
        return .choices(text.split(separator: ",").map(String.init))
    }
}
