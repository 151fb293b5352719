import Domain
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Services

/// The HTTP door, ready to run as a service.
package struct HTTPServer: Sendable {
    package struct Options: Sendable {
        package var host = "127.0.0.1"
        /// 0: any free port; `onListening` says which.
        package var port = 8080
        package var maximumBodyBytes = 2 << 20
        /// How long a request may take to arrive.
        package var requestTimeout: Duration = .seconds(30)
        /// How long a connection may lie idle.
        package var idleTimeout: Duration = .seconds(75)

        package init() {}
    }

    /// What the open routes tell of the process.
    package struct Health: Sendable {
        /// Nil when requests can be served, else why not.
        package var whyNotReady: @Sendable () async -> String?
        /// All metrics in Prometheus' text format.
        package var metrics: @Sendable () -> String
        package var version: String

        package init(version: String, metrics: @escaping @Sendable () -> String, whyNotReady: @escaping @Sendable () async -> String?) {
            self.version = version
            self.metrics = metrics
            self.whyNotReady = whyNotReady
        }
    }

    private let options: Options
    private let frontDoor: FrontDoor
    private let logger: Logger

    package init(
        _ options: Options, helpdesk: Helpdesk, installation: Installation, authenticator: Authenticator, health: Health, logger: Logger
    ) {
        self.options = options
        self.logger = logger
        let router = Router(context: OpenContext.self, options: .autoGenerateHeadEndpoints)
        var routes = Routes(router: router, authenticator: authenticator, maximumBodyBytes: options.maximumBodyBytes)
        TicketRoutes(helpdesk: helpdesk).add(to: &routes)
        ConversationRoutes(helpdesk: helpdesk).add(to: &routes)
        RelationRoutes(helpdesk: helpdesk).add(to: &routes)
        LiveRoutes(helpdesk: helpdesk).add(to: &routes)
        PeopleRoutes(helpdesk: helpdesk).add(to: &routes)
        UserRoutes(helpdesk: helpdesk).add(to: &routes)
        OrganizationRoutes(helpdesk: helpdesk).add(to: &routes)
        UsergroupRoutes(helpdesk: helpdesk).add(to: &routes)
        AgentRoutes(helpdesk: helpdesk).add(to: &routes)
        TeamRoutes(helpdesk: helpdesk).add(to: &routes)
        PermissionGroupRoutes(helpdesk: helpdesk).add(to: &routes)
        TokenRoutes(helpdesk: helpdesk).add(to: &routes)
        DepartmentRoutes(helpdesk: helpdesk).add(to: &routes)
        FieldRoutes(helpdesk: helpdesk).add(to: &routes)
        SettingsRoutes(helpdesk: helpdesk).add(to: &routes)
        PurgeScheduleRoutes(helpdesk: helpdesk).add(to: &routes)
        PurgeRunRoutes(helpdesk: helpdesk).add(to: &routes)
        DailyTotalRoutes(helpdesk: helpdesk).add(to: &routes)
        SearchRoutes(helpdesk: helpdesk).add(to: &routes)
        QueueRoutes(helpdesk: helpdesk).add(to: &routes)
        MassActionRoutes(helpdesk: helpdesk).add(to: &routes)
        TenantRoutes(installation: installation).add(to: &routes)
        JobRoutes(installation: installation).add(to: &routes)
        ScheduleRoutes(installation: installation).add(to: &routes)
        OperationRoutes(health: health).add(to: &routes)
        frontDoor = FrontDoor(routes: router.buildResponder(), endpoints: routes.endpoints)
    }

    /// For a process that only works in the background: what monitors ask, and nothing else.
    package init(_ options: Options, health: Health, authenticator: Authenticator, logger: Logger) {
        self.options = options
        self.logger = logger
        let router = Router(context: OpenContext.self, options: .autoGenerateHeadEndpoints)
        var routes = Routes(router: router, authenticator: authenticator, maximumBodyBytes: options.maximumBodyBytes)
        OperationRoutes(health: health).add(to: &routes)
        frontDoor = FrontDoor(routes: router.buildResponder(), endpoints: routes.endpoints)
    }

    /// Serves until graceful shutdown, then finishes what runs.
    package func run(onListening: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let requestTimeout = TimeAmount(options.requestTimeout)
        let idleTimeout = TimeAmount(options.idleTimeout)
        let application = Application(
            responder: frontDoor,
            server: HTTPServerBuilder { responder in
                EventLoopChannel(
                    http: HTTP1Channel(
                        responder: responder,
                        configuration: HTTP1Channel.Configuration(
                            additionalChannelHandlers: [RequestDeadline(limit: requestTimeout)], idleTimeout: idleTimeout,
                            httpDecoderConfiguration: .init(
                                maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))))
            },
            configuration: ApplicationConfiguration(address: .hostname(options.host, port: options.port), backlog: 1024),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? 0) },
            logger: logger)
        try await application.run()
    }
}
