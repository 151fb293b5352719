import ArgumentParser

struct MassActionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mass-action", abstract: "Changes many tickets of a helpdesk in one go, and takes it back.",
        discussion: """
            Without the name of a subcommand it is start, whose options this shows:
            deskyard mass-action start --help

            EXAMPLES
              deskyard mass-action --tenant acme --search from:daemon --delete --dry-run
              deskyard mass-action --tenant acme --ids-from numbers.txt --spam
              deskyard mass-action list --tenant acme
              deskyard mass-action items 12 --tenant acme --outcome failed
              deskyard mass-action undo 12 --tenant acme
            """,
        subcommands: [
            StartMassAction.self, ListMassActions.self, ShowMassAction.self, ListMassActionItems.self, WatchMassAction.self,
            CancelMassAction.self, UndoMassAction.self, RetryMassAction.self,
        ],
        defaultSubcommand: StartMassAction.self)
}
