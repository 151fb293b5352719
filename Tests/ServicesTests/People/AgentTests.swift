import Domain
import Services
import Support
import Testing

@Suite("How an agent is invited")
struct InvitationTests {
    @Test("Who was invited takes that up once, and works with the token they get for it")
    func accepted() async throws {
        try await withTenant { tenant in
            let (invited, invitation) = try await tenant.invite("ada@helpdesk.example")
            #expect(invited.state == .invited)
            #expect(invited.hasAllDepartments)
            #expect(invited.permissionGroupIDs == [PermissionGroup.Builtin.notDestructive.id])
            let guest = try await tenant.authenticator.access(invitation.text)
            await #expect(throws: Refusal.forbidden("the token lacks the scope people:read")) {
                try await tenant.helpdesk.readAgent(invited.id, guest)
            }

            let (agent, token) = try await tenant.helpdesk.acceptInvitation(named: "Ada Lovelace", guest)
            let access = try await tenant.authenticator.access(token.text)
            let kept = try await tenant.helpdesk.readAgent(agent.id, access)
            #expect(agent.state == .active)
            #expect(agent.name == "Ada Lovelace")
            #expect(agent.version == invited.version + 1)
            #expect(kept == agent)
            #expect(access.scopes == Set(TokenScope.usual))
            #expect(access.rights == .agent(AgentRights(isAdmin: false, granted: PermissionGroup.Builtin.notDestructive.rights)))

            await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.acceptInvitation(named: nil, guest) }
            await #expect(throws: Refusal.unauthenticated) { try await tenant.authenticator.refreshed(invitation.text) }
        }
    }

    @Test("Of ten who take up one invitation at once, one does")
    func acceptedAtOnce() async throws {
        try await withTenant { tenant in
            let (_, invitation) = try await tenant.invite("ada@helpdesk.example")
            let guest = try await tenant.authenticator.access(invitation.text)
            let refusals = try await atOnce(10) { _ in
                await refusal { _ = try await tenant.helpdesk.acceptInvitation(named: nil, guest) }
            }
            let tokens = try await tenant.sql(
                "select count(*) from helpdesk.tokens where tenant_id = $tenant and name = 'first token'")
            #expect(refusals.filter { $0 == nil }.count == 1)
            #expect(refusals.allSatisfy { $0 == nil || $0 == .conflict(.notInvited) || $0 == .unauthenticated })
            #expect(tokens == [["1"]])
        }
    }

    @Test("An invitation holds for seven days, and a new one can be made")
    func expired() async throws {
        try await withTenant { tenant in
            let (invited, invitation) = try await tenant.invite("ada@helpdesk.example")
            let guest = try await tenant.authenticator.access(invitation.text)
            tenant.clock.advance(days: 7)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.acceptInvitation(named: nil, guest) }
            await #expect(throws: Refusal.unauthenticated) { try await tenant.authenticator.refreshed(invitation.text) }

            let renewed = try await tenant.helpdesk.renewInvitation(of: invited.id, tenant.asAdmin)
            tenant.clock.advance(seconds: 7 * 86_400 - 1)
            let late = try await tenant.authenticator.access(renewed.text)
            let (agent, _) = try await tenant.helpdesk.acceptInvitation(named: nil, late)
            #expect(agent.id == invited.id)
            #expect(agent.name == invited.name)
        }
    }

    @Test("A new invitation voids the one before, and who took one up needs none")
    func renewed() async throws {
        try await withTenant { tenant in
            let (invited, first) = try await tenant.invite("ada@helpdesk.example")
            let guest = try await tenant.authenticator.access(first.text)
            let second = try await tenant.helpdesk.renewInvitation(of: invited.id, tenant.asAdmin)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.helpdesk.acceptInvitation(named: nil, guest) }
            _ = try await tenant.helpdesk.acceptInvitation(named: nil, tenant.authenticator.access(second.text))
            await #expect(throws: Refusal.conflict(.notInvited)) {
                try await tenant.helpdesk.renewInvitation(of: invited.id, tenant.asAdmin)
            }
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.renewInvitation(of: ID(999), tenant.asAdmin) }
        }
    }

    @Test("Suspending somebody invited voids the invitation; taken back, they can be invited again")
    func suspended() async throws {
        try await withTenant { tenant in
            let (invited, invitation) = try await tenant.invite("ada@helpdesk.example")
            let suspended = try await tenant.update(invited.id, AgentPatch(isSuspended: true))
            #expect(suspended.state == .suspended)
            await #expect(throws: Refusal.unauthenticated) { try await tenant.authenticator.access(invitation.text) }
            await #expect(throws: Refusal.conflict(.notInvited)) {
                try await tenant.helpdesk.renewInvitation(of: invited.id, tenant.asAdmin)
            }
            let back = try await tenant.update(invited.id, AgentPatch(isSuspended: false))
            #expect(back.state == .invited)
            let renewed = try await tenant.helpdesk.renewInvitation(of: invited.id, tenant.asAdmin)
            let (agent, _) = try await tenant.helpdesk.acceptInvitation(named: nil, tenant.authenticator.access(renewed.text))
            #expect(agent.state == .active)
        }
    }

    @Test("An address belongs to one agent, and what an agent is put into must be there: every fault is named at once")
    func refused() async throws {
        try await withTenant { tenant in
            _ = try await tenant.invite("ada@helpdesk.example")
            await #expect(throws: Refusal.conflict(.emailTaken)) { try await tenant.invite("ADA@helpdesk.example") }
            let nowhere = AgentPlacement(
                departments: [
                    DepartmentGrant(departmentID: Department.first, access: .full), DepartmentGrant(departmentID: ID(999), access: .assign),
                ], teamIDs: [ID(999)], permissionGroupIDs: [PermissionGroup.Builtin.everything.id, ID(999)])
            for act in [
                await refusal { _ = try await tenant.invite("bob@helpdesk.example", nowhere) },
                await refusal { _ = try await tenant.update(tenant.agentID, AgentPatch(placement: nowhere)) },
            ] {
                #expect(act?.faultyFields == ["departments[1].department_id", "team_ids", "permission_group_ids"])
            }
        }
    }

    @Test("Only admins invite and change agents; users do not even see them")
    func forbidden() async throws {
        try await withTenant { tenant in
            let email = try #require(EmailAddress("ada@helpdesk.example"))
            let agents = try await tenant.helpdesk.listAgents(after: nil, limit: 1, tenant.agent.access)
            #expect(agents.items.map(\.id) == [tenant.adminID])
            #expect(agents.next == tenant.adminID)
            for access in [tenant.agent.access, tenant.user.access] {
                let acts = [
                    await refusal { _ = try await tenant.helpdesk.inviteAgent(email, named: "Ada", AgentPlacement(), access) },
                    await refusal { _ = try await tenant.helpdesk.updateAgent(tenant.agentID, AgentPatch(name: "Ada"), access) },
                    await refusal { _ = try await tenant.helpdesk.renewInvitation(of: tenant.agentID, access) },
                    await refusal { _ = try await tenant.helpdesk.createTeam(named: "Hardware", access) },
                    await refusal { _ = try await tenant.helpdesk.createPermissionGroup(named: "Writers", rights: [.reply], access) },
                ]
                for refused in acts { #expect(refused?.isForbidden == true) }
            }
            let seen = await refusal { _ = try await tenant.helpdesk.readAgent(tenant.agentID, tenant.user.access) }
            #expect(seen?.isForbidden == true)
        }
    }
}

@Suite("The last admin")
struct LastAdminTests {
    private static let removals = [AgentPatch(placement: AgentPlacement(isAdmin: false)), AgentPatch(isSuspended: true)]

    @Test("The last admin who can sign in is neither demoted nor suspended, though another one is invited")
    func last() async throws {
        try await withTenant { tenant in
            let (_, invitation) = try await tenant.invite("ada@helpdesk.example", AgentPlacement(isAdmin: true))
            for patch in Self.removals {
                await #expect(throws: Refusal.conflict(.lastAdmin)) { try await tenant.update(tenant.adminID, patch) }
            }
            _ = try await tenant.helpdesk.acceptInvitation(named: nil, tenant.authenticator.access(invitation.text))
            let demoted = try await tenant.update(tenant.adminID, Self.removals[0])
            #expect(!demoted.isAdmin)
        }
    }

    @Test("Of two admins who remove each other at once, one stays", arguments: [0, 1, 0, 1])
    func eachOther(_ removal: Int) async throws {
        try await withTenant { tenant in
            let email = try #require(EmailAddress("second@helpdesk.example"))
            let second = try await tenant.installation.createAgent(email, name: "Second", isAdmin: true, in: tenant.tenant.slug)
            let secondToken = try await tenant.login(.agent(second.id)).text
            _ = try await tenant.asAdmin
            let acts = [(by: tenant.admin.token, on: second.id), (by: secondToken, on: tenant.adminID)]
            let refusals = try await atOnce(2) { number in
                await refusal {
                    try await tenant.asRouted(acts[number].by) { access in
                        _ = try await tenant.helpdesk.updateAgent(acts[number].on, Self.removals[removal], access)
                    }
                }
            }
            let admins = try await tenant.sql(
                "select count(*) from helpdesk.agents where tenant_id = $tenant and is_admin and state = 'active'")
            #expect(refusals.filter { $0 == nil }.count == 1)
            // The other one waited, or came when there was nothing left to do it with.
            #expect(refusals.allSatisfy { $0 == nil || $0 == .conflict(.lastAdmin) || $0?.isForbidden == true })
            #expect(admins == [["1"]])
        }
    }
}

@Suite("What agents may do")
struct AgentRightsTests {
    @Test("Rights add up over permission groups, and hold from the next request on")
    func addUp() async throws {
        try await withTenant { tenant in
            let writers = try await tenant.helpdesk.createPermissionGroup(
                named: "Writers", rights: [.reply, .editFields], tenant.asAdmin)
            let closers = try await tenant.helpdesk.createPermissionGroup(
                named: "Closers", rights: [.setStatus, .reply], tenant.asAdmin)
            let before = try await tenant.authenticator.refreshed(tenant.agent.token)
            _ = try await tenant.update(
                tenant.agentID, AgentPatch(placement: AgentPlacement(permissionGroupIDs: [closers.id, writers.id])))
            await #expect(throws: StaleAccess.self) { try await tenant.helpdesk.me(before) }
            let both = try await tenant.authenticator.refreshed(tenant.agent.token)
            #expect(both.rights == .agent(AgentRights(isAdmin: false, granted: [.reply, .editFields, .setStatus])))

            _ = try await tenant.helpdesk.updatePermissionGroup(closers.id, PermissionGroupPatch(rights: []), tenant.asAdmin)
            await #expect(throws: StaleAccess.self) { try await tenant.helpdesk.me(both) }
            let fewer = try await tenant.authenticator.refreshed(tenant.agent.token)
            #expect(fewer.rights == .agent(AgentRights(isAdmin: false, granted: [.reply, .editFields])))
        }
    }

    @Test("Departments and teams an agent is put into are theirs from the next request on, until the team is removed")
    func placed() async throws {
        try await withTenant { tenant in
            let sales = try await tenant.helpdesk.createDepartment(named: "Sales", isDefault: false, tenant.asAdmin)
            let team = try await tenant.helpdesk.createTeam(named: "Hardware", tenant.asAdmin)
            let placement = AgentPlacement(
                hasAllDepartments: false, departments: [DepartmentGrant(departmentID: sales.id, access: .assign)], teamIDs: [team.id])
            let placed = try await tenant.update(tenant.agentID, AgentPatch(placement: placement))
            let access = try await tenant.authenticator.refreshed(tenant.agent.token)
            let grown = try await tenant.helpdesk.readTeam(team.id, access)
            #expect(placed.departments == [sales.id: .assign])
            #expect(grown.memberIDs == [tenant.agentID])
            #expect(grown.version == team.version + 1)
            guard case .agent(let rights) = access.rights else { throw Refusal.notFound }
            #expect(rights.departments == [sales.id: .assign])
            #expect(rights.teams == [team.id])

            try await tenant.helpdesk.removeTeam(team.id, tenant.asAdmin)
            let after = try await tenant.authenticator.refreshed(tenant.agent.token)
            let agent = try await tenant.helpdesk.readAgent(tenant.agentID, after)
            guard case .agent(let left) = after.rights else { throw Refusal.notFound }
            #expect(left.teams.isEmpty)
            #expect(agent.teamIDs.isEmpty)
            #expect(agent.version == placed.version + 1)
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.readTeam(team.id, after) }
            let members = TeamPatch(memberIDs: [tenant.agentID])
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.updateTeam(team.id, members, tenant.asAdmin) }
        }
    }

    @Test("A team's members are replaced, each must be there, and a lost version is told")
    func members() async throws {
        try await withTenant { tenant in
            let team = try await tenant.helpdesk.createTeam(
                named: "Hardware", memberIDs: [tenant.agentID, tenant.adminID, tenant.agentID], tenant.asAdmin)
            #expect(team.memberIDs == [tenant.adminID, tenant.agentID])
            let strangers = await refusal {
                _ = try await tenant.helpdesk.updateTeam(team.id, TeamPatch(memberIDs: [tenant.agentID, ID(999)]), tenant.asAdmin)
            }
            #expect(strangers?.faultyFields == ["member_ids"])
            let smaller = try await tenant.helpdesk.updateTeam(team.id, TeamPatch(memberIDs: [tenant.adminID]), tenant.asAdmin, ifMatch: 1)
            let kept = try await tenant.helpdesk.readTeam(team.id, tenant.asAdmin)
            #expect(kept == smaller)
            #expect(kept.memberIDs == [tenant.adminID])
            await #expect(throws: Refusal.outdated(currentVersion: 2)) {
                try await tenant.helpdesk.updateTeam(team.id, TeamPatch(name: "Software"), tenant.asAdmin, ifMatch: 1)
            }
            await #expect(throws: Refusal.conflict(.nameTaken)) { try await tenant.helpdesk.createTeam(named: "Hardware", tenant.asAdmin) }
        }
    }

    @Test("Who is suspended is locked out from the next request on, and let in again when that is taken back")
    func suspended() async throws {
        try await withTenant { tenant in
            let before = try await tenant.authenticator.refreshed(tenant.agent.token)
            let suspended = try await tenant.update(tenant.agentID, AgentPatch(isSuspended: true))
            #expect(suspended.state == .suspended)
            await #expect(throws: StaleAccess.self) { try await tenant.helpdesk.me(before) }
            await #expect(throws: Refusal.forbidden("this account is locked")) {
                try await tenant.authenticator.refreshed(tenant.agent.token)
            }
            let back = try await tenant.update(tenant.agentID, AgentPatch(isSuspended: false))
            #expect(back.state == .active)
            _ = try await tenant.helpdesk.me(tenant.authenticator.refreshed(tenant.agent.token))
        }
    }

    @Test("Nobody may mark spam who may not delete, because spam is purged too")
    func spamNeedsDelete() async throws {
        try await withTenant { tenant in
            let admin = try await tenant.asAdmin
            let made = await refusal {
                _ = try await tenant.helpdesk.createPermissionGroup(named: "Cleaners", rights: [.markSpam, .reply], admin)
            }
            let group = try await tenant.helpdesk.createPermissionGroup(named: "Cleaners", rights: [.markSpam, .delete], admin)
            let changed = await refusal {
                let patch = PermissionGroupPatch(rights: [.markSpam])
                _ = try await tenant.helpdesk.updatePermissionGroup(group.id, patch, tenant.asAdmin)
            }
            for refused in [made, changed] {
                guard case .invalid(let faults)? = refused else { throw Refusal.notFound }
                #expect(faults.map(\.field) == ["rights"])
                #expect(faults.map(\.code) == ["needs_delete"])
            }
            let kept = try await tenant.helpdesk.readPermissionGroup(group.id, tenant.asAdmin)
            #expect(kept == group)
        }
    }

    @Test("The built-in groups stay as they are, and a group goes when nobody is in it")
    func groupsInUse() async throws {
        try await withTenant { tenant in
            for builtin in PermissionGroup.Builtin.allCases {
                let kept = try await tenant.helpdesk.readPermissionGroup(builtin.id, tenant.asAdmin)
                #expect(kept.builtin == builtin)
                #expect(kept.rights == builtin.rights)
                await #expect(throws: Refusal.conflict(.builtin)) {
                    try await tenant.helpdesk.updatePermissionGroup(builtin.id, PermissionGroupPatch(name: "Mine"), tenant.asAdmin)
                }
                await #expect(throws: Refusal.conflict(.builtin)) {
                    try await tenant.helpdesk.removePermissionGroup(builtin.id, tenant.asAdmin)
                }
            }
            let group = try await tenant.helpdesk.createPermissionGroup(named: "Writers", rights: [.reply], tenant.asAdmin)
            _ = try await tenant.update(tenant.agentID, AgentPatch(placement: AgentPlacement(permissionGroupIDs: [group.id])))
            await #expect(throws: Refusal.conflict(.groupInUse)) {
                try await tenant.helpdesk.removePermissionGroup(group.id, tenant.asAdmin)
            }
            _ = try await tenant.update(tenant.agentID, AgentPatch(placement: AgentPlacement(permissionGroupIDs: [])))
            try await tenant.helpdesk.removePermissionGroup(group.id, tenant.asAdmin)
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.readPermissionGroup(group.id, tenant.asAdmin) }
        }
    }
}

extension TestTenant {
    /// The admin with the rights and settings of this moment.
    fileprivate var asAdmin: Access {
        get async throws { try await authenticator.refreshed(admin.token) }
    }

    fileprivate func invite(
        _ address: String, _ placement: AgentPlacement = AgentPlacement()
    ) async throws -> (agent: Agent, invitation: TokenText) {
        let email = try #require(EmailAddress(address))
        return try await helpdesk.inviteAgent(email, named: "Ada", placement, asAdmin)
    }

    fileprivate func update(_ id: ID<Agent>, _ patch: AgentPatch) async throws -> Agent {
        try await helpdesk.updateAgent(id, patch, asAdmin)
    }

    /// Tries again with what holds now, as the routes do.
    fileprivate func asRouted(_ token: String, _ body: (Access) async throws -> Void) async throws {
        var access = try await authenticator.access(token)
        while true {
            do { return try await body(access) } catch is StaleAccess { access = try await authenticator.refreshed(token) }
        }
    }
}

extension Refusal {
    fileprivate var faultyFields: [String]? {
        if case .invalid(let faults) = self { faults.map(\.field) } else { nil }
    }
}
