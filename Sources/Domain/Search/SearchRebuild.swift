/// Search documents written anew, ticket by ticket, while everybody goes on working.
package struct SearchRebuild: Equatable, Sendable {
    /// Which tickets' documents.
    package enum Scope: Hashable, Sendable {
        case everything
        case tickets(of: ID<User>)
    }

    /// What there is to go through, as it was found by the first piece.
    package struct Extent: Equatable, Sendable {
        /// The last number that was given to a ticket; later tickets have a document from the start.
        package var through: ID<Ticket>
        /// How many tickets of all users have a number up to that.
        package var total: Int64

        package init(through: ID<Ticket>, total: Int64) {
            self.through = through
            self.total = total
        }
    }

    package let scope: Scope
    /// Nil: nobody has begun.
    package var extent: Extent?
    /// Up to this number all tickets are done, but those that were passed over.
    package var place: ID<Ticket>
    /// Tickets that somebody was at; they are come back to.
    package var passedOver: [ID<Ticket>]
    package var done: Int64
    package var pace: BatchPace
    package var startedAt: Timestamp
    package var finishedAt: Timestamp?

    package init(
        scope: Scope, extent: Extent? = nil, place: ID<Ticket> = ID(0), passedOver: [ID<Ticket>] = [], done: Int64 = 0,
        pace: BatchPace = BatchPace(.search), startedAt: Timestamp, finishedAt: Timestamp? = nil
    ) {
        self.scope = scope
        self.extent = extent
        self.place = place
        self.passedOver = passedOver
        self.done = done
        self.pace = pace
        self.startedAt = startedAt
        self.finishedAt = finishedAt
    }
}

extension SearchRebuild {
    /// So many may be passed over before it comes back to them, and not only at the end.
    private static let mostPassedOver = 1000

    /// What a piece is to do.
    package enum Step: Equatable, Sendable {
        /// Find out what there is to go through.
        case begin
        /// The next tickets behind the place.
        case goOn(through: ID<Ticket>)
        /// Tickets that were passed over.
        case comeBack([ID<Ticket>])
        case end
    }

    package var next: Step {
        guard let extent else { return .begin }
        let isThrough = place >= extent.through
        if passedOver.isEmpty { return isThrough ? .end : .goOn(through: extent.through) }
        return isThrough || passedOver.count > Self.mostPassedOver
            ? .comeBack(Array(passedOver.prefix(pace.size))) : .goOn(through: extent.through)
    }

    /// The tickets behind the place up to this number are done, but these.
    package mutating func went(to number: ID<Ticket>, done count: Int, passingOver locked: [ID<Ticket>]) {
        place = number
        done += Int64(count)
        passedOver += locked
    }

    /// Of the tickets passed over, the first so many were looked at again; these are still in somebody's hands, and wait behind the others.
    package mutating func cameBack(to count: Int, done: Int, stillLocked: [ID<Ticket>]) {
        passedOver = passedOver.dropFirst(count) + stillLocked
        self.done += Int64(done)
    }
}
