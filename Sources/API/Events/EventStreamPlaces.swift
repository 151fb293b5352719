import Domain
import Synchronization

/// How many event streams there may be at a time: each looks into the database again and again.
final class EventStreamPlaces: Sendable {
    static let most = 200
    static let mostOfOneHelpdesk = 10

    private let taken = Mutex(Taken())

    private struct Taken {
        var all = 0
        var byHelpdesk: [ID<Tenant>: Int] = [:]
    }

    /// A place, until it is let go.
    final class Place: Sendable {
        private let places: EventStreamPlaces
        private let helpdesk: ID<Tenant>

        fileprivate init(_ places: EventStreamPlaces, _ helpdesk: ID<Tenant>) {
            self.places = places
            self.helpdesk = helpdesk
        }

        deinit { places.free(helpdesk) }
    }

    func take(for helpdesk: ID<Tenant>) throws(TooManyStreams) -> Place {
        let isFree = taken.withLock { taken in
            guard taken.all < Self.most, taken.byHelpdesk[helpdesk, default: 0] < Self.mostOfOneHelpdesk else { return false }
            taken.all += 1
            taken.byHelpdesk[helpdesk, default: 0] += 1
            return true
        }
        guard isFree else { throw TooManyStreams() }
        return Place(self, helpdesk)
    }

    private func free(_ helpdesk: ID<Tenant>) {
        taken.withLock { taken in
            taken.all -= 1
            let left = taken.byHelpdesk[helpdesk, default: 0] - 1
            taken.byHelpdesk[helpdesk] = left > 0 ? left : nil
        }
    }
}

struct TooManyStreams: Error {}
