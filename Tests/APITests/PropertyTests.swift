import Domain
import Foundation
import JSON
import Support
import Testing

@Suite("Whatever is sent")
struct PropertyTests {
    @Test(
        "Of 300 random bodies none ends in a failure of ours, and whoever is refused is told which field is wrong",
        arguments: ["POST /v1/tickets", "PATCH /v1/tickets/{id}", "POST /v1/tickets/{id}/replies"])
    func bodies(_ name: String) async throws {
        try await withDesk { server, tenant in
            var chance = RandomJSON(seed: UInt64(name.utf8.count))
            let ticket = try await server.openTicket(tenant)
            let operation = try #require(server.contract.operations.first { $0.name == name })
            let path = operation.path.replacing("{id}", with: String(ticket.id))
            let schema = operation.json["requestBody"]?["content"]?["application/json"]?["schema"]
            let known = Set((schema?["properties"]?.object ?? [:]).keys)
            var taken = 0
            for number in 0..<300 {
                let body = chance.body(known)
                let token = number.isMultiple(of: 5) ? tenant.user.token : tenant.agent.token
                let answered: Answered
                do {
                    answered = try await server.send(operation.method, path, token: token, body)
                } catch let violation as Contract.Violation {
                    Issue.record("body \(number): \(violation), after \(body)")
                    continue
                }
                #expect(answered.status < 500, "body \(number): \(body)")
                if answered.status == 422 { #expect(!answered.faultyFields.isEmpty, "body \(number): \(body)") }
                if answered.status < 300 { taken += 1 }
            }
            // Else the bodies would all stop at the door and say nothing of what is behind it.
            #expect(taken >= 5)
            let alive = try await server.read(ticket.id, tenant, include: "messages,history")
            let versions = (alive.member("history.items")?.array ?? []).compactMap { $0["version"]?.integer }
            #expect(versions == Array(1...Int64(versions.count)))
        }
    }

    @Test("Of 300 random queries none ends in a failure of ours")
    func queries() async throws {
        try await withDesk { server, tenant in
            var chance = RandomJSON(seed: 300)
            for number in 1...5 { _ = try await server.openTicket(tenant, "Ticket \(number)") }
            var taken = 0
            for number in 0..<300 {
                let query = chance.query()
                let answered = try await server.send("GET", "/v1/tickets?" + query, token: tenant.agent.token)
                #expect([200, 422].contains(answered.status), "query \(number): \(query)")
                if answered.status == 422 { #expect(!answered.faultyFields.isEmpty, "query \(number): \(query)") }
                if answered.status == 200 { taken += 1 }
            }
            #expect(taken >= 20)
        }
    }
}

/// Bodies and queries, half sense and half nonsense, the same for the same seed.
private struct RandomJSON {
    private var chance: SeededGenerator

    init(seed: UInt64) { chance = SeededGenerator(seed: seed) }

    private static let sense: [String: [JSONValue]] = [
        "subject": ["The printer burns", " a ", "x"],
        "text": ["Please help", "a\nb", "🦄"],
        "html": ["<p>Please help</p>"],
        "user_id": [1],
        "user": [["email": "ada@customer.example"], ["email": "Bob@Customer.example", "name": "Bob"]],
        "status": ["awaiting_agent", "awaiting_user", "pending", "resolved"],
        "agent_id": [1, 2, .null],
        "priority": ["low", "normal", "high", "urgent"],
        "urgency": [1, 5, 10],
        "department_id": [1],
        "team_id": [.null],
        "labels": [[], ["billing"], ["b", "a", "b"]],
        "fields": [[:], .null],
    ]

    private static let strings = [
        "", " ", "a", "spam", "deleted", "resolved", "null", "a\u{0}b", "\u{202E}x", "\u{FEFF}", "\u{FFFF}", "🦄", "e\u{301}", "\r\n",
        "\u{2028}",
        "ada@customer.example", "@", "'; drop table helpdesk.tickets; --", "$1", "{}", "%00", String(repeating: "x", count: 400),
        String(repeating: "é", count: 3000),
    ]

    private static let integers: [Int64] = [0, 1, -1, 2, 10, 11, 4711, 2_147_483_648, .max, .min]
    private static let doubles = [0.5, -0.0, 1e-300, 1e300, 9.3e18, -1.5]

    private mutating func coin(_ one: Int, in many: Int) -> Bool { Int.random(in: 0..<many, using: &chance) < one }

    /// Of a request that knows these members.
    mutating func body(_ known: Set<String>) -> JSONValue {
        if coin(1, in: 25) { return nonsense(depth: 0) }
        var members: [String: JSONValue] = [:]
        // In one order, or the same seed would not give the same bodies.
        for (name, values) in Self.sense.sorted(by: { $0.key < $1.key }) {
            let isUsual = name == "text" || name == "subject"
            guard known.contains(name) ? coin(isUsual ? 8 : 3, in: 10) : coin(1, in: 20) else { continue }
            members[name] = coin(8, in: 10) ? values.randomElement(using: &chance) ?? .null : nonsense(depth: 0)
        }
        if coin(1, in: 10) { members[Self.strings.randomElement(using: &chance) ?? ""] = nonsense(depth: 0) }
        return .object(members)
    }

    private mutating func nonsense(depth: Int) -> JSONValue {
        switch Int.random(in: 0..<(depth < 3 ? 8 : 6), using: &chance) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &chance))
        case 2: return .integer(Self.integers.randomElement(using: &chance) ?? 0)
        case 3: return .double(Self.doubles.randomElement(using: &chance) ?? 0)
        case 4, 5: return .string(Self.strings.randomElement(using: &chance) ?? "")
        case 6:
            var values: [JSONValue] = []
            for _ in 0..<Int.random(in: 0...4, using: &chance) { values.append(nonsense(depth: depth + 1)) }
            return .array(values)
        default:
            var members: [String: JSONValue] = [:]
            for _ in 0..<Int.random(in: 0...4, using: &chance) {
                let names = Self.strings + ["email", "name", "id"]
                members[names.randomElement(using: &chance) ?? ""] = nonsense(depth: depth + 1)
            }
            return .object(members)
        }
    }

    mutating func query() -> String {
        let sense: [(name: String, values: [String])] = [
            ("status", ["pending", "awaiting_agent", "spam", "deleted"]), ("agent_id", ["none", "1"]), ("user_id", ["1", "4711"]),
            ("team_id", ["none", "1"]), ("department_id", ["1"]), ("label", ["billing", "%2C"]), ("field.order_no", ["A-17"]),
            ("priority", ["normal", "urgent"]), ("created_after", ["2026-01-01T00:00:00Z", "0000-01-01T00:00:00.000-23:59"]),
            ("updated_before", ["9999-12-31T23:59:59.999Z", "2026-01-01T00:00:00%2B02:00"]), ("sort", ["id", "-created_at"]),
            ("limit", ["1", "200"]), ("cursor", ["bm9uc2Vuc2U"]), ("colour", ["red"]),
        ]
        var parts: [String] = []
        for (name, values) in sense where coin(name == "cursor" || name == "colour" ? 1 : 4, in: 12) {
            var value = values.randomElement(using: &chance) ?? ""
            if coin(1, in: 8) {
                let string = Self.strings.filter { $0.count < 100 }.randomElement(using: &chance) ?? ""
                value = string.addingPercentEncoding(withAllowedCharacters: CharacterSet(charactersIn: "a"..."z")) ?? ""
            }
            parts.append("\(name)=\(value)")
        }
        return parts.shuffled(using: &chance).joined(separator: "&")
    }
}
