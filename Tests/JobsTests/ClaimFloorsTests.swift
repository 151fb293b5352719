import Domain
import Testing

@testable import Jobs

@Suite struct ClaimFloorsTests {
    private let start = ContinuousClock.now

    @Test("claims begin a moment behind what was served, and every two seconds at the very start")
    func floorsLagAndStartOver() {
        var floors = ClaimFloors()
        #expect(floors.next(.purge, at: start) == 0)
        floors.came(to: 100, in: .purge, at: start)
        floors.came(to: 200, in: .purge, at: start + .milliseconds(100))
        #expect(floors.next(.purge, at: start + .milliseconds(200)) == 0)
        #expect(floors.next(.purge, at: start + .milliseconds(260)) == 100)
        #expect(floors.next(.purge, at: start + .milliseconds(400)) == 200)
        #expect(floors.next(.purge, at: start + .milliseconds(1900)) == 200)
        #expect(floors.next(.purge, at: start + .milliseconds(2000)) == 0)
        #expect(floors.next(.purge, at: start + .milliseconds(2010)) == 200)
    }

    @Test("a job found behind others leads no claim back, and classes know nothing of each other")
    func floorsNeverFall() {
        var floors = ClaimFloors()
        _ = floors.next(.mail, at: start)
        floors.came(to: 500, in: .mail, at: start)
        floors.came(to: 7, in: .mail, at: start + .milliseconds(50))
        #expect(floors.next(.mail, at: start + .milliseconds(400)) == 500)
        #expect(floors.next(.purge, at: start + .milliseconds(400)) == 0)
        #expect(floors.next(.purge, at: start + .milliseconds(500)) == 0)
    }
}
