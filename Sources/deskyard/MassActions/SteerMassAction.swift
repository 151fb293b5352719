import ArgumentParser
import Domain

/// Which of a helpdesk's mass actions.
struct MassActionNumber: ParsableArguments {
    @Argument(help: ArgumentHelp("Its number.", valueName: "mass action")) var number: Int64

    var id: ID<MassAction> { ID(number) }
}

struct WatchMassAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Shows how far one is until it has ended, then what has become of it.",
        discussion: """
            Ctrl-C ends the watching, not the mass action. Exit code as of start.

            EXAMPLES
              deskyard mass-action watch 12 --tenant acme
            """)

    @OptionGroup var massAction: MassActionNumber
    @OptionGroup var desk: DeskOptions

    func run() async throws { try await desk.open { desk in try await desk.watch(massAction.id) } }
}

struct CancelMassAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Stops one that waits or runs; what is done stays done, and can be undone.",
        discussion: """
            EXAMPLES
              deskyard mass-action cancel 12 --tenant acme
            """)

    @OptionGroup var massAction: MassActionNumber
    @OptionGroup var desk: DeskOptions

    func run() async throws {
        try await desk.open { desk in
            let action = try await desk.cancel(massAction.id)
            print("mass action \(action.id) is \(action.state.rawValue)")
        }
    }
}

struct UndoMassAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Takes one back: each of its tickets becomes what it was, unless it was changed since.",
        discussion: """
            It is a mass action itself, and can be watched, cancelled and undone.

            EXAMPLES
              deskyard mass-action undo 12 --tenant acme
              deskyard mass-action undo 12 --tenant acme --detach
            """)

    @OptionGroup var massAction: MassActionNumber
    @Flag(help: "Do not wait for the end.") var detach = false
    @OptionGroup var desk: DeskOptions

    func run() async throws {
        try await desk.open { desk in try await desk.announce(try await desk.undo(massAction.id), isWatched: !detach) }
    }
}

struct RetryMassAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Does what one has failed at, and only that.",
        discussion: """
            EXAMPLES
              deskyard mass-action items 12 --tenant acme --outcome failed
              deskyard mass-action retry 12 --tenant acme
            """)

    @OptionGroup var massAction: MassActionNumber
    @Flag(help: "Do not wait for the end.") var detach = false
    @OptionGroup var desk: DeskOptions

    func run() async throws {
        try await desk.open { desk in try await desk.announce(try await desk.retry(massAction.id), isWatched: !detach) }
    }
}
