import Foundation
import Glibc

/// A folder of its own for the database, the scripts and the logs. Under `/tmp`, because a socket's path may have 107 bytes.
struct Workplace {
    let folder: String

    init(named name: String = "") throws {
        folder = "/tmp/deskyard-bench-\(getpid())\(name)"
        // The database user must get through; what is secret in here is so only for a few minutes, and readable by its owner alone.
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o711])
    }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file that only the owner reads: scripts hold tokens.
    func write(_ text: String, to name: String) throws -> String {
        let path = path(name)
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600]) else {
            throw Failure("cannot write \(path)")
        }
        return path
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}

/// Prints a line at once, also into a file or a pipe.
func say(_ line: String) {
    print(line)
    fflush(nil)
}
