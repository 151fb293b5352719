import Domain
import JSON
import Support
import Testing

let queues = "/v1/queues"

extension TestServer {
    /// A queue of these criteria, in the form in which they are sent.
    func makeQueue(_ criteria: JSONValue, _ more: JSONValue = [:], as token: String) async throws -> Answered {
        var body: [String: JSONValue] = ["name": "Queue", "criteria": criteria]
        for (name, value) in more.object ?? [:] { body[name] = value }
        return try await send("POST", queues, token: token, .object(body))
    }

    func queueTickets(_ id: Int64, _ query: String = "", as token: String) async throws -> Answered {
        try await send("GET", "\(queues)/\(id)/tickets" + (query.isEmpty ? "" : "?\(query)"), token: token)
    }

    /// The number of one that every helpdesk has.
    func builtIn(_ queue: BuiltInQueue, as token: String) async throws -> Int64 {
        let all = try await send("GET", queues + "?limit=200", token: token)
        let found = all.items.first { $0["built_in"]?.string == queue.rawValue }
        return try #require(found?["id"]?.integer)
    }

    /// By the queues' numbers; what is no number is not there.
    func queueCounts(_ query: String = "", as token: String) async throws -> [Int64: Int64] {
        let answered = try await send("GET", "\(queues)/counts" + (query.isEmpty ? "" : "?\(query)"), token: token)
        try #require(answered.status == 200, "\(answered.json)")
        let counts = answered.counts("counts").compactMap { id, count in Int64(id).map { ($0, count) } }
        return Dictionary(counts) { $1 }
    }
}

/// One condition that must hold.
func all(_ conditions: JSONValue...) -> JSONValue { ["all": .array(conditions)] }

func condition(_ field: String, _ op: String, _ value: JSONValue = .null) -> JSONValue {
    ["field": .string(field), "op": .string(op), "value": value]
}
