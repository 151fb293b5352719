import API
import Domain
import Foundation
import FoundationNetworking
import JSON
import Logging
import Services

/// The HTTP server in this process, on a free port. Every answer is held against the OpenAPI document it serves.
package struct TestServer: Sendable {
    package let baseURL: String
    package let contract: Contract

    /// On the shared database, with the system's clock.
    package static let shared = Task {
        try await TestServer(database: TestInstallation.shared.value.database)
    }

    package init(database: Database, options: HTTPServer.Options? = nil) async throws {
        var chosen = options ?? HTTPServer.Options()
        chosen.port = 0
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let health = HTTPServer.Health(version: "test", metrics: { "# none\n" }, whyNotReady: { nil })
        let server = HTTPServer(
            chosen, helpdesk: Helpdesk(database: database), installation: Installation(database: database),
            authenticator: Authenticator(database: database), health: health, logger: logger)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        Task { try await server.run { port.yield($0) } }
        var iterator = ports.makeAsyncIterator()
        baseURL = "http://127.0.0.1:\(await iterator.next() ?? 0)"
        let (data, _) = try await URLSession.shared.data(from: URL(string: baseURL + "/openapi.json")!)
        contract = Contract(document: try JSONValue(parsing: data))
    }

    /// Sends a request and checks the answer against the contract.
    package func send(
        _ method: String, _ path: String, token: String? = nil, _ body: JSONValue? = nil, headers: [String: String] = [:]
    ) async throws -> Answered {
        var headers = headers
        var data: Data?
        if let body {
            var writer = JSONWriter()
            writer.value(body)
            data = Data(writer.bytes)
            headers["Content-Type"] = headers["Content-Type"] ?? "application/json"
        }
        return try await send(method, path, token: token, raw: data, headers: headers)
    }

    package func send(
        _ method: String, _ path: String, token: String? = nil, raw body: Data?, headers: [String: String] = [:]
    ) async throws -> Answered {
        var request = URLRequest(url: URL(string: baseURL + path)!)
        request.httpMethod = method
        request.httpBody = body
        request.cachePolicy = .reloadIgnoringLocalCacheData
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let (data, response) = try await Self.session.data(for: request)
        guard let response = response as? HTTPURLResponse else { throw URLError(.badServerResponse) }
        let answered = Answered(status: response.statusCode, data: data, response: response)
        try contract.check(method: method, path: path, answered)
        return answered
    }

    /// Redirections are answers to look at, too.
    private final class Staying: NSObject, URLSessionTaskDelegate {
        func urlSession(
            _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
            newRequest request: URLRequest,
            completionHandler: @escaping (URLRequest?) -> Void
        ) { completionHandler(nil) }
    }

    private static let session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 32
        configuration.timeoutIntervalForRequest = 30
        return URLSession(configuration: configuration, delegate: Staying(), delegateQueue: nil)
    }()
}

package struct Answered: Sendable {
    package let status: Int
    package let data: Data
    private let headers: [String: String]

    init(status: Int, data: Data, response: HTTPURLResponse) {
        self.status = status
        self.data = data
        headers = Dictionary(
            response.allHeaderFields.map { (String(describing: $0.key).lowercased(), String(describing: $0.value)) }
        ) { $1 }
    }

    package func header(_ name: String) -> String? { headers[name.lowercased()] }

    package var json: JSONValue { (try? JSONValue(parsing: data)) ?? .null }
    package var id: Int64 { json["id"]?.integer ?? 0 }
    /// Fields named by a problem document.
    package var faultyFields: Set<String> { Set((json["errors"]?.array ?? []).compactMap { $0["field"]?.string }) }
}
