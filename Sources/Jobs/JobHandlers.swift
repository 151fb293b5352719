import Domain
import Logging
import Services

/// Who does which job. Each calls one service and says what came of it.
package struct JobHandlers: Sendable {
    let helpdesk: Helpdesk
    let logger: Logger
    let purgeMeters = PurgeMeters()

    package init(helpdesk: Helpdesk, logger: Logger) {
        self.helpdesk = helpdesk
        self.logger = logger
    }

    func perform(_ job: Job, in scope: TenantScope?) async throws -> JobOutcome {
        switch (job, scope) {
        case (.probe, _): .done
        case (.scheduledPurge(let status, let slot), let scope?): try await startScheduledPurge(status, slot: slot, in: scope)
        case (.purge(let run), let scope?): try await purge(run, in: scope)
        case (.scheduledPurge, nil), (.purge, nil): .discard(because: "a purge without a helpdesk")
        }
    }

    /// An operator has thrown the job away. (One that failed for good stays as it is: it may be done again.)
    func cancelled(_ job: Job, in scope: TenantScope?) async {
        switch (job, scope) {
        case (.purge(let run), let scope?): await cancelPurge(run, in: scope)
        case (.purge, nil), (.probe, _), (.scheduledPurge, _): break
        }
    }
}
