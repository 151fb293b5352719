import Domain
import Support
import Testing

@Suite("What a message on a resolved ticket does")
struct ReopenPolicyTests {
    private let resolvedAt = Timestamp(milliseconds: 1_795_412_700_000)

    @Test("Without a limit a message reopens for ever", arguments: [LateMessage.refuse, .followUp])
    func unlimited(_ late: LateMessage) {
        let policy = ReopenPolicy(days: nil, late: late)
        #expect(policy.message(resolvedAt: resolvedAt, at: resolvedAt) == .reopens)
        #expect(policy.message(resolvedAt: resolvedAt, at: resolvedAt.advanced(byDays: 365_000)) == .reopens)
    }

    @Test(
        "With a limit of zero days a message never reopens, not even in the same millisecond", arguments: [LateMessage.refuse, .followUp])
    func never(_ late: LateMessage) {
        let policy = ReopenPolicy(days: 0, late: late)
        #expect(policy.message(resolvedAt: resolvedAt, at: resolvedAt) == late)
        #expect(policy.message(resolvedAt: resolvedAt, at: resolvedAt.advanced(bySeconds: 1)) == late)
    }

    @Test("Up to the last millisecond before the limit a message reopens, from the limit on it is late", arguments: [1, 7, 30, 3650])
    func limit(_ days: Int) {
        let limit = Timestamp(milliseconds: resolvedAt.milliseconds + Int64(days) * 86_400_000)
        for late in [LateMessage.refuse, .followUp] {
            let policy = ReopenPolicy(days: days, late: late)
            #expect(policy.message(resolvedAt: resolvedAt, at: resolvedAt) == .reopens)
            #expect(policy.message(resolvedAt: resolvedAt, at: Timestamp(milliseconds: limit.milliseconds - 1)) == .reopens)
            #expect(policy.message(resolvedAt: resolvedAt, at: limit) == late)
            #expect(policy.message(resolvedAt: resolvedAt, at: limit.advanced(byDays: 1000)) == late)
        }
    }

    @Test("A ticket that is not resolved cannot be too late for a message")
    func unresolved() {
        for days in [nil, 0, 7] as [Int?] {
            #expect(ReopenPolicy(days: days, late: .refuse).message(resolvedAt: nil, at: resolvedAt) == .reopens)
        }
    }

    @Test("Once a message is too late, every later one is, too")
    func monotone() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let policy = ReopenPolicy(days: Int.random(in: 0...60, using: &generator), late: .followUp)
            let times = (0..<20).map { _ in Int64.random(in: 0...(90 * 86_400), using: &generator) }.sorted()
            let answers = times.map { policy.message(resolvedAt: resolvedAt, at: resolvedAt.advanced(bySeconds: $0)) }
            let firstLate = answers.firstIndex(of: .followUp) ?? answers.endIndex
            #expect(answers[firstLate...].allSatisfy { $0 == .followUp }, "\(policy): \(times)")
        }
    }

    @Test("The policy and the table together: reopened, refused or followed up")
    func withTable() {
        let resolved = TicketStatus.visible(.resolved)
        func outcome(_ late: LateMessage, afterDays days: Int) -> Result<TicketOutcome, Refusal> {
            let policy = ReopenPolicy(days: 14, late: late)
            return resolved.result(of: .userMessage(policy.message(resolvedAt: resolvedAt, at: resolvedAt.advanced(byDays: days))))
        }
        #expect(outcome(.refuse, afterDays: 13) == .success(.status(.visible(.awaitingAgent))))
        #expect(outcome(.refuse, afterDays: 14) == .failure(.conflict(.resolvedForGood)))
        #expect(outcome(.followUp, afterDays: 14) == .success(.followUp))
    }
}
