import Domain
import Foundation
import JSON
import Services
import Support
import Testing

@Suite("When fifty agents change one ticket at once")
struct ConcurrentPatchTests {
    private static let crew = 50

    @Test("Each accepted change is a version and a line of history of its own, and with If-Match nobody overwrites what they did not know")
    func fifty() async throws {
        try await withDesk { server, tenant in
            let agents = try await tenant.makeAgents(Self.crew)
            // Whoever takes no care sets a field of their own; two who change the same thing without care would overwrite each other.
            let careless = agents.filter { $0.number.isMultiple(of: 2) }
            let careful = agents.filter { !$0.number.isMultiple(of: 2) }
            for agent in careless { try await tenant.makeField(agent.field) }
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            // All who take care know the same version, so all but one of them lose at first.
            let read = try await atOnce(careful) { agent -> (Int, Answered) in
                (agent.number, try await server.send("GET", path, token: agent.token))
            }
            let known = Dictionary(uniqueKeysWithValues: read)
            let changes = try await atOnce(agents) { agent -> Change in
                if let first = known[agent.number] { return try await server.addLabel(of: agent, to: path, knowing: first) }
                return try await server.setField(of: agent, on: path)
            }

            let kept = try await server.read(made.id, tenant)
            let past = try await server.send("GET", path + "/history?limit=200", token: tenant.agent.token)
            let last = Int64(Self.crew + 1)
            #expect(changes.count == Self.crew)
            #expect(changes.map(\.version).sorted() == Array(2...last))
            #expect(kept.number("version") == last)
            #expect(past.nextCursor == nil)
            #expect(past.items.compactMap { $0["version"]?.integer } == Array(1...last))

            let entries = try past.items.dropFirst().map { try Entry($0) }
            #expect(entries.map(\.agent).sorted() == agents.map(\.id).sorted())
            for change in changes {
                let entry = try #require(entries.first { $0.version == change.version })
                #expect(entry.agent == change.agent.id, "version \(change.version)")
                #expect(entry.event == "updated", "version \(change.version)")
                #expect(entry.changes == [change.expected], "version \(change.version)")
                // What was changed with If-Match is what was known.
                if let knew = change.knew { #expect(change.version == knew + 1, "\(change.agent.label)") }
            }

            let labels = (kept.member("labels")?.array ?? []).compactMap(\.string)
            let fields = kept.member("fields")?.object ?? [:]
            let wanted = Dictionary(uniqueKeysWithValues: careless.map { ($0.field, JSONValue.string($0.label)) })
            let lost = changes.map(\.lost).reduce(0, +)
            #expect(labels == careful.map(\.label).sorted())
            #expect(fields == wanted)
            #expect(lost >= careful.count - 1)
        }
    }

    @Test("Fifty who know the same version and do not try again: one change is made, and the ticket tells of no other")
    func oneOfFifty() async throws {
        try await withDesk { server, tenant in
            let agents = try await tenant.makeAgents(Self.crew)
            let made = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(made.id)"
            let answers = try await atOnce(agents) { agent -> (agent: Crewmate, status: Int) in
                let patch: JSONValue = ["subject": .string(agent.label), "urgency": 7]
                let answered = try await server.send("PATCH", path, token: agent.token, patch, headers: ["If-Match": "\"1\""])
                return (agent, answered.status)
            }
            let winners = answers.filter { $0.status == 200 }
            let losers = answers.filter { $0.status == 412 }
            let winner = try #require(winners.first)
            let kept = try await server.read(made.id, tenant, include: "history")
            let entries = try (kept.member("history.items")?.array ?? []).map { try Entry($0) }
            #expect(winners.count == 1)
            #expect(losers.count == Self.crew - 1)
            #expect(kept.word("subject") == winner.agent.label)
            #expect(kept.number("version") == 2)
            #expect(entries.map(\.version) == [1, 2])
            #expect(entries.last?.agent == winner.agent.id)
        }
    }
}

/// One of those who change the ticket.
private struct Crewmate: Sendable {
    let number: Int
    let id: Int64
    let token: String

    var label: String { "agent-\(number)" }
    var field: String { "field_\(number)" }
}

/// A change that was accepted.
private struct Change: Sendable {
    let agent: Crewmate
    /// The version that it made.
    let version: Int64
    /// The version that was sent with it; nil without If-Match.
    let knew: Int64?
    /// How often it was refused before.
    let lost: Int
    /// What the history must say of it.
    let expected: JSONValue
}

/// A line of the history.
private struct Entry {
    let version: Int64
    let agent: Int64
    let event: String
    let changes: [JSONValue]

    init(_ json: JSONValue) throws {
        version = try #require(json["version"]?.integer)
        agent = try #require(json["actor"]?["id"]?.integer)
        event = try #require(json["event"]?.string)
        changes = try #require(json["changes"]?.array)
    }
}

extension TestServer {
    /// Puts the agent's label beside those that are there, until nobody was faster.
    fileprivate func addLabel(of agent: Crewmate, to path: String, knowing first: Answered) async throws -> Change {
        var known = first
        for lost in 0..<1000 {
            let etag = try #require(known.header("ETag"))
            let version = try #require(known.number("version"))
            let labels = (known.member("labels")?.array ?? []).compactMap(\.string)
            let wanted = JSONValue.array((labels + [agent.label]).sorted().map { .string($0) })
            let answered = try await send("PATCH", path, token: agent.token, ["labels": wanted], headers: ["If-Match": etag])
            if answered.status == 200 {
                let before: JSONValue = labels.isEmpty ? .null : .array(labels.map { .string($0) })
                return Change(
                    agent: agent, version: try #require(answered.number("version")), knew: version, lost: lost,
                    expected: ["field": "labels", "from": before, "to": wanted])
            }
            expectProblem(answered, 412)
            known = try await send("GET", path, token: agent.token)
        }
        throw NeverAccepted()
    }

    /// Sets the agent's own field, whatever was changed meanwhile.
    fileprivate func setField(of agent: Crewmate, on path: String) async throws -> Change {
        let value = JSONValue.string(agent.label)
        let answered = try await send("PATCH", path, token: agent.token, ["fields": .object([agent.field: value])])
        #expect(answered.status == 200)
        return Change(
            agent: agent, version: try #require(answered.number("version")), knew: nil, lost: 0,
            expected: ["field": .string("fields.\(agent.field)"), "from": .null, "to": value])
    }
}

private struct NeverAccepted: Error {}

/// Does it for all of them at once.
private func atOnce<Item: Sendable, Value: Sendable>(
    _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
    try await withThrowingTaskGroup(of: Value.self) { group in
        for item in items { group.addTask { try await body(item) } }
        var values: [Value] = []
        for try await value in group { values.append(value) }
        return values
    }
}

extension TestTenant {
    /// Agents with a token each, numbered from 1.
    fileprivate func makeAgents(_ count: Int) async throws -> [Crewmate] {
        var agents: [Crewmate] = []
        for number in 1...count {
            let address = try #require(EmailAddress("agent-\(number)@helpdesk.example"))
            let agent = try await installation.createAgent(address, name: "Agent \(number)", isAdmin: false, in: tenant.slug)
            let (token, _) = try await installation.createToken(for: .agent(agent.id), named: "test", in: tenant.slug)
            agents.append(Crewmate(number: number, id: agent.id.value, token: token.text))
        }
        return agents
    }

    fileprivate func makeField(_ key: String) async throws {
        let key = try #require(FieldKey(key))
        _ = try await helpdesk.createField(key, .text, named: key.text, FieldPatch(), now(admin))
    }
}
