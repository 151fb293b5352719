/// Which tickets to list, in which order.
package struct TicketFilter: Equatable, Sendable {
    /// Empty: every visible status.
    package var statuses: [StatusName] = []
    package var agent: Assigned<Agent>?
    package var team: Assigned<Team>?
    package var departmentID: ID<Department>?
    package var userID: ID<User>?
    package var label: Label?
    /// All of these.
    package var fields: [FieldCondition] = []
    package var priority: Priority?
    package var createdBefore: Timestamp?
    package var createdAfter: Timestamp?
    package var updatedBefore: Timestamp?
    package var updatedAfter: Timestamp?

    package init() {}

    package enum Assigned<Assignee: Sendable>: Equatable, Sendable {
        case none
        case to(ID<Assignee>)
    }

    /// A ticket has this value in this field; of a multiple choice, among others.
    package struct FieldCondition: Equatable, Sendable {
        package var id: ID<Field>
        package var key: FieldKey
        package var value: FieldValue

        package init(id: ID<Field>, key: FieldKey, value: FieldValue) {
            self.id = id
            self.key = key
            self.value = value
        }
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
        case urgency
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
    package var place: Place
    package var id: ID<Ticket>

    /// Where the last ticket stands in the order, as far as its id does not say.
    package enum Place: Equatable, Sendable {
        case none
        case time(Timestamp)
        case urgency(Urgency)
    }

    package init(order: TicketOrder, place: Place, id: ID<Ticket>) {
        self.order = order
        self.place = place
        self.id = id
    }

    package init(after ticket: Ticket, in order: TicketOrder) {
        self.order = order
        id = ticket.id
        place =
            switch order.key {
            case .updatedAt: .time(ticket.updatedAt)
            case .createdAt: .time(ticket.createdAt)
            case .urgency: .urgency(ticket.urgency)
            case .id: .none
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
