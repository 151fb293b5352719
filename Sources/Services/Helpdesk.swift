import Domain
import Repositories

/// Everything that can be done in a helpdesk; each verb is an extension in a file of its own, and one transaction.
package struct Helpdesk: Sendable {
    let database: Database
    let clock: Clock
    let references: References

    package var now: Timestamp { clock.now() }

    package init(database: Database, clock: Clock = .system, references: References = .random) {
        self.database = database
        self.clock = clock
        self.references = references
    }
}

/// What time it is. A value, so that tests can set it.
package struct Clock: Sendable {
    package let now: @Sendable () -> Timestamp

    package init(now: @escaping @Sendable () -> Timestamp) { self.now = now }
}

/// Where new tickets get their reference from. A value, so that tests can make two equal.
package struct References: Sendable {
    package let next: @Sendable () -> TicketReference

    package init(next: @escaping @Sendable () -> TicketReference) { self.next = next }

    package static let random = References {
        var generator = SystemRandomNumberGenerator()
        return TicketReference.random(using: &generator)
    }
}

// What the doors to the services need of the floor below.
package typealias Database = Repositories.Database
package typealias DatabaseUnavailable = Repositories.DatabaseUnavailable
package typealias Once = Repositories.Once
package typealias RecordedAnswer = Repositories.RecordedAnswer
package typealias Replay = Repositories.Replay
package typealias StaleAccess = Repositories.StaleAccess
package typealias TokenHash = Repositories.TokenHash
package typealias TokenRecord = Repositories.TokenRecord
