import Domain
import Testing

@Suite("What a mass action came to")
struct MassActionFiguresTests {
    private static let outcomes: [MassOutcome] =
        [.done] + MassOutcome.SkipReason.allCases.map { .skipped($0) } + MassOutcome.FailReason.allCases.map { .failed($0) }

    @Test("Every outcome counts once, under its own kind")
    func counts() {
        for outcome in Self.outcomes {
            var figures = MassActionFigures(done: 10, skipped: 20, failed: 30)
            figures.count(outcome)
            let expected =
                switch outcome.kind {
                case .done: MassActionFigures(done: 11, skipped: 20, failed: 30)
                case .skipped: MassActionFigures(done: 10, skipped: 21, failed: 30)
                case .failed: MassActionFigures(done: 10, skipped: 20, failed: 31)
                }
            #expect(figures == expected && figures.all == 61)
        }
    }

    @Test("Each reason has a word of its own, and is either left alone for good or to be tried again")
    func reasons() {
        let words = Self.outcomes.compactMap(\.reason)
        #expect(Set(words).count == words.count && words.count == Self.outcomes.count - 1)
        let skipped = Self.outcomes.filter { $0.kind == .skipped }.compactMap(\.reason)
        #expect(
            Set(skipped) == ["already", "no_permission", "changed_since", "on_hold", "gone", "hidden", "visible", "merged"])
        let failed = Self.outcomes.filter { $0.kind == .failed }.compactMap(\.reason)
        #expect(Set(failed) == ["invalid", "locked", "error"])
        #expect(MassOutcome.done.reason == nil && MassOutcome.done.kind == .done)
    }

    @Test("Only what is invalid has faults")
    func faults() {
        let fault = FieldFault("fields.order_no", "required", "Order number must be given")
        #expect(MassOutcome.failed(.invalid, faults: [fault]).faults == [fault])
        for outcome in Self.outcomes { #expect(outcome.faults.isEmpty) }
    }

    @Test("A mass action goes on until it is done, cancelled or has failed")
    func states() {
        let finished = MassAction.State.allCases.filter(\.isFinished)
        #expect(finished == [.done, .cancelled, .failed] && MassAction.State.allCases.count == 5)
    }
}
