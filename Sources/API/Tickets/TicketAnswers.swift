import Domain
import JSON

extension JSONWriter {
    /// A user is never told that a ticket was hidden: to them it is as it was before.
    mutating func ticket(_ ticket: Ticket, for caller: Caller, also: (inout JSONWriter) -> Void = { _ in }) {
        let showsHiding = caller.isAgent
        object { writer in
            writer.key("id")
            writer.number(ticket.id.value)
            writer.key("ref")
            writer.string(ticket.ref.text)
            writer.key("subject")
            writer.string(ticket.subject.text)
            writer.key("status")
            writer.string(showsHiding ? ticket.status.name : ticket.status.hiddenFrom?.rawValue ?? ticket.status.name)
            writer.key("hidden_from")
            writer.optional(showsHiding ? ticket.status.hiddenFrom?.rawValue : nil)
            writer.key("hidden_at")
            writer.optional(showsHiding ? ticket.hiddenAt : nil)
            writer.key("agent_id")
            writer.optional(ticket.agentID?.value)
            writer.key("user")
            writer.object { writer in
                writer.key("id")
                writer.number(ticket.user.id.value)
                writer.key("name")
                writer.optional(ticket.user.name)
                writer.key("email")
                writer.string(ticket.user.email.text)
            }
            writer.key("priority")
            writer.string(ticket.priority.rawValue)
            writer.key("urgency")
            writer.number(ticket.urgency.value)
            writer.key("channel")
            writer.string(ticket.channel.rawValue)
            writer.key("follow_up_of")
            writer.optional(ticket.followUpOf?.value)
            writer.key("message_count")
            writer.number(ticket.messageCount)
            writer.key("version")
            writer.number(ticket.version)
            writer.key("created_at")
            writer.string(plain: ticket.createdAt.utf8)
            writer.key("updated_at")
            writer.string(plain: ticket.updatedAt.utf8)
            writer.key("status_changed_at")
            writer.string(plain: ticket.statusChangedAt.utf8)
            writer.key("user_waiting_since")
            writer.optional(ticket.userWaitingSince)
            writer.key("resolved_at")
            writer.optional(ticket.resolvedAt)
            also(&writer)
        }
    }

    mutating func message(_ message: Message, also: (inout JSONWriter) -> Void = { _ in }) {
        object { writer in
            writer.key("id")
            writer.number(message.id.value)
            writer.key("ticket_id")
            writer.number(message.ticketID.value)
            writer.key("kind")
            writer.string(message.kind.rawValue)
            writer.key("author")
            writer.person(message.author)
            writer.key("text")
            writer.optional(message.body.format == .text ? message.body.content : nil)
            writer.key("html")
            writer.optional(message.body.format == .html ? message.body.content : nil)
            writer.key("created_at")
            writer.string(plain: message.createdAt.utf8)
            also(&writer)
        }
    }

    mutating func historyEntry(_ entry: HistoryEntry) {
        object { writer in
            writer.key("version")
            writer.number(entry.version)
            writer.key("at")
            writer.string(plain: entry.at.utf8)
            writer.key("actor")
            writer.person(entry.actor)
            writer.key("event")
            writer.string(entry.event.rawValue)
            writer.key("changes")
            writer.array(entry.changes) { writer, change in
                writer.object { writer in
                    writer.key("field")
                    writer.string(change.field)
                    writer.key("from")
                    writer.scalar(change.from)
                    writer.key("to")
                    writer.scalar(change.to)
                }
            }
            writer.key("message_id")
            writer.optional(entry.messageID?.value)
        }
    }

    private mutating func scalar(_ value: FieldChange.Value) {
        switch value {
        case .none: null()
        case .text(let text): string(text)
        case .number(let number): self.number(number)
        }
    }

    private mutating func person(_ person: Person) {
        object { writer in
            writer.key("kind")
            switch person {
            case .agent(let id):
                writer.string("agent")
                writer.key("id")
                writer.number(id.value)
            case .user(let id):
                writer.string("user")
                writer.key("id")
                writer.number(id.value)
            }
        }
    }

    mutating func optional(_ value: String?) { if let value { string(value) } else { null() } }

    mutating func optional(_ value: Int64?) { if let value { number(value) } else { null() } }

    mutating func optional(_ value: Timestamp?) { if let value { string(plain: value.utf8) } else { null() } }
}
