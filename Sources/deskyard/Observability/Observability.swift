import Foundation
import Logging
import Metrics

/// The process's one log and one set of meters.
struct Observability {
    let logger: Logger
    let metrics: PrometheusRegistry

    private static let output = LogOutput()

    /// Call once, before anything logs or counts.
    static func start(_ settings: Settings) throws -> Observability {
        let level = try settings.logLevel()
        let format = try settings.logFormat()
        let registry = PrometheusRegistry()
        LoggingSystem.bootstrap { LineLogHandler(label: $0, level: level, format: format, output: output) }
        MetricsSystem.bootstrap(registry)
        atexit { Observability.output.flush() }
        return Observability(logger: Logger(label: "deskyard"), metrics: registry)
    }
}
