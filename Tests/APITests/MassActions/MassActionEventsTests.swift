import API
import Domain
import Foundation
import JSON
import Logging
import ServiceLifecycle
import Services
import Support
import Testing

@Suite("A mass action, followed by server-sent events")
struct MassActionEventsTests {
    private static func path(_ id: Int64) -> String { "\(massActions)/\(id)/events" }

    @Test("It is told from where it is to its end, never backwards, and then the stream is closed")
    func whole() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant, tickets: 5)
            let stream = try await EventSocket.open(Self.path(id), token: tenant.agent.token, on: server)
            #expect(stream.status == 200)
            #expect(stream.header("Content-Type") == "text/event-stream")
            #expect(stream.header("Cache-Control") == "no-store")
            #expect(stream.header("X-Accel-Buffering") == "no")
            #expect(stream.header("X-Request-Id") != nil)
            let retry = try await stream.nextBlock()
            #expect(retry == "retry: 2000")

            let first = try #require(try await stream.next())
            let queued = try JSONValue(parsing: first.data.utf8)
            #expect(first.name == "progress" && first.id == "0")
            #expect(queued["state"] == "queued" && queued["total"] == 5 && queued["done"] == 0)
            let read = try await server.send("GET", "\(massActions)/\(id)", token: tenant.agent.token)
            #expect(queued == read.json)

            try await tenant.begin(id)
            let second = try #require(try await stream.next())
            let running = try JSONValue(parsing: second.data.utf8)
            #expect(second.name == "progress" && running["state"] == "running")

            try await tenant.work(on: id)
            let rest = try await stream.rest()
            let last = try #require(rest.last)
            let done = try JSONValue(parsing: last.data.utf8)
            #expect(last.name == "done" && rest.dropLast().allSatisfy { $0.name == "progress" })
            #expect(done["state"] == "done" && done["done"] == 5 && done["skipped"] == 0 && done["failed"] == 0)
            let counts = ([first, second] + rest).compactMap { Int($0.id) }
            #expect(counts == counts.sorted() && counts.count == rest.count + 2 && counts.last == 5)
            let ended = try await server.send("GET", "\(massActions)/\(id)", token: tenant.agent.token)
            #expect(done == ended.json)
        }
    }

    @Test("What has ended is told at once, in one event, cancelled or done")
    func ended() async throws {
        try await withDesk { server, tenant in
            let done = try await server.startSpam(tenant)
            try await tenant.work(on: done)
            let cancelled = try await server.startSpam(tenant)
            _ = try await server.send("POST", "\(massActions)/\(cancelled)/cancel", token: tenant.agent.token)
            for (id, state) in [(done, "done"), (cancelled, "cancelled")] {
                let stream = try await EventSocket.open(Self.path(id), token: tenant.admin.token, on: server)
                let events = try await stream.rest()
                #expect(events.map(\.name) == ["done"])
                let last = try JSONValue(parsing: #require(events.last).data.utf8)
                #expect(last["state"]?.string == state)
            }
        }
    }

    @Test("Who is cancelled meanwhile is told so")
    func cancelled() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant)
            let stream = try await EventSocket.open(Self.path(id), token: tenant.agent.token, on: server)
            let first = try await stream.next()
            _ = try await server.send("POST", "\(massActions)/\(id)/cancel", token: tenant.admin.token)
            let rest = try await stream.rest()
            #expect(first?.name == "progress" && rest.map(\.name) == ["done"])
            let last = try JSONValue(parsing: #require(rest.last).data.utf8)
            #expect(last["state"] == "cancelled")
        }
    }

    @Test("To whom it is nothing the answer is a problem document and no stream")
    func refused() async throws {
        try await withDesk { server, tenant in
            let other = try await TestInstallation.shared.value.makeTenant()
            let mine = try await server.startSpam(tenant)
            let admins = try await server.submit(["ids": [1]], [["type": "spam"]], as: tenant.admin).id
            expectProblem(try await server.send("GET", Self.path(mine), token: other.admin.token), 404)
            expectProblem(try await server.send("GET", Self.path(admins), token: tenant.agent.token), 404)
            expectProblem(try await server.send("GET", Self.path(4711), token: tenant.agent.token), 404)
            expectProblem(try await server.send("GET", Self.path(mine), token: tenant.user.token), 403)
            expectProblem(try await server.send("GET", Self.path(mine)), 401)
        }
    }

    @Test("A token that is revoked is told nothing more; what else changes in the helpdesk disturbs nobody")
    func revoked() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant)
            let (token, record) = try await tenant.installation.createToken(
                for: .agent(tenant.agentID), named: "second", in: tenant.tenant.slug)
            let revoked = try await EventSocket.open(Self.path(id), token: token.text, on: server)
            let kept = try await EventSocket.open(Self.path(id), token: tenant.agent.token, on: server)
            let begun = try await (revoked.next(), kept.next())
            #expect(begun.0?.name == "progress" && begun.1?.name == "progress")
            _ = try await server.send("PATCH", "/v1/settings", token: tenant.admin.token, ["reopen_days": 3])
            try await tenant.installation.revokeToken(record.id, in: tenant.tenant.slug)
            let told = try await revoked.rest()
            #expect(told.isEmpty)
            try await tenant.work(on: id)
            let rest = try await kept.rest()
            #expect(rest.last?.name == "done")
        }
    }

    @Test("Who has lost the right is told nothing more")
    func withoutRight() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant)
            let stream = try await EventSocket.open(Self.path(id), token: tenant.agent.token, on: server)
            let first = try await stream.next()
            let changed = try await server.send(
                "PATCH", "/v1/agents/\(tenant.agentID)", token: tenant.admin.token, ["permission_group_ids": []])
            let rest = try await stream.rest()
            #expect(first?.name == "progress" && changed.status == 200 && rest.isEmpty)
        }
    }

    @Test("A helpdesk has ten streams at a time, which takes none from another; the place of who has gone is free again")
    func limits() async throws {
        try await withDesk { server, tenant in
            let other = try await TestInstallation.shared.value.makeTenant()
            let id = try await server.startSpam(tenant)
            let others = try await server.startSpam(other)
            var streams: [EventSocket] = []
            for _ in 1...10 {
                let stream = try await EventSocket.open(Self.path(id), token: tenant.agent.token, on: server)
                #expect(stream.status == 200)
                streams.append(stream)
            }
            let more = try await server.send("GET", Self.path(id), token: tenant.admin.token)
            expectProblem(more, 429)
            #expect(more.header("Retry-After") != nil)
            let elsewhere = try await EventSocket.open(Self.path(others), token: other.agent.token, on: server)
            #expect(elsewhere.status == 200)

            streams[3].close()
            var next: EventSocket?
            for _ in 1...10_000 where next?.status != 200 {
                next = try await EventSocket.open(Self.path(id), token: tenant.agent.token, on: server)
            }
            #expect(next?.status == 200)
            let last = try await server.send("GET", Self.path(id), token: tenant.admin.token)
            expectProblem(last, 429)
        }
    }

    @Test("Asking for the head only takes no place")
    func head() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant)
            for _ in 1...12 {
                let answer = try await server.sendRaw(
                    "HEAD \(Self.path(id))", [(name: "Authorization", value: "Bearer \(tenant.agent.token)")])
                #expect(answer.status == 200)
            }
        }
    }

    @Test("A server that shuts down ends its streams, as if nothing were wrong")
    func shutdown() async throws {
        try await withDesk { server, tenant in
            let id = try await server.startSpam(tenant)
            let database = try await TestInstallation.shared.value.database
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            var options = HTTPServer.Options()
            options.port = 0
            let passing = HTTPServer(
                options, helpdesk: Helpdesk(database: database), installation: Installation(database: database),
                authenticator: Authenticator(database: database),
                health: HTTPServer.Health(version: "test", metrics: { "" }, whyNotReady: { nil }), logger: logger)
            let (ports, port) = AsyncStream.makeStream(of: Int.self)
            let group = ServiceGroup(services: [Serving(server: passing, port: port)], logger: logger)
            let running = Task { try await group.run() }
            var iterator = ports.makeAsyncIterator()
            let number = try #require(await iterator.next())
            let stream = try EventSocket(port: UInt16(number))
            try await stream.ask(
                "GET \(Self.path(id)) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(tenant.agent.token)\r\n\r\n")
            let first = try await stream.next()
            await group.triggerGracefulShutdown()
            let rest = try await stream.rest()
            try await running.value
            #expect(first?.name == "progress" && rest.isEmpty)
        }
    }

    private struct Serving: Service {
        let server: HTTPServer
        let port: AsyncStream<Int>.Continuation

        func run() async throws { try await server.run { port.yield($0) } }
    }
}
