/// What one ticket has to do with another.
package struct TicketLink: Equatable, Sendable {
    package enum Kind: String, CaseIterable, Sendable {
        case related
        case followUpOf = "follow_up_of"
        case followedUpBy = "followed_up_by"
        case splitFrom = "split_from"
        case splitInto = "split_into"
        case mergedFrom = "merged_from"
        case mergedInto = "merged_into"

        /// What the link says on the other ticket.
        package var back: Kind {
            switch self {
            case .related: .related
            case .followUpOf: .followedUpBy
            case .followedUpBy: .followUpOf
            case .splitFrom: .splitInto
            case .splitInto: .splitFrom
            case .mergedFrom: .mergedInto
            case .mergedInto: .mergedFrom
            }
        }
    }

    package var kind: Kind
    /// The other one.
    package var ticketID: ID<Ticket>

    package init(kind: Kind, ticketID: ID<Ticket>) {
        self.kind = kind
        self.ticketID = ticketID
    }
}
