import Domain
import Metrics

/// What is counted of mass actions.
struct MassActionMeters: Sendable {
    private let done = Counter(label: "mass_action_tickets_total", dimensions: [("outcome", MassOutcome.Kind.done.rawValue)])
    private let skipped = Counter(label: "mass_action_tickets_total", dimensions: [("outcome", MassOutcome.Kind.skipped.rawValue)])
    private let failed = Counter(label: "mass_action_tickets_total", dimensions: [("outcome", MassOutcome.Kind.failed.rawValue)])

    func took(_ figures: MassActionFigures) {
        done.increment(by: figures.done)
        skipped.increment(by: figures.skipped)
        failed.increment(by: figures.failed)
    }

    func ended(_ action: MassAction) {
        Counter(label: "mass_actions_total", dimensions: [("state", action.state.rawValue)]).increment()
    }
}
