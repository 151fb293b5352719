import ArgumentParser
import Domain
import Services

struct StartMassAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Changes many tickets; with --dry-run it only says what would happen.",
        discussion: """
            The tickets are those found at this moment: none is added later. With the token
            of a dry run they are exactly those that it has found.

            Several changes are one change of each ticket, done in this order whatever the
            order they were typed in: restore, then assignment, department, priority,
            urgency, labels and fields, then the status, then spam or delete.

            Shows how far it is until it has ended, unless --detach is given; Ctrl-C ends
            the watching and not the mass action. The exit code is 0 if nothing failed,
            1 if something failed or it was cancelled, 130 after Ctrl-C.

            EXAMPLES
              deskyard mass-action --tenant acme --search from:daemon --delete --dry-run
              deskyard mass-action --tenant acme --ids 42,43 --set-status resolved
              deskyard mass-action --tenant acme --ids-from - --spam < numbers.txt
              deskyard mass-action --tenant acme --agent 7 --assign-agent nobody
              deskyard mass-action --tenant acme --status spam --restore --detach
              deskyard mass-action --tenant acme --status deleted --purge --yes
              deskyard mass-action --tenant acme --updated-before 2026-01-01 \\
                --status resolved --add-label old --set-urgency 1
            """)

    @OptionGroup(title: "Which tickets") var selection: SelectionOptions
    @OptionGroup(title: "What to do") var actions: ActionOptions
    @Flag(help: "Only say what would happen, with a token that does it.") var dryRun = false
    @Flag(help: "Do not wait for the end.") var detach = false
    @Flag(help: "Purge without asking.") var yes = false
    @OptionGroup var desk: DeskOptions

    func validate() throws {
        if actions.purge, !dryRun, !yes, !PurgeConfirmation.canAsk {
            throw ValidationError("--purge needs --yes where nobody can be asked.")
        }
    }

    func run() async throws {
        try await desk.open { desk in
            let names = desk.names
            let actions = try await actions.actions(in: names)
            if let fault = actions.faults.first { throw CommandFailure(fault.message) }
            var request = MassActionRequest(selection: try await selection.selection(in: names), actions: actions)
            if dryRun {
                let preview = try await desk.preview(request)
                return print(PreviewReport(preview: preview, names: names, command: command(with: preview.token, desk)).text)
            }
            if self.actions.purge, !yes { request = try await confirmed(request, desk) }
            let action = try await desk.start(request)
            try await desk.announce(action, isWatched: !detach)
        }
    }

    /// What somebody has said yes to, and nothing that has come since.
    private func confirmed(_ request: MassActionRequest, _ desk: OperatorDesk) async throws -> MassActionRequest {
        if case .token = request.selection {
            try PurgeConfirmation.ask(about: nil)
            return request
        }
        let preview = try await desk.preview(request)
        try PurgeConfirmation.ask(about: preview)
        return MassActionRequest(selection: .token(preview.token), actions: request.actions)
    }

    private func command(with token: String, _ desk: OperatorDesk) -> ShellCommand {
        desk.commandToStart(["--token", token] + actions.words)
    }
}

extension OperatorDesk {
    /// Says what was started, and stays with it if it is to be watched.
    func announce(_ action: MassAction, isWatched: Bool) async throws {
        say("mass action \(action.id): \(action.total.grouped) \(action.total == 1 ? "ticket" : "tickets")")
        if isWatched { return try await watch(action.id) }
        say("to watch it: \(command(["watch", "\(action.id)"]))")
    }
}
