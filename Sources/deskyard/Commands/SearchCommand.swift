import ArgumentParser

struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Looks after what tickets are found by.",
        discussion: """
            EXAMPLES
              deskyard search rebuild
              deskyard search rebuild --tenant acme
            """,
        subcommands: [RebuildSearch.self])
}
