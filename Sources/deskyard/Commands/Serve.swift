import ArgumentParser

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves HTTP until it is told to stop; then finishes what runs.",
        discussion: """
            EXAMPLES
              DESKYARD_DATABASE_URL=postgresql://deskyard_app@db/deskyard deskyard serve --port 8080 --log-format json
              deskyard serve --config /etc/deskyard/deskyard.env
            """)

    @OptionGroup var options: SettingOptions

    func run() async throws {
        let settings = try await options.settings()
        let observability = try Observability.start(settings)
        let app = try App(settings, logger: observability.logger)
        let host = try settings.text(.host)
        let logger = observability.logger
        try await app.serve(settings, metrics: observability.metrics) { port in
            logger.notice("listening", metadata: ["address": "http://\(host):\(port)"])
        }
    }
}
