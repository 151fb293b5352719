import Domain
import Testing

@Suite("What somebody should look at after a purge")
struct PurgeVerdictTests {
    @Test("A run that takes nothing though something was due is no usual one; with nothing due, or something taken, it is")
    func tookNothing() {
        #expect(PurgeVerdict(purged: 0, left: 1, lately: []) == .tookNothing)
        #expect(PurgeVerdict(purged: 0, left: 1000, lately: [5, 5, 5]) == .tookNothing)
        #expect(PurgeVerdict(purged: 0, left: 0, lately: [5, 5, 5]) == .usual)
        #expect(PurgeVerdict(purged: 1, left: 1000, lately: []) == .usual)
    }

    private static let runs: [(purged: Int64, lately: [Int64], verdict: PurgeVerdict)] = [
        (101, [0, 0, 0], .tookFarMore), (100, [0, 0, 0], .usual), (101, [0, 0], .usual), (101, [], .usual), (1_000_000, [1], .usual),
        (1001, [100, 100, 100], .tookFarMore), (1000, [100, 100, 100], .usual), (1001, [0, 300, 0], .tookFarMore),
        (1001, [300, 300, 300, 300, 0, 0, 0], .usual), (5000, [900, 900, 900], .usual), (9001, [900, 900, 900], .tookFarMore),
    ]

    @Test("Far more is over a hundred and over ten times what the last ones took on the average, once there are three to compare with")
    func tookFarMore() {
        for run in Self.runs {
            for left in [0, 3] as [Int64] {
                #expect(PurgeVerdict(purged: run.purged, left: left, lately: run.lately) == run.verdict, "\(run)")
            }
        }
    }

    @Test("Small numbers never alarm, however the average is rounded")
    func small() {
        for purged in Int64(1)...100 { #expect(PurgeVerdict(purged: purged, left: 0, lately: [0, 0, 0, 1, 0, 0, 0]) == .usual) }
    }
}
