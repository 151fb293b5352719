/// An address mail can be sent to, in lower case: `Ada@Example.org` and `ada@example.org` are one person.
package struct EmailAddress: Hashable, Sendable {
    package let text: String

    package static let anonymisedHost = "@anonymised.invalid"

    /// Refuses what no mail server takes; whether mail arrives, only mail can tell.
    package init?(_ text: String) {
        let address = text.trimmed.lowercased()
        // By scalars: a combining mark would hide the character before it.
        let scalars = address.unicodeScalars
        let parts = scalars.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(String(parts[0]).utf8.count), (1...253).contains(String(parts[1]).utf8.count),
            !scalars.contains(where: { $0.isForbiddenInAddress }),
            parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ $0.first != "-" && $0.last != "-" && !$0.isEmpty }
            )
        else { return nil }
        // Given to those who are gone, and to nobody else.
        if address.hasSuffix(Self.anonymisedHost) { return nil }
        self.text = address
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }
}

extension Unicode.Scalar {
    fileprivate var isForbiddenInAddress: Bool {
        isControl || properties.generalCategory == .format || properties.isWhitespace || "<>(),;:\"[]\\".unicodeScalars.contains(self)
    }
}
