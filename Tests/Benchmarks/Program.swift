import Foundation
import Glibc

/// Another program, found and ready to be run.
struct Program {
    let path: String

    /// Runs it to its end.
    /// - Parameter limit: after so long it is ended; nothing here may run on unseen.
    /// - Returns: what it printed, on both outputs.
    /// - Throws: `Failure` with what it printed when it fails.
    func run(_ arguments: [String], log: String, limit: Duration) async throws -> String {
        let process = try start(arguments, log: log)
        let deadline = ContinuousClock.now + limit
        while process.isRunning {
            guard !Interruption.happened, ContinuousClock.now < deadline else {
                Self.stop(process)
                throw Failure(Interruption.happened ? "interrupted" : "\(path) had not ended after \(limit)")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        let output = try String(contentsOfFile: log, encoding: .utf8)
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw Failure("\(path) \(Self.end(of: process)):\n\(output.suffix(4000))")
        }
        return output
    }

    /// Starts it with both outputs in the file `log`.
    func start(_ arguments: [String], log: String) throws -> Process {
        guard FileManager.default.createFile(atPath: log, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: log)
        else { throw Failure("cannot write \(log)") }
        defer { try? file.close() }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = file
        process.standardError = file
        // A program inherits the blocked signals of the thread that starts it, and Swift's threads block nearly all: without SIGALRM
        // pgbench never stops, without SIGTERM nothing does.
        var none = sigset_t()
        var ours = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, &ours)
        defer { pthread_sigmask(SIG_SETMASK, &ours, nil) }
        try process.run()
        return process
    }

    /// How a program ended, in words.
    static func end(of process: Process) -> String {
        "\(process.terminationReason == .exit ? "ended with status" : "was ended by signal") \(process.terminationStatus)"
    }

    /// Asks it to end, and ends it after ten seconds. Blocks, so that it can stand in a `defer`.
    static func stop(_ process: Process) {
        process.terminate()
        for _ in 0..<500 where process.isRunning { usleep(20_000) }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }
}

/// The programs that are needed, or a word on how to get them.
struct Tools {
    let deskyard: Program
    let pgbench: Program
    let wrk: Program

    init(_ options: Options) throws(Failure) {
        let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        guard FileManager.default.isExecutableFile(atPath: options.deskyard) else {
            throw Failure("there is no \(options.deskyard): swift build -c release --product deskyard")
        }
        deskyard = Program(path: options.deskyard)
        pgbench = try Self.find("pgbench", in: ["/usr/lib/postgresql/15/bin"] + path, package: "postgresql-15")
        wrk = try Self.find("wrk", in: path, package: "wrk")
    }

    private static func find(_ name: String, in folders: [String], package: String) throws(Failure) -> Program {
        guard let folder = folders.first(where: { FileManager.default.isExecutableFile(atPath: $0 + "/" + name) }) else {
            throw Failure("\(name) is not installed: apt-get install \(package)")
        }
        return Program(path: folder + "/" + name)
    }
}
