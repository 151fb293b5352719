import Domain
import Logging
import Services

extension JobHandlers {
    /// A rebuild gives its place up to others after so long, and goes on when it is its helpdesk's turn again.
    private static let slice: Duration = .seconds(1)
    /// Milliseconds.
    private static let longestRest = 1000.0

    func rebuildSearch(_ scope: SearchRebuild.Scope, in tenant: TenantScope) async throws -> JobOutcome {
        let start = ContinuousClock.now
        repeat {
            try Task.checkCancellation()
            switch try await helpdesk.rebuildPiece(scope, in: tenant) {
            case .wrote(let count, _, let rest):
                searchMeters.wrote(count)
                if rest > Self.longestRest { return .again(at: helpdesk.now.advanced(bySeconds: Int64(rest / 1000) + 1)) }
                if rest > 0 { try await Task.sleep(for: .milliseconds(rest)) }
            case .waiting, .busy: return .again(at: helpdesk.now.advanced(bySeconds: 1))
            case .stumbled(let error):
                logger.warning(
                    "search documents failed together; on with fewer", metadata: ["tenant": "\(tenant.tenant)", "error": "\(error)"])
            case .ended(let rebuild):
                tell(rebuild, of: tenant)
                return .done
            case .over: return .discard(because: "there is nothing left to rebuild")
            }
        } while start.duration(to: .now) < Self.slice
        return .again(at: helpdesk.now)
    }

    private func tell(_ rebuild: SearchRebuild, of tenant: TenantScope) {
        guard case .everything = rebuild.scope else { return }
        logger.info("search documents were rebuilt", metadata: ["tenant": "\(tenant.tenant)", "tickets": "\(rebuild.done)"])
    }
}
