import Domain
import Postgres
import Services

/// A helpdesk that is measured alone: what is right for a small one may be wrong for a large one.
struct SizedHelpdesk {
    enum Size: String, CaseIterable {
        case small, middle, largest
    }

    let size: Size
    let tenant: BenchTenant
    /// Its agent's, who sees every ticket.
    let access: Access
    let words: SearchWords
    /// Those that its agent finds.
    private(set) var queues: [TicketQueue] = []
    let database: BenchDatabase

    /// What is measured in them. The queues are made, and whether both sides answer the same is looked at first.
    static func requests(
        _ cases: [SizedCase], among tenants: [BenchTenant], _ database: BenchDatabase, port: Int
    ) async throws -> [MeasuredRequest] {
        guard !cases.isEmpty else { return [] }
        let serving = BenchPool(on: ServerAddress(database.applicationURL))
        var helpdesks: [SizedHelpdesk] = []
        for size in Size.allCases {
            var helpdesk = try await SizedHelpdesk(size, among: tenants, database, serving)
            say("the \(size.rawValue) helpdesk has \(helpdesk.tenant.tickets) tickets; \(helpdesk.words)")
            if cases.contains(.counts) {
                helpdesk.queues = try await BenchQueues(words: helpdesk.words, access: helpdesk.access).make(
                    with: Helpdesk(database: serving.database))
            }
            helpdesks.append(helpdesk)
        }
        await serving.pool.close()
        try await database.vacuum()
        var requests: [MeasuredRequest] = []
        for each in cases {
            for helpdesk in helpdesks { requests.append(try await helpdesk.request(each, port: port)) }
        }
        return requests
    }

    private init(_ size: Size, among tenants: [BenchTenant], _ database: BenchDatabase, _ serving: BenchPool) async throws {
        self.size = size
        self.database = database
        // The largest come first.
        tenant =
            switch size {
            case .small: tenants[tenants.count - 1]
            case .middle: tenants[tenants.count / 2]
            case .largest: tenants[0]
            }
        access = try await Authenticator(database: serving.database).access(tenant.token)
        guard access.sight == .everything else { throw Failure("the agent of helpdesk \(tenant.id) does not see everything") }
        words = try await SearchWords(in: tenant.id, on: database)
    }

    private func request(_ measured: SizedCase, port: Int) async throws -> MeasuredRequest {
        let questions = try questions(measured)
        try await SizedComparison(helpdesk: self, port: port).compare(questions)
        let name = "\(measured.rawValue)_\(size.rawValue)"
        return MeasuredRequest(
            name: name, title: "\(measured.title), \(size.rawValue)", sql: try PgbenchScript(name: name, questions, of: self),
            service: LuaScript(name: name, asking: questions.all.map(\.path), token: tenant.token, port: port))
    }
}
