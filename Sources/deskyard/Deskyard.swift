import ArgumentParser

@main
struct Deskyard: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "deskyard",
        abstract: "The backend for thousands of helpdesks in one installation.",
        discussion: """
            EXAMPLES
              deskyard dev                      everything on a private PostgreSQL, with two demo helpdesks
              deskyard migrate                  bring the database to this release
              deskyard serve                    serve HTTP
              deskyard tenant create acme --name "Acme Ltd"
              deskyard doctor                   what is wrong with this installation
            """,
        version: version,
        subcommands: [Dev.self, Serve.self, Migrate.self, TenantCommand.self, TokenCommand.self, Doctor.self, BenchData.self])
}
