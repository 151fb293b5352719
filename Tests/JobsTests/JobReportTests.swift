import Domain
import Services
import Testing

@testable import Jobs

@Suite("What becomes of a job after an attempt")
struct JobReportTests {
    private let now = Timestamp(milliseconds: 1_000_000)

    private func report(_ outcome: JobOutcome, attempt: Int) -> JobQueue.Report {
        var report = JobQueue.Report()
        report.add(.probe(7, attempt: attempt), outcome, at: now)
        return report
    }

    @Test("What is done or has nothing to do any more leaves")
    func leaves() {
        for outcome in [JobOutcome.done, .discard(because: "nothing")] {
            let report = report(outcome, attempt: 3)
            #expect(report.finished == [7] && report.count == 1 && report.ids == [7])
        }
    }

    @Test("What got somewhere has all its attempts again")
    func again() {
        let report = report(.again(at: now.advanced(bySeconds: 5)), attempt: 2)
        #expect(report.count == 1 && report.returned.first?.id == 7)
        #expect(report.returned.first?.attempt == 0 && report.returned.first?.at == now.advanced(bySeconds: 5))
        #expect(report.returned.first?.error == nil)
    }

    @Test("What has failed waits as long as its kind's patience says, and is buried after the last attempt")
    func failed() throws {
        let patience = Job.Kind.probe.patience
        for attempt in 1..<patience.attempts {
            let report = report(.failed("no luck"), attempt: attempt)
            let returned = try #require(report.returned.first)
            let longest = try #require(patience.pause(afterAttempt: attempt, chance: 0))
            #expect(report.count == 1 && returned.attempt == attempt && returned.error == "no luck")
            #expect((longest / 2...longest).contains(returned.at.milliseconds - now.milliseconds))
        }
        let last = report(.failed("no luck"), attempt: patience.attempts)
        #expect(last.count == 1 && last.buried.first?.id == 7 && last.buried.first?.error == "no luck")
    }

    @Test("What was not begun goes back as if it had never been claimed")
    func putBack() {
        var report = JobQueue.Report()
        report.putBack(.probe(7, attempt: 3), at: now)
        #expect(report.count == 1 && report.returned.first?.attempt == 2 && report.returned.first?.at == now)
    }

    @Test("Reports that are put together lose nothing")
    func merge() {
        var all = report(.done, attempt: 1)
        all.merge(report(.again(at: now), attempt: 1))
        all.merge(report(.failed("no luck"), attempt: 99))
        #expect(all.finished.count == 1 && all.returned.count == 1 && all.buried.count == 1)
        #expect(all.count == 3 && !all.isEmpty && all.ids == [7, 7, 7])
    }
}
