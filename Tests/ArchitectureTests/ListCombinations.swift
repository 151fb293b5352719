import Domain
import Repositories

/// Every shape a list of tickets can take: each filter alone, the usual ones together, each order, with and without a cursor.
struct ListCombinations {
    let filter: TicketFilter
    let order: TicketOrder
    let hasCursor: Bool

    var statement: TicketListSQL {
        let time: Timestamp? = order.key == .id ? nil : Timestamp(milliseconds: 1_790_000_000_000)
        return TicketListSQL(filter, order, after: hasCursor ? TicketCursor(order: order, time: time, id: ID(5)) : nil, limit: 51)
    }

    var sql: String { statement.sql }

    /// What is bounded without an index in the asked order: one user's tickets, a span of time, and hidden tickets, which the purge takes away.
    var maySort: Bool { filter.userID != nil || filter.createdAfter != nil || filter.includesHidden }

    static let all: [ListCombinations] = filters.flatMap { filter in
        TicketOrder.Key.allCases.flatMap { key in
            [true, false].flatMap { descending in
                [true, false].map { ListCombinations(filter: filter, order: TicketOrder(key, descending: descending), hasCursor: $0) }
            }
        }
    }

    private static let filters: [TicketFilter] = {
        func make(_ change: (inout TicketFilter) -> Void) -> TicketFilter {
            var filter = TicketFilter()
            change(&filter)
            return filter
        }
        let time = Timestamp(milliseconds: 1_780_000_000_000)
        return [
            TicketFilter(),
            make { $0.statuses = [.visible(.pending)] },
            make { $0.statuses = [.visible(.pending), .visible(.awaitingAgent)] },
            make { $0.statuses = [.hidden(.spam)] },
            make { $0.statuses = [.hidden(.spam), .visible(.resolved)] },
            make { $0.agent = .nobody },
            make { $0.agent = .agent(ID(1)) },
            make { $0.userID = ID(1) },
            make { $0.priority = .high },
            make {
                $0.createdBefore = time
                $0.createdAfter = time
                $0.updatedBefore = time
                $0.updatedAfter = time
            },
            make {
                $0.statuses = [.visible(.pending)]
                $0.agent = .agent(ID(1))
                $0.userID = ID(1)
                $0.priority = .low
            },
        ]
    }()
}
