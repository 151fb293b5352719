import Dispatch
import Foundation
import Glibc
import Support
import Testing

/// What came back on a connection until the server closed it.
struct RawAnswer: Sendable {
    let text: String

    /// Nil when the server closed without a word.
    var status: Int? { text.hasPrefix("HTTP/1.1 ") ? Int(text.dropFirst("HTTP/1.1 ".count).prefix(3)) : nil }
}

struct ConnectionFailed: Error {
    let step: String
    let code: Int32
}

extension TestServer {
    /// Sends bytes as they are, for what `URLSession` would tidy up. The request must ask for `Connection: close`.
    func sendRaw(_ request: String) async throws -> RawAnswer {
        let port = try #require(baseURL.split(separator: ":").last.flatMap { UInt16(String($0)) })
        let bytes = Array(request.utf8)
        return try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try exchange(bytes, port: port) }) }
        }
    }

    /// A request's head, with whatever headers, twice if they come twice.
    func sendRaw(_ line: String, _ headers: [(name: String, value: String)], _ body: String = "") async throws -> RawAnswer {
        var request = "\(line) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        if !body.isEmpty { request += "Content-Length: \(body.utf8.count)\r\n" }
        return try await sendRaw(request + "\r\n" + body)
    }
}

private func exchange(_ request: [UInt8], port: UInt16) throws -> RawAnswer {
    let handle = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard handle >= 0 else { throw ConnectionFailed(step: "socket", code: errno) }
    defer { _ = Glibc.close(handle) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let connected = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            Glibc.connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard connected == 0 else { throw ConnectionFailed(step: "connect", code: errno) }

    // MSG_NOSIGNAL: the server may have seen enough and closed.
    let noSignal: Int32 = 0x4000
    var sent = 0
    while sent < request.count {
        let count = request[sent...].withUnsafeBytes { Glibc.send(handle, $0.baseAddress, $0.count, noSignal) }
        guard count > 0 else { break }
        sent += count
    }

    var answer: [UInt8] = []
    let size = 64 << 10
    var buffer = [UInt8](repeating: 0, count: size)
    while true {
        var readable = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
        guard poll(&readable, 1, 30_000) == 1 else { throw ConnectionFailed(step: "wait", code: errno) }
        let count = Glibc.recv(handle, &buffer, size, 0)
        guard count > 0 else { break }
        answer += buffer[..<count]
    }
    return RawAnswer(text: String(decoding: answer, as: UTF8.self))
}
