import Domain

/// A ticket with what stands beside it.
struct KnownTicket {
    var ticket: Ticket
    var followers: Set<ID<Agent>>
    var copied: Set<ID<User>>
}

/// Says of one ticket whether it is in a queue: slowly, and in the words in which one would explain it.
struct SlowQueue {
    let me: ID<Agent>
    let teams: Set<ID<Team>>
    let now: Timestamp

    func has(_ known: KnownTicket, _ criteria: QueueCriteria) -> Bool {
        if known.ticket.mergedInto != nil { return false }
        if case .hidden(let status, _) = known.ticket.status, !names(status, criteria) { return false }
        return holds(criteria, known)
    }

    private func names(_ status: HiddenStatus, _ criteria: QueueCriteria) -> Bool {
        (criteria.all + criteria.any).contains { criterion in
            switch criterion {
            case .group(let group): names(status, group)
            case .condition(let condition):
                condition.field == "status" && ["is", "in"].contains(condition.op)
                    && condition.value.list.contains(.text(status.rawValue))
            }
        }
    }

    private func holds(_ criteria: QueueCriteria, _ known: KnownTicket) -> Bool {
        func holds(_ criterion: QueueCriterion) -> Bool {
            switch criterion {
            case .group(let group): self.holds(group, known)
            case .condition(let condition): self.holds(condition, known)
            }
        }
        return criteria.all.allSatisfy(holds) && (criteria.any.isEmpty || criteria.any.contains(where: holds))
    }

    private func holds(_ condition: QueueCondition, _ known: KnownTicket) -> Bool {
        let things = things(condition.field, known)
        func with(_ op: String) -> Bool { holds(QueueCondition(condition.field, op, condition.value), known) }
        switch condition.op {
        case "is_set": return condition.field == "legal_hold" ? known.ticket.legalHold != nil : !things.isEmpty
        case "is_not_set": return !with("is_set")
        case "is_not": return !with("is")
        case "not_in": return !with("in")
        case "not_contains": return !with("contains")
        case "not_within_last": return !with("within_last")
        case "is", "in":
            let wanted = condition.value.list.flatMap { meaning($0, of: condition.field) }
            return things.contains { thing in wanted.contains { thing.equals($0) } }
        case "contains":
            return things.contains { thing in
                let isWhole = condition.field == "label" || condition.field == "field.colours"
                return isWhole ? thing.equals(condition.value) : thing.text.lowercased().contains(condition.value.plain.lowercased())
            }
        case "before": return things.contains { $0.time < condition.value.plain.begin }
        case "after": return things.contains { $0.time >= condition.value.plain.end }
        case "within_last":
            let since = now.advanced(bySeconds: -condition.value.age)
            return things.contains { thing in
                thing.isDay ? (since.dayBegin...now.dayBegin).contains(thing.time) : thing.time >= since
            }
        case "greater", "less", "at_least", "at_most":
            let limit = condition.field == "waiting_time" ? Double(condition.value.age) : condition.value.size
            return things.contains { thing in
                switch condition.op {
                case "greater": thing.size > limit
                case "less": thing.size < limit
                case "at_least": thing.size >= limit
                default: thing.size <= limit
                }
            }
        default: fatalError(condition.op)
        }
    }

    private func meaning(_ value: QueueValue, of field: String) -> [QueueValue] {
        switch value {
        case "me": [.integer(me.value)]
        case "my_teams": teams.map { .integer($0.value) }
        default: [value]
        }
    }

    /// What the ticket has of it: nothing, one thing or several.
    private func things(_ field: String, _ known: KnownTicket) -> [Thing] {
        let ticket = known.ticket
        func number(_ id: Int64?) -> [Thing] { id.map { [.number(Double($0))] } ?? [] }
        func time(_ time: Timestamp?) -> [Thing] { time.map { [.time($0)] } ?? [] }
        switch field {
        case "status": return [.text(ticket.status.name)]
        case "priority": return [.priority(ticket.priority)]
        case "channel": return [.text(ticket.channel.rawValue)]
        case "live": return [.flag(ticket.isLive(at: now))]
        case "legal_hold": return [.flag(ticket.legalHold != nil)]
        case "ref": return [.text(ticket.ref.text)]
        case "id": return number(ticket.id.value)
        case "urgency": return number(Int64(ticket.urgency.value))
        case "message_count": return number(Int64(ticket.messageCount))
        case "reply_count": return number(Int64(ticket.replyCount))
        case "agent_id": return number(ticket.agentID?.value)
        case "team_id": return number(ticket.teamID?.value)
        case "department_id": return number(ticket.departmentID.value)
        case "user_id": return number(ticket.user.id.value)
        case "organization_id": return number(ticket.organizationID?.value)
        case "follow_up_of": return number(ticket.followUpOf?.value)
        case "follower": return known.followers.map { .number(Double($0.value)) }
        case "cc": return known.copied.map { .number(Double($0.value)) }
        case "label": return ticket.labels.list.map { .text($0.text) }
        case "subject": return [.folded(ticket.subject.text)]
        case "user_name": return ticket.user.name.map { [.folded($0)] } ?? []
        case "user_email": return [.folded(ticket.user.email.text)]
        case "created_at": return time(ticket.createdAt)
        case "updated_at": return time(ticket.updatedAt)
        case "status_changed_at": return time(ticket.statusChangedAt)
        case "resolved_at": return time(ticket.resolvedAt)
        case "first_replied_at": return time(ticket.firstRepliedAt)
        case "user_waiting_since": return time(ticket.userWaitingSince)
        case "hidden_at": return time(ticket.hiddenAt)
        case "waiting_time":
            return ticket.userWaitingSince.map { [.number(Double(now.milliseconds - $0.milliseconds) / 1000)] } ?? []
        default:
            switch ticket.fields[FieldKey(unchecked: String(field.dropFirst("field.".count)))] {
            case nil: return []
            case .text(let text): return [field == "field.day" ? .day(text) : .text(text)]
            case .number(let number): return [.number(number)]
            case .boolean(let flag): return [.flag(flag)]
            case .choices(let choices): return choices.map { .text($0) }
            }
        }
    }

    private enum Thing {
        case text(String)
        /// Whatever the case of its letters.
        case folded(String)
        case priority(Priority)
        case number(Double)
        case flag(Bool)
        case time(Timestamp)
        case day(String)

        func equals(_ value: QueueValue) -> Bool {
            switch self {
            case .text(let text), .day(let text): value == .text(text)
            case .folded(let text): value.plain.lowercased() == text.lowercased()
            case .priority(let priority): value == .text(priority.rawValue)
            case .number(let number): value.size == number
            case .flag(let flag): value == .flag(flag)
            case .time: false
            }
        }

        var text: String {
            switch self {
            case .text(let text), .folded(let text): text
            default: ""
            }
        }

        var time: Timestamp {
            switch self {
            case .time(let time): time
            case .day(let day): day.begin
            default: Timestamp(milliseconds: 0)
            }
        }

        var isDay: Bool {
            if case .day = self { true } else { false }
        }

        var size: Double {
            switch self {
            case .number(let number): number
            case .priority(let priority): Double(Priority.allCases.firstIndex(of: priority)!)
            default: .nan
            }
        }
    }
}

extension QueueValue {
    fileprivate var list: [QueueValue] {
        if case .list(let values) = self { values } else { [self] }
    }

    fileprivate var plain: String {
        if case .text(let text) = self { text } else { "" }
    }

    fileprivate var size: Double {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .text(let text): Priority(rawValue: text).map { Double(Priority.allCases.firstIndex(of: $0)!) } ?? .nan
        default: .nan
        }
    }

    /// In seconds.
    fileprivate var age: Int64 {
        switch self {
        case .integer(let seconds): seconds
        case .text(let text):
            switch text.last {
            case "h": Int64(text.dropLast())! * 3600
            case "d": Int64(text.dropLast())! * 86_400
            default: fatalError(text)
            }
        default: fatalError("\(self)")
        }
    }
}

extension String {
    /// The moment, or the day's first.
    fileprivate var begin: Timestamp { Timestamp(self) ?? Timestamp("\(self)T00:00:00Z")! }

    /// The moment behind it, or the first of the day after.
    fileprivate var end: Timestamp {
        Timestamp(self).map { Timestamp(milliseconds: $0.milliseconds + 1) } ?? Timestamp("\(self)T00:00:00Z")!.advanced(byDays: 1)
    }
}

extension Timestamp {
    fileprivate var dayBegin: Timestamp { Timestamp("\(description.prefix(10))T00:00:00Z")! }
}
