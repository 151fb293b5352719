import Foundation
import FoundationNetworking
import Glibc
import JSON

/// The program itself, as a process of its own.
final class DeskyardProcess: @unchecked Sendable {
    private let process = Process()
    private let outputFile: URL
    let folder: String

    /// The program lies beside the test bundle.
    static let program: URL = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appendingPathComponent("deskyard")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder = folder.deletingLastPathComponent()
        }
        preconditionFailure("the program deskyard was not built beside the tests")
    }()

    init(_ arguments: [String], folder: String, environment: [String: String] = [:], asUser user: String? = nil) throws {
        self.folder = folder
        outputFile = URL(fileURLWithPath: "/tmp/deskyard-output-\(UUID().uuidString)")
        try Data().write(to: outputFile)
        process.executableURL = user == nil ? Self.program : URL(fileURLWithPath: "/usr/bin/setpriv")
        if let user {
            process.arguments = ["--reuid=\(user)", "--regid=\(user)", "--clear-groups", "--", Self.program.path] + arguments
        } else {
            process.arguments = arguments
        }
        process.environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DESKYARD_") }.merging(environment) { $1 }
        let handle = try FileHandle(forWritingTo: outputFile)
        process.standardOutput = handle
        process.standardError = handle
        process.standardInput = FileHandle.nullDevice
        try process.run()
    }

    deinit { try? FileManager.default.removeItem(at: outputFile) }

    var output: String { (try? String(contentsOf: outputFile, encoding: .utf8)) ?? "" }
    var isRunning: Bool { process.isRunning }
    var processID: Int32 { process.processIdentifier }

    func signal(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// The exit code; nil when it was killed by a signal.
    func waitForExit() async throws -> Int32? {
        for _ in 0..<1200 where process.isRunning { try await Task.sleep(for: .milliseconds(50)) }
        guard !process.isRunning else { throw Failure(output: "does not end:\n" + output) }
        return process.terminationReason == .exit ? process.terminationStatus : nil
    }

    /// What `dev` says of itself once it listens: waits until its file names an address that answers.
    func devFile() async throws -> DevReading {
        for _ in 0..<1200 {
            guard process.isRunning else { throw Failure(output: output) }
            if output.contains("listens on"), let data = FileManager.default.contents(atPath: folder + "/dev.json"),
                let json = try? JSONValue(parsing: data), let url = json["base_url"]?.string, output.contains(url)
            {
                return DevReading(json: json, url: url)
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(output: output)
    }

    struct Failure: Error, CustomStringConvertible {
        let output: String
        var description: String { output }
    }

    /// Runs a command to its end.
    static func run(_ arguments: [String], environment: [String: String] = [:]) async throws -> (code: Int32?, output: String) {
        let process = try DeskyardProcess(arguments, folder: "/tmp", environment: environment)
        let code = try await process.waitForExit()
        return (code, process.output)
    }
}

struct DevReading: Sendable {
    let json: JSONValue
    let url: String

    func token(_ kind: String, of slug: String = "acme") -> String {
        json["tenants"]?.array?.first { $0["slug"]?.string == slug }?["\(kind)_token"]?.string ?? ""
    }

    func send(_ method: String, _ path: String, token: String?, body: JSONValue? = nil) async throws -> (status: Int, json: JSONValue) {
        var request = URLRequest(url: URL(string: url + path)!)
        request.httpMethod = method
        request.timeoutInterval = 30
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        if let body {
            var writer = JSONWriter()
            writer.value(body)
            request.httpBody = Data(writer.bytes)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, (try? JSONValue(parsing: data)) ?? .null)
    }
}

/// A folder of the test's own, gone afterwards.
func withFolder(_ name: String = "deskyard-process", _ body: (String) async throws -> Void) async throws {
    let folder = "/tmp/\(name)-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer {
        // The database's folder may lie elsewhere.
        if let target = try? FileManager.default.destinationOfSymbolicLink(atPath: folder + "/data/postgres") {
            try? FileManager.default.removeItem(atPath: target)
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
    try await body(folder)
}
