import API
import Domain
import Glibc
import Jobs
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
    let queue: JobQueue
    let logger: Logger
    private let poller: Poller

    init(_ settings: Settings, logger: Logger) throws {
        self.logger = logger
        poller = Poller()
        pool = ConnectionPool(try settings.serverAddress(), options: try settings.poolOptions(), poller: poller, logger: logger)
        let perTransaction = try settings.flag(.preparedStatements) ? nil : try settings.seconds(.statementTimeout)
        let database = Database(pool, statementTimeoutPerTransaction: perTransaction)
        helpdesk = Helpdesk(database: database)
        installation = Installation(database: database)
        authenticator = Authenticator(database: database)
        queue = JobQueue(database: database)
    }

    /// Serves, and works unless there are to be no workers, until SIGTERM or SIGINT; then finishes what runs, and closes the connections last.
    func serve(_ settings: Settings, metrics: PrometheusRegistry, onListening: @escaping @Sendable (Int) async throws -> Void) async throws
    {
        let options = try settings.serverOptions()
        let server = HTTPServer(
            options, helpdesk: helpdesk, installation: installation, authenticator: authenticator, health: health(metrics), logger: logger)
        let workers = try settings.number(.workers, in: 0...256)
        try await run(
            worker: workers > 0 ? try workerService(settings, slots: workers) : nil,
            server: ServerService(server: server, onListening: onListening), options)
    }

    /// Only works, until SIGTERM or SIGINT. Listens for monitors if a port was given.
    func work(_ settings: Settings, metrics: PrometheusRegistry, onListening: @escaping @Sendable (Int) async throws -> Void) async throws {
        let options = try settings.serverOptions()
        let server = HTTPServer(options, health: health(metrics), authenticator: authenticator, logger: logger)
        try await run(
            worker: try workerService(settings, slots: try settings.number(.workers, in: 1...256)),
            server: settings.given(.port) == nil ? nil : ServerService(server: server, onListening: onListening), options)
    }

    /// Services end in the reverse of their order: first nobody comes in any more, then what was begun is finished, then the pool closes.
    private func run(worker: WorkerService?, server: ServerService?, _ options: HTTPServer.Options) async throws {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [.init(service: PoolService(pool: pool))]
        if let worker { services.append(.init(service: worker)) }
        if let server { services.append(.init(service: server, failureTerminationBehavior: .gracefullyShutdownGroup)) }
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch let error as IOError {
            throw CommandFailure("cannot listen on \(options.host):\(options.port): \(String(cString: strerror(error.errnoCode)))")
        }
    }

    private func workerService(_ settings: Settings, slots: Int) throws -> WorkerService {
        let worker = Worker(queue: queue, handlers: JobHandlers(helpdesk: helpdesk, logger: logger), slots: slots, logger: logger)
        let notifications = try settings.listenAddress().map { Notifications($0, poller: poller, logger: logger) }
        return WorkerService(
            worker: worker, scheduler: Scheduler(installation: installation, logger: logger),
            gauges: Gauges(installation: installation, queue: queue, logger: logger), notifications: notifications)
    }

    private func health(_ metrics: PrometheusRegistry) -> HTTPServer.Health {
        let installation = installation
        return HTTPServer.Health(version: Deskyard.version, metrics: { metrics.text() }) { await whyNotReady(installation) }
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

/// Closes the pool after everything that uses it has ended.
private struct PoolService: Service {
    let pool: ConnectionPool

    func run() async throws {
        try? await gracefulShutdown()
        await pool.close()
    }
}

/// Everything that a process does in the background.
private struct WorkerService: Service {
    let worker: Worker
    let scheduler: Scheduler
    let gauges: Gauges
    let notifications: Notifications?

    func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await scheduler.run() }
            group.addTask { await gauges.run() }
            if let notifications {
                group.addTask { for await _ in notifications.events(on: [JobQueue.channel]) { worker.wake() } }
            }
            await withGracefulShutdownHandler {
                await worker.run()
            } onGracefulShutdown: {
                worker.stop()
            }
            group.cancelAll()
        }
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

extension Settings {
    fileprivate func serverOptions() throws -> HTTPServer.Options {
        var options = HTTPServer.Options()
        options.host = try text(.host)
        options.port = try number(.port, in: 0...65_535)
        options.maximumBodyBytes = try number(.maxBodyBytes, in: 1024...(1 << 30))
        options.requestTimeout = try seconds(.requestTimeout)
        return options
    }
}
