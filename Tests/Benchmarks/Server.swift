import Foundation
import Glibc

/// `deskyard serve` on the benchmark's database.
struct Server {
    let port: Int
    private let process: Process
    private let log: String

    /// Starts it and waits until it listens.
    init(_ deskyard: Program, on database: BenchDatabase, in workplace: Workplace, _ options: Options) async throws {
        port = try Self.freePort()
        log = workplace.path("serve.log")
        process = try deskyard.start(
            [
                "serve", "--host", "127.0.0.1", "--port", "\(port)", "--log-format", "json", "--pool-size", "\(options.clients)",
                "--pool-minimum", "\(options.clients)", "--database-url", database.applicationURL, "--workers", "0",
            ],
            log: log)
        for _ in 0..<300 where process.isRunning {
            if Self.answers(on: port) { return }
            usleep(50_000)
        }
        Program.stop(process)
        throw Failure("the service did not start, it \(Program.end(of: process)):\n\(lastWords)")
    }

    func stop() { Program.stop(process) }

    /// The error, and the end of the service if that is why.
    func explain(_ error: any Error) -> Failure {
        process.isRunning ? Failure("\(error)") : Failure("\(error)\nThe service \(Program.end(of: process)):\n\(lastWords)")
    }

    /// The end of its log, without the lines on requests.
    private var lastWords: String {
        let lines = ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "").split(separator: "\n")
        return lines.filter { !$0.contains("\"level\":\"info\"") }.suffix(20).joined(separator: "\n")
    }

    /// A port that was free a moment ago.
    private static func freePort() throws -> Int {
        let port = withSocket { socket, address in
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            guard bind(socket, address, length) == 0, getsockname(socket, address, &length) == 0 else { return 0 }
            return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { Int(UInt16(bigEndian: $0.pointee.sin_port)) }
        }
        guard port > 0 else { throw Failure("no free port on 127.0.0.1: \(String(cString: strerror(errno)))") }
        return port
    }

    private static func answers(on port: Int) -> Bool {
        withSocket(port: port) { socket, address in connect(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0 }
    }

    private static func withSocket<Value>(port: Int = 0, _ body: (Int32, UnsafeMutablePointer<sockaddr>) -> Value) -> Value {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        return withUnsafeMutablePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { body(socket, $0) }
        }
    }
}
