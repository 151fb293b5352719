import Domain
import Jobs
import Metrics
import Services
import Support
import Synchronization
import Testing

/// What monitors see of the queue and of overdue purges.
@Suite struct GaugesTests {
    @Test("Gauges show how many jobs are in which state and since when the oldest could run, and nothing where there is none any more")
    func queue() async throws {
        try await withQueue { own in
            let seen = SeenGauges()
            let gauges = Gauges(installation: own.operators, queue: own.queue, logger: .silent)
            let scope = try await own.makeTenant()
            try await own.enqueue(times: 3, in: scope)
            try await own.enqueue(notBefore: own.clock.now.advanced(bySeconds: 3600), in: scope)
            own.clock.advance(seconds: 40)
            try await own.enqueue(.purge(ID(1)), in: scope)
            own.clock.advance(seconds: 2)
            try await withMetricsFactory(seen) { try await gauges.measure() }
            let ready = "kind=probe,class=interactive,state=ready"
            #expect(seen["jobs_in_queue", ready] == 3)
            #expect(seen["job_oldest_seconds", ready] == 42)
            #expect(seen["jobs_in_queue", "kind=purge,class=purge,state=ready"] == 1)
            #expect(seen["job_oldest_seconds", "kind=purge,class=purge,state=ready"] == 2)
            #expect(seen["jobs_in_queue", "kind=probe,class=interactive,state=delayed"] == 1)
            #expect(seen["job_oldest_seconds", "kind=probe,class=interactive,state=delayed"] == 0)

            let worker = try await own.register()
            let claimed = try await own.claim(3, by: worker)
            try await own.settle(by: worker) { report in
                report.finished = [claimed[0].id]
                report.buried = [(claimed[1].id, "no luck")]
            }
            own.clock.advance(seconds: 8)
            try await withMetricsFactory(seen) { try await gauges.measure() }
            #expect(seen["jobs_in_queue", ready] == 0 && seen["job_oldest_seconds", ready] == 0)
            #expect(seen["jobs_in_queue", "kind=probe,class=interactive,state=running"] == 1)
            #expect(seen["jobs_in_queue", "kind=probe,class=interactive,state=dead"] == 1)
            #expect(seen["job_oldest_seconds", "kind=probe,class=interactive,state=dead"] == 8)
        }
    }

    @Test("They show how far the schedules are behind, and which helpdesk has waited for its purge for how long")
    func schedules() async throws {
        try await withQueue { own in
            let seen = SeenGauges()
            let gauges = Gauges(installation: own.operators, queue: own.queue, logger: .silent)
            try await withMetricsFactory(seen) { try await gauges.measure() }
            #expect(seen["schedule_lag_seconds", ""] == 0)
            let scope = try await own.makeTenant()
            let now = own.clock.now
            try await own.write(
                """
                update installation.schedules
                set due_from = '\(now.advanced(bySeconds: -500))', next_run_at = '\(now.advanced(bySeconds: -70))'
                where tenant_id = \(scope.tenant) and kind = 'purge_spam';
                update installation.schedules
                set due_from = '\(now.advanced(bySeconds: 500))', next_run_at = '\(now.advanced(bySeconds: 70))'
                where tenant_id = \(scope.tenant) and kind = 'purge_deleted'
                """)
            let slug = try known(try await own.operators.listTenants(after: nil, limit: 1).items.first?.slug)
            try await withMetricsFactory(seen) { try await gauges.measure() }
            #expect(seen["schedule_lag_seconds", ""] == 70)
            #expect(seen["purge_oldest_overdue_seconds", "tenant=\(slug.text),schedule=purge_spam"] == 500)
            #expect(seen["purge_oldest_overdue_seconds", "tenant=\(slug.text),schedule=purge_deleted"] == nil)

            try await own.write("update installation.schedules set due_from = null, next_run_at = null")
            try await withMetricsFactory(seen) { try await gauges.measure() }
            #expect(seen["schedule_lag_seconds", ""] == 0)
            #expect(seen["purge_oldest_overdue_seconds", "tenant=\(slug.text),schedule=purge_spam"] == 0)
        }
    }
}

/// Keeps what gauges were set to last.
private final class SeenGauges: MetricsFactory {
    private final class Value: RecorderHandler {
        let last = Mutex<Double?>(nil)
        func record(_ value: Int64) { last.withLock { $0 = Double(value) } }
        func record(_ value: Double) { last.withLock { $0 = value } }
    }

    private let values = Mutex<[String: Value]>([:])

    subscript(name: String, labels: String) -> Double? { values.withLock { $0["\(name) \(labels)"] }?.last.withLock { $0 } }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        let name = "\(label) " + dimensions.map { "\($0)=\($1)" }.joined(separator: ",")
        return values.withLock { values in
            if let value = values[name] { return value }
            let value = Value()
            values[name] = value
            return value
        }
    }

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler { NOOPMetricsHandler.instance }
    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler { NOOPMetricsHandler.instance }
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}
}
