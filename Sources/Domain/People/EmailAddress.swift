/// An address mail can be sent to, in lower case: `Ada@Example.org` and `ada@example.org` are one person.
package struct EmailAddress: Hashable, Sendable {
    package let text: String

    /// Refuses what no mail server takes; whether mail arrives, only mail can tell.
    package init?(_ text: String) {
        let address = text.trimmed.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...64).contains(parts[0].utf8.count), (1...253).contains(parts[1].utf8.count),
            !address.unicodeScalars.contains(where: { $0.isControl || $0.properties.isWhitespace || "<>(),;:\"[]\\".unicodeScalars.contains($0) }),
            parts[1].split(separator: ".", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") })
        else { return nil }
        self.text = address
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }
}
