import Domain
import JSON
import Support
import Testing

@testable import Services

let massActions = "/v1/mass-actions"

extension TestServer {
    /// Asks for a mass action.
    func submit(
        _ selection: JSONValue, _ actions: JSONValue, as login: TestTenant.Login, dryRun: Bool = false, key: String? = nil
    ) async throws -> Answered {
        try await send(
            "POST", massActions, token: login.token,
            ["selection": selection, "actions": actions, "dry_run": .bool(dryRun)], headers: key.map { ["Idempotency-Key": $0] } ?? [:])
    }

    /// One of a single ticket, which nobody works on until the test does.
    func startSpam(_ tenant: TestTenant, tickets: Int = 1) async throws -> Int64 {
        var ids: [JSONValue] = []
        for _ in 1...tickets { ids.append(.integer(try await openTicket(tenant).id)) }
        let answered = try await submit(["ids": .array(ids)], [["type": "spam"]], as: tenant.agent)
        try #require(answered.status == 202, "\(answered.json)")
        return answered.id
    }

    func items(of id: Int64, _ query: String = "", as login: TestTenant.Login) async throws -> [JSONValue] {
        try await send("GET", "\(massActions)/\(id)/items\(query)", token: login.token).items
    }
}

extension Answered {
    /// What was counted, by name.
    func counts(_ name: String) -> [String: Int64] { (member(name)?.object ?? [:]).compactMapValues(\.integer) }
}

extension TestTenant {
    /// Does all of a mass action, as a worker does it.
    func work(on massAction: Int64) async throws {
        // With the server's clock.
        let helpdesk = Helpdesk(database: try await TestInstallation.shared.value.database)
        let scope = try await installation.scope(tenant.slug)
        var lane = try #require(try await helpdesk.openLane(0, of: ID(massAction), in: scope))
        while case .took = try await helpdesk.massPiece(&lane, in: scope) {}
    }

    /// Takes a mass action up and does nothing of it yet.
    func begin(_ massAction: Int64) async throws {
        let helpdesk = Helpdesk(database: try await TestInstallation.shared.value.database)
        _ = try #require(try await helpdesk.openLane(0, of: ID(massAction), in: installation.scope(tenant.slug)))
    }
}
