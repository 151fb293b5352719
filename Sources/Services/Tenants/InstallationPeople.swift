import Domain
import Repositories

extension Installation {
    /// Makes an agent who may do everything in every department; what is less, the helpdesk's admin says.
    package func createAgent(_ email: EmailAddress, name: String, isAdmin: Bool, in slug: Slug) async throws -> Agent {
        let now = clock.now()
        return try await database.transaction(in: scope(slug), at: now, taking: Numbers(agents: 1)) { tx in
            let agent = Agent(
                id: ID(try await tx.numbers.value.agents), name: name, email: email, isAdmin: isAdmin,
                permissionGroupIDs: [PermissionGroup.Builtin.everything.id], createdAt: now)
            tx.agents.create(agent)
            tx.configuration.touch()
            return Pending(agent)
        }
    }

    /// Makes a user with an account, or answers the one who has the address.
    package func createUser(_ email: EmailAddress, name: String?, in slug: Slug) async throws -> User {
        let now = clock.now()
        return try await database.transaction(in: scope(slug), at: now, taking: Numbers(users: 1)) { tx in
            let user = User(id: ID(try await tx.numbers.value.users), name: name, email: email, isRegistered: true, createdAt: now)
            var ensured = try await tx.users.ensure(user, at: now).value
            if !ensured.isRegistered, try await tx.users.register(ensured.id).value {
                tx.configuration.touch()
                ensured.isRegistered = true
                ensured.version += 1
            }
            return Pending(ensured)
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
