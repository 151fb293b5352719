import ArgumentParser
import Logging

struct Work: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Only does what is in the queue and runs the schedules, until it is told to stop.",
        discussion: """
            Any number of these may run beside any number of `deskyard serve`, which works, too, unless it is told --workers 0.
            With --port it answers /healthz, /readyz and /metrics there.

            EXAMPLES
              deskyard work --workers 16 --config /etc/deskyard/deskyard.env
              deskyard work --port 8081
            """)

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try await options.settings()
        let observability = try Observability.start(settings)
        let app = try App(settings, logger: observability.logger)
        let host = try settings.text(.host)
        let logger = observability.logger
        let workers = try settings.number(.workers, in: 1...256)
        logger.notice("working", metadata: ["workers": "\(workers)"])
        try await app.work(settings, metrics: observability.metrics) { port in
            logger.notice("listening for monitors", metadata: ["address": "http://\(host):\(port)"])
        }
    }
}
