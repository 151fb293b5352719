import Domain
import Postgres

extension TicketQuery {
    /// Like a list of the helpdesk's tickets, of those that meet the criteria.
    package static func queue(
        _ criteria: ResolvedCriteria, _ order: TicketOrder, after cursor: TicketCursor?, limit: Int, seenBy sight: TicketSight
    ) -> TicketQuery {
        var query = TicketQuery()
        query.meet(criteria)
        return query.page(order, includesHidden: !criteria.hidden.isEmpty, after: cursor, limit: limit, seenBy: sight)
    }

    /// One number for each of the queues, in one row. Each stops counting at the limit.
    package static func counts(_ queues: [ResolvedCriteria], limit: Int64?, seenBy sight: TicketSight) -> TicketQuery {
        var query = TicketQuery()
        let page = limit.map { ["limit \(query.parameter(.bigint($0)))"] } ?? []
        let parts = query.parts(of: sight)
        let counts = queues.map { criteria in
            query.lines = []
            query.meet(criteria)
            let found =
                parts.map { parts in parts.map { $0.ids(query.lines, page) }.joined(separator: "\n    union\n") }
                ?? (["select", "from helpdesk.tickets", "where tickets.tenant_id = $1"] + query.lines).joined(separator: "\n")
            return (["(select count(*) from (", found] + page + [") as found)"]).joined(separator: "\n")
        }
        query.lines = ["select array[", counts.joined(separator: ",\n"), "]::bigint[] as counts"]
        return query
    }

    mutating func meet(_ criteria: ResolvedCriteria) {
        let statuses = criteria.test.statuses
        if criteria.hidden.isEmpty {
            // Literally so in the partial indexes, as in every list.
            lines.append("    and tickets.hidden_at is null")
        } else if let statuses, statuses.allSatisfy(\.isHidden) {
            // No merged ticket has one of these: `tickets_hidden_whole`.
        } else {
            lines.append("    and tickets.merged_into is null")
            let named = criteria.hidden.map { StatusName.hidden($0) }
            if statuses == nil { lines.append("    and (tickets.hidden_at is null or \(Self.status(named)))") }
        }
        meet(criteria.test, TicketSearch(criteria.search, criteria.language))
    }

    private mutating func meet(_ test: ResolvedCriteria.Test, _ search: TicketSearch) {
        if case .all(let tests) = test {
            // Each in a line of its own, where an index can take it up.
            for test in tests { meet(test, search) }
        } else {
            lines.append("    and \(condition(test, search))")
        }
    }

    /// - Parameter search: where words are looked for.
    private mutating func condition(_ test: ResolvedCriteria.Test, _ search: TicketSearch) -> String {
        switch test {
        case .all(let tests): tests.isEmpty ? "true" : "(\(tests.map { condition($0, search) }.joined(separator: " and ")))"
        case .any(let tests): tests.isEmpty ? "false" : "(\(tests.map { condition($0, search) }.joined(separator: " or ")))"
        case .not(.present(let presence)): absent(presence)
        // Not `not`: what compares with null is neither true nor false, and a ticket without an agent is not this agent's.
        case .not(let test): "(\(condition(test, search))) is not true"
        case .status(let names): Self.status(names)
        case .priority(let priorities): one(of: priorities.map(\.rawValue), "tickets.priority")
        case .channel(let channels): one(of: channels.map(\.rawValue), "tickets.channel")
        case .reference(let references): one(of: references.map(\.text), "tickets.ref")
        case .number(let number, let values): one(of: values, number)
        case .measure(let measure, let comparison, let value):
            "\(measure.column) \(comparison.sql) \(parameter(.bigint(comparison.whole(value))))"
        case .time(let event, let comparison, let time): "\(event.column) \(comparison.sql) \(parameter(time.bind))"
        case .present(let presence): present(presence)
        case .label(let labels): beside("ticket_labels", "label", .texts(labels.map(\.text)))
        case .follower(let agents): beside("ticket_followers", "agent_id", .bigints(agents.map(\.value)))
        case .copied(let users): beside("ticket_ccs", "user_id", .bigints(users.map(\.value)))
        case .text(let text, let values): whole(text, values)
        case .part(let text, let part): self.part(text, part)
        case .words(let words): found(words, search)
        case .live(let now): "tickets.live_until > \(parameter(now.bind))"
        case .field(let condition): holds(condition)
        case .fieldPart(let key, let part):
            "position(lower(\(parameter(.text(part)))) in lower(tickets.fields ->> \(parameter(.text(key.text))))) > 0"
        case .fieldPresent(let key): "tickets.fields -> \(parameter(.text(key.text))) is not null"
        case .fieldNumber(let key, let comparison, let value): number(key, comparison, value)
        case .fieldDay(let key, let comparison, let day):
            "(tickets.fields ->> \(parameter(.text(key.text)))) collate \"C\" \(comparison.sql) \(parameter(.text(day)))"
        }
    }

    /// The word itself: with a value that is bound, the planner could not know that the index on open tickets serves.
    private static func status(_ names: [StatusName]) -> String {
        let words = names.map { "'\($0.name)'" }
        return words.count == 1 ? "tickets.status = \(words[0])" : "tickets.status in (\(words.joined(separator: ", ")))"
    }

    private mutating func one(of words: [String], _ column: String) -> String {
        words.count == 1 ? "\(column) = \(parameter(.text(words[0])))" : "\(column) = any (\(parameter(.texts(words))))"
    }

    private mutating func one(of values: [Int64], _ number: ResolvedCriteria.Number) -> String {
        let column = number.column
        if values.isEmpty { return "false" }
        if values.count == 1 { return "\(column) = \(parameter(.bigint(values[0])))" }
        let any = "\(column) = any (\(parameter(.bigints(values))))"
        // In the partial indexes; of an array it does not follow by itself.
        return number.mayBeMissing ? "(\(column) is not null and \(any))" : any
    }

    private mutating func beside(_ table: String, _ column: String, _ values: Bind) -> String {
        """
        exists (
                select from helpdesk.\(table) as beside
                where beside.tenant_id = $1 and beside.ticket_id = tickets.id and beside.\(column) = any (\(parameter(values)))
            )
        """
    }

    private func present(_ presence: ResolvedCriteria.Presence) -> String {
        switch presence {
        case .label: "tickets.labels <> '{}'"
        case .follower: Self.somebody("ticket_followers")
        case .copied: Self.somebody("ticket_ccs")
        case .userName:
            """
            exists (
                    select from helpdesk.users
                    where users.tenant_id = $1 and users.id = tickets.user_id and users.name is not null
                )
            """
        default: "\(presence.column) is not null"
        }
    }

    private func absent(_ presence: ResolvedCriteria.Presence) -> String {
        switch presence {
        case .label: "tickets.labels = '{}'"
        case .follower, .copied, .userName: "not \(present(presence))"
        default: "\(presence.column) is null"
        }
    }

    private static func somebody(_ table: String) -> String {
        "exists (select from helpdesk.\(table) as beside where beside.tenant_id = $1 and beside.ticket_id = tickets.id)"
    }

    private mutating func number(_ key: FieldKey, _ comparison: ResolvedCriteria.Comparison, _ value: Double) -> String {
        let name = parameter(.text(key.text))
        // A cast of anything else would be an error.
        return """
            case jsonb_typeof(tickets.fields -> \(name))
                    when 'number' then (tickets.fields ->> \(name))::double precision \(comparison.sql) \(parameter(.double(value)))
                    else false
                end
            """
    }
}

// Texts: of the ticket, and of its user, who is looked up by hash, because many may match.
extension TicketQuery {
    private mutating func whole(_ text: ResolvedCriteria.Text, _ values: [String]) -> String {
        let wanted = values.map { "lower(\(parameter(.text($0))))" }.joined(separator: ", ")
        return switch text {
        case .subject: "lower(tickets.subject) in (\(wanted))"
        case .userName: Self.user("lower(users.name) in (\(wanted))")
        // Kept in small letters.
        case .userEmail: Self.user("users.email in (\(wanted))")
        }
    }

    /// `position` knows no wildcards. Both sides are folded by the database, which knows one way to do it.
    private mutating func part(_ text: ResolvedCriteria.Text, _ part: String) -> String {
        switch text {
        case .subject: "tickets.id in \(texts(subject(has: part)))"
        case .userName: Self.user("position(lower(\(parameter(.text(part)))) in lower(users.name)) > 0")
        case .userEmail: Self.user("position(lower(\(parameter(.text(part)))) in lower(users.email)) > 0")
        }
    }

    private static func user(_ condition: String) -> String {
        "tickets.user_id in (select users.id from helpdesk.users where users.tenant_id = $1 and \(condition))"
    }

    private mutating func found(_ words: SearchQuery.Words, _ search: TicketSearch) -> String {
        let term = ResolvedSearch.Term(condition: .words(words))
        return documents(search) { "documents.words @@ (\($0.words([[term]], search)))" }
    }
}

extension ResolvedCriteria.Test {
    /// Only tickets with one of these pass; nil if that is not said.
    fileprivate var statuses: [StatusName]? {
        switch self {
        case .status(let names): names
        case .all(let tests): tests.lazy.compactMap(\.statuses).min { $0.count < $1.count }
        case .any(let tests) where !tests.isEmpty:
            tests.allSatisfy { $0.statuses != nil } ? tests.flatMap { $0.statuses ?? [] } : nil
        default: nil
        }
    }
}

extension ResolvedCriteria.Number {
    fileprivate var column: String {
        switch self {
        case .id: "tickets.id"
        case .agent: "tickets.agent_id"
        case .team: "tickets.team_id"
        case .department: "tickets.department_id"
        case .user: "tickets.user_id"
        case .organization: "tickets.organization_id"
        case .followUpOf: "tickets.follow_up_of"
        case .urgency: "tickets.urgency"
        case .messageCount: "tickets.message_count"
        case .replyCount: "tickets.reply_count"
        }
    }

    fileprivate var mayBeMissing: Bool {
        switch self {
        case .agent, .team, .organization, .followUpOf: true
        case .id, .department, .user, .urgency, .messageCount, .replyCount: false
        }
    }
}

extension ResolvedCriteria.Measure {
    fileprivate var column: String {
        switch self {
        case .id: "tickets.id"
        case .urgency: "tickets.urgency"
        case .messageCount: "tickets.message_count"
        case .replyCount: "tickets.reply_count"
        }
    }
}

extension ResolvedCriteria.Event {
    fileprivate var column: String {
        switch self {
        case .created: "tickets.created_at"
        case .updated: "tickets.updated_at"
        case .statusChanged: "tickets.status_changed_at"
        case .resolved: "tickets.resolved_at"
        case .firstReplied: "tickets.first_replied_at"
        case .userWaiting: "tickets.user_waiting_since"
        case .hidden: "tickets.hidden_at"
        }
    }
}

extension ResolvedCriteria.Presence {
    /// Of the ticket's own; what is kept beside it has none.
    fileprivate var column: String {
        switch self {
        case .agent: "tickets.agent_id"
        case .team: "tickets.team_id"
        case .organization: "tickets.organization_id"
        case .followUpOf: "tickets.follow_up_of"
        case .legalHold: "tickets.legal_hold"
        case .created: "tickets.created_at"
        case .updated: "tickets.updated_at"
        case .statusChanged: "tickets.status_changed_at"
        case .resolved: "tickets.resolved_at"
        case .firstReplied: "tickets.first_replied_at"
        case .userWaiting: "tickets.user_waiting_since"
        case .hidden: "tickets.hidden_at"
        case .userName, .label, .follower, .copied: "tickets.id"
        }
    }
}

extension ResolvedCriteria.Comparison {
    fileprivate var sql: String {
        switch self {
        case .greater: ">"
        case .less: "<"
        case .atLeast: ">="
        case .atMost: "<="
        }
    }

    /// The whole number that says the same of whole numbers.
    fileprivate func whole(_ value: Double) -> Int64 {
        let whole =
            switch self {
            case .greater, .atMost: value.rounded(.down)
            case .less, .atLeast: value.rounded(.up)
            }
        return Int64(exactly: whole) ?? (whole < 0 ? .min : .max)
    }
}
