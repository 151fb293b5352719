import Domain
import Postgres

package struct Teams {
    let transaction: TenantTransaction

    /// By their numbers, without those that were removed.
    package func list(after id: ID<Team>?, limit: Int) -> Pending<[Team]> {
        transaction.run(SQL.list, [.bigint(id?.value ?? 0), .bigint(Int64(limit))]).map(Self.teams)
    }

    package func find(_ id: ID<Team>) -> Pending<Team?> { transaction.run(SQL.find, [id.bind]).map { try Self.teams($0).first } }

    /// The team, and nobody else changes it until we are done. Read when the lock is there, or its members could be those of before.
    package func lock(_ id: ID<Team>) -> Pending<Team?> {
        transaction.run(SQL.lock, [id.bind])
        return find(id)
    }

    /// With its members.
    package func insert(_ team: Team) {
        transaction.run(SQL.insert, [team.id.bind, .text(team.name), team.createdAt.bind])
        setMembers(team)
    }

    package func update(_ team: Team, from old: Team) {
        transaction.run(SQL.update, [team.id.bind, .text(team.name), .bigint(team.version)])
        if team.memberIDs != old.memberIDs { setMembers(team) }
    }

    /// Tickets keep it; nobody is in it any more.
    package func remove(_ team: Team, at now: Timestamp) {
        var empty = team
        empty.memberIDs = []
        setMembers(empty)
        transaction.run(SQL.remove, [team.id.bind, now.bind])
    }

    private func setMembers(_ team: Team) {
        transaction.run(SQL.setMembers, [team.id.bind, .bigints(team.memberIDs.map(\.value))])
    }

    private static func teams(_ rows: Rows) throws -> [Team] {
        let id = try rows.column("id", as: Int64.self)
        let name = try rows.column("name", as: String.self)
        let members = try rows.column("members", as: [Int64].self)
        let version = try rows.column("version", as: Int64.self)
        let createdAt = try rows.column("created_at", as: Int64.self)
        return try rows.map { row in
            Team(
                id: ID(try id(row)), name: try name(row), memberIDs: try members(row).map { ID($0) }, version: try version(row),
                createdAt: Timestamp(microseconds: try createdAt(row)))
        }
    }

    package enum SQL: String, TenantSQL {
        case list = """
            select
                id, name, version, created_at,
                array(
                    select agent_id
                    from helpdesk.team_members as member
                    where member.tenant_id = $1
                        and member.team_id = teams.id
                    order by agent_id
                ) as members
            from helpdesk.teams
            where tenant_id = $1
                and id > $2
                and removed_at is null
            order by id
            limit $3
            """
        case find = """
            select
                id, name, version, created_at,
                array(
                    select agent_id
                    from helpdesk.team_members as member
                    where member.tenant_id = $1
                        and member.team_id = teams.id
                    order by agent_id
                ) as members
            from helpdesk.teams
            where tenant_id = $1
                and id = $2
                and removed_at is null
            """
        case lock = """
            select
            from helpdesk.teams
            where tenant_id = $1
                and id = $2
            for no key update
            """
        case insert = """
            insert into helpdesk.teams (tenant_id, id, name, created_at)
            values ($1, $2, $3, $4)
            """
        case update = """
            update helpdesk.teams
            set name = $3,
                version = $4
            where tenant_id = $1
                and id = $2
            """
        case remove = """
            update helpdesk.teams
            set removed_at = $3
            where tenant_id = $1
                and id = $2
            """
        // Agents show their teams, so theirs is a new version as well.
        case setMembers = """
            with gone as (
                delete from helpdesk.team_members
                where tenant_id = $1
                    and team_id = $2
                    and agent_id <> all ($3::bigint[])
                returning agent_id
            ), come as (
                insert into helpdesk.team_members (tenant_id, team_id, agent_id)
                select $1, $2, agent_id
                from unnest($3::bigint[]) as new (agent_id)
                on conflict do nothing
                returning agent_id
            )
            update helpdesk.agents
            set version = version + 1
            where tenant_id = $1
                and id in (select agent_id from gone union all select agent_id from come)
            """
    }
}
