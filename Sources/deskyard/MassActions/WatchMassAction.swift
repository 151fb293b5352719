import ArgumentParser
import Domain
import Services

extension OperatorDesk {
    /// Shows a mass action until it has ended, then what has become of it.
    /// - Throws: the exit code, unless all went well.
    func watch(_ id: ID<MassAction>) async throws {
        guard let action = try await untilInterrupted({ try await follow(id) }) else {
            say("\nmass action \(id) goes on; to watch it again: \(command(["watch", "\(id)"]))")
            throw ExitCode(130)
        }
        let summary = MassActionSummary(action, commands: commands(for: action.id))
        say(summary.text)
        if !summary.isWell { throw ExitCode.failure }
    }

    /// What can be done about it next.
    func commands(for id: ID<MassAction>) -> MassActionSummary.Commands {
        MassActionSummary.Commands(
            undo: command(["undo", "\(id)"]), retry: command(["retry", "\(id)"]), items: command(["items", "\(id)"]))
    }

    private func follow(_ id: ID<MassAction>) async throws -> MassAction {
        var action = try await read(id)
        var screen = ProgressScreen(total: action.total)
        var isLate = false
        while true {
            screen.show(action.figures.all, isEnd: action.state.isFinished)
            if action.state.isFinished { return action }
            if action.state == .queued, !isLate, screen.seconds >= Self.patience {
                isLate = true
                screen.say("Nobody has begun with it yet: is there a worker? Start deskyard serve or deskyard work.")
            }
            try await Task.sleep(for: .milliseconds(200))
            action = try await read(id)
        }
    }

    /// In seconds: an idle worker begins within one.
    private static let patience = 5.0
}
