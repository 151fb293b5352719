import Domain
import Foundation
import JSON
import Postgres
import Services
import Support
import Testing

/// A request as the document describes it, with numbers and names in their places.
struct Call {
    let operation: Contract.Operation
    var path: String
    var body: JSONValue?
}

extension TestServer {
    func send(_ call: Call, token: String?) async throws -> Answered {
        try await send(call.operation.method, call.path, token: token, call.body)
    }
}

/// Things of one helpdesk, made over HTTP from the examples in the document: a kind of thing that is new there is made without a line here.
final class Things {
    private let server: TestServer
    private let tenant: TestTenant
    /// Stands in every name and text of what is made here.
    private let marker: String
    private var kept: [String: [Int64]]
    private var count = 0

    init(_ server: TestServer, _ tenant: TestTenant, marker: String = "walk") {
        self.server = server
        self.tenant = tenant
        self.marker = marker
        kept = ["agents": [tenant.agentID.value, tenant.adminID.value], "users": [tenant.userID.value]]
    }

    /// Makes one more of a kind, such as `permission-groups`. Tickets are the helpdesk's user's own.
    func make(_ kind: String) async throws -> Int64 {
        count += 1
        let answered: Answered
        if kind == "tickets" {
            let body: JSONValue = ["subject": .string("Subject \(marker) \(count)"), "text": .string("Text \(marker)")]
            answered = try await server.send("POST", "/v1/tickets", token: tenant.user.token, body)
        } else if kind == "purge-runs" {
            // There is one at a time, and nobody works on it here; without its job it ends as soon as there is to be another one.
            try await tenant.discardJobs(of: "purge")
            answered = try await server.send("POST", "/v1/purge-runs", token: tenant.admin.token, ["status": "deleted"])
        } else {
            let operation = try #require(
                server.contract.operations.first { $0.name == "POST /v1/\(kind)" }, "say here how \(kind) come to be")
            var call = try await call(operation)
            call.body = call.body.map(marked)
            answered = try await server.send(call, token: token(for: operation))
        }
        try #require([201, 202].contains(answered.status) && answered.id > 0, "\(kind): \(answered.json)")
        // Nobody works on it here, and without it there is nothing to try again.
        if kind == "mass-actions" { try await tenant.failAtTicket(of: answered.id) }
        return answered.id
    }

    /// One that is there, for others to name.
    func one(_ kind: String, besides used: Set<Int64> = []) async throws -> Int64 {
        if let id = kept[kind]?.first(where: { !used.contains($0) }) { return id }
        let id = try await make(kind)
        kept[kind, default: []].append(id)
        return id
    }

    /// An operation's example, with numbers of things that are there in place of those that it names.
    /// - Parameters:
    ///   - id: what it is called on; nil: something new.
    ///   - others: what to put into the rest of the path, by kind.
    func call(_ operation: Contract.Operation, on id: Int64? = nil, naming others: [String: Int64] = [:]) async throws -> Call {
        var target = id
        if target == nil, let kind = operation.kind { target = try await make(kind) }
        if operation.isOperators, operation.namesSomething { target = try await tenant.bury() }
        if operation.isStream, let target { try await end(target) }
        var used: [String: Set<Int64>] = [:]
        if let kind = operation.kind, let target { used[kind] = [target] }
        // Whose the tickets are.
        used["users", default: []].insert(tenant.userID.value)
        var path = ""
        for part in operation.path.split(separator: "/") {
            guard part.hasPrefix("{") else {
                path += "/\(part)"
                continue
            }
            switch String(part.dropFirst().dropLast()) {
            case "id": path += try "/\(#require(target, "\(operation.name)"))"
            case "slug": path += "/\(tenant.tenant.slug.text)"
            case let name:
                if let word = operation.word(for: name) {
                    path += "/\(word)"
                    continue
                }
                let kind = try #require(server.contract.kind(named: name, in: operation), "say here what goes into \(operation.path)")
                if let id = others[kind], id != target {
                    path += "/\(id)"
                } else {
                    path += "/\(try await reference(to: kind, from: operation, on: target, besides: &used) ?? 1)"
                }
            }
        }
        var body = operation.example
        if let example = body { body = try await fill(example, named: "", operation, on: target, &used) }
        return Call(operation: operation, path: operation.address(at: path), body: body)
    }

    /// Calls an operation on something new. What is refused for its state is tried again on others, after each other POST that there is for
    /// their kind: what one needs, such as a hidden ticket, another brings about.
    func attempt(
        _ operation: Contract.Operation, token: String, _ change: (inout Call) throws -> Void = { _ in }
    ) async throws -> Answered {
        var call = try await call(operation)
        try change(&call)
        let answered = try await server.send(call, token: token)
        guard answered.status == 409, let kind = operation.kind else { return answered }
        for step in server.contract.operations where step.kind == kind && step.method == "POST" && step.name != operation.name {
            let id = try await make(kind)
            _ = try await server.send(self.call(step, on: id), token: tenant.admin.token)
            var later = try await self.call(operation, on: id)
            try change(&later)
            let answered = try await server.send(later, token: token)
            if answered.status != 409 { return answered }
        }
        return answered
    }

    /// A token of somebody who may do this, and of an admin only where it must be one.
    func token(for operation: Contract.Operation) async throws -> String {
        guard !operation.scopes.contains(TokenScope.acceptInvitation.rawValue) else {
            let invited = try await make("agents")
            let answered = try await server.send("POST", "/v1/agents/\(invited)/invitation", token: tenant.admin.token)
            return try #require(answered.word("invitation_token"))
        }
        return operation.callers == "admins" ? tenant.admin.token : tenant.agent.token
    }

    /// What is followed until its end has one: nobody works on it here.
    func end(_ massAction: Int64) async throws {
        _ = try await server.send("POST", "/v1/mass-actions/\(massAction)/cancel", token: tenant.admin.token)
    }

    private func fill(
        _ value: JSONValue, named name: String, _ operation: Contract.Operation, on target: Int64?, _ used: inout [String: Set<Int64>]
    ) async throws -> JSONValue {
        switch value {
        case .object(let members):
            var filled: [String: JSONValue] = [:]
            for (name, member) in members { filled[name] = try await fill(member, named: name, operation, on: target, &used) }
            return .object(filled)
        case .array(let values):
            var filled: [JSONValue] = []
            for value in values { filled.append(try await fill(value, named: name, operation, on: target, &used)) }
            return .array(filled)
        case .integer:
            guard let kind = server.contract.kind(named: name, in: operation),
                let id = try await reference(to: kind, from: operation, on: target, besides: &used)
            else { return value }
            return .integer(id)
        // The one name that is taken for all helpdesks.
        case .string(let text) where name == "slug": return .string("\(text)-\(UUID().uuidString.lowercased())")
        default: return value
        }
    }

    /// None twice in one call. Of a thing's own kind something new, because what merges them takes it away.
    private func reference(
        to kind: String, from operation: Contract.Operation, on target: Int64?, besides used: inout [String: Set<Int64>]
    ) async throws -> Int64? {
        let id: Int64?
        switch kind {
        case operation.kind: id = try await make(kind)
        case "messages":
            let said = try await server.send("GET", "/v1/tickets/\(target ?? 0)/messages", token: tenant.agent.token)
            id = said.ids.first { !(used[kind]?.contains($0) ?? false) }
        default: id = try await one(kind, besides: used[kind] ?? [])
        }
        if let id { used[kind, default: []].insert(id) }
        return id
    }

    /// With the marker in all that is free text, and unlike every other of its kind.
    private func marked(_ value: JSONValue) -> JSONValue {
        guard let members = value.object else { return value.array.map { .array($0.map(marked)) } ?? value }
        var result: [String: JSONValue] = [:]
        for (name, member) in members {
            switch (name, member) {
            case ("name", .string(let text)), ("subject", .string(let text)), ("text", .string(let text)), ("html", .string(let text)),
                ("reason", .string(let text)):
                result[name] = .string("\(text) \(marker) \(count)")
            case ("email", .string): result[name] = .string("\(marker).\(count)@customer.example")
            case ("key", .string): result[name] = .string("\(marker)_\(count)")
            default: result[name] = marked(member)
            }
        }
        return .object(result)
    }
}

/// Every row of a helpdesk, in every table that belongs to helpdesks: read as the superuser, who sees through all walls.
/// - Parameter traces: what even a request leaves that is refused: numbers that are taken in front of the guard, a gap that harms nobody,
///   and when a token was used.
func everyRow(of tenant: TestTenant, traces: Bool = true) async throws -> [String: [String]] {
    let number = tenant.tenant.id.value
    let rows = try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session -> [String: [String]] in
        // Views show even the superuser only the rows of the tenant that is set.
        _ = try session.run("select set_config('app.tenant_id', '\(number)', false)")
        let tables = try session.run(
            """
            select table_name from information_schema.columns
            where table_schema = 'helpdesk' and column_name = 'tenant_id'
            """)
        var rows: [String: [String]] = [:]
        for table in tables.compactMap({ $0[0] }) where traces || table != "counters" {
            let row = traces ? "to_jsonb(t)" : "to_jsonb(t) - 'last_used_at'"
            let found = try session.run("select (\(row))::text from helpdesk.\(table) t where tenant_id = \(number) order by 1")
            rows[table] = found.compactMap { $0[0] }
        }
        return rows
    }
    try #require(rows["tickets"] != nil && rows["messages"] != nil && rows["ticket_history"] != nil)
    return rows
}

extension TestTenant {
    /// A result that a worker would have left.
    func failAtTicket(of massAction: Int64) async throws {
        let tenant = tenant.id.value
        try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
            _ = try session.run(
                """
                insert into helpdesk.mass_action_items (tenant_id, mass_action_id, ticket, outcome, reason, version)
                values (\(tenant), \(massAction), 4711, 'failed', 'locked', 1)
                """)
        }
    }
}
