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
              deskyard serve                    serve HTTP, and work on jobs
              deskyard work                     only work on jobs
              deskyard tenant create acme --name "Acme Ltd"
              deskyard jobs list --state dead   what has failed for good
              deskyard mass-action --help       change many tickets in one go, and back
              deskyard search rebuild           what tickets are found by, written anew
              deskyard purge verify             whether the receipts of all purges are whole
              deskyard doctor                   what is wrong with this installation
            """,
        version: version,
        subcommands: [
            Dev.self, Serve.self, Work.self, Migrate.self, TenantCommand.self, TokenCommand.self, JobsCommand.self, PurgeCommand.self,
            MassActionCommand.self, SearchCommand.self, Doctor.self, BenchData.self,
        ])
}
