import Domain
import Repositories

extension Installation {
    /// Makes an agent.
    package func createAgent(_ email: EmailAddress, name: String, isAdmin: Bool, in slug: Slug) async throws -> Agent {
        let now = clock.now()
        return try await database.transaction(in: scope(slug), at: now, taking: Numbers(agents: 1)) { tx in
            let agent = Agent(id: ID(try await tx.numbers.value.agents), name: name, email: email, isAdmin: isAdmin)
            return tx.agents.create(agent, at: now).map { agent }
        }
    }

    /// Makes a user, or answers the one who has the address.
    package func createUser(_ email: EmailAddress, name: String?, in slug: Slug) async throws -> User {
        let now = clock.now()
        return try await database.transaction(in: scope(slug), at: now, taking: Numbers(users: 1)) { tx in
            tx.users.ensure(User(id: ID(try await tx.numbers.value.users), name: name, email: email), at: now)
        }
    }

    /// The agent, else the user, with this address.
    package func findPerson(_ email: EmailAddress, in slug: Slug) async throws -> Person {
        let (agent, user) = try await database.transaction(in: scope(slug), at: clock.now()) { tx in
            tx.agents.find(email: email).and(tx.users.find(email: email))
        }
        if let agent { return .agent(agent.id) }
        if let user { return .user(user.id) }
        throw Refusal.notFound
    }

    func scope(_ slug: Slug) async throws -> TenantScope {
        try await database.system { $0.tenants.scope(slug).map { try $0.orNotFound } }
    }
}
