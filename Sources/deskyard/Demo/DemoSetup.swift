import Domain
import Services

/// Makes a helpdesk as its script says. What a start that was killed has left is taken as it is.
struct DemoSetup {
    private let script: DemoScript
    private let slug: Slug
    private let installation: Installation
    private let helpdesk: Helpdesk
    private let authenticator: Authenticator
    /// When the tokens that nobody is told are worth nothing any more.
    private let end: Timestamp

    init(_ script: DemoScript, database: Database, clock: Clock, end: Timestamp) throws {
        self.script = script
        self.end = end
        slug = try parsed(slug: script.slug)
        installation = Installation(database: database, clock: clock)
        helpdesk = Helpdesk(database: database, clock: clock)
        authenticator = Authenticator(database: database)
    }

    func cast() async throws -> DemoCast {
        try await unlessThere {
            _ = try await installation.createTenant(.init(slug: script.slug, name: script.name, timeZone: script.timeZone))
        }
        for agent in script.agents {
            let email = try script.email(of: agent.name)
            try await unlessThere { _ = try await installation.createAgent(email, name: agent.name, isAdmin: agent.isAdmin, in: slug) }
        }
        let admin = try await token(of: script.agents[0].name)
        try await makeSettings(as: admin)
        try await placeAgents(as: admin)
        try await makeUsers(as: admin)
        let tokens = DevFile.Tokens.Tenant(
            slug: script.slug, admin: admin, agent: try await token(of: script.agents[1].name),
            user: try await token(of: script.users[0].name))
        return DemoCast(accesses: try await accesses(), tokens: tokens)
    }

    private func makeSettings(as admin: String) async throws {
        _ = try await helpdesk.updateSettings(script.settings, now(admin))
        _ = try await helpdesk.updateDepartment(Department.first, DepartmentPatch(name: script.departments[0]), now(admin))
        for name in script.departments.dropFirst() {
            try await unlessThere { _ = try await helpdesk.createDepartment(named: name, isDefault: false, now(admin)) }
        }
        for field in script.fields {
            let access = try await now(admin)
            let key = try FieldKey(field.key).orUnknown(field.key)
            let details = try details(of: field, in: access.configuration)
            try await unlessThere { _ = try await helpdesk.createField(key, field.kind, named: field.name, details, access) }
        }
        for group in script.permissionGroups {
            try await unlessThere { _ = try await helpdesk.createPermissionGroup(named: group.name, rights: group.rights, now(admin)) }
        }
        for group in script.usergroups {
            try await unlessThere { _ = try await helpdesk.createUsergroup(named: group.name, rights: group.rights, now(admin)) }
        }
        for name in script.organizations {
            try await unlessThere { _ = try await helpdesk.createOrganization(named: name, now(admin)) }
        }
    }

    private func details(of field: DemoScript.Field, in configuration: Configuration) throws -> FieldPatch {
        var details = FieldPatch()
        details.choices = field.choices
        if let minimum = field.minimum { details.minimum = minimum }
        if let maximum = field.maximum { details.maximum = maximum }
        if let length = field.maximumLength { details.maximumLength = length }
        if let pattern = field.pattern { details.pattern = try Pattern(pattern) }
        details.departments = try field.departments.map { (id: try configuration.department(named: $0.key), required: $0.value) }
        return details
    }

    private func placeAgents(as admin: String) async throws {
        let groups = try await helpdesk.listPermissionGroups(after: nil, limit: 200, now(admin)).items
        for agent in script.agents {
            let access = try await now(admin)
            let departments = try (agent.departments ?? [:]).map {
                DepartmentGrant(departmentID: try access.configuration.department(named: $0.key), access: $0.value)
            }
            let placement = AgentPlacement(
                hasAllDepartments: agent.departments == nil, departments: departments,
                permissionGroupIDs: try agent.groups.map { name in try groups.first { $0.name == name }.orUnknown(name).id })
            _ = try await helpdesk.updateAgent(access.configuration.agent(named: agent.name), AgentPatch(placement: placement), access)
        }
        for team in script.teams {
            let access = try await now(admin)
            let members = try team.members.map { try access.configuration.agent(named: $0) }
            try await unlessThere { _ = try await helpdesk.createTeam(named: team.name, memberIDs: members, access) }
        }
    }

    private func makeUsers(as admin: String) async throws {
        let organizations = try await helpdesk.listOrganizations(after: nil, limit: 200, now(admin)).items
        let groups = try await helpdesk.listUsergroups(after: nil, limit: 200, now(admin)).items
        for user in script.users {
            let draft = UserDraft(
                email: try script.email(of: user.name), name: user.name,
                organizationID: try user.organization.map { name in try organizations.first { $0.name == name }.orUnknown(name).id },
                usergroupIDs: try user.groups.map { name in try groups.first { $0.name == name }.orUnknown(name).id })
            try await unlessThere { _ = try await helpdesk.createUser(draft, now(admin)) }
            guard user.isSuspended, case .user(let id) = try await installation.findPerson(draft.email, in: slug) else { continue }
            _ = try await helpdesk.updateUser(id, UserPatch(isSuspended: true), now(admin))
        }
    }

    /// Everybody's, when nothing is changed any more for which they would have to be taken anew.
    private func accesses() async throws -> [String: Access] {
        var accesses: [String: Access] = [:]
        for name in script.agents.map(\.name) + script.users.filter({ !$0.isSuspended }).map(\.name) {
            accesses[name] = try await authenticator.access(token(of: name, expiresAt: end.advanced(bySeconds: 60)))
        }
        return accesses
    }

    private func token(of name: String, expiresAt: Timestamp? = nil) async throws -> String {
        let person = try await installation.findPerson(script.email(of: name), in: slug)
        return try await installation.createToken(for: person, named: "demo", expiresAt: expiresAt, in: slug).0.text
    }

    /// What holds now: each thing that is set up makes what was known before too old.
    private func now(_ token: String) async throws -> Access { try await authenticator.refreshed(token) }

    private func unlessThere(_ make: () async throws -> Void) async throws {
        do {
            try await make()
        } catch Refusal.conflict(.slugTaken), Refusal.conflict(.nameTaken), Refusal.conflict(.keyTaken), Refusal.conflict(.emailTaken) {}
    }
}
