import Domain
import Logging
import Services

extension JobHandlers {
    /// A mass action gives its place up to others after so long, and goes on when it is its helpdesk's turn again.
    private static let slice: Duration = .seconds(1)
    /// Milliseconds.
    private static let longestRest = 1000.0

    func massAction(_ id: ID<MassAction>, lane number: Int, in scope: TenantScope) async throws -> JobOutcome {
        let start = ContinuousClock.now
        guard var lane = try await helpdesk.openLane(number, of: id, in: scope) else { return .discard(because: "nothing to do") }
        repeat {
            try Task.checkCancellation()
            switch try await helpdesk.massPiece(&lane, in: scope) {
            case .took(let figures, let rest, let isCrowded):
                massMeters.took(figures)
                // One lane at a time is enough while others are at work.
                if number > 0, isCrowded { return .again(at: helpdesk.now.advanced(bySeconds: 1)) }
                if rest > Self.longestRest { return .again(at: helpdesk.now.advanced(bySeconds: Int64(rest / 1000) + 1)) }
                if rest > 0 { try await Task.sleep(for: .milliseconds(rest)) }
            case .waiting:
                // The first lane looks after what is left.
                return number > 0 ? .done : .again(at: helpdesk.now.advanced(bySeconds: 1))
            case .stale: return .again(at: helpdesk.now)
            case .stumbled(let error):
                logger.warning(
                    "tickets of a mass action failed together; on with fewer",
                    metadata: ["tenant": "\(scope.tenant)", "mass_action": "\(id)", "error": "\(error)"])
            case .ended(let action):
                tell(action, of: scope)
                return .done
            case .over: return .discard(because: "the mass action has ended")
            }
        } while start.duration(to: .now) < Self.slice
        return .again(at: helpdesk.now)
    }

    /// Ends a mass action whose job was thrown away by an operator, or has failed for good.
    func abandonMassAction(_ id: ID<MassAction>, as state: MassAction.State, in scope: TenantScope) async {
        do {
            if let action = try await helpdesk.abandonMassAction(id, as: state, in: scope) { tell(action, of: scope) }
        } catch {
            logger.warning(
                "cannot end a mass action", metadata: ["tenant": "\(scope.tenant)", "mass_action": "\(id)", "error": "\(error)"])
        }
    }

    /// What there is to forget now, in slices; then again tomorrow.
    func forgetMassActions(in scope: TenantScope) async throws -> JobOutcome {
        let start = ContinuousClock.now
        while try await helpdesk.forgetMassActions(in: scope) {
            try Task.checkCancellation()
            if start.duration(to: .now) > Self.slice { return .again(at: helpdesk.now) }
        }
        return .again(at: helpdesk.now.advanced(byDays: 1))
    }

    private func tell(_ action: MassAction, of scope: TenantScope) {
        massMeters.ended(action)
        let metadata: Logger.Metadata = [
            "tenant": "\(scope.tenant)", "mass_action": "\(action.id)", "state": "\(action.state.rawValue)", "total": "\(action.total)",
            "done": "\(action.figures.done)", "skipped": "\(action.figures.skipped)", "failed": "\(action.figures.failed)",
        ]
        switch action.state {
        case .failed: logger.error("a mass action has failed", metadata: metadata)
        default: logger.info("a mass action has ended", metadata: metadata)
        }
    }
}
