import Domain
import JSON

/// What a mass action does, as it is kept: in the form in which it was asked for.
enum ActionsColumn {
    static func json(_ actions: [TicketAction]) -> String {
        var writer = JSONWriter(capacity: 256)
        writer.ticketActions(actions)
        return writer.text
    }

    static func actions(_ json: String) throws -> [TicketAction] {
        try known(JSONValue(parsing: json.utf8).array).map { try known(TicketAction(kept: $0)) }
    }
}

extension JSONWriter {
    /// As stored and as shown.
    package mutating func ticketActions(_ actions: [TicketAction]) {
        array(actions) { writer, action in
            writer.object { writer in
                writer.key("type")
                writer.string(action.kind.rawValue)
                writer.members(of: action)
            }
        }
    }

    private mutating func members(of action: TicketAction) {
        switch action {
        case .setStatus(let status): member("status", status.rawValue)
        case .assign(let agent, let team):
            assignment("agent_id", agent)
            assignment("team_id", team)
        case .setDepartment(let id):
            key("department_id")
            number(id.value)
        case .setPriority(let priority): member("priority", priority.rawValue)
        case .setUrgency(let urgency):
            key("urgency")
            number(urgency.value)
        case .labels(let add, let remove):
            key("add")
            array(add) { $0.string($1.text) }
            key("remove")
            array(remove) { $0.string($1.text) }
        case .setFields(let changes):
            key("fields")
            fieldChanges(changes)
        case .reply(let body, let status):
            member(body)
            if let status { member("status", status.rawValue) }
        case .note(let body): member(body)
        case .restore(let status): if let status { member("status", status.rawValue) }
        case .hide, .purge, .undo: break
        }
    }

    private mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        string(text)
    }

    private mutating func member(_ body: MessageBody) {
        switch body.format {
        case .text: member("text", body.content)
        case .html: member("html", body.content)
        }
    }

    private mutating func assignment(_ name: StaticString, _ assignment: TicketPatch.Assignment<some Sendable>?) {
        guard let assignment else { return }
        key(name)
        if let id = assignment.id { number(id.value) } else { null() }
    }

    private mutating func fieldChanges(_ changes: FieldChanges) {
        object { writer in
            for (name, value) in changes.sorted(by: { $0.key.text < $1.key.text }) {
                writer.key(dynamic: name.text)
                if let value { writer.fieldValue(value) } else { writer.null() }
            }
        }
    }
}

extension TicketAction {
    /// What stands in the database was checked when it came in.
    fileprivate init?(kept json: JSONValue) {
        guard let kind = json["type"]?.string.flatMap(Kind.init) else { return nil }
        let status = json["status"]?.string.flatMap(VisibleStatus.init)
        switch kind {
        case .setStatus:
            guard let status else { return nil }
            self = .setStatus(status)
        case .assign: self = .assign(agent: Self.assignment(json["agent_id"]), team: Self.assignment(json["team_id"]))
        case .setDepartment:
            guard let id = json["department_id"]?.integer else { return nil }
            self = .setDepartment(ID(id))
        case .setPriority:
            guard let priority = json["priority"]?.string.flatMap(Priority.init) else { return nil }
            self = .setPriority(priority)
        case .setUrgency:
            guard let urgency = json["urgency"]?.integer.flatMap({ Urgency(Int($0)) }) else { return nil }
            self = .setUrgency(urgency)
        case .labels: self = .labels(add: Self.labels(json["add"]), remove: Self.labels(json["remove"]))
        case .setFields:
            guard let members = json["fields"]?.object else { return nil }
            var changes: FieldChanges = [:]
            for (name, value) in members { changes[FieldKey(unchecked: name)] = .some(try? FieldColumn.value(value)) }
            self = .setFields(changes)
        case .reply:
            self = .reply(Self.body(json), status: status)
        case .note:
            self = .note(Self.body(json))
        case .spam: self = .hide(.spam)
        case .delete: self = .hide(.deleted)
        case .restore: self = .restore(status)
        case .purge: self = .purge
        case .undo: self = .undo
        }
    }

    private static func assignment<Assignee>(_ json: JSONValue?) -> TicketPatch.Assignment<Assignee>? {
        json.map { $0.integer.map { .to(ID($0)) } ?? .nobody }
    }

    private static func labels(_ json: JSONValue?) -> [Label] { (json?.array ?? []).compactMap(\.string).map { Label(unchecked: $0) } }

    /// Empty once it was forgotten.
    private static func body(_ json: JSONValue) -> MessageBody {
        json["html"]?.string.map { MessageBody(unchecked: $0, format: .html) }
            ?? MessageBody(unchecked: json["text"]?.string ?? "", format: .text)
    }
}
