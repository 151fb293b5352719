import Domain
import Postgres

/// Everything that is granted to the person behind a token, added up.
package struct Grants: Equatable, Sendable {
    package enum Rights: Equatable, Sendable {
        case agent(ID<Agent>, Agent.State, AgentRights)
        case user(ID<User>, User.State, UserRights)
    }

    package var rights: Rights
    package var scopes: Set<TokenScope>
    /// What the rights and the helpdesk's settings were read at.
    package var configurationVersion: Int64
}

/// Reads what a token's person may do, in one statement and so at one moment.
package struct AccessReader {
    let transaction: TenantTransaction

    package func grants(of token: ID<Token>) -> Pending<Grants?> {
        transaction.run(SQL.grants, [token.bind]).map { rows in
            guard let row = rows.first else { return nil }
            let agent = try rows.column("agent_id", as: Int64?.self)(row)
            let rights: Grants.Rights =
                try agent.map { try .agent(ID($0), Self.state(rows, row), Self.agentRights(rows, row)) }
                ?? Self.userRights(rows, row)
            return Grants(
                rights: rights, scopes: Set(try rows.column("scopes", as: [String].self)(row).compactMap(TokenScope.init)),
                configurationVersion: try row.value("configuration_version"))
        }
    }

    private static func state(_ rows: Rows, _ row: Row) throws -> Agent.State {
        try known(Agent.State(rawValue: row.value("agent_state")))
    }

    private static func agentRights(_ rows: Rows, _ row: Row) throws -> AgentRights {
        let departments: [Int64] = try row.value("departments")
        let accesses: [String] = try row.value("department_accesses")
        let granted = try zip(departments, accesses).map { (ID<Department>($0), try known(DepartmentAccess(rawValue: $1))) }
        return AgentRights(
            isAdmin: try row.value("is_admin"),
            granted: Set(try row.value("agent_rights", as: [String].self).compactMap(AgentRight.init)),
            teams: Set(try row.value("teams", as: [Int64].self).map { ID($0) }),
            departments: try row.value("all_departments") ? nil : Dictionary(uniqueKeysWithValues: granted))
    }

    private static func userRights(_ rows: Rows, _ row: Row) throws -> Grants.Rights {
        let organization = try rows.column("organization_id", as: Int64?.self)(row)
        return .user(
            ID(try row.value("user_id")), try known(User.State(rawValue: row.value("user_state"))),
            UserRights(
                granted: Set(try row.value("user_rights", as: [String].self).compactMap(UserRight.init)),
                organizationID: organization.map { ID($0) }))
    }

    package enum SQL: String, TenantSQL {
        case grants = """
            select
                settings.configuration_version, tokens.agent_id, tokens.user_id, tokens.scopes,
                agents.is_admin, agents.state as agent_state, agents.all_departments,
                users.state as user_state, users.organization_id,
                array(
                    select distinct granted
                    from helpdesk.agent_permission_groups as member
                    join helpdesk.permission_groups as held
                        on held.tenant_id = member.tenant_id and held.id = member.permission_group_id
                    cross join unnest(held.rights) as granted
                    where member.tenant_id = $1
                        and member.agent_id = tokens.agent_id
                ) as agent_rights,
                array(
                    select teams.id
                    from helpdesk.team_members as member
                    join helpdesk.teams on teams.tenant_id = member.tenant_id and teams.id = member.team_id and teams.removed_at is null
                    where member.tenant_id = $1
                        and member.agent_id = tokens.agent_id
                ) as teams,
                array(
                    select held.department_id
                    from helpdesk.agent_departments as held
                    join helpdesk.departments as there
                        on there.tenant_id = held.tenant_id and there.id = held.department_id and there.removed_at is null
                    where held.tenant_id = $1
                        and held.agent_id = tokens.agent_id
                    order by held.department_id
                ) as departments,
                array(
                    select held.access
                    from helpdesk.agent_departments as held
                    join helpdesk.departments as there
                        on there.tenant_id = held.tenant_id and there.id = held.department_id and there.removed_at is null
                    where held.tenant_id = $1
                        and held.agent_id = tokens.agent_id
                    order by held.department_id
                ) as department_accesses,
                array(
                    select distinct granted
                    from helpdesk.usergroups as held
                    cross join unnest(held.rights) as granted
                    where held.tenant_id = $1
                        and (
                            held.builtin = 'everyone'
                            or (held.builtin = 'registered' and users.registered)
                            or held.id in (
                                select usergroup_id
                                from helpdesk.user_usergroups
                                where tenant_id = $1
                                    and user_id = tokens.user_id
                            )
                        )
                ) as user_rights
            from helpdesk.tokens
            join helpdesk.settings on settings.tenant_id = tokens.tenant_id
            left join helpdesk.agents on agents.tenant_id = tokens.tenant_id and agents.id = tokens.agent_id
            left join helpdesk.users on users.tenant_id = tokens.tenant_id and users.id = tokens.user_id
            where tokens.tenant_id = $1
                and tokens.id = $2
            """
    }
}
