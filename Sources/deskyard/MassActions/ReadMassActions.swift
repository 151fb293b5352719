import ArgumentParser
import Domain

struct ListMassActions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists a helpdesk's mass actions, the newest first.",
        discussion: """
            One line each, with tabs between: number, state, tickets, done, skipped, failed,
            since when, who asked for it, and what it does.

            EXAMPLES
              deskyard mass-action list --tenant acme
            """)

    @Option(help: "How many at the most.") var limit = 50
    @OptionGroup var desk: DeskOptions

    func validate() throws {
        if limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run() async throws {
        try await desk.open { desk in
            var last: ID<MassAction>?
            var left = limit
            repeat {
                let page = try await desk.list(before: last, limit: min(left, 200))
                for action in page.items { print(action.line) }
                left -= page.items.count
                last = page.next
            } while last != nil && left > 0
        }
    }
}

struct ShowMassAction: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows one: what it does, how far it is or what has become of it, and what can be done about it.",
        discussion: """
            EXAMPLES
              deskyard mass-action show 12 --tenant acme
            """)

    @OptionGroup var massAction: MassActionNumber
    @OptionGroup var desk: DeskOptions

    func run() async throws {
        try await desk.open { desk in
            let action = try await desk.read(massAction.id)
            var lines = AlignedLines()
            lines.add("mass action", "\(action.id)")
            lines.add("what", action.what)
            lines.add("who", action.who)
            lines.add("tickets", action.total.grouped)
            lines.add("created", "\(action.createdAt)")
            MassActionSummary(action, commands: desk.commands(for: action.id)).add(to: &lines)
            print(lines.text)
        }
    }
}

struct ListMassActionItems: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "items", abstract: "Lists what has become of each ticket, by number.",
        discussion: """
            One line each, with tabs between: ticket, outcome, reason, version, and what is
            wrong with it.

            EXAMPLES
              deskyard mass-action items 12 --tenant acme --outcome failed
              deskyard mass-action items 12 --tenant acme | cut -f 3 | sort | uniq -c
            """)

    @OptionGroup var massAction: MassActionNumber
    @Option(help: "Only these.") var outcome: MassOutcome.Kind?
    @OptionGroup var desk: DeskOptions

    func run() async throws {
        try await desk.open { desk in
            var last: ID<Ticket>?
            repeat {
                let page = try await desk.items(of: massAction.id, outcome, after: last, limit: 1000)
                for item in page.items { print(item.line) }
                last = page.next
            } while last != nil
        }
    }
}

extension MassAction {
    fileprivate var line: String {
        let counts = [total, figures.done, figures.skipped, figures.failed].map { "\($0)" }
        return (["\(id)", state.rawValue] + counts + ["\(createdAt)", who, what]).joined(separator: "\t")
    }
}

extension MassActionItem {
    fileprivate var line: String {
        let faults = outcome.faults.map { "\($0.field): \($0.message)" }.joined(separator: "; ")
        return ["\(ticketID)", outcome.kind.rawValue, outcome.reason ?? "-", "\(version)", faults.isEmpty ? "-" : faults]
            .joined(separator: "\t")
    }
}
