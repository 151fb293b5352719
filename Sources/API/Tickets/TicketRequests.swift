import Domain
import JSON
import Services

extension TicketBodies {
    static func draft(_ json: JSONValue, by caller: Caller) throws -> TicketDraft {
        var fields = try Fields(json)
        let subject = fields.subject(required: true)
        let body = fields.messageBody()
        let urgency = fields.urgency()
        let priority = fields.oneOf("priority", Priority.self)
        let department = fields.id("department_id", of: Department.self)
        let values = fields.fieldChanges()
        var status: VisibleStatus?
        var agent: ID<Agent>?
        var team: ID<Team>?
        var labels: Labels?
        var requester: TicketDraft.Requester? = .caller
        if caller.isAgent {
            status = fields.oneOf("status", VisibleStatus.self)
            agent = fields.id("agent_id")
            team = fields.id("team_id")
            labels = fields.labels()
            requester = fields.requester()
        } else {
            for name in ["user", "user_id", "status", "agent_id", "team_id", "labels"] where fields.has(name) {
                _ = fields.value(name)
                fields.fault(name, "forbidden", "is not yours to choose: the ticket is your own and awaits an agent")
            }
        }
        try fields.finish()
        guard let subject, let body, let requester else { throw Refusal.invalid(fields.faults) }
        return TicketDraft(
            subject: subject, body: body, requester: requester, departmentID: department, status: status, agentID: agent, teamID: team,
            labels: labels ?? .none, priority: priority ?? .normal, urgency: urgency ?? .lowest, fields: values)
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
        patch.departmentID = fields.department()
        patch.agent = fields.idOrNull("agent_id", of: Agent.self).map { $0.map { .to($0) } ?? .nobody }
        patch.team = fields.idOrNull("team_id", of: Team.self).map { $0.map { .to($0) } ?? .nobody }
        patch.priority = fields.oneOf("priority", Priority.self)
        patch.urgency = fields.urgency()
        patch.labels = fields.labels()
        patch.fields = fields.fieldChanges()
        try fields.finish()
        return patch
    }

    static func restoration(_ json: JSONValue) throws -> Restoration {
        var fields = try Fields(json)
        var restoration = Restoration()
        restoration.status = fields.oneOf("status", VisibleStatus.self)
        restoration.departmentID = fields.department()
        restoration.fields = fields.fieldChanges()
        try fields.finish()
        return restoration
    }

    static func hold(_ json: JSONValue) throws -> LegalHold {
        var fields = try Fields(json)
        let hold = fields.parse("reason", required: true, "1 to 1000 characters") { LegalHold($0) }
        try fields.finish()
        guard let hold else { throw Refusal.invalid(fields.faults) }
        return hold
    }

    static func duplicates(_ json: JSONValue) throws -> [ID<Ticket>] {
        var fields = try Fields(json)
        let ids = fields.someIDs("duplicates", of: Ticket.self, atMost: Helpdesk.mostDuplicates)
        try fields.finish()
        return ids
    }

    static func split(_ json: JSONValue) throws -> (messages: [ID<Message>], subject: Subject?) {
        var fields = try Fields(json)
        let ids = fields.someIDs("message_ids", of: Message.self, atMost: Helpdesk.mostSplitMessages)
        let subject = fields.subject(required: fields.has("subject"))
        try fields.finish()
        return (ids, subject)
    }

    static func liveKind(_ json: JSONValue) throws -> LiveSession.Kind {
        var fields = try Fields(json)
        let kind = fields.oneOf("kind", LiveSession.Kind.self)
        if kind == nil, fields.faults.isEmpty { fields.fault("kind", "required", "must be given") }
        try fields.finish()
        guard let kind else { throw Refusal.invalid(fields.faults) }
        return kind
    }

    static func heartbeat(_ json: JSONValue) throws -> ID<LiveSession>? {
        var fields = try Fields(json)
        let id = fields.id("id", of: LiveSession.self)
        try fields.finish()
        return id
    }
}

extension Fields {
    fileprivate mutating func subject(required: Bool) -> Subject? {
        parse("subject", required: required, "one line of 1 to 300 characters") { Subject($0) }
    }

    /// A ticket is always in one.
    mutating func department() -> ID<Department>? {
        if has("department_id"), value("department_id")?.isNull == true {
            fault("department_id", "required", "every ticket is in a department")
            return nil
        }
        return id("department_id")
    }

    mutating func urgency() -> Urgency? {
        guard let number = integer("urgency") else { return nil }
        guard let urgency = Int(exactly: number).flatMap({ Urgency($0) }) else {
            fault("urgency", "invalid", "a whole number from 1 to 10")
            return nil
        }
        return urgency
    }

    fileprivate mutating func labels() -> Labels? {
        list("labels", atMost: Labels.most, "1 to 60 characters on one line, no comma") { $0.string.flatMap(Label.init) }
            .flatMap { Labels($0) }
    }

    fileprivate mutating func someIDs<Entity>(_ name: String, of type: Entity.Type, atMost most: Int) -> [ID<Entity>] {
        let found: [ID<Entity>]? = list(name, atMost: most, "a number above 0") { value in value.integer.flatMap { $0 > 0 ? ID($0) : nil } }
        if found?.isEmpty ?? !faults.contains(where: { $0.field.hasPrefix(name) }) { fault(name, "required", "at least one") }
        return found ?? []
    }

    /// `{"order_no": "A-17", "color": null}`: null empties a field. Whether the values fit, the helpdesk's fields say.
    mutating func fieldChanges() -> FieldChanges {
        guard let given = value("fields"), !given.isNull else { return [:] }
        guard let members = given.object else {
            fault("fields", "type", "must be an object")
            return [:]
        }
        guard members.count <= Helpdesk.mostFields else {
            fault("fields", "too_long", "at most \(Helpdesk.mostFields)")
            return [:]
        }
        var changes: FieldChanges = [:]
        for (name, member) in members.sorted(by: { $0.key < $1.key }) {
            guard let key = FieldKey(name) else {
                fault("fields.\(name)", "unknown", "there is no such field in this helpdesk")
                continue
            }
            switch member {
            case .null: changes[key] = .some(nil)
            case .bool(let value): changes[key] = .boolean(value)
            case .integer(let number): changes[key] = .number(Double(number))
            case .double(let number): changes[key] = .number(number)
            case .string(let text) where !text.utf8.contains(0): changes[key] = .text(text)
            case .array(let items) where items.allSatisfy({ $0.string.map { !$0.utf8.contains(0) } ?? false }):
                changes[key] = .choices(items.compactMap(\.string))
            case .string, .array, .object: fault("fields.\(name)", "type", "must be a string, a number, true, false, or a list of strings")
            }
        }
        return changes
    }

    mutating func messageBody() -> MessageBody? {
        let rule = "not blank, at most 1 MiB"
        let text = parse("text", rule) { MessageBody($0, format: .text) }
        let html = parse("html", rule) { MessageBody($0, format: .html) }
        switch (has("text"), has("html")) {
        case (true, true):
            fault("html", "conflict", "give text or html, not both")
        case (false, false):
            fault("text", "required", "give text or html")
        case (true, false) where text == nil && !isFaulty("text"):
            fault("text", "required", "must not be null")
        case (false, true) where html == nil && !isFaulty("html"):
            fault("html", "required", "must not be null")
        default: break
        }
        return text ?? html
    }

    fileprivate mutating func requester() -> TicketDraft.Requester? {
        let before = faults.count
        let id = id("user_id", of: User.self)
        // Null is as good as nothing.
        let given = value("user").flatMap { $0.isNull ? nil : $0 }
        switch (id, given) {
        case (let id?, nil): return .user(id)
        case (_?, _?):
            fault("user_id", "conflict", "give user or user_id, not both")
            return nil
        case (nil, nil):
            if faults.count == before { fault("user", "required", "give user or user_id") }
            return nil
        case (nil, _?):
            return object("user") { user in
                let email = user.parse("email", required: true, "an e-mail address") { EmailAddress($0) }
                let name = user.parse("name", "1 to 200 characters") { personName($0) }
                return email.map { .address($0, name: name) }
            }
        }
    }
}
