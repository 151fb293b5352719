import Domain
import Testing

@testable import Repositories

@Suite("A job as it lies in the queue")
struct JobCodingTests {
    private static let every = Job.Kind.allCases.flatMap { jobs(of: $0) }

    /// Does not compile when a kind is added: then it must survive being kept, too.
    private static func jobs(of kind: Job.Kind) -> [Job] {
        switch kind {
        case .probe: [.probe]
        case .scheduledPurge:
            HiddenStatus.allCases.flatMap { status in
                [-1, 0, 1_795_412_700_123].map { .scheduledPurge(status, slot: Timestamp(milliseconds: $0)) }
            }
        case .purge: [.purge(ID(1)), .purge(ID(.max))]
        case .massAction: [.massAction(ID(1), lane: 0), .massAction(ID(1), lane: 1), .massAction(ID(.max), lane: 7)]
        case .forgetMassActions: [.forgetMassActions]
        case .rebuildSearch: [.rebuildSearch]
        case .refreshUserDocuments: [.refreshUserDocuments(ID(1)), .refreshUserDocuments(ID(.max))]
        }
    }

    @Test("Every job comes back as it was put in")
    func roundTrip() {
        for job in Self.every { #expect(Job(kind: job.kind.rawValue, payload: job.payload) == job) }
    }

    @Test("No two jobs are kept alike")
    func distinct() {
        #expect(Set(Self.every.map { "\($0.kind.rawValue) \($0.payload)" }).count == Self.every.count)
    }

    @Test(
        "What a newer release put there, or what is not whole, is no job, and stands in nobody's way",
        arguments: [
            ("from_the_future", "{}"), ("", "{}"), ("purge", "{}"), ("purge", "7"), ("purge", #"{"run":"7"}"#), ("purge", ""),
            ("mass_action", #"{"mass_action":7}"#), ("mass_action", #"{"lane":0}"#), ("mass_action", "{"),
            ("refresh_user_documents", "{}"), ("refresh_user_documents", #"{"user":"7"}"#),
            ("scheduled_purge", #"{"status":"spam"}"#), ("scheduled_purge", #"{"status":"lost","slot":0}"#),
        ])
    func unknown(kind: String, payload: String) {
        #expect(Job(kind: kind, payload: payload) == nil)
    }
}
