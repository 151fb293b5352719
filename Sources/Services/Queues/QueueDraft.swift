import Domain

/// A queue as it is asked for.
package struct QueueDraft: Sendable {
    package var name: QueueName
    package var criteria: QueueCriteria
    package var order: TicketOrder
    package var visibility: QueueVisibility

    package init(name: QueueName, criteria: QueueCriteria, order: TicketOrder = .newestChangeFirst, visibility: QueueVisibility) {
        self.name = name
        self.criteria = criteria
        self.order = order
        self.visibility = visibility
    }
}

/// What to change of a queue; nil leaves it as it is.
package struct QueuePatch: Sendable {
    package var name: QueueName?
    package var criteria: QueueCriteria?
    package var order: TicketOrder?
    package var visibility: QueueVisibility?

    package init(
        name: QueueName? = nil, criteria: QueueCriteria? = nil, order: TicketOrder? = nil, visibility: QueueVisibility? = nil
    ) {
        self.name = name
        self.criteria = criteria
        self.order = order
        self.visibility = visibility
    }
}
