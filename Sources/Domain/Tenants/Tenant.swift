/// A helpdesk.
package struct Tenant: Equatable, Sendable {
    package enum State: String, CaseIterable, Sendable {
        case active, suspended, closing
    }

    package var id: ID<Tenant>
    package var slug: Slug
    package var name: String
    /// IANA name, such as `Europe/London`.
    package var timeZone: String
    package var state: State
    package var createdAt: Timestamp

    package init(id: ID<Tenant>, slug: Slug, name: String, timeZone: String, state: State, createdAt: Timestamp) {
        self.id = id
        self.slug = slug
        self.name = name
        self.timeZone = timeZone
        self.state = state
        self.createdAt = createdAt
    }
}

/// A helpdesk's short name in addresses: lower-case letters, digits and inner hyphens, at most 63, like a DNS label.
package struct Slug: Hashable, Sendable {
    package let text: String

    package init?(_ text: String) {
        let allowed = text.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") }
        guard (1...63).contains(text.utf8.count), allowed, !text.hasPrefix("-"), !text.hasSuffix("-") else { return nil }
        self.text = text
    }

    /// For text that was one before: what the database holds.
    package init(unchecked text: String) { self.text = text }
}

/// What a helpdesk has set about messages that come after a ticket was resolved.
package struct ReopenPolicy: Equatable, Sendable {
    /// Days a user's message reopens the ticket; nil: for ever, 0: never.
    package var days: Int?
    /// What a later message does: refuse or follow up.
    package var late: LateMessage

    package init(days: Int?, late: LateMessage) {
        self.days = days
        self.late = late
    }

    /// What a message at `now` does to a ticket resolved at `resolvedAt`.
    package func message(resolvedAt: Timestamp?, at now: Timestamp) -> LateMessage {
        guard let days, let resolvedAt else { return .reopens }
        return now < resolvedAt.advanced(byDays: days) ? .reopens : late
    }
}
