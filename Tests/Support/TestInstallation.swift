import Domain
import Foundation
import Logging
import Postgres
import Repositories
import Services
import Synchronization

/// Time stands still until a test moves it.
package final class TestClock: Sendable {
    private let moment: Mutex<Timestamp>

    package init(_ start: Timestamp = Timestamp("2026-03-02T09:00:00Z")!) { moment = Mutex(start) }

    package var now: Timestamp { moment.withLock { $0 } }
    package var clock: Clock { Clock { [self] in now } }

    package func advance(seconds: Int64 = 0, days: Int = 0) {
        moment.withLock { $0 = $0.advanced(bySeconds: seconds).advanced(byDays: days) }
    }
}

/// The services on a migrated database, as the application's role.
package struct TestInstallation: Sendable {
    package let address: ServerAddress
    package let ownerAddress: ServerAddress
    package let pool: ConnectionPool
    package let database: Database

    /// One database for all tests: each test has its own tenant in it, which is the way it will be used.
    package static let shared = Task {
        let cluster = try await TestCluster.shared.value
        try await cluster.makeDatabase(named: "deskyard_test")
        return TestInstallation(cluster, database: "deskyard_test")
    }

    package init(_ cluster: TestCluster, database name: String, options: ConnectionPool.Options = ConnectionPool.Options()) {
        address = ServerAddress(
            cluster.address(role: "deskyard_app", database: name).connectionString,
            sessionSettings: [(name: "statement_timeout", value: "30s")])
        ownerAddress = cluster.address(role: "deskyard_owner", database: name)
        // Hundreds of tests start at the same moment on two cores.
        var options = options
        options.acquisitionTimeout = max(options.acquisitionTimeout, .seconds(60))
        pool = ConnectionPool(address, options: options, poller: Poller(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        database = Database(pool)
    }

    /// A new helpdesk with an admin, an agent and a user.
    package func makeTenant(clock: TestClock = TestClock()) async throws -> TestTenant {
        let installation = Installation(database: database, clock: clock.clock)
        let slug = "t" + UUID().uuidString.lowercased()
        let tenant = try await installation.createTenant(.init(slug: slug, name: "Test", timeZone: "Europe/London"))
        let admin = try await installation.createAgent(
            EmailAddress("admin@helpdesk.example")!, name: "Admin", isAdmin: true, in: tenant.slug)
        let agent = try await installation.createAgent(
            EmailAddress("agent@helpdesk.example")!, name: "Agent", isAdmin: false, in: tenant.slug)
        let user = try await installation.createUser(EmailAddress("user@customer.example")!, name: "User", in: tenant.slug)
        let authenticator = Authenticator(database: database, clock: clock.clock)
        func login(_ person: Person) async throws -> TestTenant.Login {
            let (token, record) = try await installation.createToken(for: person, named: "test", in: tenant.slug)
            return TestTenant.Login(token: token.text, tokenID: record.id, access: try await authenticator.access(token.text))
        }
        return TestTenant(
            tenant: tenant, clock: clock, installation: installation, helpdesk: Helpdesk(database: database, clock: clock.clock),
            authenticator: authenticator, adminID: admin.id, agentID: agent.id, userID: user.id, admin: try await login(.agent(admin.id)),
            agent: try await login(.agent(agent.id)), user: try await login(.user(user.id)))
    }
}

/// A helpdesk of one test's own.
package struct TestTenant: Sendable {
    package struct Login: Sendable {
        package let token: String
        package let tokenID: ID<Token>
        /// As it was at the start; after a change of rights or settings ask `TestTenant.now`.
        package let access: Access
    }

    package let tenant: Tenant
    package let clock: TestClock
    package let installation: Installation
    package let helpdesk: Helpdesk
    package let authenticator: Authenticator
    package let adminID: ID<Agent>
    package let agentID: ID<Agent>
    package let userID: ID<User>
    package let admin: Login
    package let agent: Login
    package let user: Login

    /// What holds for this login now.
    package func now(_ login: Login) async throws -> Access { try await authenticator.refreshed(login.token) }

    /// A ticket of the tenant's user, opened by the user.
    package func makeTicket(_ subject: String = "It does not work", message: String = "Please help") async throws -> Ticket {
        try await helpdesk.createTicket(
            TicketDraft(subject: Subject(subject)!, body: text(message), requester: .caller), user.access)
    }
}

/// A text message.
package func text(_ content: String) -> MessageBody { MessageBody(content, format: .text)! }

/// Runs `body` in a helpdesk of its own on the shared database.
package func withTenant(_ body: (TestTenant) async throws -> Void) async throws {
    try await body(TestInstallation.shared.value.makeTenant())
}
