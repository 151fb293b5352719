import API
import Domain
import Foundation
import JSON
import Services
import Support
import Testing

@Suite("What no honest client sends")
struct HostileInputTests {
    @Test("A NUL in a text is the caller's fault and names the field")
    func nul() async throws {
        try await withDesk { server, tenant in
            let agent = tenant.agent.token
            let asOperator = try await makeOperatorToken(tenant)
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            let requests: [(method: String, path: String, token: String, body: JSONValue, field: String)] = [
                ("POST", "/v1/tickets", agent, ["subject": "a\u{0}b", "text": "b", "user_id": 1], "subject"),
                ("POST", "/v1/tickets", agent, ["subject": "a", "text": "b\u{0}", "user_id": 1], "text"),
                ("POST", "/v1/tickets", agent, ["subject": "a", "html": "\u{0}b", "user_id": 1], "html"),
                ("POST", "/v1/tickets", agent, ["subject": "a", "text": "b", "user": ["email": "a\u{0}@b.example"]], "user.email"),
                (
                    "POST", "/v1/tickets", agent, ["subject": "a", "text": "b", "user": ["email": "a@b.example", "name": "A\u{0}"]],
                    "user.name"
                ),
                ("POST", "/v1/tickets", agent, ["subject": "a", "text": "b", "user_id": 1, "priority": "low\u{0}"], "priority"),
                ("POST", "/v1/tickets", agent, ["subject": "a", "text": "b", "user_id": 1, "x\u{0}": 1], "x\u{0}"),
                ("PATCH", path, agent, ["subject": "\u{0}"], "subject"),
                ("PATCH", path, agent, ["status": "pending\u{0}"], "status"),
                ("POST", path + "/replies", agent, ["text": "a\u{0}"], "text"),
                ("POST", path + "/notes", agent, ["html": "a\u{0}"], "html"),
                ("POST", path + "/restore", agent, ["status": "\u{0}"], "status"),
                ("POST", "/operator/v1/tenants", asOperator, ["slug": "a\u{0}b", "name": "A"], "slug"),
                ("POST", "/operator/v1/tenants", asOperator, ["slug": "nul-in-name", "name": "A\u{0}"], "name"),
                ("POST", "/operator/v1/tenants", asOperator, ["slug": "nul-in-zone", "name": "A", "time_zone": "UTC\u{0}"], "time_zone"),
            ]
            for request in requests {
                let answered = try await server.send(request.method, request.path, token: request.token, request.body)
                expectProblem(answered, 422, naming: [request.field])
            }
            let kept = try await server.read(ticket.id, tenant)
            #expect(kept.number("version") == 1)
        }
    }

    @Test("NULs and nonsense in a query are the caller's fault", arguments: ["%00", "%FF%FE", "%ED%A0%80", "%F0%9F%A6%84", "'%20or%201=1"])
    func queries(_ value: String) async throws {
        try await withDesk { server, tenant in
            for name in ["status", "agent_id", "user_id", "priority", "created_after", "sort", "cursor", "limit"] {
                let answered = try await server.send("GET", "/v1/tickets?\(name)=\(value)", token: tenant.agent.token)
                expectProblem(answered, 422, naming: [name])
            }
            let tenants = try await server.send(
                "GET", "/operator/v1/tenants?cursor=\(value)", token: try await makeOperatorToken(tenant))
            expectProblem(tenants, 422, naming: ["cursor"])
        }
    }

    @Test(
        "What is no number of a ticket is not found, with whatever method",
        arguments: ["0", "-1", "abc", "99999999999999999999", "9223372036854775808", "1.0", "0x1", "1e0", "%20", "%F0%9F%A6%84", "1%2F2"])
    func ids(_ id: String) async throws {
        try await withDesk { server, tenant in
            _ = try await server.openTicket(tenant)
            for operation in server.contract.operations where operation.namesTicket {
                let path = operation.path.replacing("{id}", with: id).replacing(/\{[a-z_]+\}/, with: "1")
                let answered = try await server.send(operation.method, path, token: tenant.agent.token, operation.example)
                expectProblem(answered, 404)
            }
        }
    }

    @Test("A body that is no JSON in UTF-8 cannot be read")
    func unreadable() async throws {
        try await withDesk { server, tenant in
            let bodies: [Data] = [
                Data(), Data("null".utf8), Data("7".utf8), Data("\"text\"".utf8), Data("{".utf8), Data("{\"text\":\"b\"} {}".utf8),
                Data("{'text':'b'}".utf8), Data("{\"text\":NaN}".utf8), Data("<p>b</p>".utf8),
                Data([0x7B, 0x22, 0x74, 0x22, 0x3A, 0x22, 0xFF, 0xFE, 0x22, 0x7D]), Data([0x7B, 0x22, 0xC3, 0x28, 0x22, 0x3A, 0x31, 0x7D]),
                Data([0x00]), Data([0xFF, 0xD8, 0xFF, 0xE0]), Data(repeating: 0x5B, count: 1000),
            ]
            let ticket = try await server.openTicket(tenant)
            for body in bodies {
                let answered = try await server.send(
                    "POST", "/v1/tickets/\(ticket.id)/notes", token: tenant.agent.token, raw: body,
                    headers: ["Content-Type": "application/json"])
                #expect(answered.status == 400, "\(Array(body.prefix(20)))")
                expectProblem(answered, 400)
            }
        }
    }

    @Test("Half of a surrogate pair is refused and breaks nothing", arguments: ["\\ud800", "\\udc00", "\\ud800\\u0041"])
    func surrogates(_ escape: String) async throws {
        try await withDesk { server, tenant in
            let body = Data("{\"subject\":\"a\(escape)\",\"text\":\"b\(escape)\"}".utf8)
            let answered = try await server.send(
                "POST", "/v1/tickets", token: tenant.user.token, raw: body, headers: ["Content-Type": "application/json"])
            #expect([400, 422].contains(answered.status))
        }
    }

    @Test("Deep nesting is refused and does not bring the server down", arguments: [100, 400, 500, 511, 512, 513, 2000, 100_000])
    func nesting(depth: Int) async throws {
        try await withDesk { server, tenant in
            let shapes = [
                String(repeating: "[", count: depth) + String(repeating: "]", count: depth),
                String(repeating: "{\"a\":", count: depth) + "1" + String(repeating: "}", count: depth),
                String(repeating: "[{\"a\":", count: depth / 2) + "1" + String(repeating: "}]", count: depth / 2),
                String(repeating: "[", count: depth),
            ]
            for shape in shapes {
                for body in [shape, "{\"subject\":\"a\",\"text\":\"b\",\"deep\":\(shape)}"] {
                    let answered = try await server.send(
                        "POST", "/v1/tickets", token: tenant.user.token, raw: Data(body.utf8), headers: ["Content-Type": "application/json"]
                    )
                    #expect([400, 422].contains(answered.status), "\(body.prefix(40))")
                }
            }
            let alive = try await server.send("GET", "/v1/me", token: tenant.user.token)
            #expect(alive.status == 200)
        }
    }

    @Test("Content types are told apart, and their parameters do not matter")
    func contentTypes() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            let expected = [
                "application/json": 201, "application/json; charset=utf-8": 201, "Application/JSON": 201, "text/json": 415,
                "text/plain": 415,
                "application/x-www-form-urlencoded": 415, "application/jsonp": 415, "multipart/form-data": 415, ";": 415,
            ]
            for (type, status) in expected {
                let answered = try await server.send(
                    "POST", "/v1/tickets/\(ticket.id)/notes", token: tenant.agent.token, raw: Data("{\"text\":\"b\"}".utf8),
                    headers: ["Content-Type": type])
                #expect(answered.status == status, "\(type)")
            }
            let without = try await server.sendRaw(
                "POST /v1/tickets/\(ticket.id)/notes", [("Authorization", "Bearer \(tenant.agent.token)")], "{\"text\":\"b\"}")
            #expect(without.status == 415)
        }
    }

    @Test("A message of exactly 1 MiB is taken, one byte more is invalid, and a body beyond the limit too large")
    func sizes() async throws {
        try await withDesk { server, tenant in
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)/replies"
            let longest = String(repeating: "x", count: 1 << 20)
            let taken = try await server.send("POST", path, token: tenant.user.token, ["text": .string(longest)])
            let tooLong = try await server.send("POST", path, token: tenant.user.token, ["text": .string(longest + "x")])
            let tooLarge = try await server.send("POST", path, token: tenant.user.token, ["text": .string(longest + longest)])
            #expect(taken.status == 201)
            #expect(taken.word("text") == longest)
            expectProblem(tooLong, 422, naming: ["text"])
            expectProblem(tooLarge, 413)
        }
    }

    @Test("A body that comes in chunks without saying how long it is stops at the limit, too")
    func chunks() async throws {
        var options = HTTPServer.Options()
        options.maximumBodyBytes = 1000
        let server = try await TestServer(database: TestInstallation.shared.value.database, options: options)
        let tenant = try await TestInstallation.shared.value.makeTenant()
        func post(_ length: Int) async throws -> RawAnswer {
            let body = "{\"subject\":\"a\",\"text\":\"" + String(repeating: "x", count: length) + "\"}"
            var request = "POST /v1/tickets HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
            request += "Authorization: Bearer \(tenant.user.token)\r\nTransfer-Encoding: chunked\r\n\r\n"
            request += String(body.utf8.count, radix: 16) + "\r\n" + body + "\r\n0\r\n\r\n"
            return try await server.sendRaw(request)
        }
        let small = try await post(500)
        let large = try await post(1500)
        #expect(small.status == 201)
        #expect(large.status == 413)
        #expect(large.text.contains("application/problem+json"))
    }

    @Test("Headers that come twice are answered, one way or the other, and never with a failure of ours")
    func twice() async throws {
        try await withDesk { server, tenant in
            let bearer = "Bearer \(tenant.agent.token)"
            let ticket = try await server.openTicket(tenant)
            let path = "/v1/tickets/\(ticket.id)"
            let note = "{\"text\":\"b\"}"
            let json = (name: "Content-Type", value: "application/json")
            let token = (name: "Authorization", value: bearer)
            let ids = try await server.sendRaw("GET " + path, [token, ("X-Request-Id", "one"), ("X-Request-Id", "two")])
            let tokens = try await server.sendRaw("GET " + path, [token, ("Authorization", "Bearer \(tenant.user.token)")])
            let types = try await server.sendRaw("POST \(path)/notes", [token, json, ("Content-Type", "text/plain")], note)
            let matches = try await server.sendRaw("DELETE " + path, [token, ("If-Match", "\"1\""), ("If-Match", "\"2\"")])
            let keys = try await server.sendRaw(
                "POST \(path)/notes", [token, json, ("Idempotency-Key", "a"), ("Idempotency-Key", "b")], note)
            #expect(ids.status == 200)
            #expect(ids.text.lowercased().contains("x-request-id: "))
            #expect(tokens.status == 401)
            #expect(types.status == 415)
            #expect(matches.status == 422)
            #expect((200..<500).contains(keys.status ?? 500))
        }
    }

    @Test("Large headers are taken, and too large ones end only their own connection")
    func largeHeaders() async throws {
        try await withDesk { server, tenant in
            let token = (name: "Authorization", value: "Bearer \(tenant.agent.token)")
            let large = try await server.sendRaw("GET /v1/me", [token, ("X-Large", String(repeating: "x", count: 8000))])
            let many = try await server.sendRaw("GET /v1/me", [token] + (0..<60).map { (name: "X-Many-\($0)", value: "x") })
            let hugeToken = try await server.sendRaw("GET /v1/me", [("Authorization", "Bearer " + String(repeating: "x", count: 8000))])
            let huge = try await server.sendRaw("GET /v1/me", [token, ("X-Huge", String(repeating: "x", count: 200_000))])
            let tooMany = try await server.sendRaw("GET /v1/me", [token] + (0..<2000).map { (name: "X-Many-\($0)", value: "x") })
            let alive = try await server.send("GET", "/v1/me", token: tenant.agent.token)
            #expect(large.status == 200)
            #expect(many.status == 200)
            #expect(hugeToken.status == 401)
            #expect(huge.status == nil || (400..<500).contains(huge.status ?? 0))
            #expect(tooMany.status == nil || (400..<500).contains(tooMany.status ?? 0))
            #expect(alive.status == 200)
        }
    }

    @Test(
        "What is no HTTP ends only its own connection",
        arguments: [
            "GARBAGE\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\u{2}\r\n\r\n",
            "GET /v1/me HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        ])
    func noHTTP(_ request: String) async throws {
        let server = try await TestServer.shared.value
        let answered = try await server.sendRaw(request)
        let alive = try await server.send("GET", "/healthz")
        #expect(answered.status == nil || (400..<600).contains(answered.status ?? 0), "\(answered.text.prefix(200))")
        #expect(alive.status == 200)
    }

    @Test("Tokens in any other shape than a bearer's are none")
    func authorization() async throws {
        try await withDesk { server, tenant in
            let token = tenant.agent.token
            let wrong = [
                "", "Bearer", "Bearer ", "Basic \(token)", token, "Bearer\(token)", "Token \(token)", "Bearer \(token) x",
                "Bearer \(token)x",
            ]
            for field in wrong {
                let answered = try await server.send("GET", "/v1/me", headers: ["Authorization": field])
                expectProblem(answered, 401)
            }
            for scheme in ["Bearer", "bearer", "BEARER"] {
                let answered = try await server.send("GET", "/v1/me", headers: ["Authorization": "\(scheme) \(token)"])
                #expect(answered.status == 200, "\(scheme)")
            }
        }
    }

    @Test("Text of every script, and what JSON must escape, comes back as it was sent")
    func anyText() async throws {
        try await withDesk { server, tenant in
            let texts = [
                "Zażółć gęślą jaźń", "日本語のテキスト", "שלום \u{202E}dlrow", "🦄👩‍👩‍👧‍👦e\u{301}", "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1F}\u{7F}",
                "\u{2028}\u{2029}\u{FEFF}", "</script><!--", "null", "{\"a\":1}", "\u{FFFD}\u{FFFF}\u{10FFFF}",
            ]
            let ticket = try await server.openTicket(tenant)
            for text in texts {
                let answered = try await server.send(
                    "POST", "/v1/tickets/\(ticket.id)/replies", token: tenant.user.token, ["text": .string(text)])
                #expect(answered.status == 201, "\(text)")
                #expect(answered.word("text")?.unicodeScalars.elementsEqual(text.unicodeScalars) == true, "\(text)")
            }
            let messages = try await server.send("GET", "/v1/tickets/\(ticket.id)/messages", token: tenant.user.token)
            #expect(messages.items.dropFirst().compactMap { $0["text"]?.string } == texts)
        }
    }
}
