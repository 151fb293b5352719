import CLibpq
import Foundation
import Glibc

/// Runs another program to its end.
///
/// Not Foundation's `Process`: it waits for a socket to close that the program inherits, and `pg_ctl start` leaves a server behind that
/// inherits it, too, so it would wait until that server stops.
func runProgram(_ command: [String], in folder: String) throws -> String {
    // A file and not a pipe, for the same reason.
    let log = FileManager.default.temporaryDirectory.appendingPathComponent("deskyard-\(UUID().uuidString).log").path
    defer { unlink(log) }

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log, O_WRONLY | O_CREAT | O_EXCL, 0o600)
    posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
    posix_spawn_file_actions_addclosefrom_np(&actions, 3)
    posix_spawn_file_actions_addchdir_np(&actions, folder)

    // Swift's worker threads block nearly every signal, and a child inherits that.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

    let arguments = command.map { strdup($0) } + [nil]
    defer { for argument in arguments { free(argument) } }
    var child: pid_t = 0
    let failure = posix_spawn(&child, command[0], &actions, &attributes, arguments, environ)
    guard failure == 0 else { throw EmbeddedCluster.Failure.command(command[0], output: String(cString: strerror(failure))) }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 && errno == EINTR {}

    let output = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
    guard status == 0 else { throw EmbeddedCluster.Failure.command(command.joined(separator: " "), output: output) }
    return output
}
