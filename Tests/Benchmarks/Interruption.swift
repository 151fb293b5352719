import Glibc
import Synchronization

/// Ctrl-C and SIGTERM: the program that runs is stopped, and everything is cleaned up on the way out.
enum Interruption {
    private static let flag = Atomic<Bool>(false)

    static var happened: Bool { flag.load(ordering: .relaxed) }

    static func watch() {
        // Made here and not first in the handler, where nothing may be allocated.
        flag.store(false, ordering: .relaxed)
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number) { _ in Interruption.flag.store(true, ordering: .relaxed) } }
    }
}
