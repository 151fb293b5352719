import Domain
import JSON
import Services

/// What is asked of many tickets, read from a body.
struct MassActionForm {
    let request: MassActionRequest
    let isDryRun: Bool

    /// - Parameter rules: the helpdesk's fields, for `selection.filter`.
    init(_ json: JSONValue, _ rules: FieldRules) throws {
        var fields = try Fields(json)
        let selection = fields.selection(rules)
        let actions = fields.ticketActions()
        isDryRun = fields.boolean("dry_run") ?? false
        try fields.finish()
        guard let selection, let actions else { throw Refusal.invalid(fields.faults) }
        request = MassActionRequest(selection: selection, actions: actions)
    }
}

extension Fields {
    fileprivate mutating func selection(_ rules: FieldRules) -> MassSelection? {
        let ways = "one of ids, filter, queue_id, search, token"
        guard let value = value("selection"), !value.isNull else {
            fault("selection", "required", "must be given: \(ways)")
            return nil
        }
        // More than one would leave open whether both must hold or either.
        let given = (value.object ?? [:]).filter { MassActionBodies.ways.contains($0.key) && !$0.value.isNull }
        if value.object != nil, given.count != 1 {
            fault("selection", given.isEmpty ? "required" : "conflict", "must have exactly \(ways)")
        }
        return object("selection") { fields in
            let ids = fields.ticketIDs()
            let filter = fields.filter(rules)
            let queue = fields.queue()
            let search = fields.search()
            let token = fields.parse("token", "the token of a dry run") { (1...200).contains($0.utf8.count) ? $0 : nil }
            return ids.map { .ids($0) } ?? filter.map { .filter($0) } ?? queue.map { .queue($0) } ?? search.map { .search($0) }
                ?? token.map { .token($0) }
        }
    }

    /// Without doubles.
    private mutating func ticketIDs() -> [ID<Ticket>]? {
        guard let value = value("ids"), !value.isNull else { return nil }
        guard let items = value.array else {
            fault("ids", "type", "must be a list")
            return nil
        }
        guard (1...MassAction.mostIDs).contains(items.count) else {
            fault("ids", items.isEmpty ? "required" : "too_long", "1 to \(MassAction.mostIDs) numbers")
            return nil
        }
        var ids: [ID<Ticket>] = []
        ids.reserveCapacity(items.count)
        var known = Set<Int64>(minimumCapacity: items.count)
        var wrong = 0
        for (index, item) in items.enumerated() {
            if let number = item.integer, number > 0 {
                if known.insert(number).inserted { ids.append(ID(number)) }
            } else {
                wrong += 1
                if wrong <= Self.mostNamed { fault("ids[\(index)]", "invalid", "a number above 0") }
            }
        }
        return wrong == 0 ? ids : nil
    }

    /// Of a hundred thousand wrong numbers the first tell what is wrong with all.
    private static let mostNamed = 100

    private mutating func queue() -> Int64? {
        guard let number = integer("queue_id") else { return nil }
        guard number > 0 else {
            fault("queue_id", "invalid", "must be a number above 0")
            return nil
        }
        return number
    }

    private mutating func search() -> SearchQuery? {
        guard let text = parse("search", "text", { $0 }) else { return nil }
        do {
            return try SearchQuery(parsing: text)
        } catch .invalid(let faults) {
            for wrong in faults { fault("search", wrong.code, wrong.message) }
        } catch {
            fault("search", "invalid", "cannot be understood")
        }
        return nil
    }

    fileprivate mutating func ticketActions() -> [TicketAction]? {
        let actions = objects("actions", atMost: MassAction.mostActions) { $0.ticketAction() }
        if actions?.isEmpty ?? !(has("actions") && value("actions")?.isNull != true) { fault("actions", "required", "at least one") }
        // Told by their places, which are known only when each of them could be read.
        if let actions { add(actions.faults) }
        return actions
    }

    private mutating func ticketAction() -> TicketAction? {
        let types = TicketAction.Kind.choices
        let kind = parse("type", required: true, "one of \(types.map(\.rawValue).joined(separator: ", "))") { word in
            types.first { $0.rawValue == word }
        }
        // Everything is read, whether the type has it or not: what is wrong in itself is named in any case.
        let status = oneOf("status", VisibleStatus.self)
        let agent = idOrNull("agent_id", of: Agent.self)
        let team = idOrNull("team_id", of: Team.self)
        let department = department()
        let priority = oneOf("priority", Priority.self)
        let urgency = urgency()
        let add = someLabels("add")
        let remove = someLabels("remove")
        let changes = fieldChanges()
        let body = kind == .reply || kind == .note ? messageBody() : strayBody()
        guard let kind else { return nil }
        for member in MassActionBodies.membersOfActions where has(member) && !kind.members.contains(member) {
            fault(member, "unknown", "\(kind.rawValue) has no such member")
        }
        switch kind {
        case .setStatus: return given(status, as: "status").map { .setStatus($0) }
        case .assign:
            if agent == nil, team == nil, !isFaulty("agent_id"), !isFaulty("team_id") {
                fault("agent_id", "required", "give agent_id, team_id or both; null is nobody")
            }
            return .assign(agent: agent.map { $0.map { .to($0) } ?? .nobody }, team: team.map { $0.map { .to($0) } ?? .nobody })
        case .setDepartment: return given(department, as: "department_id").map { .setDepartment($0) }
        case .setPriority: return given(priority, as: "priority").map { .setPriority($0) }
        case .setUrgency: return given(urgency, as: "urgency").map { .setUrgency($0) }
        case .labels:
            if add.isEmpty, remove.isEmpty, !hasFaults { fault("add", "required", "give labels to add, to remove, or both") }
            if !Set(add).isDisjoint(with: remove) { fault("remove", "conflict", "a label cannot be added and removed") }
            return .labels(add: add, remove: remove)
        case .setFields:
            if changes.isEmpty, !hasFaults { fault("fields", "required", "give at least one field") }
            return .setFields(changes)
        case .reply: return body.map { .reply($0, status: status) }
        case .note: return body.map { .note($0) }
        case .spam: return .hide(.spam)
        case .delete: return .hide(.deleted)
        case .restore: return .restore(status)
        case .purge: return .purge
        case .undo: return nil
        }
    }

    private var hasFaults: Bool { !faults.isEmpty }

    private mutating func given<Value>(_ value: Value?, as name: String) -> Value? {
        if value == nil, !isFaulty(name) { fault(name, "required", "must be given") }
        return value
    }

    private mutating func someLabels(_ name: String) -> [Label] {
        list(name, atMost: Labels.most, "1 to 60 characters on one line, no comma") { $0.string.flatMap(Label.init) } ?? []
    }

    /// Where nothing is to be said.
    private mutating func strayBody() -> MessageBody? {
        let rule = "not blank, at most 1 MiB"
        return parse("text", rule) { MessageBody($0, format: .text) } ?? parse("html", rule) { MessageBody($0, format: .html) }
    }
}

extension TicketAction.Kind {
    /// What stands beside `type`.
    var members: Set<String> {
        switch self {
        case .setStatus, .restore: ["status"]
        case .assign: ["agent_id", "team_id"]
        case .setDepartment: ["department_id"]
        case .setPriority: ["priority"]
        case .setUrgency: ["urgency"]
        case .labels: ["add", "remove"]
        case .setFields: ["fields"]
        case .reply: ["text", "html", "status"]
        case .note: ["text", "html"]
        case .spam, .delete, .purge, .undo: []
        }
    }
}
