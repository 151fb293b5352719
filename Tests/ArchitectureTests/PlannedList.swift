import Domain
import Postgres
import Repositories

/// What a query for tickets is planned like.
struct PlannedList {
    let shape: ListCombinations
    let plan: Plan

    /// One for each shape such a query can take.
    static let all = Task { () -> [PlannedList] in
        try await PlanDatabase.run { session in
            try ListCombinations.all.enumerated().map { index, shape in
                PlannedList(shape: shape, plan: try session.plan(of: shape.query, named: "s\(index)", tenant: 1))
            }
        }
    }

    static func first(_ planned: some Collection<PlannedList>) -> String {
        planned.first.map { "\($0.shape.sql)\n\($0.plan.text)" } ?? "none"
    }
}

extension ScriptSession {
    /// As the service runs it: by the generic plan, or planned for its values.
    ///
    /// - Parameter analyze: runs it, too, and counts what it touches.
    func plan(of query: TicketQuery, named name: String, tenant: Int, analyze: Bool = false, forValues: Bool = false) throws -> Plan {
        if forValues || query.isPlannedForValues {
            try run("set plan_cache_mode = force_custom_plan")
            try run("set random_page_cost = 1.1")
        } else {
            try run("set plan_cache_mode = force_generic_plan")
            try run("reset random_page_cost")
        }
        let types = (["bigint"] + query.binds.map(\.typeName)).joined(separator: ", ")
        try run("prepare \(name) (\(types)) as \(query.sql)")
        let values = (["\(tenant)"] + query.binds.map(\.literal)).joined(separator: ", ")
        return try explain("\(name)(\(values))", analyze ? "format json, analyze, buffers" : "format json")
    }

    /// Of a statement that nobody runs: for no values at all.
    func plan(of sql: String, named name: String) throws -> Plan {
        try run("prepare \(name) as \(sql)")
        let count = try run("select cardinality(parameter_types) from pg_prepared_statements where name = '\(name)'")
        let nulls = Array(repeating: "null", count: count.first?.first?.flatMap { Int($0) } ?? 0)
        return try explain("\(name)(\(nulls.joined(separator: ", ")))", "format json")
    }

    private func explain(_ call: String, _ options: String) throws -> Plan {
        let rows = try run("explain (\(options)) execute \(call)")
        return try Plan(rows.compactMap { $0.first.flatMap { $0 } }.joined(separator: "\n"))
    }
}

extension Bind {
    fileprivate var typeName: String {
        switch self {
        case .bigint: "bigint"
        case .integer: "integer"
        case .text: "text"
        case .timestamp: "timestamptz"
        case .texts: "text[]"
        case .bigints: "bigint[]"
        default: "unknown"
        }
    }

    fileprivate var literal: String {
        switch self {
        case .bigint(let value): value.map { "\($0)" } ?? "null"
        case .integer(let value): value.map { "\($0)" } ?? "null"
        case .text(let value): value.map { "'\($0)'" } ?? "null"
        case .timestamp(let value): value.map { "'\(Timestamp(milliseconds: $0 / 1000))'" } ?? "null"
        case .texts(let values): "'{\(values.compactMap { $0 }.joined(separator: ","))}'"
        case .bigints(let values): "'{\(values.compactMap { $0.map { "\($0)" } }.joined(separator: ","))}'"
        default: "null"
        }
    }
}
