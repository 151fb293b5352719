import ArgumentParser
import Domain
import Logging
import Services

struct TenantCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant", abstract: "Makes, lists and shows helpdesks.",
        discussion: """
            EXAMPLES
              deskyard tenant create acme --name "Acme Ltd" --time-zone Europe/London --admin ada@acme.example
              deskyard tenant list
              deskyard tenant show acme
            """,
        subcommands: [Create.self, List.self, Show.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a helpdesk, with its first people if they are given.",
            discussion: """
                EXAMPLES
                  deskyard tenant create acme --name "Acme Ltd" --time-zone Europe/London --admin ada@acme.example
                """)

        @Argument(help: "Short name: lower-case letters, digits, hyphens.") var slug: String
        @Option(help: "Full name; the short one if not given.") var name: String?
        @Option(help: "IANA time zone.") var timeZone = "UTC"
        @Option(help: "Address of an admin to make; a token is shown once.") var admin: String?
        @Option(help: "Address of an agent to make; a token is shown once.") var agent: String?
        @Option(help: "Address of a user to make; a token is shown once.") var user: String?
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                let people = try [admin, agent, user].map { try $0.map(address) }
                if let admin = people[0], admin == people[1] { throw CommandFailure("--admin and --agent are the same person.") }
                let draft = try Installation.TenantDraft(slug: slug, name: name ?? slug, timeZone: timeZone)
                let tenant = try await app.installation.createTenant(draft)
                print("made \(tenant.slug.text) (\(tenant.name), \(tenant.timeZone))")
                for (email, isAdmin) in [(people[0], true), (people[1], false)] {
                    guard let email else { continue }
                    let agent = try await app.installation.createAgent(email, name: email.text, isAdmin: isAdmin, in: draft.slug)
                    try await show(isAdmin ? "admin" : "agent", email, .agent(agent.id), app, draft.slug)
                }
                if let email = people[2] {
                    let user = try await app.installation.createUser(email, name: nil, in: draft.slug)
                    try await show("user", email, .user(user.id), app, draft.slug)
                }
            }
        }

        private func show(_ kind: String, _ email: EmailAddress, _ person: Person, _ app: App, _ slug: Slug) async throws {
            let (token, _) = try await app.installation.createToken(for: person, named: "made with the helpdesk", in: slug)
            print("\(kind) \(email.text) token: \(token.text)")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists the helpdesks by their short names.")

        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                var last: Slug?
                repeat {
                    let page = try await app.installation.listTenants(after: last, limit: 200)
                    for tenant in page.items { print("\(tenant.slug.text)\t\(tenant.state.rawValue)\t\(tenant.timeZone)\t\(tenant.name)") }
                    last = page.next
                } while last != nil
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows one helpdesk.")

        @Argument(help: "Short name.") var slug: String
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                let tenant = try await app.installation.findTenant(parsed(slug: slug))
                print(
                    """
                    slug       \(tenant.slug.text)
                    id         \(tenant.id)
                    name       \(tenant.name)
                    time zone  \(tenant.timeZone)
                    state      \(tenant.state.rawValue)
                    created    \(tenant.createdAt)
                    """)
            }
        }
    }
}

func parsed(slug: String) throws -> Slug {
    guard let slug = Slug(slug) else { throw CommandFailure("\"\(slug)\" is no helpdesk's short name.") }
    return slug
}

func address(_ text: String) throws -> EmailAddress {
    guard let address = EmailAddress(text) else { throw CommandFailure("\"\(text)\" is no e-mail address.") }
    return address
}

/// Runs a command that needs the database, and closes it afterwards.
func withApp(_ options: SettingOptions, _ body: (App) async throws -> Void) async throws {
    let settings = try await options.settings()
    let app = try App(settings, logger: Logger(label: "deskyard") { _ in SwiftLogNoOpLogHandler() })
    try await explaining { try await body(app) }
    await app.pool.close()
}
