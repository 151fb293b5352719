import Domain
import JSON
import Postgres

/// What a mass action makes of one ticket, whole: its new state, what the history says of it, and what taking it back needs.
package struct MassChange: Sendable {
    package let old: Ticket
    package let ticket: Ticket
    package let changes: [FieldChange]
    /// As they were before; nil when they did not change.
    package let clocks: TicketClocks?
    package let messageID: ID<Message>?

    package init(of old: Ticket, into new: Ticket, at now: Timestamp, messageID: ID<Message>? = nil) {
        var ticket = new
        ticket.version = old.version + 1
        ticket.updatedAt = max(now, old.updatedAt)
        self.old = old
        self.ticket = ticket
        changes = ticket.changes(since: old)
        clocks = ticket.clocksToKeep(of: old)
        self.messageID = messageID
    }
}

/// A ticket's clocks as they stand beside a line of its history.
enum ClockColumn {
    static func json(_ clocks: TicketClocks) -> String {
        var writer = JSONWriter(capacity: 160)
        writer.object { writer in
            writer.key("status_changed_at")
            writer.number(clocks.statusChangedAt.milliseconds)
            if let time = clocks.hiddenAt {
                writer.key("hidden_at")
                writer.number(time.milliseconds)
            }
            if let status = clocks.hiddenFrom {
                writer.key("hidden_from")
                writer.string(status.rawValue)
            }
            if let time = clocks.resolvedAt {
                writer.key("resolved_at")
                writer.number(time.milliseconds)
            }
            if let time = clocks.userWaitingSince {
                writer.key("user_waiting_since")
                writer.number(time.milliseconds)
            }
            writer.key("user_waited_ms")
            writer.number(clocks.userWaited)
        }
        return writer.text
    }

    static func clocks(_ json: String) throws -> TicketClocks {
        let members = try JSONValue(parsing: json.utf8)
        func time(_ name: String) -> Timestamp? { members[name]?.integer.map { Timestamp(milliseconds: $0) } }
        return TicketClocks(
            statusChangedAt: try known(time("status_changed_at")), hiddenAt: time("hidden_at"),
            hiddenFrom: members["hidden_from"]?.string.flatMap(VisibleStatus.init), resolvedAt: time("resolved_at"),
            userWaitingSince: time("user_waiting_since"), userWaited: try known(members["user_waited_ms"]?.integer))
    }
}
