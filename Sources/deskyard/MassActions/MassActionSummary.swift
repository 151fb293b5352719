import Domain

/// What has become of a mass action, to be read and to go on from.
struct MassActionSummary {
    private let action: MassAction
    private let commands: Commands

    /// What can be done about it.
    struct Commands {
        var undo: ShellCommand
        var retry: ShellCommand
        var items: ShellCommand
    }

    init(_ action: MassAction, commands: Commands) {
        self.action = action
        self.commands = commands
    }

    /// Whether it has ended and nothing is left to put right.
    var isWell: Bool { action.state == .done && action.figures.failed == 0 }

    var text: String {
        var lines = AlignedLines()
        add(to: &lines)
        return lines.text
    }

    func add(to lines: inout AlignedLines) {
        lines.add("state", state)
        lines.add("done", action.figures.done.grouped)
        lines.add("skipped", with(reasons(of: MassOutcome.SkipReason.allCases.map(\.rawValue)), action.figures.skipped))
        lines.add("failed", with(reasons(of: MassOutcome.FailReason.allCases.map(\.rawValue)), action.figures.failed))
        if let left = left { lines.add("left", left.grouped) }
        if action.figures.failed > 0 {
            lines.add("which", "\(commands.items) --outcome failed")
            if action.state.isFinished { lines.add("retry", "\(commands.retry)") }
        }
        if action.state.isFinished, action.figures.done > 0 {
            lines.add("undo", action.undoUntil.map { "\(commands.undo)   (until \($0))" } ?? "cannot be undone")
        }
    }

    private var state: String {
        guard let start = action.startedAt, let end = action.finishedAt else { return action.state.rawValue }
        return "\(action.state.rawValue) after \(spelled(seconds: Double(end.milliseconds - start.milliseconds) / 1000))"
    }

    /// What nobody has looked at.
    private var left: Int64? { action.figures.all < action.total ? action.total - action.figures.all : nil }

    private func reasons(of kind: [String]) -> [String: Int64] { action.reasons.filter { kind.contains($0.key) } }

    private func with(_ reasons: [String: Int64], _ count: Int64) -> String {
        reasons.isEmpty ? count.grouped : "\(count.grouped)   (\(reasons.listed))"
    }
}
