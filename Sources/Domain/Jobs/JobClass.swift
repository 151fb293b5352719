/// How urgent a job is. A more urgent one is always taken first; none is ever kept out altogether (see `JobCapacity`).
package enum JobClass: Int, CaseIterable, Sendable, Comparable {
    /// Somebody waits for it.
    case interactive = 1
    case mail = 2
    case massAction = 3
    case purge = 4
    case upkeep = 5

    /// Its word in the interface and in metrics.
    package var name: String {
        switch self {
        case .interactive: "interactive"
        case .mail: "mail"
        case .massAction: "mass_action"
        case .purge: "purge"
        case .upkeep: "upkeep"
        }
    }

    package static func < (one: Self, other: Self) -> Bool { one.rawValue < other.rawValue }
}
