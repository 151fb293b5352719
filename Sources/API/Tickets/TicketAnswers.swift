import Domain
import JSON
import Services

/// For whom and when a ticket is shown: both decide what is seen of it.
struct TicketView: Sendable {
    let access: Access
    let now: Timestamp

    init(_ context: TenantContext, _ helpdesk: Helpdesk) {
        access = context.access
        now = helpdesk.now
    }

    /// A user is never told that a ticket was hidden, nor what agents keep to themselves.
    var isInternal: Bool { access.caller.isAgent }

    func etag(_ ticket: Ticket) -> String { ticket.isLive(at: now) ? "\"\(ticket.version)-live\"" : "\"\(ticket.version)\"" }
}

extension Answer {
    static func ticket(_ ticket: Ticket, _ view: TicketView, status: Int = 200, also: (inout JSONWriter) -> Void = { _ in }) -> Answer {
        var writer = JSONWriter()
        writer.ticket(ticket, view, also: also)
        return Answer(
            status: status, etag: view.etag(ticket), location: status == 201 ? "/v1/tickets/\(ticket.id)" : nil, body: writer.bytes)
    }

    static func tickets(_ page: Page<Ticket, TicketCursor>, _ view: TicketView) -> Answer {
        var writer = JSONWriter(capacity: 1000 * page.items.count + 64)
        writer.page(page, cursor: \.text) { $0.ticket($1, view) }
        return Answer(body: writer.bytes)
    }

    static func said(_ said: Said, _ view: TicketView) -> Answer {
        var writer = JSONWriter()
        writer.message(said.message) { writer in
            writer.key("ticket")
            writer.ticket(said.ticket, view)
        }
        return Answer(status: 201, etag: view.etag(said.ticket), location: "/v1/tickets/\(said.ticket.id)/messages", body: writer.bytes)
    }
}

extension JSONWriter {
    mutating func ticket(_ ticket: Ticket, _ view: TicketView, also: (inout JSONWriter) -> Void = { _ in }) {
        let isInternal = view.isInternal
        object { writer in
            writer.key("id")
            writer.number(ticket.id.value)
            writer.key("ref")
            writer.string(ticket.ref.text)
            writer.key("subject")
            writer.string(ticket.subject.text)
            writer.key("status")
            writer.string(isInternal ? ticket.status.name : ticket.status.hiddenFrom?.rawValue ?? ticket.status.name)
            writer.key("live")
            writer.bool(ticket.isLive(at: view.now))
            writer.key("hidden_from")
            writer.optional(isInternal ? ticket.status.hiddenFrom?.rawValue : nil)
            writer.key("hidden_at")
            writer.optional(isInternal ? ticket.hiddenAt : nil)
            writer.key("purge_at")
            writer.optional(isInternal ? view.access.configuration.retention.purgeAt(ticket) : nil)
            writer.key("legal_hold")
            writer.bool(isInternal && ticket.legalHold != nil)
            writer.key("department_id")
            writer.number(ticket.departmentID.value)
            writer.key("agent_id")
            writer.optional(ticket.agentID?.value)
            writer.key("team_id")
            writer.optional(ticket.teamID?.value)
            writer.key("user")
            writer.user(ticket.user)
            writer.key("organization_id")
            writer.optional(ticket.organizationID?.value)
            writer.key("priority")
            writer.string(ticket.priority.rawValue)
            writer.key("urgency")
            writer.number(ticket.urgency.value)
            writer.key("labels")
            writer.array(isInternal ? ticket.labels.list : []) { $0.string($1.text) }
            writer.key("fields")
            writer.fields(ticket.fields)
            writer.key("channel")
            writer.string(ticket.channel.rawValue)
            writer.key("follow_up_of")
            writer.optional(ticket.followUpOf?.value)
            writer.key("message_count")
            writer.number(ticket.messageCount)
            writer.key("reply_count")
            writer.number(ticket.replyCount)
            writer.key("version")
            writer.number(ticket.version)
            writer.key("created_at")
            writer.string(plain: ticket.createdAt.utf8)
            writer.key("updated_at")
            writer.string(plain: ticket.updatedAt.utf8)
            writer.key("status_changed_at")
            // When a ticket was hidden would tell a user that it was.
            let isMasked = !isInternal && ticket.status.isHidden
            writer.string(plain: (isMasked ? ticket.resolvedAt ?? ticket.createdAt : ticket.statusChangedAt).utf8)
            writer.key("user_waiting_since")
            writer.optional(ticket.userWaitingSince)
            writer.key("user_waited")
            writer.number(ticket.userWaited / 1000)
            writer.key("first_reply_time")
            writer.optional(ticket.firstReplyTime.map { $0 / 1000 })
            writer.key("resolved_at")
            writer.optional(ticket.resolvedAt)
            also(&writer)
        }
    }

    mutating func user(_ user: Ticket.Requester) {
        object { writer in
            writer.key("id")
            writer.number(user.id.value)
            writer.key("name")
            writer.optional(user.name)
            writer.key("email")
            writer.string(user.email.text)
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

    mutating func historyEntry(_ entry: HistoryEntry, _ names: Names) {
        object { writer in
            writer.key("version")
            writer.number(entry.version)
            writer.key("at")
            writer.string(plain: entry.at.utf8)
            writer.key("actor")
            writer.person(entry.actor.person) { writer in
                writer.key("token_id")
                writer.optional(entry.actor.tokenID?.value)
            }
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
            writer.key("mass_action_id")
            writer.optional(entry.massActionID?.value)
            writer.key("summary")
            writer.string(entry.summary(names))
        }
    }

    mutating func live(_ session: LiveSession, also: (inout JSONWriter) -> Void = { _ in }) {
        object { writer in
            writer.key("id")
            writer.number(session.id.value)
            writer.key("kind")
            writer.string(session.kind.rawValue)
            writer.key("agent_id")
            writer.number(session.agentID.value)
            writer.key("started_at")
            writer.string(plain: session.startedAt.utf8)
            writer.key("expires_at")
            writer.string(plain: session.expiresAt.utf8)
            also(&writer)
        }
    }

    private mutating func scalar(_ value: FieldChange.Value) {
        switch value {
        case .none: null()
        case .text(let text): string(text)
        case .number(let number): self.number(number)
        case .decimal(let number): self.value(.double(number))
        case .truth(let value): bool(value)
        case .list(let items): array(items) { $0.string($1) }
        }
    }

    /// Nil: an operator, who is nobody of the helpdesk.
    private mutating func person(_ person: Person?, also: (inout JSONWriter) -> Void = { _ in }) {
        let (kind, id): (String, Int64?) =
            switch person {
            case .agent(let id): ("agent", id.value)
            case .user(let id): ("user", id.value)
            case nil: ("operator", nil)
            }
        object { writer in
            writer.key("kind")
            writer.string(kind)
            writer.key("id")
            writer.optional(id)
            also(&writer)
        }
    }

    mutating func optional(_ value: String?) { if let value { string(value) } else { null() } }

    mutating func optional(_ value: Int64?) { if let value { number(value) } else { null() } }

    mutating func optional(_ value: Timestamp?) { if let value { string(plain: value.utf8) } else { null() } }
}
