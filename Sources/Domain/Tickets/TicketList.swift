/// Which tickets to list, in which order.
package struct TicketFilter: Equatable, Sendable {
    /// Empty: every visible status.
    package var statuses: [StatusName] = []
    package var agent: AssignedAgent?
    package var userID: ID<User>?
    package var priority: Priority?
    package var createdBefore: Timestamp?
    package var createdAfter: Timestamp?
    package var updatedBefore: Timestamp?
    package var updatedAfter: Timestamp?

    package init() {}

    package enum AssignedAgent: Equatable, Sendable {
        case nobody
        case agent(ID<Agent>)
    }

    /// Hidden tickets are listed only where their status is named.
    package var includesHidden: Bool { statuses.contains { $0.isHidden } }
}

/// A status as one asks for it, without where it was hidden from.
package enum StatusName: Hashable, Sendable {
    case visible(VisibleStatus)
    case hidden(HiddenStatus)

    package init?(_ name: String) {
        if let status = VisibleStatus(rawValue: name) {
            self = .visible(status)
        } else if let status = HiddenStatus(rawValue: name) {
            self = .hidden(status)
        } else {
            return nil
        }
    }

    package var name: String {
        switch self {
        case .visible(let status): status.rawValue
        case .hidden(let status): status.rawValue
        }
    }

    package var isHidden: Bool {
        if case .hidden = self { true } else { false }
    }

    package static let all: [StatusName] = VisibleStatus.allCases.map { .visible($0) } + HiddenStatus.allCases.map { .hidden($0) }
}

package struct TicketOrder: Equatable, Sendable {
    package enum Key: String, CaseIterable, Sendable {
        case updatedAt = "updated_at"
        case createdAt = "created_at"
        case id
    }

    package var key: Key
    package var descending: Bool

    package init(_ key: Key, descending: Bool) {
        self.key = key
        self.descending = descending
    }

    package static let newestChangeFirst = TicketOrder(.updatedAt, descending: true)
}

/// Where the last page ended: the sort key of its last ticket. The next page begins behind it, whatever was inserted meanwhile.
package struct TicketCursor: Equatable, Sendable {
    package var order: TicketOrder
    /// The last ticket's time; nil when the order is by id.
    package var time: Timestamp?
    package var id: ID<Ticket>

    package init(order: TicketOrder, time: Timestamp?, id: ID<Ticket>) {
        self.order = order
        self.time = time
        self.id = id
    }

    package init(after ticket: Ticket, in order: TicketOrder) {
        self.order = order
        id = ticket.id
        time =
            switch order.key {
            case .updatedAt: ticket.updatedAt
            case .createdAt: ticket.createdAt
            case .id: nil
            }
    }
}

/// One page of a list.
package struct Page<Item: Sendable, Cursor: Sendable>: Sendable {
    package var items: [Item]
    /// Nil on the last page.
    package var next: Cursor?

    package init(items: [Item], next: Cursor?) {
        self.items = items
        self.next = next
    }

    /// From one item more than the page holds, which tells whether there is a next page.
    package init(oneMore items: [Item], limit: Int, cursor: (Item) -> Cursor) {
        self.items = Array(items.prefix(limit))
        next = items.count > limit ? self.items.last.map(cursor) : nil
    }
}
