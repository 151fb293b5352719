import API
import Domain
import Glibc
import Logging
import NIOCore
import Postgres
import Repositories
import Schema
import ServiceLifecycle
import Services

/// The composition root: everything that lives as long as the process is made here, once.
struct App: Sendable {
    let pool: ConnectionPool
    let helpdesk: Helpdesk
    let installation: Installation
    let authenticator: Authenticator
    let logger: Logger

    init(_ settings: Settings, logger: Logger) throws {
        self.logger = logger
        pool = ConnectionPool(try settings.serverAddress(), options: try settings.poolOptions(), poller: Poller(), logger: logger)
        let perTransaction = try settings.flag(.preparedStatements) ? nil : try settings.seconds(.statementTimeout)
        let database = Database(pool, statementTimeoutPerTransaction: perTransaction)
        helpdesk = Helpdesk(database: database)
        installation = Installation(database: database)
        authenticator = Authenticator(database: database)
    }

    /// Serves until SIGTERM or SIGINT, finishes what runs, and closes the connections last.
    func serve(_ settings: Settings, metrics: PrometheusRegistry, onListening: @escaping @Sendable (Int) async throws -> Void) async throws
    {
        var options = HTTPServer.Options()
        options.host = try settings.text(.host)
        options.port = try settings.number(.port, in: 0...65_535)
        options.maximumBodyBytes = try settings.number(.maxBodyBytes, in: 1024...(1 << 30))
        options.requestTimeout = try settings.seconds(.requestTimeout)
        let installation = installation
        let health = HTTPServer.Health(version: Deskyard.version, metrics: { metrics.text() }) {
            await whyNotReady(installation)
        }
        let server = HTTPServer(
            options, helpdesk: helpdesk, installation: installation, authenticator: authenticator, health: health, logger: logger)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: [
                    .init(service: PoolService(pool: pool)),
                    .init(
                        service: ServerService(server: server, onListening: onListening),
                        failureTerminationBehavior: .gracefullyShutdownGroup),
                ],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError {
            throw CommandFailure("cannot listen on \(options.host):\(options.port): \(String(cString: strerror(error.errnoCode)))")
        }
    }
}

/// What `/readyz` says.
@Sendable
private func whyNotReady(_ installation: Installation) async -> String? {
    do {
        let version = try await installation.schemaVersion()
        let expected = Schema.migrations.count
        // A newer schema is fine: while processes are replaced one by one, the old ones go on serving.
        return version >= expected ? nil : "The database is at schema \(version), this release needs \(expected): run deskyard migrate."
    } catch {
        return "The database cannot be reached."
    }
}

/// Closes the pool after everything that uses it has ended: services end in the reverse of their order.
private struct PoolService: Service {
    let pool: ConnectionPool

    func run() async throws {
        try? await gracefulShutdown()
        await pool.close()
    }
}

private struct ServerService: Service {
    let server: HTTPServer
    let onListening: @Sendable (Int) async throws -> Void

    func run() async throws {
        try await server.run { port in
            do { try await onListening(port) } catch {
                Logger(label: "deskyard").error("cannot announce the port", metadata: ["error": "\(error)"])
            }
        }
    }
}
