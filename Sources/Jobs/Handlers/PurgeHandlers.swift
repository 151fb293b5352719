import Domain
import Logging
import Services

extension JobHandlers {
    /// A purge gives its place up to others after so long, and goes on when it is its helpdesk's turn again.
    private static let slice: Duration = .seconds(1)
    /// Milliseconds.
    private static let longestRest = 1000.0

    func startScheduledPurge(_ status: HiddenStatus, slot: Timestamp, in scope: TenantScope) async throws -> JobOutcome {
        guard try await helpdesk.startScheduledPurge(status, slot: slot, in: scope) != nil else {
            logger.info(
                "no purge started: switched off, started before, or the last one still goes on",
                metadata: ["tenant": "\(scope.tenant)", "status": "\(status.rawValue)", "slot": "\(slot)"])
            return .discard(because: "nothing to start")
        }
        return .done
    }

    func purge(_ run: ID<PurgeRun>, in scope: TenantScope) async throws -> JobOutcome {
        let start = ContinuousClock.now
        while start.duration(to: .now) < Self.slice {
            try Task.checkCancellation()
            switch try await piece(of: run, in: scope) {
            case .took(let count, let rest):
                purgeMeters.took(count)
                // A long rest is no reason to keep others from the place.
                if rest > Self.longestRest { return .again(at: helpdesk.now.advanced(bySeconds: Int64(rest / 1000) + 1)) }
                if rest > 0 { try await Task.sleep(for: .milliseconds(rest)) }
            case .waiting: return .again(at: helpdesk.now.advanced(bySeconds: 1))
            case .over: return .discard(because: "the run has ended")
            case .ended(let ending):
                tell(ending, of: scope)
                return .done
            }
        }
        return .again(at: helpdesk.now)
    }

    private func piece(of run: ID<PurgeRun>, in scope: TenantScope) async throws -> PurgePiece {
        do {
            return try await helpdesk.purgePiece(run, in: scope)
        } catch {
            let isOurs = !(error is CancellationError) && !(error is Refusal)
            if isOurs { try? await helpdesk.shrinkPurge(run, in: scope) }
            throw error
        }
    }

    /// Ends a run that an operator has thrown away.
    func cancelPurge(_ run: ID<PurgeRun>, in scope: TenantScope) async {
        do {
            let ending = try await helpdesk.abandonPurge(run, as: .cancelled, in: scope)
            if let ending { tell(ending, of: scope) }
        } catch {
            // The next run of this status ends it.
            logger.warning("cannot end a purge run", metadata: ["tenant": "\(scope.tenant)", "run": "\(run)", "error": "\(error)"])
        }
    }

    private func tell(_ ending: PurgeEnding, of scope: TenantScope) {
        let run = ending.run
        purgeMeters.ended(ending)
        let metadata: Logger.Metadata = [
            "tenant": "\(scope.tenant)", "run": "\(run.id)", "status": "\(run.status.rawValue)", "state": "\(run.state.rawValue)",
            "purged": "\(run.figures.purged)", "held": "\(run.figures.held)", "left": "\(ending.left)", "bytes": "\(run.figures.bytes)",
        ]
        switch (ending.verdict, run.state) {
        case (.tookNothing, _): logger.error("a purge took nothing though something was due", metadata: metadata)
        case (.tookFarMore, _): logger.warning("a purge took far more than the last ones", metadata: metadata)
        case (.usual, .done) where ending.left > 0:
            logger.warning("a purge has left tickets that somebody was at; the next one takes them", metadata: metadata)
        case (.usual, .failed): logger.error("a purge has failed", metadata: metadata)
        case (.usual, _): logger.info("a purge has ended", metadata: metadata)
        }
    }
}
