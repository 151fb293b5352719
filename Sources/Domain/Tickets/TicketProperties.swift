/// One line that says what the ticket is about: 1 to 300 characters, no line breaks.
package struct Subject: Equatable, Sendable {
    package static let lengths = 1...300
    package let text: String

    package init?(_ text: String) {
        let trimmed = text.trimmed
        guard Self.lengths.contains(trimmed.unicodeScalars.count), !trimmed.unicodeScalars.contains(where: \.isControl) else { return nil }
        self.text = trimmed
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }

    /// The subject of a ticket made from a message that has none.
    package static let none = Subject(unchecked: "(no subject)")
}

package enum Priority: String, CaseIterable, Sendable {
    case low, normal, high, urgent
}

/// How pressing, from 1 (can wait) to 10 (everything stands still).
package struct Urgency: Equatable, Sendable {
    package static let range = 1...10
    package static let lowest = Urgency(1)!
    package let value: Int

    package init?(_ value: Int) {
        guard Self.range.contains(value) else { return nil }
        self.value = value
    }
}

/// The way a ticket came in.
package enum Channel: String, CaseIterable, Sendable {
    case api, email, form
}

/// A code for subject lines and the telephone, `KXQW-4821-ZTMB`: random, so it tells nothing about the number of tickets and is not guessed.
package struct TicketReference: Hashable, Sendable {
    package let text: String

    /// Without I and O, which are read as 1 and 0.
    private static let letters = Array("ABCDEFGHJKLMNPQRSTUVWXYZ".utf8)

    /// One of 24⁸ · 10⁴, about 10¹⁵.
    package static func random(using generator: inout some RandomNumberGenerator) -> TicketReference {
        var bytes: [UInt8] = []
        for group in 0..<3 {
            if group > 0 { bytes.append(UInt8(ascii: "-")) }
            for _ in 0..<4 {
                bytes.append(group == 1 ? UInt8.random(in: 48...57, using: &generator) : letters.randomElement(using: &generator)!)
            }
        }
        return TicketReference(unchecked: String(decoding: bytes, as: UTF8.self))
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }
}

/// A word that sorts tickets: 1 to 60 characters on one line, no comma.
package struct Label: Hashable, Sendable, Comparable {
    package let text: String

    package init?(_ text: String) {
        let trimmed = text.trimmed
        guard (1...60).contains(trimmed.unicodeScalars.count), !trimmed.unicodeScalars.contains(where: { $0.isControl || $0 == "," }) else {
            return nil
        }
        self.text = trimmed
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }

    package static func < (one: Self, other: Self) -> Bool { one.text < other.text }
}

/// A ticket's labels: in order, none twice, at most 50.
package struct Labels: Equatable, Sendable {
    package static let most = 50
    package static let none = Labels(unchecked: [])
    package let list: [Label]

    package init?(_ labels: some Sequence<Label>) {
        let once = Set(labels)
        guard once.count <= Self.most else { return nil }
        list = once.sorted()
    }

    /// For what was such a list before: what the database holds.
    package init(unchecked list: [Label]) { self.list = list }
}

/// Why a ticket must not be purged: 1 to 1000 characters.
package struct LegalHold: Equatable, Sendable {
    package let reason: String

    package init?(_ reason: String) {
        let trimmed = reason.trimmed
        guard (1...1000).contains(trimmed.unicodeScalars.count), !trimmed.utf8.contains(0) else { return nil }
        self.reason = trimmed
    }

    /// For text that was one before: what the database holds.
    package init(unchecked reason: String) { self.reason = reason }
}

extension String {
    var trimmed: String {
        var view = self[...]
        while let first = view.first, first.isWhitespace { view.removeFirst() }
        while let last = view.last, last.isWhitespace { view.removeLast() }
        return String(view)
    }
}

extension Unicode.Scalar {
    /// A control character or a line break of Unicode's own.
    var isControl: Bool {
        switch properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
