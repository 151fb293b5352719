import ArgumentParser
import Domain
import Services

/// Which tickets: one way to say it, and never all of them by accident.
struct SelectionOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: "What one would type to find them: from:mailer-daemon, status:pending, -label:billing, created:<2026-01-01, …") var search:
        String?
    @Option(help: "Their numbers: 1042,1043.") var ids: String?
    @Option(help: ArgumentHelp("File with their numbers, between white space or commas; -: standard input.", valueName: "file"))
    var idsFrom: String?
    @Option(help: "What a dry run has found, exactly that; the dry run says its token.") var token: String?
    @Flag(help: "All tickets that are neither spam nor deleted.") var allVisible = false
    @OptionGroup var filter: FilterOptions

    func validate() throws {
        let given = [
            (search != nil, "--search"), (ids != nil, "--ids"), (idsFrom != nil, "--ids-from"), (token != nil, "--token"),
            (allVisible, "--all-visible"), (!filter.isEmpty, "a filter"),
        ].filter(\.0).map(\.1)
        if given.isEmpty {
            throw ValidationError(
                """
                Say which tickets: --search, --ids, --ids-from, a filter such as --status or --agent, \
                --token of a dry run, or --all-visible.
                """)
        }
        if given.count > 1 { throw ValidationError("\(given.joined(separator: " and ")): say it one way.") }
    }

    func selection(in names: HelpdeskNames) async throws -> MassSelection {
        if let search {
            do { return .search(try SearchQuery(parsing: search)) } catch { throw CommandFailure(error, at: "--search") }
        }
        if let ids { return .ids(try TicketNumbers(parsing: ids, from: "--ids").ids) }
        if let idsFrom { return .ids(try TicketNumbers(readingFrom: idsFrom).ids) }
        if let token { return .token(token) }
        return .filter(try await filter.filter(in: names))
    }
}
