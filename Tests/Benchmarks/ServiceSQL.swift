import Domain
import Postgres
import Repositories

/// One statement as the service sends it, with pgbench's variables in place of `$1`, `$2` …
///
/// `-M prepared` turns the variables into parameters again. What has no variable type in pgbench stands as a literal: null, and the time,
/// which is `now()`, so that it advances as the service's clock does and new entries go to the end of their index.
enum Step {
    case sql(String)
    /// `set local app.tenant_id = '7'` takes no parameter.
    case enterTenant

    static let begin = Step.sql("begin")
    static let commit = Step.sql("commit")
    static let requireToken = run(GuardSQL.requireToken, ":token", "now()", "null::bigint")

    /// As an agent reads it who sees everything.
    static let ticket = Step.sql(filled(TicketQuery.one(ID(1), seenBy: .everything).sql, [":tenant", ":id"]))

    static func run(_ sql: some TenantSQL, _ values: String...) -> Step { .sql(filled(sql.rawValue, [":tenant"] + values)) }

    static func filled(_ sql: String, _ values: [String]) -> String {
        var used: Set<Int> = []
        let text = sql.replacing(/\$(\d+)/) { match in
            guard let number = Int(match.1), values.indices.contains(number - 1) else {
                preconditionFailure("no value for \(match.0) in \(sql)")
            }
            used.insert(number)
            return values[number - 1]
        }
        precondition(used.count == values.count, "a value too many for \(sql)")
        return text
    }
}

extension Case {
    /// What the service sends for one request, a line for each exchange: see `Database.transaction` and the verbs in Services/Tickets.
    /// - Parameter findable: false: without the search documents.
    func exchanges(findable: Bool) -> [[Step]] {
        switch self {
        case .read: [[.begin, .enterTenant, .requireToken, .ticket, .commit]]
        case .conversation:
            [
                [
                    .begin, .enterTenant, .requireToken, .ticket,
                    .run(Messages.SQL.list, ":id", "true", "0", "201", "\(4 << 20)"), .run(TicketHistory.SQL.list, ":id", "0", "201"),
                    .commit,
                ]
            ]
        case .list: [[.begin, .enterTenant, .requireToken, Self.firstPage, .commit]]
        case .create:
            [
                Self.opening(.run(Departments.SQL.hold, "1"), tickets: 1)
                    + [.run(Users.SQL.hold, ":user"), .run(Users.SQL.find, ":user")],
                Self.newTicket + (findable ? [.run(SearchDocuments.SQL.refresh, "array[:number]::bigint[]", "'english'")] : []) + [.commit],
            ]
        case .reply:
            [
                Self.opening(.run(Tickets.SQL.lock, "array[:id]::bigint[]"), tickets: 0) + [.ticket],
                Self.answer
                    + (findable
                        ? [.run(SearchDocuments.SQL.add, "array[:id]::bigint[]", "'english'", "'reply'", ":body", "'text'")] : [])
                    + [.commit],
            ]
        }
    }

    /// The transaction that takes the numbers and the start of the one that uses them, in one round trip.
    private static func opening(_ first: Step, tickets: Int) -> [Step] {
        let numbers = (["\(tickets)", "1"] + Array(repeating: "0", count: 6)).map { $0 + "::bigint" }
        let take = Step.sql(Step.filled(Counters.SQL.take.rawValue, [":tenant"] + numbers))
        return [
            .begin, .enterTenant, .sql("set local synchronous_commit = off"), take, .commit, .begin, .enterTenant, .requireToken, first,
        ]
    }

    /// Fifty, and one more to know whether there is a next page.
    private static var firstPage: Step {
        let list = TicketQuery.list(TicketFilter(), .newestChangeFirst, after: nil, limit: 51, seenBy: .everything)
        precondition(list.binds == [.bigint(51)], "the list has other parameters than its limit")
        precondition(!list.isPlannedForValues, "the list is planned for its values")
        return .sql(Step.filled(list.sql, [":tenant", ":limit"]))
    }

    private static var newTicket: [Step] {
        [
            .run(
                Tickets.SQL.insert, ":number", ":ref", ":subject", "'awaiting_agent'", ":user", "null", "1", "null", "null", "'normal'",
                "1",
                "'{}'::text[]", ":fields", "'api'", "null", "1", "1", "now()", "now()", "null"),
            .run(Tickets.SQL.addFieldKeys, ":number", "'{11,12}'::bigint[]", "'{A-17,true}'::text[]"),
            .run(Messages.SQL.insert, ":number", ":number", "'user_message'", "null", ":user", "'text'", ":body", "now()", "null"),
            .run(TicketHistory.SQL.append, ":number", "1", "now()", "'agent'", ":agent", "'created'", ":changes", ":number", ":token"),
        ]
    }

    /// pgbench cannot read the version that the first exchange answers, so the number, which only grows, stands for it.
    private static var answer: [Step] {
        [
            .run(Messages.SQL.insert, ":id", ":number", "'reply'", ":agent", "null", "'text'", ":body", "now()", "null"),
            .run(
                Tickets.SQL.update, ":id", ":number", ":subject", "'awaiting_user'", "null", "null", "null", "1", ":agent", "null",
                "'normal'", "1", "'{}'::text[]", ":fields", "null", "null", "2", "1", "now()", "now()", "null", "0", "now()", "null"),
            .run(TicketHistory.SQL.append, ":id", ":number", "now()", "'agent'", ":agent", "'replied'", ":changes", ":number", ":token"),
        ]
    }

    /// What the history says of it.
    var changes: String {
        switch self {
        case .read, .conversation, .list: "[]"
        case .create:
            """
            [{"field":"status","from":null,"to":"awaiting_agent"},{"field":"subject","from":null,"to":"\(Sample.subject)"},\
            {"field":"department_id","from":null,"to":1},{"field":"user_id","from":null,"to":17},{"field":"priority","from":null,"to":"normal"},{"field":"urgency","from":null,"to":1},{"field":"fields.order_no","from":null,"to":"A-17"},\
            {"field":"fields.warranty","from":null,"to":true}]
            """
        case .reply: #"[{"field":"status","from":"awaiting_agent","to":"awaiting_user"}]"#
        }
    }
}
