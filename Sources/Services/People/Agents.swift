import Domain
import Repositories

/// What an agent may do with one department, as it is asked for.
package struct DepartmentGrant: Equatable, Sendable {
    package var departmentID: ID<Department>
    package var access: DepartmentAccess

    package init(departmentID: ID<Department>, access: DepartmentAccess) {
        self.departmentID = departmentID
        self.access = access
    }
}

/// Where an agent works and what they may do there; nil leaves it as it is, a list replaces the whole one.
package struct AgentPlacement: Equatable, Sendable {
    package var isAdmin: Bool?
    package var hasAllDepartments: Bool?
    package var departments: [DepartmentGrant]?
    package var teamIDs: [ID<Team>]?
    package var permissionGroupIDs: [ID<PermissionGroup>]?

    package init(
        isAdmin: Bool? = nil, hasAllDepartments: Bool? = nil, departments: [DepartmentGrant]? = nil, teamIDs: [ID<Team>]? = nil,
        permissionGroupIDs: [ID<PermissionGroup>]? = nil
    ) {
        self.isAdmin = isAdmin
        self.hasAllDepartments = hasAllDepartments
        self.departments = departments
        self.teamIDs = teamIDs
        self.permissionGroupIDs = permissionGroupIDs
    }

    /// Refused with everything in it that is not there, or not any more.
    func check(_ configuration: Configuration, in tx: TenantTransaction) -> Pending<Void> {
        let groups = permissionGroupIDs.map { tx.permissionGroups.existing(among: $0) } ?? Pending([])
        return groups.map { groups in
            var faults: [FieldFault] = []
            for (index, grant) in (departments ?? []).enumerated() where configuration.departments[grant.departmentID] == nil {
                faults.append(
                    FieldFault("departments[\(index)].department_id", "unknown", "there is no such department in this helpdesk"))
            }
            if (teamIDs ?? []).contains(where: { configuration.teams[$0] == nil }) {
                faults.append(FieldFault("team_ids", "unknown", "there is no such team in this helpdesk"))
            }
            if !groups.isSuperset(of: permissionGroupIDs ?? []) {
                faults.append(FieldFault("permission_group_ids", "unknown", "there is no such permission group in this helpdesk"))
            }
            if !faults.isEmpty { throw Refusal.invalid(faults) }
        }
    }
}

/// What to change of an agent; nil leaves it as it is.
package struct AgentPatch: Sendable {
    package var name: String?
    package var email: EmailAddress?
    package var isSuspended: Bool?
    package var placement: AgentPlacement

    /// - Parameter name: already checked with `personName`.
    package init(
        name: String? = nil, email: EmailAddress? = nil, isSuspended: Bool? = nil, placement: AgentPlacement = AgentPlacement()
    ) {
        self.name = name
        self.email = email
        self.isSuspended = isSuspended
        self.placement = placement
    }
}

extension Helpdesk {
    package func listAgents(after id: ID<Agent>?, limit: Int, _ access: Access) async throws -> Page<Agent, ID<Agent>> {
        try access.require(.readPeople)
        try access.requireAgent("list agents")
        return try await database.transaction(in: access.scope, at: clock.now()) { tx in
            tx.agents.list(after: id, limit: limit + 1).map { Page(oneMore: $0, limit: limit, cursor: \.id) }
        }
    }

    package func readAgent(_ id: ID<Agent>, _ access: Access) async throws -> Agent {
        try access.require(.readPeople)
        try access.requireAgent("read agents")
        return try await database.transaction(in: access.scope, at: clock.now()) { $0.agents.find(id).map { try $0.orNotFound } }
    }

    /// Changes an agent. Who is suspended is locked out from the next request on, and an invitation of theirs is void.
    package func updateAgent(_ id: ID<Agent>, _ patch: AgentPatch, _ access: Access, ifMatch: Int64? = nil) async throws -> Agent {
        try access.require(.writePeople)
        try access.requireAdmin("change agents")
        let now = clock.now()
        return try await database.transaction(in: access.scope, at: now) { tx in
            let locked = tx.agents.lock(id)
            let checked = patch.placement.check(access.configuration, in: tx)
            let old = try await locked.value.orNotFound
            try old.version.mustMatch(ifMatch)
            try await checked.value
            var agent = old
            if let name = patch.name { agent.name = name }
            if let email = patch.email { agent.email = email }
            agent.take(patch.placement)
            switch patch.isSuspended {
            case true?:
                agent.state = .suspended
                tx.agents.withdrawInvitations(of: id, at: now)
            case false? where old.state == .suspended:
                agent.state = try await tx.agents.hasSignedUp(id).value ? .active : .invited
            default: break
            }
            guard agent != old else { return Pending(old) }
            if old.canAdminister, !agent.canAdminister, try await !tx.agents.hasAdmin(beside: id).value {
                throw Refusal.conflict(.lastAdmin)
            }
            agent.version += 1
            tx.agents.update(agent, from: old)
            tx.configuration.touch()
            return Pending(agent)
        }
    }
}

extension Agent {
    mutating func take(_ placement: AgentPlacement) {
        if let isAdmin = placement.isAdmin { self.isAdmin = isAdmin }
        if let hasAllDepartments = placement.hasAllDepartments { self.hasAllDepartments = hasAllDepartments }
        // Whoever names departments means only those, unless they say otherwise.
        if placement.departments != nil, placement.hasAllDepartments == nil { hasAllDepartments = false }
        if let grants = placement.departments { departments = Dictionary(grants.map { ($0.departmentID, $0.access) }) { $1 } }
        if let ids = placement.teamIDs { teamIDs = Set(ids).sorted() }
        if let ids = placement.permissionGroupIDs { permissionGroupIDs = Set(ids).sorted() }
    }

    fileprivate var canAdminister: Bool { isAdmin && state == .active }
}
