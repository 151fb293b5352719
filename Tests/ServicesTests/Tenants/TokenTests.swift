import Domain
import Services
import Support
import Testing

@Suite("How long a token opens a helpdesk")
struct TokenTests {
    @Test("A revoked token is refused at once, although the authenticator knows it")
    func revoked() async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let second = try await tenant.login(.agent(tenant.agentID))
            _ = try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, second.access)
            try await tenant.installation.revokeToken(second.id, in: tenant.tenant.slug)

            // Remembered, but worth nothing any more.
            let remembered = try await tenant.authenticator.access(second.text)
            let patch = try TicketPatch.subject("New")
            for access in [second.access, remembered] {
                await #expect(throws: Refusal.unauthenticated) {
                    try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, access)
                }
                await #expect(throws: Refusal.unauthenticated) {
                    try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, access)
                }
                await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), access) }
                await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.updateTicket(ticket.id, patch, access) }
                await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.hideTicket(ticket.id, as: .spam, access) }
                await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.me(access) }
            }
            let stranger = Authenticator(database: try await TestInstallation.shared.value.database, clock: tenant.clock.clock)
            await #expect(throws: Refusal.unauthenticated) { try await stranger.access(second.text) }

            let kept = try await tenant.read(ticket.id)
            #expect(kept == ticket)
        }
    }

    @Test("Revoking one token leaves the person's others, and revoking it again finds nothing")
    func revokedOnce() async throws {
        try await withTenant { tenant in
            let second = try await tenant.login(.agent(tenant.agentID))
            try await tenant.installation.revokeToken(second.id, in: tenant.tenant.slug)
            await #expect(throws: Refusal.notFound) { try await tenant.installation.revokeToken(second.id, in: tenant.tenant.slug) }
            _ = try await tenant.helpdesk.me(tenant.agent.access)
            let tokens = try await tenant.installation.listTokens(in: tenant.tenant.slug)
            let revoked = tokens.filter { $0.revokedAt != nil }
            #expect(tokens.count == 4)
            #expect(revoked.map(\.id) == [second.id])
            #expect(revoked.first?.revokedAt == tenant.clock.now)
        }
    }

    @Test("A token holds until the moment it expires")
    func expiry() async throws {
        try await withTenant { tenant in
            let hour = try await tenant.login(.agent(tenant.agentID), expiresAt: tenant.clock.now.advanced(bySeconds: 3600))
            tenant.clock.advance(seconds: 3599)
            _ = try await tenant.helpdesk.me(hour.access)
            tenant.clock.advance(seconds: 1)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.me(hour.access) }
            let stranger = Authenticator(database: try await TestInstallation.shared.value.database, clock: tenant.clock.clock)
            await #expect(throws: Refusal.unauthenticated) { try await stranger.access(hour.text) }
            _ = try await tenant.helpdesk.me(tenant.agent.access)
        }
    }

    @Test("Neither a made-up token nor a mutilated one nor an operator's opens a helpdesk")
    func noToken() async throws {
        try await withTenant { tenant in
            let (operatorToken, _) = try await tenant.installation.createOperatorToken(named: "test")
            let wrong = [
                "", " ", TokenText.random(for: .person).text, String(tenant.admin.token.dropLast()), tenant.admin.token + "A",
                tenant.admin.token.uppercased(), operatorToken.text,
            ]
            for token in wrong {
                await #expect(throws: Refusal.unauthenticated, "\(token)") { try await tenant.authenticator.access(token) }
            }
        }
    }

    @Test("An operator's token holds until it expires or is revoked, and a helpdesk's token is none")
    func operators() async throws {
        try await withTenant { tenant in
            let (forGood, forGoodID) = try await tenant.installation.createOperatorToken(named: "for good")
            let (forAnHour, _) = try await tenant.installation.createOperatorToken(
                named: "for an hour", expiresAt: tenant.clock.now.advanced(bySeconds: 3600))
            let access = try await tenant.authenticator.operatorAccess(forGood.text)
            #expect(access.tokenID == forGoodID)
            _ = try await tenant.authenticator.operatorAccess(forAnHour.text)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.authenticator.operatorAccess(tenant.admin.token) }

            tenant.clock.advance(seconds: 3600)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.authenticator.operatorAccess(forAnHour.text) }
            _ = try await tenant.authenticator.operatorAccess(forGood.text)
            try await tenant.installation.revokeOperatorToken(forGoodID)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.authenticator.operatorAccess(forGood.text) }
            await #expect(throws: Refusal.notFound) { try await tenant.installation.revokeOperatorToken(forGoodID) }
        }
    }
}

@Suite("What a token is good for")
struct ScopeTests {
    @Test("A token does what its scopes say and nothing else", arguments: TokenScope.allCases)
    func scopes(_ scope: TokenScope) async throws {
        try await withTenant { tenant in
            let token = try await tenant.login(.agent(tenant.agentID), scopes: [scope])
            let access = token.access
            let patch = try TicketPatch.subject("New")
            let subject = try #require(Subject("Called in"))
            let draft = TicketDraft(subject: subject, body: text("Hello"), requester: .user(tenant.userID))
            func makeTickets() async throws -> (visible: ID<Ticket>, hidden: ID<Ticket>) {
                (try await tenant.makeTicket().id, try await tenant.makeTicket(in: .hidden(.spam, from: .pending)).id)
            }
            let (visible, hidden) = try await makeTickets()
            let reads = [
                await refusal { _ = try await tenant.helpdesk.readTicket(visible, messages: true, history: true, access) },
                await refusal {
                    _ = try await tenant.helpdesk.listTickets(TicketFilter(), .newestChangeFirst, after: nil, limit: 5, access)
                },
                await refusal { _ = try await tenant.helpdesk.listMessages(on: visible, after: nil, limit: 5, access) },
                await refusal { _ = try await tenant.helpdesk.listHistory(of: visible, after: nil, limit: 5, access) },
            ]
            let writes = [
                await refusal { _ = try await tenant.helpdesk.createTicket(draft, access) },
                await refusal { _ = try await tenant.helpdesk.reply(to: visible, text("Hello"), access) },
                await refusal { _ = try await tenant.helpdesk.addNote(to: visible, text("Hello"), access) },
                await refusal { _ = try await tenant.helpdesk.updateTicket(visible, patch, access) },
                await refusal { _ = try await tenant.helpdesk.restoreTicket(hidden, Restoration(), access) },
            ]
            let deletions = [
                await refusal { _ = try await tenant.helpdesk.hideTicket(visible, as: .spam, access) },
                await refusal { _ = try await tenant.helpdesk.hideTicket(visible, as: .deleted, access) },
            ]
            for (acts, needed) in [
                (reads, TokenScope.readTickets), (writes, TokenScope.writeTickets), (deletions, TokenScope.deleteTickets),
            ] {
                for refused in acts {
                    if scope == needed { #expect(refused == nil) } else { #expect(refused?.isForbidden == true, "\(needed.rawValue)") }
                }
            }
            // Who one is, any token may ask.
            _ = try await tenant.helpdesk.me(access)
        }
    }

    @Test("A refusal for want of a scope names the scope")
    func named() async throws {
        try await withTenant { tenant in
            let token = try await tenant.login(.agent(tenant.agentID), scopes: [])
            let ticket = try await tenant.makeTicket()
            await #expect(throws: Refusal.forbidden("the token lacks the scope tickets:delete")) {
                try await tenant.helpdesk.hideTicket(ticket.id, as: .deleted, token.access)
            }
        }
    }
}

@Suite("A suspended helpdesk")
struct SuspensionTests {
    @Test(
        "It refuses everybody at once, known or unknown, and works again when it is opened", arguments: [Tenant.State.suspended, .closing])
    func suspended(_ state: Tenant.State) async throws {
        try await withTenant { tenant in
            let ticket = try await tenant.makeTicket()
            let stranger = Authenticator(database: try await TestInstallation.shared.value.database, clock: tenant.clock.clock)
            let changed = try await tenant.installation.setState(of: tenant.tenant.slug, state)
            #expect(changed.state == state)
            for access in [tenant.admin.access, tenant.agent.access, tenant.user.access] {
                await #expect(throws: Refusal.tenantNotActive) { try await tenant.helpdesk.me(access) }
                await #expect(throws: Refusal.tenantNotActive) {
                    try await tenant.helpdesk.readTicket(ticket.id, messages: false, history: false, access)
                }
                await #expect(throws: Refusal.tenantNotActive) { try await tenant.helpdesk.reply(to: ticket.id, text("Hello"), access) }
            }
            await #expect(throws: Refusal.tenantNotActive) { try await stranger.access(tenant.agent.token) }

            _ = try await tenant.installation.setState(of: tenant.tenant.slug, .active)
            let kept = try await tenant.read(ticket.id)
            _ = try await stranger.access(tenant.agent.token)
            let said = try await tenant.helpdesk.reply(to: ticket.id, text("Hello again"), tenant.user.access)
            #expect(kept == ticket)
            #expect(said.ticket.version == 2)
        }
    }

    @Test("Its neighbours notice nothing")
    func neighbours() async throws {
        try await withTenant { tenant in
            try await withTenant { neighbour in
                let ticket = try await neighbour.makeTicket()
                _ = try await tenant.installation.setState(of: tenant.tenant.slug, .suspended)
                let kept = try await neighbour.read(ticket.id)
                #expect(kept == ticket)
            }
        }
    }

    @Test("A helpdesk that is not there cannot be found, listed for tokens or suspended")
    func absent() async throws {
        try await withTenant { tenant in
            let slug = try #require(Slug("nobody-is-called-so"))
            await #expect(throws: Refusal.notFound) { try await tenant.installation.findTenant(slug) }
            await #expect(throws: Refusal.notFound) { try await tenant.installation.listTokens(in: slug) }
            await #expect(throws: Refusal.notFound) { try await tenant.installation.setState(of: slug, .suspended) }
        }
    }
}

@Suite("Between two helpdesks")
struct BetweenTenantsTests {
    @Test("The same number is another ticket for each, and a number the other one lacks is not there")
    func sameNumber() async throws {
        try await withTenant { one in
            try await withTenant { other in
                let mine = try await one.makeTicket("Mine")
                let theirs = try await other.makeTicket("Theirs")
                let onlyMine = try await one.makeTicket("Only mine")
                #expect(mine.id == theirs.id)
                let readByMe = try await one.read(mine.id)
                let readByThem = try await other.read(mine.id)
                #expect(readByMe == mine)
                #expect(readByThem == theirs)
                for access in [other.admin.access, other.agent.access, other.user.access] {
                    await #expect(throws: Refusal.notFound) {
                        try await one.helpdesk.readTicket(onlyMine.id, messages: true, history: false, access)
                    }
                    await #expect(throws: Refusal.notFound) { try await one.helpdesk.reply(to: onlyMine.id, text("Hello"), access) }
                }
            }
        }
    }

    @Test("What one does to the shared number changes nothing for the other")
    func changes() async throws {
        try await withTenant { one in
            try await withTenant { other in
                let mine = try await one.makeTicket("Mine")
                let theirs = try await other.makeTicket("Theirs")
                #expect(mine.id == theirs.id)
                _ = try await one.helpdesk.reply(to: mine.id, text("Hello"), other.agent.access)
                _ = try await one.helpdesk.hideTicket(mine.id, as: .deleted, other.agent.access)
                let kept = try await one.read(mine.id)
                let messages = try await one.messages(on: mine.id)
                let changed = try await other.read(theirs.id)
                #expect(kept == mine)
                #expect(messages.count == 1)
                #expect(changed.status == .hidden(.deleted, from: .awaitingUser))
            }
        }
    }

    @Test("Neither the other's people nor the other's keys exist here")
    func people() async throws {
        try await withTenant { one in
            try await withTenant { other in
                let onlyTheirs = try await other.makeUser("ada@customer.example")
                let subject = try #require(Subject("Called in"))
                let draft = TicketDraft(subject: subject, body: text("Hello"), requester: .user(onlyTheirs.id))
                let refused = await refusal { _ = try await one.helpdesk.createTicket(draft, one.agent.access) }
                #expect(refused?.isInvalid == true)
                let made = try await other.helpdesk.createTicket(draft, other.agent.access)
                #expect(made.user.id == onlyTheirs.id)
            }
        }
    }
}
