import ArgumentParser
import Domain
import Services

/// Which helpdesk it is about; every command about mass actions takes these.
struct DeskOptions: ParsableArguments {
    @Option(help: "Short name of the helpdesk.") var tenant: String
    @OptionGroup var settings: SettingOptions

    /// Runs what needs the database.
    func open(_ body: (OperatorDesk) async throws -> Void) async throws {
        try await withApp(settings) { app in
            let slug = try parsed(slug: tenant)
            let author = try await app.installation.massActionAuthor(in: slug)
            try await body(OperatorDesk(app: app, slug: slug, author: author, words: words))
        }
    }

    /// As they would be typed again.
    private var words: [String] {
        var words = ["--tenant", tenant]
        if let file = settings.file { words += ["--config", file] }
        // It may hold a password, which nobody wants to see on a screen.
        if settings.databaseURL != nil { words += ["--database-url", "…"] }
        return words
    }
}

/// The mass actions of a helpdesk, in an operator's hands.
struct OperatorDesk: Sendable {
    private let app: App
    private let slug: Slug
    private let author: MassActionAuthor
    private let words: [String]

    fileprivate init(app: App, slug: Slug, author: MassActionAuthor, words: [String]) {
        self.app = app
        self.slug = slug
        self.author = author
        self.words = words
    }

    var names: HelpdeskNames { HelpdeskNames(author.configuration, of: slug, in: app.installation) }

    func preview(_ request: MassActionRequest) async throws -> MassPreview {
        try await app.helpdesk.previewMassAction(request, by: author)
    }

    func start(_ request: MassActionRequest) async throws -> MassAction { try await app.helpdesk.startMassAction(request, by: author) }

    func list(before last: ID<MassAction>?, limit: Int) async throws -> Page<MassAction, ID<MassAction>> {
        try await app.helpdesk.listMassActions(before: last, limit: limit, by: author)
    }

    func read(_ id: ID<MassAction>) async throws -> MassAction {
        try await found(id) { try await app.helpdesk.readMassAction(id, by: author) }
    }

    func items(
        of id: ID<MassAction>, _ outcome: MassOutcome.Kind?, after last: ID<Ticket>?, limit: Int
    ) async throws -> Page<MassActionItem, ID<Ticket>> {
        try await found(id) { try await app.helpdesk.listMassActionItems(of: id, outcome: outcome, after: last, limit: limit, by: author) }
    }

    func cancel(_ id: ID<MassAction>) async throws -> MassAction {
        try await found(id) { try await app.helpdesk.cancelMassAction(id, by: author) }
    }

    func undo(_ id: ID<MassAction>) async throws -> MassAction {
        try await found(id) { try await app.helpdesk.undoMassAction(id, by: author) }
    }

    func retry(_ id: ID<MassAction>) async throws -> MassAction {
        try await found(id) { try await app.helpdesk.retryMassAction(id, by: author) }
    }

    /// What one would type about this helpdesk: `deskyard mass-action undo 12 --tenant acme`.
    func command(_ arguments: [String]) -> ShellCommand { ShellCommand(["deskyard", "mass-action"] + arguments + words) }

    /// `deskyard mass-action --tenant acme --ids 1042 --delete`
    func commandToStart(_ options: [String]) -> ShellCommand { ShellCommand(["deskyard", "mass-action"] + words + options) }

    private func found<Value>(_ id: ID<MassAction>, _ body: () async throws -> Value) async throws -> Value {
        do { return try await body() } catch Refusal.notFound {
            throw CommandFailure("There is no mass action \(id) in \(slug.text).")
        }
    }
}
