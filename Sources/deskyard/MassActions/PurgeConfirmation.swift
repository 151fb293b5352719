import Domain
import Foundation
import Glibc
import Services

/// Asks before tickets are purged: there is no way back.
struct PurgeConfirmation {
    /// - Parameter preview: what would be purged; nil where only its token is known.
    /// - Throws: `CommandFailure`, unless somebody says yes.
    static func ask(about preview: MassPreview?) throws {
        let what = preview.map { "\($0.total.grouped) tickets, of which \($0.wouldChange.grouped) can be purged" } ?? "These tickets"
        FileHandle.standardError.write(Data("\(what): they would be gone for ever, at once. Type yes to go on: ".utf8))
        guard readLine()?.trimmingCharacters(in: .whitespaces).lowercased() == "yes" else { throw CommandFailure("Nothing was purged.") }
    }

    static var canAsk: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1 }
}
