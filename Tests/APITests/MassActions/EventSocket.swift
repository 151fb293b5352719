import Dispatch
import Foundation
import Glibc
import Support
import Testing

/// An event stream, read from a socket as it comes.
final class EventSocket {
    struct Event: Equatable {
        var id: String
        var name: String
        var data: String
    }

    /// The status line and the headers.
    private(set) var head = ""
    private let handle: Int32
    private var bytes: [UInt8] = []
    private var text = ""
    private var hasEnded = false

    static func open(_ path: String, token: String, on server: TestServer) async throws -> EventSocket {
        let port = try #require(server.baseURL.split(separator: ":").last.flatMap { UInt16(String($0)) })
        let socket = try EventSocket(port: port)
        try await socket.ask("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer \(token)\r\n\r\n")
        return socket
    }

    init(port: UInt16) throws {
        handle = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard handle >= 0 else { throw ConnectionFailed(step: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(handle, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard connected == 0 else {
            let code = errno
            Glibc.close(handle)
            throw ConnectionFailed(step: "connect", code: code)
        }
    }

    deinit { Glibc.close(handle) }

    var status: Int? { head.hasPrefix("HTTP/1.1 ") ? Int(head.dropFirst("HTTP/1.1 ".count).prefix(3)) : nil }

    func header(_ name: String) -> String? {
        let lines = head.split(separator: "\r\n").filter { $0.lowercased().hasPrefix(name.lowercased() + ":") }
        return lines.first.map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }

    /// Sends a request and reads the head of the answer.
    func ask(_ request: String) async throws {
        let sent = Array(request.utf8).withUnsafeBytes { Glibc.send(handle, $0.baseAddress, $0.count, 0x4000) }
        guard sent == request.utf8.count else { throw ConnectionFailed(step: "send", code: errno) }
        while true {
            if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
                head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                bytes.removeSubrange(..<end.upperBound)
                return
            }
            guard try await receive() else { throw ConnectionFailed(step: "head", code: 0) }
        }
    }

    /// The next block that is no comment; nil when the server has ended the stream as it should.
    func next() async throws -> Event? {
        while let block = try await nextBlock() {
            var event = Event(id: "", name: "", data: "")
            for line in block.split(separator: "\n") {
                if line.hasPrefix("id: ") { event.id = String(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.data = String(line.dropFirst(6)) }
            }
            if !event.name.isEmpty { return event }
        }
        return nil
    }

    /// All that is still to come.
    func rest() async throws -> [Event] {
        var events: [Event] = []
        while let event = try await next() { events.append(event) }
        return events
    }

    func nextBlock() async throws -> String? {
        while true {
            if let end = text.range(of: "\n\n") {
                defer { text.removeSubrange(..<end.upperBound) }
                return String(text[..<end.lowerBound])
            }
            guard try await readChunk() else { return nil }
        }
    }

    /// Goes without a word.
    func close() { Glibc.shutdown(handle, Int32(SHUT_RDWR)) }

    /// Chunks as HTTP/1.1 has them; false after the last one.
    private func readChunk() async throws -> Bool {
        if hasEnded { return false }
        while true {
            if let end = bytes.firstRange(of: Array("\r\n".utf8)) {
                let size = try #require(Int(String(decoding: bytes[..<end.lowerBound], as: UTF8.self), radix: 16))
                let needed = end.upperBound + size + 2
                if bytes.count >= needed {
                    text += String(decoding: bytes[end.upperBound..<(end.upperBound + size)], as: UTF8.self)
                    bytes.removeSubrange(..<needed)
                    hasEnded = size == 0
                    return !hasEnded
                }
            }
            guard try await receive() else { throw ConnectionFailed(step: "chunk", code: 0) }
        }
    }

    /// False when the other side has closed.
    private func receive() async throws -> Bool {
        let handle = handle
        let received: [UInt8] = try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result { try read(handle) }) }
        }
        bytes += received
        return !received.isEmpty
    }
}

private func read(_ handle: Int32) throws -> [UInt8] {
    var readable = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
    guard poll(&readable, 1, 30_000) == 1 else { throw ConnectionFailed(step: "wait", code: errno) }
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = Glibc.recv(handle, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : []
}
