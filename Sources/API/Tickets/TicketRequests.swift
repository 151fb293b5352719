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
