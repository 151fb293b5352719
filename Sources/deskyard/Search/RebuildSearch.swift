import ArgumentParser
import Domain
import Services

struct RebuildSearch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild", abstract: "Writes the search documents of all tickets anew, while everybody goes on working.",
        discussion: """
            Each ticket has a document that searches look at. It changes with its ticket, so
            there is seldom a reason to write all of them anew: after a rolling update from a
            release without them, after a database was restored or mended by hand. When a
            helpdesk changes its language, its workers do it by themselves.

            Tickets go in small pieces, and each piece is a transaction of its own: nobody
            waits, searches go on with the documents there are, and nothing that is written
            meanwhile gets lost. Ended at any moment, even by a power cut, the same command
            goes on where it was. Started twice, or beside a worker, they share the work.

            On a terminal it shows a bar on standard error, elsewhere a line every few
            seconds; one line for each helpdesk comes on standard output, with tabs between:
            short name, documents written, seconds.

            Exit codes: 0 all is done; 1 something is not, and the reason is said; 130 ended by
            Ctrl-C, which waits for the piece in hand.

            EXAMPLES
              deskyard search rebuild                    all helpdesks, one after the other
              deskyard search rebuild --tenant acme
              deskyard search rebuild --tenant acme --from-start
            """)

    @Option(help: "Short name of the helpdesk; all of them if not given.") var tenant: String?
    @Flag(help: "Begin with the first ticket, even if one was begun and not ended.") var fromStart = false
    @OptionGroup var options: SettingOptions

    func run() async throws {
        try await withApp(options) { app in
            do {
                let isThrough: Void? = try await untilInterrupted { try await rebuild(app) }
                guard isThrough == nil else { return }
                complain("ended before all was done; to go on: \(commandToGoOn)")
                throw ExitCode(130)
            } catch let code as ExitCode {
                throw code
            } catch Refusal.notFound {
                throw CommandFailure("There is no helpdesk \(tenant ?? "of that name").")
            } catch {
                complain("to go on: \(commandToGoOn)")
                throw error
            }
        }
    }

    private func rebuild(_ app: App) async throws {
        if let tenant { return try await SearchRebuildDesk(app: app, slug: parsed(slug: tenant)).rebuild(fromStart: fromStart) }
        var last = try await app.installation.startSearchSweep(fromStart: fromStart)
        if let last { complain("going on after \(last.text), up to which all helpdesks are done") }
        repeat {
            let page = try await app.installation.listTenants(after: last, limit: 200)
            for tenant in page.items {
                try await SearchRebuildDesk(app: app, slug: tenant.slug).rebuild(fromStart: fromStart)
                try await app.installation.searchSweepCame(to: tenant.slug)
            }
            last = page.next
        } while last != nil
        try await app.installation.endSearchSweep()
    }

    private var commandToGoOn: ShellCommand {
        var words = ["deskyard", "search", "rebuild"]
        if let tenant { words += ["--tenant", tenant] }
        if let file = options.file { words += ["--config", file] }
        // It may hold a password, which nobody wants to see on a screen.
        if options.databaseURL != nil { words += ["--database-url", "…"] }
        return ShellCommand(words)
    }
}
