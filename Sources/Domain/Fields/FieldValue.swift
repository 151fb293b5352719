/// What a ticket has in a custom field.
package enum FieldValue: Equatable, Sendable {
    /// Also a date, as `2026-11-23`, and a choice.
    case text(String)
    case number(Double)
    case boolean(Bool)
    case choices([String])

    /// How many characters of a text lists can filter by.
    package static let keyLength = 200

    /// What lists find it by: text in one form only, one for each choice.
    package var keys: [String] {
        switch self {
        case .text(let text): [String(String.UnicodeScalarView(text.unicodeScalars.prefix(Self.keyLength)))]
        case .number(let number): [number.plainText]
        case .boolean(let value): [value ? "true" : "false"]
        case .choices(let choices): choices
        }
    }
}

extension Double {
    /// `17` and not `17.0`.
    package var plainText: String { Int64(exactly: self).map(String.init) ?? "\(self)" }
}
