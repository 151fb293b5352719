import Domain
import Repositories

extension Helpdesk {
    /// Makes an agent who can do nothing yet but take up the invitation. No mail is sent: the token is the admin's to pass on.
    ///
    /// Without an idempotency key, here and below, because an answer that is kept would keep the token. Repeating is safe all the same: the
    /// address is taken then, and a new invitation voids the one before.
    /// - Parameter name: already checked with `personName`.
    package func inviteAgent(
        _ email: EmailAddress, named name: String, _ placement: AgentPlacement, _ access: Access
    ) async throws -> (agent: Agent, invitation: TokenText) {
        try access.require(.writePeople)
        try access.requireAdmin("invite agents")
        let now = clock.now()
        let invitation = TokenText.random(for: .person)
        let agent = try await database.transaction(in: access.scope, at: now, taking: Numbers(agents: 1, tokens: 1)) { tx in
            try await placement.check(access.configuration, in: tx).value
            var agent = Agent(
                id: ID(try await tx.numbers.value.agents), name: name, email: email, isAdmin: false, state: .invited,
                permissionGroupIDs: [PermissionGroup.Builtin.notDestructive.id], createdAt: now)
            agent.take(placement)
            tx.agents.create(agent)
            try await tx.keepInvitation(invitation, of: agent.id, by: access, at: now)
            tx.configuration.touch()
            return Pending(agent)
        }
        return (agent, invitation)
    }

    /// A new invitation; the ones before are void.
    package func renewInvitation(of id: ID<Agent>, _ access: Access) async throws -> TokenText {
        try access.require(.writePeople)
        try access.requireAdmin("invite agents")
        let now = clock.now()
        let invitation = TokenText.random(for: .person)
        try await database.transaction(in: access.scope, at: now, taking: Numbers(tokens: 1)) { tx in
            guard try await tx.agents.lock(id).value.orNotFound.state == .invited else { throw Refusal.conflict(.notInvited) }
            tx.agents.withdrawInvitations(of: id, at: now)
            try await tx.keepInvitation(invitation, of: id, by: access, at: now)
            return Pending(())
        }
        return invitation
    }

    /// The invited agent is there, with a token of their own. It works once: it voids every invitation of theirs.
    /// - Parameter name: already checked with `personName`; nil: as the admin wrote it.
    package func acceptInvitation(named name: String?, _ access: Access) async throws -> (agent: Agent, token: TokenText) {
        try access.require(.acceptInvitation)
        let id = try access.requireAgent("take up invitations")
        let now = clock.now()
        let token = TokenText.random(for: .person)
        let agent = try await database.transaction(in: access.scope, at: now, taking: Numbers(tokens: 1)) { tx in
            let old = try await tx.agents.lock(id).value.orNotFound
            // Taken up at the same moment: the guard did not know yet.
            guard old.state == .invited else { throw Refusal.conflict(.notInvited) }
            var agent = old
            if let name { agent.name = name }
            agent.state = .active
            agent.version += 1
            tx.agents.update(agent, from: old)
            tx.agents.withdrawInvitations(of: id, at: now)
            guard let invitation = access.tokenID, let invited = try await tx.tokens.find(invitation).value else {
                throw Refusal.unauthenticated
            }
            let scopes = invited.scopes.filter { $0 != .acceptInvitation }
            _ = try await tx.keepToken(token, for: .agent(id), named: "first token", scopes: scopes, expiresAt: nil, at: now)
            tx.configuration.touch()
            return Pending(agent)
        }
        return (agent, token)
    }
}

extension TenantTransaction {
    /// The first token will have no more scopes than that of whoever invites.
    fileprivate func keepInvitation(_ invitation: TokenText, of agent: ID<Agent>, by access: Access, at now: Timestamp) async throws {
        _ = try await keepToken(
            invitation, for: .agent(agent), named: "invitation",
            scopes: [.acceptInvitation] + TokenScope.usual.filter(access.scopes.contains), expiresAt: now.advanced(byDays: 7), at: now)
    }
}
