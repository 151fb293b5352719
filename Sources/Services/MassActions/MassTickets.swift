import Domain
import Repositories

/// Some tickets of a mass action on their way: what was found of them, what is decided, and what becomes of each.
struct MassTickets {
    private let asked: [SnapshotTicket]
    private let free: Set<ID<Ticket>>
    private let there: Set<ID<Ticket>>
    private let tickets: [ID<Ticket>: Ticket]
    /// When something is taken back, of which the author sees more than these: also what they will see again.
    private let seen: Set<ID<Ticket>>?
    private let images: [ID<Ticket>: BeforeImage]
    private let sight: TicketSight

    private(set) var changed: [(old: Ticket, new: Ticket)] = []
    private(set) var doomed: [HiddenStatus: [ID<Ticket>]] = [:]
    private(set) var items: [MassActionItem] = []
    /// Somebody is at them: they are come back to.
    private(set) var locked: [SnapshotTicket] = []
    var purged: MassPurged = [:]

    init(
        asked: [SnapshotTicket], free: Set<ID<Ticket>>, there: Set<ID<Ticket>>, tickets: [Ticket], seen: Set<ID<Ticket>>?,
        images: [ID<Ticket>: BeforeImage], sight: TicketSight
    ) {
        self.asked = asked
        self.free = free
        self.there = there
        self.tickets = Dictionary(uniqueKeysWithValues: tickets.map { ($0.id, $0) })
        self.seen = seen
        self.images = images
        self.sight = sight
    }

    /// Whether all of them are in somebody's hands.
    var isFruitless: Bool { !asked.isEmpty && locked.count == asked.count }

    /// Where tickets come to be that were not there before, and that must be there for it.
    var departments: Set<ID<Department>> {
        Set(changed.filter { $0.new.needsDepartment(since: $0.old) }.map(\.new.departmentID))
    }

    /// Who gets tickets.
    var agents: Set<ID<Agent>> { Set(changed.filter { $0.new.agentID != $0.old.agentID }.compactMap(\.new.agentID)) }

    mutating func decide(_ decision: MassDecision, at now: Timestamp) {
        changed.reserveCapacity(asked.count)
        items.reserveCapacity(asked.count)
        for asked in asked {
            guard there.contains(asked.id) else {
                leave(asked, .skipped(.gone))
                continue
            }
            guard free.contains(asked.id) else {
                locked.append(asked)
                continue
            }
            guard let ticket = tickets[asked.id] else {
                leave(asked, .skipped(.noPermission))
                continue
            }
            switch decision.verdict(on: ticket, seen: asked, before: images[asked.id], at: max(now, ticket.updatedAt)) {
            case .leave(let outcome): leave(asked, outcome)
            case .purge:
                guard case .hidden(let status, _) = ticket.status else { continue }
                doomed[status, default: []].append(ticket.id)
                items.append(MassActionItem(ticketID: ticket.id, outcome: .done, version: ticket.version))
            case .change(let new):
                guard maySee(new) else {
                    leave(asked, .skipped(.noPermission))
                    continue
                }
                changed.append((ticket, new))
                items.append(MassActionItem(ticketID: ticket.id, outcome: .done, version: ticket.version + 1))
            }
        }
    }

    /// Not after all.
    mutating func refuse(_ outcome: MassOutcome, where isMeant: (_ old: Ticket, _ new: Ticket) -> Bool) {
        let refused = Set(changed.filter { isMeant($0.old, $0.new) }.map(\.old.id))
        let versions = Dictionary(uniqueKeysWithValues: changed.map { ($0.old.id, $0.old.version) })
        changed.removeAll { refused.contains($0.old.id) }
        items = items.map { item in
            refused.contains(item.ticketID)
                ? MassActionItem(ticketID: item.ticketID, outcome: outcome, version: versions[item.ticketID] ?? item.version) : item
        }
    }

    /// They were come back to often enough.
    mutating func giveUpOnLocked() {
        for ticket in locked { leave(ticket, .failed(.locked)) }
        locked = []
    }

    private mutating func leave(_ ticket: SnapshotTicket, _ outcome: MassOutcome) {
        items.append(MassActionItem(ticketID: ticket.id, outcome: outcome, version: ticket.version))
    }

    private func maySee(_ ticket: Ticket) -> Bool {
        guard let seen else { return true }
        return seen.contains(ticket.id) || sight.sees(ticket, isBeside: false)
    }
}
