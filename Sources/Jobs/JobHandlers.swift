import Domain
import Logging
import Services

/// Who does which job. Each calls one service and says what came of it.
package struct JobHandlers: Sendable {
    let helpdesk: Helpdesk
    let logger: Logger
    let purgeMeters = PurgeMeters()
    let massMeters = MassActionMeters()
    let searchMeters = SearchMeters()

    package init(helpdesk: Helpdesk, logger: Logger) {
        self.helpdesk = helpdesk
        self.logger = logger
    }

    func perform(_ job: Job, in scope: TenantScope?) async throws -> JobOutcome {
        switch (job, scope) {
        case (.probe, _): .done
        case (.scheduledPurge(let status, let slot), let scope?): try await startScheduledPurge(status, slot: slot, in: scope)
        case (.purge(let run), let scope?): try await purge(run, in: scope)
        case (.massAction(let id, let lane), let scope?): try await massAction(id, lane: lane, in: scope)
        case (.forgetMassActions, let scope?): try await forgetMassActions(in: scope)
        case (.rebuildSearch, let scope?): try await rebuildSearch(.everything, in: scope)
        case (.refreshUserDocuments(let user), let scope?): try await rebuildSearch(.tickets(of: user), in: scope)
        case (.scheduledPurge, nil), (.purge, nil), (.massAction, nil), (.forgetMassActions, nil), (.rebuildSearch, nil),
            (.refreshUserDocuments, nil):
            .discard(because: "no helpdesk for it")
        }
    }

    /// An operator has thrown the job away.
    func cancelled(_ job: Job, in scope: TenantScope?) async {
        switch (job, scope) {
        case (.purge(let run), let scope?): await cancelPurge(run, in: scope)
        // The first lane does what the others leave.
        case (.massAction(let id, lane: 0), let scope?): await abandonMassAction(id, as: .cancelled, in: scope)
        // What is left of a rebuild waits for whoever asks for it: deskyard search rebuild.
        case (.purge, nil), (.massAction, _), (.probe, _), (.scheduledPurge, _), (.forgetMassActions, _), (.rebuildSearch, _),
            (.refreshUserDocuments, _):
            break
        }
    }

    /// The job has failed for good and lies among the dead. A mass action ends with that: its owner may retry what is left of it.
    func gaveUp(_ job: Job, in scope: TenantScope?) async {
        switch (job, scope) {
        case (.massAction(let id, lane: 0), let scope?): await abandonMassAction(id, as: .failed, in: scope)
        case (.massAction, _), (.purge, _), (.probe, _), (.scheduledPurge, _), (.forgetMassActions, _), (.rebuildSearch, _),
            (.refreshUserDocuments, _):
            break
        }
    }
}
