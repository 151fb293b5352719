import Domain
import Postgres
import Support
import Testing

@testable import Services

/// What tests of purges do on their way to what they are about.
extension TestTenant {
    /// The key that jobs are done with.
    var scope: TenantScope { get async throws { try await installation.scope(tenant.slug) } }

    /// Does it as the tenant's admin, whatever rights or settings were changed since the test began.
    func byAdmin<Value>(_ act: (Access) async throws -> Value) async throws -> Value {
        do { return try await act(admin.access) } catch is StaleAccess { return try await act(now(admin)) }
    }

    func hide(_ count: Int, as status: HiddenStatus) async throws -> [ID<Ticket>] {
        var hidden: [ID<Ticket>] = []
        for _ in 0..<count { hidden.append(try await makeTicket(in: .hidden(status, from: .awaitingAgent)).id) }
        return hidden
    }

    func hold(_ id: ID<Ticket>) async throws {
        let hold = try #require(LegalHold("Case 12"))
        _ = try await byAdmin { try await helpdesk.setLegalHold(hold, on: id, $0) }
    }

    /// All tickets that are there, whatever became of them, the lowest number first.
    var everyTicket: [ID<Ticket>] {
        get async throws {
            try await sql("select id from helpdesk.tickets where tenant_id = $tenant order by id").map { ID(Int64($0[0] ?? "") ?? 0) }
        }
    }

    func update(_ status: HiddenStatus, _ patch: PurgeSchedulePatch) async throws -> PurgeSchedule {
        try await byAdmin { try await helpdesk.updatePurgeSchedule(status, patch, $0).schedule }
    }

    // MARK: Runs

    func start(_ status: HiddenStatus, _ scope: PurgeRun.Scope = .all) async throws -> PurgeRun {
        try await byAdmin { try await helpdesk.startPurge(status, scope, $0).run }
    }

    /// As the schedule does it, with the clock's moment for its slot.
    func startOnSchedule(_ status: HiddenStatus) async throws -> PurgeRun {
        let slot = clock.now
        let run = try await helpdesk.startScheduledPurge(status, slot: slot, in: scope)
        return try #require(run)
    }

    /// One piece of a run.
    /// - Parameter size: how many tickets it takes at the most; nil: what the run thinks fit.
    func piece(of run: PurgeRun, taking size: Int? = nil) async throws -> PurgePiece {
        if let size { try await sql("update helpdesk.purge_runs set batch = \(size) where tenant_id = $tenant and id = \(run.id)") }
        return try await helpdesk.purgePiece(run.id, in: scope)
    }

    /// Works on a run until it ends.
    @discardableResult
    func finish(_ run: PurgeRun, by size: Int? = nil) async throws -> PurgeEnding {
        for _ in 0..<10_000 {
            switch try await piece(of: run, taking: size) {
            case .took: continue
            case .waiting: clock.advance(seconds: 1)
            case .ended(let ending): return ending
            case .over: throw Stuck(run: run.id, why: "it had ended before")
            }
        }
        throw Stuck(run: run.id, why: "it does not end")
    }

    @discardableResult
    func purge(_ status: HiddenStatus, _ scope: PurgeRun.Scope = .all, by size: Int? = nil) async throws -> PurgeEnding {
        try await finish(start(status, scope), by: size)
    }

    func read(_ run: PurgeRun) async throws -> PurgeRunRecord {
        try await byAdmin { try await helpdesk.readPurgeRun(run.id, $0) }
    }

    /// What the verification finds.
    func chain() async throws -> PurgeChain { try await installation.verifyPurges(in: tenant.slug) }

    struct Stuck: Error {
        var run: ID<PurgeRun>
        var why: String
    }
}

extension PurgePiece {
    /// How many tickets went.
    var count: Int? {
        if case .took(let count, _) = self { count } else { nil }
    }

    var ending: PurgeEnding? {
        if case .ended(let ending) = self { ending } else { nil }
    }
}
