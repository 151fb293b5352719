import CoreMetrics
import Synchronization

/// Keeps what the code counts (through swift-metrics) and writes it in Prometheus' text format.
///
/// <https://prometheus.io/docs/instrumenting/exposition_formats/>. Timers become histograms in seconds.
final class PrometheusRegistry: MetricsFactory {
    private struct Series: Hashable {
        var name: String
        var labels: String
    }

    private enum Meter {
        case counter(CountMeter)
        case gauge(GaugeMeter)
        case histogram(HistogramMeter)

        var type: String {
            switch self {
            case .counter: "counter"
            case .gauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private let meters = Mutex<[Series: Meter]>([:])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        meters.withLock { meters in
            let series = Self.series(label, dimensions)
            if case .counter(let meter) = meters[series] { return meter }
            let meter = CountMeter()
            meters[series] = .counter(meter)
            return meter
        }
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        meters.withLock { meters in
            let series = Self.series(label, dimensions)
            if case .gauge(let meter) = meters[series] { return meter }
            let meter = GaugeMeter()
            meters[series] = .gauge(meter)
            return meter
        }
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        meters.withLock { meters in
            let series = Self.series(label, dimensions)
            if case .histogram(let meter) = meters[series] { return meter }
            let meter = HistogramMeter()
            meters[series] = .histogram(meter)
            return meter
        }
    }

    // Meters live as long as the process; ours are bounded by the routes and never made per request.
    func destroyCounter(_ handler: any CounterHandler) {}
    func destroyRecorder(_ handler: any RecorderHandler) {}
    func destroyTimer(_ handler: any TimerHandler) {}

    /// Everything, sorted, with a `# TYPE` line for each name.
    func text() -> String {
        let all = meters.withLock { $0 }.sorted { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }
        var lines: [String] = []
        var last = ""
        for (series, meter) in all {
            if series.name != last {
                lines.append("# TYPE \(series.name) \(meter.type)")
                last = series.name
            }
            switch meter {
            case .counter(let counter): lines.append("\(series.name)\(Self.braces(series.labels)) \(counter.value)")
            case .gauge(let gauge): lines.append("\(series.name)\(Self.braces(series.labels)) \(gauge.value)")
            case .histogram(let histogram):
                let (counts, sum) = histogram.snapshot
                var cumulative = 0
                for (bound, count) in zip(HistogramMeter.bounds.map { "\($0)" } + ["+Inf"], counts) {
                    cumulative += count
                    let labels = (series.labels.isEmpty ? "" : series.labels + ",") + "le=\"\(bound)\""
                    lines.append("\(series.name)_bucket{\(labels)} \(cumulative)")
                }
                lines.append("\(series.name)_sum\(Self.braces(series.labels)) \(sum)")
                lines.append("\(series.name)_count\(Self.braces(series.labels)) \(cumulative)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func series(_ label: String, _ dimensions: [(String, String)]) -> Series {
        let labels = dimensions.map { name, value in
            "\(name)=\"\(value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n"))\""
        }
        return Series(name: label, labels: labels.joined(separator: ","))
    }

    private static func braces(_ labels: String) -> String { labels.isEmpty ? "" : "{\(labels)}" }
}

private final class CountMeter: CounterHandler {
    private let count = Atomic<Int64>(0)

    var value: Int64 { count.load(ordering: .relaxed) }

    func increment(by amount: Int64) { count.wrappingAdd(amount, ordering: .relaxed) }

    func reset() { count.store(0, ordering: .relaxed) }
}

private final class GaugeMeter: RecorderHandler {
    private let last = Mutex<Double>(0)

    var value: Double { last.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) { last.withLock { $0 = value } }
}

private final class HistogramMeter: TimerHandler {
    /// Upper bounds in seconds: from a round trip on loopback to the longest timeout.
    static let bounds: [Double] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private static let nanoseconds = bounds.map { Int64($0 * 1e9) }

    private struct State {
        var counts = [Int](repeating: 0, count: HistogramMeter.bounds.count + 1)
        var sum: Int64 = 0
    }

    private let state = Mutex(State())

    var snapshot: (counts: [Int], sum: Double) { state.withLock { ($0.counts, Double($0.sum) / 1e9) } }

    func recordNanoseconds(_ duration: Int64) {
        let bucket = Self.nanoseconds.firstIndex { duration <= $0 } ?? Self.nanoseconds.count
        state.withLock { state in
            state.counts[bucket] += 1
            state.sum += duration
        }
    }
}
