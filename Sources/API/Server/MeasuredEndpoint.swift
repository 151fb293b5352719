import Metrics
import Synchronization

/// A route's meters, made once: looking them up by name with each request would cost more than counting.
final class MeasuredEndpoint: Sendable {
    private let dimensions: [(String, String)]
    private let duration: Metrics.Timer
    private let counters = Mutex<[Int: Metrics.Counter]>([:])

    /// For addresses that do not exist: one series for all, or anybody could fill the memory with names.
    static let unknown = MeasuredEndpoint(method: "other", route: "unknown")

    convenience init(_ endpoint: Endpoint) { self.init(method: endpoint.method.rawValue, route: endpoint.path) }

    private init(method: String, route: String) {
        dimensions = [("method", method), ("route", route)]
        duration = Metrics.Timer(label: "http_request_seconds", dimensions: dimensions)
    }

    func record(status: Int, _ elapsed: Duration) {
        duration.recordNanoseconds(elapsed.components.seconds * 1_000_000_000 + elapsed.components.attoseconds / 1_000_000_000)
        counters.withLock { counters in
            if let counter = counters[status] { return counter.increment() }
            let counter = Metrics.Counter(label: "http_requests_total", dimensions: dimensions + [("status", String(status))])
            counters[status] = counter
            counter.increment()
        }
    }
}
