import Foundation
import Glibc

/// A private PostgreSQL for `deskyard dev` and for tests: Debian's server, a data folder of its own, reached by a Unix socket only.
///
/// PostgreSQL refuses to run as root; then everything here is done as an unprivileged user, in a folder that user can enter.
package struct EmbeddedCluster: Sendable {
    package enum Failure: Error, CustomStringConvertible {
        case noServer
        case noUser
        case command(String, output: String)
        case folder(String)

        package var description: String {
            switch self {
            case .noServer:
                "PostgreSQL 15 is not installed: apt-get install postgresql-15 (looked in /usr/lib/postgresql/*/bin and the PATH)"
            case .noUser: "PostgreSQL does not run as root, and there is neither a user `postgres` nor `nobody` to run it as"
            case .command(let command, let output): "\(command) failed:\n\(output)"
            case .folder(let reason): reason
            }
        }
    }

    package enum StopMode: String { case fast, immediate }

    /// Role that may do everything; only set-up uses it.
    package static let superuser = "postgres"

    package let dataFolder: String
    package let socketFolder: String
    private let programs: String
    private let user: UnprivilegedUser?

    /// Finds or makes the cluster that belongs to `folder`.
    /// - Parameter folder: may be anywhere; where the database user cannot enter it, the data lies in `/var/lib/deskyard` and `folder` links to it.
    package init(folder: String, settings: [String: String] = [:]) throws {
        let folder = URL(fileURLWithPath: folder).standardizedFileURL.path
        guard let programs = Self.findPrograms() else { throw Failure.noServer }
        self.programs = programs
        user = try geteuid() == 0 ? UnprivilegedUser.find() : nil
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let home = try Self.enterableHome(for: folder, user)
        dataFolder = home + "/data"
        socketFolder = try Self.socketFolder(for: home, user)
        if !FileManager.default.fileExists(atPath: dataFolder + "/PG_VERSION") { try initialise() }
        try configure(settings)
    }

    /// A connection string for libpq.
    package func connectionString(role: String, database: String) -> String {
        let host = socketFolder.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
        return "host='\(host)' user=\(role) dbname=\(database)"
    }

    package var isRunning: Bool {
        // A killed server stays in the process table until somebody asks for its end; `pg_ctl` would call that running.
        guard let processID, Self.isAlive(processID) else { return false }
        return (try? pgControl("status")) != nil
    }

    private static func isAlive(_ process: Int32) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
            let state = status.split(separator: ")").last?.split(separator: " ").first
        else { return false }
        return state != "Z" && state != "X"
    }

    /// Starts the server and waits until it answers; one that still runs after a crash of its owner is taken over.
    package func start() throws {
        for attempt in 0... {
            if isRunning { return }
            do {
                try pgControl("start", "-w", "-t", "60", "-l", dataFolder + "/server.log")
                return
            } catch Failure.command(let command, let output) {
                // After a kill -9, what is left of the server may hold its memory or its place in the process table for a moment more.
                guard attempt >= 10 else {
                    usleep(300_000)
                    continue
                }
                let log = (try? String(contentsOfFile: dataFolder + "/server.log", encoding: .utf8)) ?? ""
                throw Failure.command(command, output: output + "\n" + log.suffix(2000))
            }
        }
    }

    package func stop(_ mode: StopMode = .fast) throws {
        if isRunning { try pgControl("stop", "-w", "-t", "60", "-m", mode.rawValue) }
    }

    /// The server's process id, from its pid file.
    package var processID: Int32? {
        let file = try? String(contentsOfFile: dataFolder + "/postmaster.pid", encoding: .utf8)
        return file?.split(separator: "\n").first.flatMap { Int32($0) }
    }

    /// Stops the server and removes everything.
    package func destroy() {
        try? stop(.immediate)
        try? FileManager.default.removeItem(atPath: (dataFolder as NSString).deletingLastPathComponent)
        try? FileManager.default.removeItem(atPath: socketFolder)
    }

    // MARK: Making it

    private static func findPrograms() -> String? {
        let folders =
            ["/usr/lib/postgresql/15/bin"]
            + (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
        return folders.first { folder in
            ["initdb", "postgres", "pg_ctl"].allSatisfy { FileManager.default.isExecutableFile(atPath: folder + "/" + $0) }
        }
    }

    /// The folder itself when the database user can work in it, else one in `/var/lib/deskyard` that `folder/postgres` points to.
    private static func enterableHome(for folder: String, _ user: UnprivilegedUser?) throws -> String {
        let files = FileManager.default
        let own = folder + "/postgres"
        guard let user else {
            try files.createDirectory(atPath: own, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            return own
        }
        if let target = try? files.destinationOfSymbolicLink(atPath: own) {
            try user.makeFolder(target)
            return target
        }
        try user.makeFolder(own)
        if user.canEnter(own) { return own }
        try files.removeItem(atPath: own)
        let elsewhere = "/var/lib/deskyard/" + shortName(for: own)
        try files.createDirectory(atPath: "/var/lib/deskyard", withIntermediateDirectories: true)
        // Data that nothing points to any more belongs to a folder that was removed.
        try? files.removeItem(atPath: elsewhere)
        try user.makeFolder(elsewhere)
        try files.createSymbolicLink(atPath: own, withDestinationPath: elsewhere)
        return elsewhere
    }

    /// A socket's path may have 107 bytes, and no comma, which separates paths; another one is put under `/tmp`.
    private static func socketFolder(for home: String, _ user: UnprivilegedUser?) throws -> String {
        let own = home + "/socket"
        let folder =
            own.utf8.count + "/.s.PGSQL.5432".utf8.count <= 107 && !own.contains(",") ? own : "/tmp/deskyard-" + shortName(for: home)
        if let user {
            try user.makeFolder(folder)
        } else {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        var status = stat()
        guard lstat(folder, &status) == 0, status.st_uid == user?.id ?? geteuid(), status.st_mode & 0o077 == 0 else {
            throw Failure.folder("\(folder) belongs to somebody else or is open to others; remove it")
        }
        return folder
    }

    /// FNV-1a, in hexadecimal: the same folder always gets the same name.
    private static func shortName(for path: String) -> String {
        let hash = path.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }

    /// Made beside and moved into place, so that a crash half way leaves nothing that looks finished.
    private func initialise() throws {
        let draft = dataFolder + ".new"
        try? FileManager.default.removeItem(atPath: draft)
        try run(
            "initdb", "-D", draft, "-U", Self.superuser, "--encoding=UTF8", "--locale=C.UTF-8", "--auth-local=trust", "--auth-host=reject",
            "--no-instructions")
        let main = draft + "/postgresql.conf"
        let text = try String(contentsOfFile: main, encoding: .utf8) + "\ninclude 'deskyard.conf'\n"
        try text.write(toFile: main, atomically: false, encoding: .utf8)
        try "".write(toFile: draft + "/deskyard.conf", atomically: false, encoding: .utf8)
        guard rename(draft, dataFolder) == 0 else { throw Failure.folder("cannot move \(draft) to \(dataFolder)") }
    }

    private func configure(_ settings: [String: String]) throws {
        let own = [
            "listen_addresses": "", "unix_socket_directories": socketFolder, "unix_socket_permissions": "0700", "jit": "off",
            "shared_buffers": "256MB", "logging_collector": "off", "log_min_messages": "warning",
        ]
        let lines = own.merging(settings) { $1 }.sorted { $0.key < $1.key }.map { "\($0) = '\($1.replacing("'", with: "''"))'" }
        let file = dataFolder + "/deskyard.conf"
        try (lines.joined(separator: "\n") + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        if let user { chown(file, user.id, user.group) }
    }

    @discardableResult
    private func pgControl(_ arguments: String...) throws -> String {
        try run("pg_ctl", ["-D", dataFolder] + arguments)
    }

    @discardableResult
    private func run(_ program: String, _ arguments: String...) throws -> String { try run(program, arguments) }

    @discardableResult
    private func run(_ program: String, _ arguments: [String]) throws -> String {
        let command = (user?.commandPrefix ?? []) + [programs + "/" + program] + arguments
        return try runProgram(command, in: "/")
    }
}

/// Whom the server runs as when we are root.
private struct UnprivilegedUser {
    let name: String
    let id: uid_t
    let group: gid_t

    static func find() throws -> UnprivilegedUser {
        for name in ["postgres", "nobody"] {
            if let entry = getpwnam(name) { return UnprivilegedUser(name: name, id: entry.pointee.pw_uid, group: entry.pointee.pw_gid) }
        }
        throw EmbeddedCluster.Failure.noUser
    }

    var commandPrefix: [String] { ["/usr/bin/setpriv", "--reuid=\(id)", "--regid=\(group)", "--clear-groups", "--"] }

    func makeFolder(_ path: String) throws {
        if !FileManager.default.fileExists(atPath: path) {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            chown(path, id, group)
            chmod(path, 0o700)
        }
    }

    func canEnter(_ path: String) -> Bool { (try? runProgram(commandPrefix + ["/usr/bin/test", "-w", path], in: "/")) != nil }
}
