import Domain
import Services
import Support
import Testing

@Suite("Merging two users who are one person")
struct MergeUserTests {
    @Test("Every ticket goes to the other, hidden ones too, each with its line of history; what was said stays where it was")
    func tickets() async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("ada@customer.example").id
            let tickets = [
                try await tenant.makeTicket(in: .visible(.pending)),
                try await tenant.makeTicket(in: .hidden(.spam, from: .pending)),
                try await tenant.makeTicket(in: .hidden(.deleted, from: .awaitingUser)),
            ]
            tenant.clock.advance(seconds: 60)
            let answered = try await tenant.helpdesk.mergeUser(tenant.userID, into: other, tenant.admin.access)
            #expect(answered.id == other)

            let agent = try await tenant.fresh(tenant.agent)
            for old in tickets {
                let ticket = try await tenant.helpdesk.readTicket(old.id, messages: false, history: false, agent).ticket
                let lines = try await tenant.helpdesk.listHistory(of: old.id, after: old.version, limit: 10, agent).page.items
                let said = try await tenant.helpdesk.listMessages(on: old.id, after: nil, limit: 10, agent).items
                var expected = old
                expected.user = answered.requester
                expected.version += 1
                expected.updatedAt = tenant.clock.now
                #expect(ticket == expected)
                #expect(
                    lines == [
                        HistoryEntry(
                            version: expected.version, at: tenant.clock.now,
                            actor: HistoryEntry.Actor(.agent(tenant.adminID), tokenID: tenant.admin.tokenID), event: .updated,
                            changes: [FieldChange("user_id", from: .number(tenant.userID.value), to: .number(other.value))])
                    ])
                #expect(said.map(\.author) == [.user(tenant.userID)])
            }
        }
    }

    @Test("The other is on copy where the one was, once, and never of their own tickets")
    func copies() async throws {
        try await withTenant { tenant in
            let one = tenant.userID
            let other = try await tenant.makeUser("ada@customer.example").id
            let third = try await tenant.makeUser("grace@customer.example").id
            let copied = try await tenant.makeTicket(of: third)
            let copiedToBoth = try await tenant.makeTicket(of: third)
            let ofOther = try await tenant.makeTicket(of: other)
            let ofOne = try await tenant.makeTicket(of: one)
            for (ticket, user) in [(copied, one), (copiedToBoth, one), (copiedToBoth, other), (ofOther, one), (ofOne, other)] {
                try await tenant.sql("insert into helpdesk.ticket_ccs values ($tenant, \(ticket), \(user))")
            }
            _ = try await tenant.helpdesk.mergeUser(one, into: other, tenant.admin.access)
            let rows = try await tenant.sql("select ticket_id, user_id from helpdesk.ticket_ccs where tenant_id = $tenant order by 1, 2")
            #expect(rows == [["\(copied)", "\(other)"], ["\(copiedToBoth)", "\(other)"]])
        }
    }

    @Test("The merged one is a stub that leads to the other, as do all who were merged into it before, and opens nothing any more")
    func stub() async throws {
        try await withTenant { tenant in
            let ada = try await tenant.makeUser("ada@customer.example")
            let grace = try await tenant.makeUser("grace@customer.example").id
            let helpdesk = tenant.helpdesk
            _ = try await helpdesk.mergeUser(tenant.userID, into: ada.id, tenant.admin.access)
            await #expect(throws: Refusal.unauthenticated) { try await helpdesk.me(tenant.user.access) }
            _ = try await helpdesk.mergeUser(ada.id, into: grace, tenant.fresh(tenant.admin))
            await #expect(throws: Refusal.unauthenticated) { try await helpdesk.me(ada.access) }

            let admin = try await tenant.fresh(tenant.admin)
            for id in [tenant.userID, ada.id] {
                await #expect(throws: Refusal.userMerged(into: grace)) { try await helpdesk.readUser(id, admin) }
                await #expect(throws: Refusal.conflict(.personGone)) { try await helpdesk.mergeUser(id, into: grace, admin) }
                await #expect(throws: Refusal.conflict(.personGone)) { try await helpdesk.updateUser(id, UserPatch(name: "Ada"), admin) }
            }
            let listed = try await helpdesk.listUsers(UserFilter(), after: nil, limit: 10, admin).items
            let merged = try await helpdesk.listUsers(UserFilter(state: .merged), after: nil, limit: 10, admin).items
            #expect(listed.map(\.id) == [grace])
            #expect(merged.map(\.id) == [tenant.userID, ada.id])

            // Whoever writes from the old address is the other, and may tell us a name that was unknown.
            let agent = try await tenant.fresh(tenant.agent)
            let subject = try #require(Subject("It is me again"))
            let address = try #require(EmailAddress("user@customer.example"))
            let ticket = try await helpdesk.createTicket(
                TicketDraft(subject: subject, body: text("Hello"), requester: .address(address, name: nil)), agent)
            let ensured = try await tenant.installation.createUser(address, name: "Grace", in: tenant.tenant.slug)
            #expect(ticket.user.id == grace)
            #expect(ensured.id == grace)
            #expect(ensured.name == "Grace")
        }
    }

    @Test("It is for admins, and for two users who are both there")
    func refused() async throws {
        try await withTenant { tenant in
            let other = try await tenant.makeUser("ada@customer.example").id
            let admin = tenant.admin.access
            let byAgent = await refusal { _ = try await tenant.helpdesk.mergeUser(tenant.userID, into: other, tenant.agent.access) }
            let intoNobody = await refusal { _ = try await tenant.helpdesk.mergeUser(tenant.userID, into: ID(4711), admin) }
            let intoThemselves = await refusal { _ = try await tenant.helpdesk.mergeUser(other, into: other, admin) }
            #expect(byAgent?.isForbidden == true)
            #expect(intoNobody?.faults == ["into unknown"])
            #expect(intoThemselves?.faults == ["into same"])
            await #expect(throws: Refusal.notFound) { try await tenant.helpdesk.mergeUser(ID(4711), into: other, admin) }
        }
    }

    @Test("Two merges the other way round at once: one is done")
    func atTheSameTime() async throws {
        try await withTenant { tenant in
            let one = tenant.userID
            let other = try await tenant.makeUser("ada@customer.example").id
            let ticket = try await tenant.makeTicket(of: one)
            let admin = tenant.admin.access
            let done = try await atOnce(2) { number in
                do {
                    _ = try await tenant.helpdesk.mergeUser(number == 0 ? one : other, into: number == 0 ? other : one, admin)
                    return true
                } catch is StaleAccess {
                    return false
                } catch Refusal.conflict(.personGone) {
                    return false
                }
            }
            let left = try await tenant.sql("select id from helpdesk.users where tenant_id = $tenant and state = 'active'")
            let owner = try await tenant.sql("select user_id from helpdesk.tickets where tenant_id = $tenant and id = \(ticket)")
            #expect(done.filter { $0 }.count == 1)
            #expect(left.count == 1)
            #expect(owner == left)
        }
    }
}

@Suite("Anonymising a user")
struct AnonymiseUserTests {
    @Test("Nothing says any more who the user was, nor who was merged into them; tickets and messages stay")
    func anonymise() async throws {
        try await withTenant { tenant in
            let helpdesk = tenant.helpdesk
            let ticket = try await tenant.makeTicket()
            let ada = try await tenant.makeUser("ada@customer.example")
            _ = try await helpdesk.mergeUser(tenant.userID, into: ada.id, tenant.admin.access)
            var admin = try await tenant.fresh(tenant.admin)
            let organization = try await helpdesk.createOrganization(named: "Engines", admin)
            let group = try await helpdesk.createUsergroup(named: "Readers", rights: [.viewOwn], admin)
            _ = try await helpdesk.updateUser(
                ada.id, UserPatch(name: "Ada \"Countess\"", organizationID: organization.id, usergroupIDs: [group.id]), admin)
            admin = try await tenant.fresh(tenant.admin)
            let bodies = [
                "stub": #"{"email":"user@customer.example"}"#, "name": #"{"name":"Ada \"Countess\""}"#,
                "address": #"{"user":{"email":"ada@customer.example"}}"#, "other": #"{"name":"Ada"}"#,
            ]
            for (key, body) in bodies {
                let address = try #require(EmailAddress("\(key)@customer.example"))
                let once = Once<User>(key: key, requestHash: [1]) { _ in RecordedAnswer(status: 201, etag: nil, location: nil, body: body) }
                _ = try await helpdesk.createUser(UserDraft(email: address), admin, once: once)
            }

            let answered = try await helpdesk.anonymiseUser(ada.id, admin)
            admin = try await tenant.fresh(tenant.admin)
            let kept = try await helpdesk.readUser(ada.id, admin)
            let stubs = try await helpdesk.listUsers(UserFilter(state: .merged), after: nil, limit: 10, admin).items
            let answers = try await tenant.sql("select key from helpdesk.idempotency_keys where tenant_id = $tenant")
            #expect(kept == answered)
            #expect(kept.state == .anonymised)
            #expect(kept.name == nil)
            #expect(kept.email.text == "anonymous-\(ada.id)@anonymised.invalid")
            #expect(kept.organizationID == nil)
            #expect(kept.usergroupIDs.isEmpty)
            #expect(stubs.map(\.email.text) == ["anonymous-\(tenant.userID)@anonymised.invalid"])
            #expect(stubs.map(\.mergedInto) == [ada.id])
            #expect(stubs.allSatisfy { $0.name == nil })
            #expect(answers == [["other"]])

            await #expect(throws: Refusal.unauthenticated) { try await helpdesk.me(ada.access) }
            let gone = try await tenant.fresh(tenant.admin)
            await #expect(throws: Refusal.conflict(.personGone)) { try await helpdesk.anonymiseUser(ada.id, gone) }
            await #expect(throws: Refusal.conflict(.personGone)) { try await helpdesk.updateUser(ada.id, UserPatch(name: "Ada"), gone) }
            let agent = try await tenant.fresh(tenant.agent)
            let reading = try await helpdesk.readTicket(ticket.id, messages: true, history: false, agent)
            #expect(reading.ticket.user == kept.requester)
            #expect(reading.messages?.items.map(\.body) == [text("Please help")])

            // Whoever writes from the address now is somebody new.
            let address = try #require(EmailAddress("ada@customer.example"))
            let stranger = try await helpdesk.createUser(UserDraft(email: address), gone)
            #expect(stranger.id != ada.id)
        }
    }
}

@Suite("Users, usergroups and organizations")
struct UserTests {
    @Test("Who is suspended is locked out from the next request on, with every token, until they are let in again")
    func suspended() async throws {
        try await withTenant { tenant in
            let second = try await tenant.login(.user(tenant.userID))
            _ = try await tenant.helpdesk.updateUser(tenant.userID, UserPatch(isSuspended: true), tenant.admin.access)
            for (token, access) in [(tenant.user.token, tenant.user.access), (second.text, second.access)] {
                await #expect(throws: StaleAccess.self) { try await tenant.helpdesk.me(access) }
                let refused = await refusal { _ = try await tenant.authenticator.refreshed(token) }
                #expect(refused?.isForbidden == true)
            }
            _ = try await tenant.helpdesk.updateUser(tenant.userID, UserPatch(isSuspended: false), tenant.fresh(tenant.admin))
            _ = try await tenant.helpdesk.me(tenant.fresh(tenant.user))
        }
    }

    @Test("Rights of usergroups add up, and hold from the next request on")
    func rightsAddUp() async throws {
        try await withTenant { tenant in
            let helpdesk = tenant.helpdesk
            let subject = try #require(Subject("It does not work"))
            let draft = TicketDraft(subject: subject, body: text("Please help"), requester: .caller)
            for builtin in Usergroup.Builtin.allCases {
                _ = try await helpdesk.updateUsergroup(builtin.id, UsergroupPatch(rights: []), tenant.fresh(tenant.admin))
            }
            await #expect(throws: StaleAccess.self) { try await helpdesk.createTicket(draft, tenant.user.access) }
            let powerless = try await tenant.fresh(tenant.user)
            let refused = await refusal { _ = try await helpdesk.createTicket(draft, powerless) }
            #expect(powerless.rights == .user(UserRights(granted: [])))
            #expect(refused?.isForbidden == true)

            var admin = try await tenant.fresh(tenant.admin)
            let readers = try await helpdesk.createUsergroup(named: "Readers", rights: [.viewOwn], admin)
            let writers = try await helpdesk.createUsergroup(named: "Writers", rights: [.viewOwn, .openTickets], admin)
            _ = try await helpdesk.updateUser(tenant.userID, UserPatch(usergroupIDs: [writers.id, readers.id]), admin)
            let both = try await tenant.fresh(tenant.user)
            _ = try await helpdesk.createTicket(draft, both)
            #expect(both.rights == .user(UserRights(granted: [.viewOwn, .openTickets])))

            admin = try await tenant.fresh(tenant.admin)
            _ = try await helpdesk.updateUsergroup(readers.id, UsergroupPatch(rights: [.reopen]), admin)
            await #expect(throws: StaleAccess.self) { try await helpdesk.createTicket(draft, both) }
            let three = try await tenant.fresh(tenant.user)
            #expect(three.rights == .user(UserRights(granted: [.viewOwn, .openTickets, .reopen])))

            admin = try await tenant.fresh(tenant.admin)
            let user = try await helpdesk.updateUser(tenant.userID, UserPatch(usergroupIDs: [readers.id]), admin)
            let less = try await tenant.fresh(tenant.user)
            #expect(user.usergroupIDs == [readers.id])
            #expect(less.rights == .user(UserRights(granted: [.reopen])))
        }
    }

    @Test("A user is put only where there is something to be put into, and every fault is named at once")
    func faults() async throws {
        try await withTenant { tenant in
            let admin = tenant.admin.access
            let address = try #require(EmailAddress("ada@customer.example"))
            let draft = UserDraft(
                email: address, organizationID: ID(4711), usergroupIDs: [ID(4712), Usergroup.Builtin.registered.id])
            let made = await refusal { _ = try await tenant.helpdesk.createUser(draft, admin) }
            let changed = await refusal {
                let patch = UserPatch(organizationID: ID(4711), usergroupIDs: [Usergroup.Builtin.everyone.id])
                _ = try await tenant.helpdesk.updateUser(tenant.userID, patch, admin)
            }
            #expect(made?.faults == ["organization_id unknown", "usergroup_ids unknown", "usergroup_ids builtin"])
            #expect(changed?.faults == ["organization_id unknown", "usergroup_ids builtin"])

            let taken = try #require(EmailAddress("User@Customer.example"))
            await #expect(throws: Refusal.conflict(.emailTaken)) { try await tenant.helpdesk.createUser(UserDraft(email: taken), admin) }
            let user = try await tenant.helpdesk.createUser(UserDraft(email: address, name: "Ada"), admin)
            await #expect(throws: Refusal.conflict(.emailTaken)) {
                try await tenant.helpdesk.updateUser(user.id, UserPatch(email: taken), admin)
            }
            await #expect(throws: Refusal.outdated(currentVersion: 1)) {
                try await tenant.helpdesk.updateUser(user.id, UserPatch(name: "Grace"), admin, ifMatch: 2)
            }
            let found = try await tenant.helpdesk.listUsers(UserFilter(email: address), after: nil, limit: 10, admin).items
            #expect(found == [user])
            #expect(user.isRegistered)
        }
    }

    @Test("An organization that is removed has no users any more; its tickets keep it")
    func organizationRemoved() async throws {
        try await withTenant { tenant in
            let helpdesk = tenant.helpdesk
            let organization = try await helpdesk.createOrganization(named: "Engines", tenant.admin.access)
            _ = try await helpdesk.updateUser(tenant.userID, UserPatch(organizationID: organization.id), tenant.admin.access)
            let ticket = try await tenant.makeTicket(of: tenant.userID)
            let filter = UserFilter(organizationID: organization.id)
            var admin = try await tenant.fresh(tenant.admin)
            let inside = try await helpdesk.listUsers(filter, after: nil, limit: 10, admin).items
            try await helpdesk.removeOrganization(organization.id, admin)
            admin = try await tenant.fresh(tenant.admin)
            let outside = try await helpdesk.listUsers(filter, after: nil, limit: 10, admin).items
            let user = try await helpdesk.readUser(tenant.userID, admin)
            let kept = try await helpdesk.readTicket(ticket, messages: false, history: false, admin).ticket
            #expect(inside.map(\.id) == [tenant.userID])
            #expect(outside.isEmpty)
            #expect(user.organizationID == nil)
            #expect(kept.organizationID == organization.id)
            let gone = admin
            await #expect(throws: Refusal.notFound) { try await helpdesk.readOrganization(organization.id, gone) }
        }
    }

    @Test("What every helpdesk has keeps its name and stays, and a usergroup that somebody is in stays, too")
    func usergroupsStay() async throws {
        try await withTenant { tenant in
            let helpdesk = tenant.helpdesk
            let admin = tenant.admin.access
            let group = try await helpdesk.createUsergroup(named: "Readers", rights: [.viewOwn], admin)
            for builtin in Usergroup.Builtin.allCases {
                await #expect(throws: Refusal.conflict(.builtin)) {
                    try await helpdesk.updateUsergroup(builtin.id, UsergroupPatch(name: "All"), admin)
                }
                await #expect(throws: Refusal.conflict(.builtin)) { try await helpdesk.removeUsergroup(builtin.id, admin) }
            }
            await #expect(throws: Refusal.conflict(.nameTaken)) {
                try await helpdesk.createUsergroup(named: "Readers", rights: [], admin)
            }
            _ = try await helpdesk.updateUser(tenant.userID, UserPatch(usergroupIDs: [group.id]), admin)
            let withSomebody = try await tenant.fresh(tenant.admin)
            await #expect(throws: Refusal.conflict(.groupInUse)) { try await helpdesk.removeUsergroup(group.id, withSomebody) }
            _ = try await helpdesk.updateUser(tenant.userID, UserPatch(usergroupIDs: []), withSomebody)
            let empty = try await tenant.fresh(tenant.admin)
            try await helpdesk.removeUsergroup(group.id, empty)
            await #expect(throws: Refusal.notFound) { try await helpdesk.readUsergroup(group.id, empty) }
        }
    }
}

extension TestTenant {
    /// What somebody may do now, after rights or settings have changed.
    fileprivate func fresh(_ login: Login) async throws -> Access { try await authenticator.refreshed(login.token) }

    /// A ticket that an agent opens for this user.
    fileprivate func makeTicket(of user: ID<User>) async throws -> ID<Ticket> {
        let subject = try #require(Subject("It does not work"))
        let draft = TicketDraft(subject: subject, body: text("Please help"), requester: .user(user))
        return try await helpdesk.createTicket(draft, fresh(agent)).id
    }
}

extension Refusal {
    /// `field code` of each fault.
    fileprivate var faults: [String] {
        if case .invalid(let faults) = self { faults.map { "\($0.field) \($0.code)" } } else { [] }
    }
}
