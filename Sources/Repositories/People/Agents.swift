import Domain
import Postgres

package struct Agents {
    let transaction: TenantTransaction

    /// By their numbers.
    package func list(after id: ID<Agent>?, limit: Int) -> Pending<[Agent]> { read(after: id, limit: limit) }

    package func find(_ id: ID<Agent>) -> Pending<Agent?> { read(id, limit: 1).map(\.first) }

    package func find(email: EmailAddress) -> Pending<Agent?> { read(email: email, limit: 1).map(\.first) }

    /// The agent, and nobody else changes it, or who is an admin, until we are done.
    ///
    /// Read when the locks are there: beside a row that was waited for, a sub-select still sees what was before.
    package func lock(_ id: ID<Agent>) -> Pending<Agent?> {
        transaction.run(SQL.lock, [id.bind])
        return find(id)
    }

    /// Those of them that there are.
    package func existing(among ids: [ID<Agent>]) -> Pending<Set<ID<Agent>>> {
        transaction.run(SQL.existing, [.bigints(ids.map(\.value))]).map { try $0.ids() }
    }

    /// Whether tickets may be given to the agent: who was invited will find them, who is suspended would not.
    package func canBeAssigned(_ id: ID<Agent>) -> Pending<Bool> { transaction.run(SQL.findAssignable, [id.bind]).map { !$0.isEmpty } }

    /// Whether somebody else is an admin who can sign in.
    package func hasAdmin(beside id: ID<Agent>) -> Pending<Bool> { transaction.run(SQL.findOtherAdmin, [id.bind]).map { !$0.isEmpty } }

    /// Whether the agent ever had a token beyond an invitation.
    package func hasSignedUp(_ id: ID<Agent>) -> Pending<Bool> { transaction.run(SQL.findToken, [id.bind]).map { !$0.isEmpty } }

    /// Revokes the tokens that would let the agent sign up.
    package func withdrawInvitations(of id: ID<Agent>, at now: Timestamp) { transaction.run(SQL.withdrawInvitations, [id.bind, now.bind]) }

    /// With departments, teams and permission groups.
    package func create(_ agent: Agent) {
        transaction.run(
            SQL.create,
            [
                agent.id.bind, .text(agent.name), .text(agent.email.text), .bool(agent.isAdmin), .text(agent.state.rawValue),
                .bool(agent.hasAllDepartments), agent.createdAt.bind,
            ])
        place(agent, from: nil)
    }

    package func update(_ agent: Agent, from old: Agent) {
        transaction.run(
            SQL.update,
            [
                agent.id.bind, .text(agent.name), .text(agent.email.text), .bool(agent.isAdmin), .text(agent.state.rawValue),
                .bool(agent.hasAllDepartments), .bigint(agent.version),
            ])
        place(agent, from: old)
    }

    private func place(_ agent: Agent, from old: Agent?) {
        if agent.departments != old?.departments ?? [:] {
            transaction.run(SQL.leaveDepartments, [agent.id.bind])
            transaction.run(
                SQL.enterDepartments,
                [
                    agent.id.bind, .bigints(agent.departments.keys.map(\.value)), .texts(agent.departments.values.map(\.rawValue)),
                ])
        }
        if agent.teamIDs != old?.teamIDs ?? [] {
            transaction.run(SQL.setTeams, [agent.id.bind, .bigints(agent.teamIDs.map(\.value))])
        }
        if agent.permissionGroupIDs != old?.permissionGroupIDs ?? [] {
            transaction.run(SQL.setPermissionGroups, [agent.id.bind, .bigints(agent.permissionGroupIDs.map(\.value))])
        }
    }

    private func read(
        _ id: ID<Agent>? = nil, email: EmailAddress? = nil, after last: ID<Agent>? = nil, limit: Int
    ) -> Pending<[Agent]> {
        transaction.run(SQL.read, [.bigint(id?.value), .text(email?.text), .bigint(last?.value ?? 0), .bigint(Int64(limit))])
            .map(Self.agents)
    }

    private static func agents(_ rows: Rows) throws -> [Agent] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let email = try rows.column("email", as: String.self)
        let isAdmin = try rows.column("is_admin", as: Bool.self)
        let state = try rows.column("state", as: String.self)
        let hasAllDepartments = try rows.column("all_departments", as: Bool.self)
        let departments = try rows.column("departments", as: [Int64].self)
        let accesses = try rows.column("accesses", as: [String].self)
        let teams = try rows.column("teams", as: [Int64].self)
        let groups = try rows.column("permission_groups", as: [Int64].self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            let grants = try zip(departments(row), accesses(row)).map { (ID<Department>($0), try known(DepartmentAccess(rawValue: $1))) }
            return Agent(
                id: ID(try id(row)), name: try name(row), email: EmailAddress(unchecked: try email(row)), isAdmin: try isAdmin(row),
                state: try known(Agent.State(rawValue: state(row))), hasAllDepartments: try hasAllDepartments(row),
                departments: Dictionary(uniqueKeysWithValues: grants), teamIDs: try teams(row).map { ID($0) },
                permissionGroupIDs: try groups(row).map { ID($0) }, version: try version(row),
                createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        // For one and for many, so that what belongs to an agent is said once. An agent is never in what was removed.
        case read = """
            select
                id, name, email, is_admin, state, all_departments, version, created_at,
                array(
                    select held.department_id
                    from helpdesk.agent_departments as held
                    join helpdesk.departments as there
                        on there.tenant_id = held.tenant_id and there.id = held.department_id and there.removed_at is null
                    where held.tenant_id = $1
                        and held.agent_id = agents.id
                    order by held.department_id
                ) as departments,
                array(
                    select held.access
                    from helpdesk.agent_departments as held
                    join helpdesk.departments as there
                        on there.tenant_id = held.tenant_id and there.id = held.department_id and there.removed_at is null
                    where held.tenant_id = $1
                        and held.agent_id = agents.id
                    order by held.department_id
                ) as accesses,
                array(
                    select member.team_id
                    from helpdesk.team_members as member
                    join helpdesk.teams as there
                        on there.tenant_id = member.tenant_id and there.id = member.team_id and there.removed_at is null
                    where member.tenant_id = $1
                        and member.agent_id = agents.id
                    order by member.team_id
                ) as teams,
                array(
                    select permission_group_id
                    from helpdesk.agent_permission_groups as held
                    where held.tenant_id = $1
                        and held.agent_id = agents.id
                    order by permission_group_id
                ) as permission_groups
            from helpdesk.agents
            where tenant_id = $1
                and ($2::bigint is null or id = $2)
                and ($3::text is null or email = $3)
                and id > $4
            order by id
            limit $5
            """
        // In one order, so that two admins who change each other wait in turn. The keys stay free: tickets can be given to them meanwhile.
        case lock = """
            select
            from helpdesk.agents
            where tenant_id = $1
                and (id = $2 or is_admin)
            order by id
            for no key update
            """
        case existing = """
            select id
            from helpdesk.agents
            where tenant_id = $1
                and id = any ($2::bigint[])
            """
        case findAssignable = """
            select
            from helpdesk.agents
            where tenant_id = $1
                and id = $2
                and state <> 'suspended'
            """
        case findOtherAdmin = """
            select
            from helpdesk.agents
            where tenant_id = $1
                and id <> $2
                and is_admin
                and state = 'active'
            limit 1
            """
        case findToken = """
            select
            from helpdesk.tokens
            where tenant_id = $1
                and agent_id = $2
                and not 'invitation:accept' = any (scopes)
            limit 1
            """
        case withdrawInvitations = """
            update helpdesk.tokens
            set revoked_at = $3
            where tenant_id = $1
                and agent_id = $2
                and 'invitation:accept' = any (scopes)
                and revoked_at is null
            """
        case create = """
            insert into helpdesk.agents (tenant_id, id, name, email, is_admin, state, all_departments, created_at)
            values ($1, $2, $3, $4, $5, $6, $7, $8)
            """
        case update = """
            update helpdesk.agents
            set name = $3,
                email = $4,
                is_admin = $5,
                state = $6,
                all_departments = $7,
                version = $8
            where tenant_id = $1
                and id = $2
            """
        case leaveDepartments = """
            delete from helpdesk.agent_departments
            where tenant_id = $1
                and agent_id = $2
            """
        case enterDepartments = """
            insert into helpdesk.agent_departments (tenant_id, agent_id, department_id, access)
            select $1, $2, department_id, access
            from unnest($3::bigint[], $4::text[]) as new (department_id, access)
            """
        // The teams show their members, so theirs is a new version as well.
        case setTeams = """
            with gone as (
                delete from helpdesk.team_members
                where tenant_id = $1
                    and agent_id = $2
                    and team_id <> all ($3::bigint[])
                returning team_id
            ), come as (
                insert into helpdesk.team_members (tenant_id, team_id, agent_id)
                select $1, team_id, $2
                from unnest($3::bigint[]) as new (team_id)
                on conflict do nothing
                returning team_id
            )
            update helpdesk.teams
            set version = version + 1
            where tenant_id = $1
                and id in (select team_id from gone union all select team_id from come)
            """
        case setPermissionGroups = """
            with gone as (
                delete from helpdesk.agent_permission_groups
                where tenant_id = $1
                    and agent_id = $2
                    and permission_group_id <> all ($3::bigint[])
            )
            insert into helpdesk.agent_permission_groups (tenant_id, agent_id, permission_group_id)
            select $1, $2, permission_group_id
            from unnest($3::bigint[]) as new (permission_group_id)
            on conflict do nothing
            """
    }
}

extension Rows {
    /// The numbers in the column `id`.
    func ids<Entity>() throws -> Set<ID<Entity>> {
        let id = try column("id", as: Int64.self)
        return Set(try map { ID(try id($0)) })
    }
}
