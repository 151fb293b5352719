import Domain
import JSON
import Services

/// How tickets, messages and history look in JSON, and what may be sent.
enum TicketBodies {
    private static let statuses = StatusName.all.map(\.name)
    private static let visible = VisibleStatus.allCases.map(\.rawValue)
    private static let id = Schema.integer(minimum: 1)

    static let ticket = Schema.object([
        Schema.property("id", id),
        Schema.property("ref", .string(description: "For subject lines and the telephone; discloses nothing.")),
        Schema.property("subject", .string(maximumLength: 300)),
        Schema.property("status", .oneOf(statuses)),
        Schema.property("hidden_from", .nullable(.oneOf(visible))),
        Schema.property("hidden_at", .nullable(.time)),
        Schema.property("agent_id", .nullable(id)),
        Schema.property(
            "user",
            .object([Schema.property("id", id), Schema.property("name", .nullable(.string())), Schema.property("email", .string())])),
        Schema.property("priority", .oneOf(Priority.allCases.map(\.rawValue))),
        Schema.property("urgency", .integer(minimum: 1, maximum: 10)),
        Schema.property("channel", .oneOf(Channel.allCases.map(\.rawValue))),
        Schema.property("follow_up_of", .nullable(id)),
        Schema.property("message_count", .integer(minimum: 0)),
        Schema.property("version", .integer(minimum: 1)),
        Schema.property("created_at", .time),
        Schema.property("updated_at", .time),
        Schema.property("status_changed_at", .time),
        Schema.property("user_waiting_since", .nullable(.time)),
        Schema.property("resolved_at", .nullable(.time)),
        Schema.property("messages", .page(of: .reference("Message")), required: false),
        Schema.property("history", .page(of: .reference("HistoryEntry")), required: false),
    ])

    static let message = Schema.object([
        Schema.property("id", id),
        Schema.property("ticket_id", id),
        Schema.property("kind", .oneOf(Message.Kind.allCases.map(\.rawValue))),
        Schema.property("author", person),
        Schema.property("text", .nullable(.string())),
        Schema.property("html", .nullable(.string())),
        Schema.property("created_at", .time),
        Schema.property("ticket", .reference("Ticket"), required: false),
    ])

    static let historyEntry = Schema.object([
        Schema.property("version", .integer(minimum: 1, description: "The version of the ticket that this change made.")),
        Schema.property("at", .time),
        Schema.property("actor", person),
        Schema.property("event", .oneOf(HistoryEntry.Event.allCases.map(\.rawValue))),
        Schema.property(
            "changes",
            .array(.object([Schema.property("field", .string()), Schema.property("from", .scalar), Schema.property("to", .scalar)]))),
        Schema.property("message_id", .nullable(id)),
    ])

    private static let person = Schema.object([Schema.property("kind", .oneOf(["agent", "user"])), Schema.property("id", id)])

    private static let body: [Schema.Property] = [
        Schema.property("text", .string(description: "Either this or html.", maximumLength: MessageBody.maximumBytes), required: false),
        Schema.property("html", .string(maximumLength: MessageBody.maximumBytes), required: false),
    ]

    static let creation = Schema.object(
        body + [
            Schema.property("subject", .string(maximumLength: 300)),
            Schema.property(
                "user", .object([Schema.property("email", .string()), Schema.property("name", .string(), required: false)]), required: false
            ),
            Schema.property("user_id", id, required: false),
            Schema.property("status", .oneOf(visible), required: false),
            Schema.property("agent_id", .nullable(id), required: false),
            Schema.property("priority", .oneOf(Priority.allCases.map(\.rawValue)), required: false),
            Schema.property("urgency", .integer(minimum: 1, maximum: 10), required: false),
        ])

    static let reply = Schema.object(body + [Schema.property("status", .oneOf(visible), required: false)])
    static let note = Schema.object(body)

    static let patch = Schema.object([
        Schema.property("subject", .string(maximumLength: 300), required: false),
        Schema.property("status", .oneOf(visible), required: false),
        Schema.property("agent_id", .nullable(id), required: false),
        Schema.property("priority", .oneOf(Priority.allCases.map(\.rawValue)), required: false),
        Schema.property("urgency", .integer(minimum: 1, maximum: 10), required: false),
    ])

    static let restoration = Schema.object([Schema.property("status", .oneOf(visible), required: false)])
}

// MARK: Reading

extension TicketBodies {
    static func draft(_ json: JSONValue, by caller: Caller) throws -> TicketDraft {
        var fields = try Fields(json)
        let subject = fields.subject(required: true)
        let body = fields.messageBody()
        let urgency = fields.urgency()
        let priority = fields.oneOf("priority", Priority.self)
        var status: VisibleStatus?
        var agent: ID<Agent>?
        var requester: TicketDraft.Requester? = .caller
        if caller.isAgent {
            status = fields.oneOf("status", VisibleStatus.self)
            agent = fields.integer("agent_id").map { ID($0) }
            requester = try fields.requester()
        } else {
            for name in ["user", "user_id", "status", "agent_id"] where fields.has(name) {
                _ = fields.value(name)
                fields.fault(name, "forbidden", "is not yours to choose: the ticket is your own and awaits an agent")
            }
        }
        try fields.finish()
        guard let subject, let body, let requester else { throw Refusal.invalid(fields.faults) }
        return TicketDraft(
            subject: subject, body: body, requester: requester, status: status, agentID: agent, priority: priority ?? .normal,
            urgency: urgency ?? .lowest)
    }

    static func reply(_ json: JSONValue) throws -> (MessageBody, VisibleStatus?) {
        var fields = try Fields(json)
        let body = fields.messageBody()
        let status = fields.oneOf("status", VisibleStatus.self)
        try fields.finish()
        guard let body else { throw Refusal.invalid(fields.faults) }
        return (body, status)
    }

    static func note(_ json: JSONValue) throws -> MessageBody {
        var fields = try Fields(json)
        let body = fields.messageBody()
        try fields.finish()
        guard let body else { throw Refusal.invalid(fields.faults) }
        return body
    }

    static func patch(_ json: JSONValue) throws -> TicketPatch {
        var fields = try Fields(json)
        var patch = TicketPatch()
        if fields.has("subject") { patch.subject = fields.subject(required: true) }
        patch.status = fields.oneOf("status", VisibleStatus.self)
        patch.priority = fields.oneOf("priority", Priority.self)
        patch.urgency = fields.urgency()
        if fields.value("agent_id")?.isNull == true {
            patch.assignment = .nobody
        } else {
            patch.assignment = fields.integer("agent_id").map { .agent(ID($0)) }
        }
        try fields.finish()
        return patch
    }

    static func restoration(_ json: JSONValue) throws -> VisibleStatus? {
        var fields = try Fields(json)
        let status = fields.oneOf("status", VisibleStatus.self)
        try fields.finish()
        return status
    }
}

extension Fields {
    fileprivate mutating func subject(required: Bool) -> Subject? {
        parse("subject", required: required, "one line of 1 to 300 characters") { Subject($0) }
    }

    fileprivate mutating func urgency() -> Urgency? {
        guard let number = integer("urgency") else { return nil }
        guard let urgency = Int(exactly: number).flatMap({ Urgency($0) }) else {
            fault("urgency", "invalid", "a whole number from 1 to 10")
            return nil
        }
        return urgency
    }

    fileprivate mutating func messageBody() -> MessageBody? {
        let rule = "not blank, at most 1 MiB"
        let text = parse("text", rule) { MessageBody($0, format: .text) }
        let html = parse("html", rule) { MessageBody($0, format: .html) }
        switch (has("text"), has("html")) {
        case (true, true):
            fault("html", "conflict", "give text or html, not both")
        case (false, false):
            fault("text", "required", "give text or html")
        case (true, false) where text == nil && faults.allSatisfy({ $0.field != "text" }):
            fault("text", "required", "must not be null")
        case (false, true) where html == nil && faults.allSatisfy({ $0.field != "html" }):
            fault("html", "required", "must not be null")
        default: break
        }
        return text ?? html
    }

    fileprivate mutating func requester() throws -> TicketDraft.Requester? {
        let before = faults.count
        let id = integer("user_id")
        // Null is as good as nothing.
        let given = value("user").flatMap { $0.isNull ? nil : $0 }
        switch (id, given) {
        case (let id?, nil): return .user(ID(id))
        case (_?, _?):
            fault("user_id", "conflict", "give user or user_id, not both")
            return nil
        case (nil, nil):
            if faults.count == before { fault("user", "required", "give user or user_id") }
            return nil
        case (nil, let user?):
            var nested: Fields
            do { nested = try Fields(user, prefix: "user.") } catch Refusal.invalid(let faults) {
                add(faults)
                return nil
            }
            let email = nested.parse("email", required: true, "an e-mail address") { EmailAddress($0) }
            let name = nested.parse("name", "1 to 200 characters") { personName($0) }
            do { try nested.finish() } catch .invalid(let faults) { add(faults) } catch { throw error }
            return email.map { .address($0, name: name) }
        }
    }
}

// MARK: Writing

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
