import Domain
import Foundation
import JSON
import Postgres
import Support
import Testing

@testable import Services

/// A helpdesk with two tickets that are about to be hidden, and everybody who has to do with them.
struct HiddenScene {
    struct Caller {
        let name: String
        let token: String
        let isAgent: Bool
        /// Which of the two, as long as nobody hides them. An agent sees them afterwards, too.
        let sees: Set<Int64>
    }

    /// In everything that can be written on a ticket, and nowhere else.
    static let marker = "flaschenpost"
    /// Of the user whose tickets they are; the list of users has it, of course.
    static let name = "Nachtigall"
    /// Nothing else in the helpdesk has numbers like its tickets.
    private static let firstNumber = 7_654_321

    let server: TestServer
    let tenant: TestTenant
    let callers: [Caller]
    /// Assigned to an agent and a team.
    let spam: Int64
    /// Assigned to nobody.
    let deleted: Int64
    /// Its number leads to `spam`.
    let merged: Int64
    /// Linked with `spam`, and stays visible.
    let linked: Int64
    /// Has nothing to do with the others, and stays visible.
    let plain: Int64
    let owner: Int64
    let assignee: Int64
    let team: Int64
    let department: Int64
    let organization: Int64

    var path: (spam: String, deleted: String) { ("/v1/tickets/\(spam)", "/v1/tickets/\(deleted)") }
    var agent: String { tenant.agent.token }

    func caller(_ name: String) throws -> Caller { try #require(callers.first { $0.name == name }) }

    init(_ server: TestServer, _ tenant: TestTenant) async throws {
        self.server = server
        self.tenant = tenant
        try await tenant.numberTickets(from: Self.firstNumber)
        let stage = HiddenStage(server: server, tenant: tenant)
        team = try await stage.make("teams", ["name": "Night shift"])
        department = try await stage.make("departments", ["name": "Workshop"])
        organization = try await stage.make("organizations", ["name": "Analytical Engines"])
        _ = try await stage.make("fields", ["key": "order_no", "name": "Order number", "type": "text"])

        let assignee = try await stage.agent("assignee")
        let teammate = try await stage.agent("teammate", team: team)
        let follower = try await stage.agent("follower")
        let unassigned = try await stage.agent("sees the unassigned", ["view_unassigned"], department)
        let others = try await stage.agent("sees others'", ["view_others"], department)
        let stranger = try await stage.agent("sees nothing")
        let owner = try await stage.user("owner", named: Self.name, organization)
        let colleague = try await stage.user("colleague", named: "Grace", organization)
        let copied = try await stage.user("copied", named: "Ada", nil)
        let bystander = try await stage.user("bystander", named: "Alan", nil)
        self.owner = owner.id
        self.assignee = assignee.id

        plain = try await stage.open(["subject": "Chain", "text": "It squeaks", "department_id": .integer(department)], colleague.token)
        linked = try await stage.open(["subject": "Brakes", "text": "They squeak"], copied.token)
        let body: JSONValue = [
            "subject": .string("About \(Self.marker)"), "text": .string("Buy \(Self.marker)"), "department_id": .integer(department),
            "fields": ["order_no": .string(Self.marker)],
        ]
        spam = try await stage.open(body, owner.token)
        deleted = try await stage.open(body, owner.token)
        merged = try await stage.open(body, owner.token)

        _ = try await stage.act("POST", "/v1/tickets/\(spam)/merge", ["duplicates": [.integer(merged)]])
        for id in [spam, deleted] {
            let path = "/v1/tickets/\(id)"
            _ = try await stage.act("PATCH", path, ["labels": [.string(Self.marker)], "priority": "high"])
            _ = try await stage.act("POST", path + "/notes", ["text": .string("Beware of \(Self.marker)")])
            _ = try await stage.act("PUT", path + "/followers/\(follower.id)")
            _ = try await stage.act("PUT", path + "/ccs/\(copied.id)")
            _ = try await stage.act("POST", path + "/live", ["kind": "chat"])
        }
        _ = try await stage.act("PATCH", "/v1/tickets/\(spam)", ["agent_id": .integer(assignee.id), "team_id": .integer(team)])
        _ = try await stage.act("PUT", "/v1/tickets/\(linked)/links/\(spam)")

        let both: Set<Int64> = [spam, deleted]
        func person(_ name: String, _ token: String, sees: Set<Int64>, isAgent: Bool = true) -> Caller {
            Caller(name: name, token: token, isAgent: isAgent, sees: sees)
        }
        callers = [
            person("admin", tenant.admin.token, sees: both), person("agent", tenant.agent.token, sees: both),
            person("assignee", assignee.token, sees: [spam]), person("teammate", teammate.token, sees: [spam]),
            person("follower", follower.token, sees: both), person("sees the unassigned", unassigned.token, sees: [deleted]),
            person("sees others'", others.token, sees: [spam]), person("sees nothing", stranger.token, sees: []),
            person("owner", owner.token, sees: both, isAgent: false), person("colleague", colleague.token, sees: both, isAgent: false),
            person("copied", copied.token, sees: both, isAgent: false), person("bystander", bystander.token, sees: [], isAgent: false),
        ]
    }

    func hide() async throws {
        let stage = HiddenStage(server: server, tenant: tenant)
        _ = try await stage.act("POST", path.spam + "/spam")
        _ = try await stage.act("DELETE", path.deleted)
    }

    func restore() async throws {
        let stage = HiddenStage(server: server, tenant: tenant)
        for path in [path.spam, path.deleted] { _ = try await stage.act("POST", path + "/restore") }
    }

    /// Purges all that is hidden, as a worker does it.
    func purge() async throws {
        // With the server's clock, which the tickets were hidden by.
        let helpdesk = Helpdesk(database: try await TestInstallation.shared.value.database)
        let scope = try await tenant.installation.scope(tenant.tenant.slug)
        for status in HiddenStatus.allCases {
            try await tenant.discardJobs(of: "purge")
            let run = try await helpdesk.startPurge(status, .all, tenant.now(tenant.admin)).run
            var pieces = 0
            while case .took = try await helpdesk.purgePiece(run.id, in: scope) { pieces += 1 }
            let ended = try await helpdesk.readPurgeRun(run.id, tenant.now(tenant.admin)).run
            try #require(ended.state == .done && ended.figures.purged == 1 && pieces == 1)
        }
    }

    /// What an answer tells of the tickets that will be hidden: their numbers, and words out of them.
    func told(in text: String, at address: String = "") -> Set<String> {
        let isAboutPeople = ["/v1/users", "/v1/me"].contains { address.hasPrefix($0) }
        let words = [Self.marker, "\(spam)", "\(deleted)", "\(merged)"] + (isAboutPeople ? [] : [Self.name.lowercased()])
        return Set(words.filter(text.lowercased().contains))
    }

    /// Which of all tickets an answer names.
    func numbers(in text: String) -> Set<Int64> { Set([spam, deleted, merged, linked, plain].filter { text.contains("\($0)") }) }
}

/// Puts people and tickets there, over HTTP where there is a way.
private struct HiddenStage {
    let server: TestServer
    let tenant: TestTenant

    func act(_ method: String, _ path: String, _ body: JSONValue? = nil, token: String? = nil) async throws -> Answered {
        let answered = try await server.send(method, path, token: token ?? tenant.agent.token, body)
        try #require((200..<300).contains(answered.status), "\(method) \(path): \(answered.json)")
        return answered
    }

    func make(_ kind: String, _ body: JSONValue) async throws -> Int64 {
        try await act("POST", "/v1/\(kind)", body, token: tenant.admin.token).id
    }

    func open(_ body: JSONValue, _ token: String) async throws -> Int64 { try await act("POST", "/v1/tickets", body, token: token).id }

    /// An agent who sees what one is assigned to or follows, and what these rights show in one department.
    func agent(
        _ name: String, _ rights: [String] = [], _ department: Int64? = nil, team: Int64? = nil
    ) async throws -> (id: Int64, token: String) {
        let group = try await make(
            "permission-groups", ["name": .string(name), "rights": .array((["reply"] + rights).map { .string($0) })])
        let id = try await tenant.installation.createAgent(address("helpdesk"), name: name, isAdmin: false, in: tenant.tenant.slug).id
        let departments: [JSONValue] = department.map { [["department_id": .integer($0), "access": "full"]] } ?? []
        let body: JSONValue = [
            "permission_group_ids": [.integer(group)], "all_departments": false, "departments": .array(departments),
            "team_ids": .array(team.map { [.integer($0)] } ?? []),
        ]
        _ = try await act("PATCH", "/v1/agents/\(id)", body, token: tenant.admin.token)
        return (id.value, try await token(of: .agent(id)))
    }

    /// A user who sees the organization's tickets, if there is one.
    func user(_ group: String, named name: String, _ organization: Int64?) async throws -> (id: Int64, token: String) {
        let id = try await tenant.installation.createUser(address("customer"), name: name, in: tenant.tenant.slug).id
        if let organization {
            let group = try await make("usergroups", ["name": .string(group), "rights": ["view_organization"]])
            let body: JSONValue = ["organization_id": .integer(organization), "usergroup_ids": [.integer(group)]]
            _ = try await act("PATCH", "/v1/users/\(id)", body, token: tenant.admin.token)
        }
        return (id.value, try await token(of: .user(id)))
    }

    private func address(_ host: String) throws -> EmailAddress {
        try #require(EmailAddress("\(UUID().uuidString.lowercased())@\(host).example"))
    }

    private func token(of person: Person) async throws -> String {
        try await tenant.installation.createToken(for: person, named: "test", in: tenant.tenant.slug).0.text
    }
}

extension TestTenant {
    fileprivate func numberTickets(from number: Int) async throws {
        let tenant = tenant.id.value
        try await ScriptSession.run(on: TestInstallation.superuserAddress()) { session in
            _ = try session.run("update helpdesk.counters set tickets = \(number) where tenant_id = \(tenant)")
        }
    }
}
