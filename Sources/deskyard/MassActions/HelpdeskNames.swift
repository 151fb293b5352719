import Domain
import Services

/// What people call departments, teams, agents and fields at the command line, and which these are.
struct HelpdeskNames {
    private let configuration: Configuration
    private let installation: Installation
    private let slug: Slug

    init(_ configuration: Configuration, of slug: Slug, in installation: Installation) {
        self.configuration = configuration
        self.installation = installation
        self.slug = slug
    }

    /// - Parameter option: where it was typed, to say it in an error.
    func department(_ text: String, for option: String) throws -> ID<Department> {
        guard case .department(let id) = try meant(.department(named(text)), option) else { throw unknown(text, option) }
        return id
    }

    func team(_ text: String, for option: String) throws -> ID<Team> {
        guard case .team(.to(let id)) = try meant(.team(named(text)), option) else { throw unknown(text, option) }
        return id
    }

    func agent(_ text: String, for option: String) async throws -> ID<Agent> {
        switch try meant(.agent(named(text)), option) {
        case .agent(.to(let id)): return id
        case .agentAddress(let address):
            if case .agent(let id) = try await person(address) { return id }
        default: break
        }
        throw unknown(text, option)
    }

    /// By number or address.
    func user(_ text: String, for option: String) async throws -> ID<User> {
        if let number = Int64(text) { return ID(number) }
        if let address = EmailAddress(text), case .user(let id) = try await person(address) { return id }
        throw unknown(text, option)
    }

    func field(_ typed: TypedField, for option: String) throws -> Field {
        guard let field = configuration.fields.fields[typed.key] else { throw unknown(typed.key.text, option) }
        return field
    }

    // MARK: The other way round

    func department(_ id: ID<Department>) -> String { configuration.departments[id]?.name ?? "department \(id)" }

    func agent(_ id: ID<Agent>) -> String { configuration.agents[id] ?? "agent \(id)" }

    // MARK: What is behind it

    private func named<Entity>(_ text: String) -> SearchQuery.Named<Entity> { Int64(text).map { .number(ID($0)) } ?? .name(text) }

    /// Names mean what they mean in a search.
    private func meant(_ criterion: SearchQuery.Criterion, _ option: String) throws -> ResolvedSearch.Condition? {
        do {
            let query = SearchQuery(all: [SearchQuery.Term(criterion)])
            return try query.resolved(in: configuration, caller: nil, at: Clock.system.now()).groups.first?.first?.condition
        } catch {
            throw CommandFailure(error, at: option)
        }
    }

    private func person(_ address: EmailAddress) async throws -> Person? {
        do { return try await installation.findPerson(address, in: slug) } catch Refusal.notFound { return nil }
    }

    private func unknown(_ text: String, _ option: String) -> CommandFailure {
        CommandFailure("\(option): there is no \"\(text)\" in this helpdesk.")
    }
}

extension CommandFailure {
    /// What is wrong with what was typed behind an option.
    init(_ refusal: Refusal, at option: String) {
        guard case .invalid(let faults) = refusal else {
            self.init(describing: refusal)
            return
        }
        self.init(faults.map { "\(option): \($0.message)" }.joined(separator: "\n"))
    }
}
