import Domain
import Postgres

/// Snapshots that somebody has looked at and may still act on.
package struct MassPreviews {
    let transaction: TenantTransaction

    /// The caller's own preview that still holds; its number.
    package func find(_ hash: [UInt8], of agent: ID<Agent>?, at now: Timestamp) -> Pending<ID<MassAction>?> {
        transaction.run(SQL.find, [.bytes(hash), .bigint(agent?.value), now.bind]).map { rows in
            try rows.first.map { ID(try $0.value("id")) }
        }
    }

    /// Snapshots that nobody came back to, some of them. Answers whether there were any.
    package func drop(at now: Timestamp) -> Pending<Bool> { transaction.run(SQL.drop, [now.bind]).map { $0.affected > 0 } }

    /// All but the last of somebody's previews.
    package func keep(_ count: Int, of agent: ID<Agent>?) {
        transaction.run(SQL.keep, [.bigint(agent?.value), .bigint(Int64(count))])
    }

    package enum SQL: String, TenantSQL {
        case find = """
            select id
            from helpdesk.mass_actions
            where tenant_id = $1
                and preview_hash = $2
                and agent_id is not distinct from $3
                and preview_until > $4
            """
        case keep = """
            delete from helpdesk.mass_actions
            where tenant_id = $1
                and id in (
                    select id
                    from helpdesk.mass_actions
                    where tenant_id = $1
                        and state = 'preview'
                        and agent_id is not distinct from $2
                    order by id desc
                    offset $3
                )
            """
        case drop = """
            delete from helpdesk.mass_actions
            where tenant_id = $1
                and id in (
                    select id
                    from helpdesk.mass_actions
                    where tenant_id = $1
                        and state = 'preview'
                        and preview_until <= $2
                    limit 20
                )
            """
    }
}
