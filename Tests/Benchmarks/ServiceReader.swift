import Foundation
import FoundationNetworking
import JSON

/// Reads one answer of the service, which wrk does not show.
struct ServiceReader {
    let port: Int
    let token: String

    func get(_ path: String) async throws -> JSONValue {
        guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else { throw Failure("\(path) is no path") }
        var request = URLRequest(url: url)
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        let (data, response) = try await URLSession.shared.data(for: request)
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else { throw Failure("\(path) is answered \(status): \(String(decoding: data.prefix(2000), as: UTF8.self))") }
        return try JSONValue(parsing: data)
    }
}
