import ArgumentParser
import Domain
import Services

struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Makes, lists and revokes tokens.",
        discussion: """
            A token is shown once; only its hash is kept. Revoking holds from the next request on, in every process.

            EXAMPLES
              deskyard token create --tenant acme --for ada@acme.example --name laptop
              deskyard token create --operator --name billing
              deskyard token list --tenant acme
              deskyard token revoke 3 --tenant acme
            """,
        subcommands: [Create.self, List.self, Revoke.self])

    /// Whose tokens: a helpdesk's or the operators'.
    struct Place: ParsableArguments {
        @Option(help: "Short name of the helpdesk.") var tenant: String?
        @Flag(help: "The hosting provider's own tokens.") var `operator` = false

        func validate() throws {
            guard (tenant != nil) != `operator` else { throw ValidationError("Give --tenant or --operator.") }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Makes a token and shows it once.",
            discussion: """
                EXAMPLES
                  deskyard token create --tenant acme --for ada@acme.example --name laptop --scope tickets:read --days 90
                """)

        @OptionGroup var place: Place
        @Option(name: .customLong("for"), help: "Address of the agent or user.") var email: String?
        @Option(help: "What it is for, to recognise it in the list.") var name = "made at the command line"
        @Option(help: "Scope; repeat for more. All that suit the person if not given.") var scope: [String] = []
        @Option(help: "Days it holds; for ever if not given.") var days: Int?
        @OptionGroup var options: SettingOptions

        func validate() throws {
            if let days, !(1...36_500).contains(days) { throw ValidationError("--days must be from 1 to 36500.") }
        }

        func run() async throws {
            try await withApp(options) { app in
                let expiry = days.map { Clock.system.now().advanced(byDays: $0) }
                guard let tenant = place.tenant else {
                    let (token, id) = try await app.installation.createOperatorToken(named: name, expiresAt: expiry)
                    return print("token \(id): \(token.text)")
                }
                guard let email else { throw CommandFailure("Say whose token: --for ADDRESS.") }
                let scopes = try scope.map { text in
                    guard let scope = TokenScope(rawValue: text) else {
                        throw CommandFailure("\"\(text)\" is none of \(TokenScope.allCases.map(\.rawValue).joined(separator: ", ")).")
                    }
                    return scope
                }
                let slug = try parsed(slug: tenant)
                let person = try await app.installation.findPerson(address(email), in: slug)
                let (token, record) = try await app.installation.createToken(
                    for: person, named: name, scopes: scopes.isEmpty ? nil : scopes, expiresAt: expiry, in: slug)
                print("token \(record.id): \(token.text)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists tokens, never their text.")

        @OptionGroup var place: Place
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                guard let tenant = place.tenant else {
                    for token in try await app.installation.listOperatorTokens() {
                        print("\(token.id)\t\(token.revokedAt.map { "revoked \($0)" } ?? "valid")\t\(token.createdAt)\t\(token.name)")
                    }
                    return
                }
                for token in try await app.installation.listTokens(in: parsed(slug: tenant)) {
                    let state = token.revokedAt.map { "revoked \($0)" } ?? token.expiresAt.map { "until \($0)" } ?? "valid"
                    let scopes = token.scopes.map(\.rawValue).joined(separator: ",")
                    print("\(token.id)\t\(token.person.label)\t\(state)\t\(scopes)\t\(token.name)")
                }
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Revokes a token, from the next request on.")

        @Argument(help: "Its number in the list.") var id: Int64
        @OptionGroup var place: Place
        @OptionGroup var options: SettingOptions

        func run() async throws {
            try await withApp(options) { app in
                if let tenant = place.tenant {
                    try await app.installation.revokeToken(ID(id), in: parsed(slug: tenant))
                } else {
                    try await app.installation.revokeOperatorToken(id)
                }
                print("revoked \(id)")
            }
        }
    }
}

extension Person {
    fileprivate var label: String {
        switch self {
        case .agent(let id): "agent \(id)"
        case .user(let id): "user \(id)"
        }
    }
}
