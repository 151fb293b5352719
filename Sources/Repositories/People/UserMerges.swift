import Domain
import JSON
import Postgres

/// What becomes of everything that was a user's when they are merged into another one or anonymised.
package struct UserMerges {
    let transaction: TenantTransaction

    /// Those who were merged into this one.
    package func merged(into id: ID<User>) -> Pending<[User]> { transaction.run(SQL.merged, [id.bind]).map(Users.users) }

    package func revokeTokens(of id: ID<User>, at now: Timestamp) { transaction.run(SQL.revokeTokens, [id.bind, now.bind]) }

    /// All tickets of the one become the other's, hidden ones too, each with its line of history. One statement, for there may be 70,000.
    package func moveTickets(from id: ID<User>, to other: ID<User>, by agent: ID<Agent>, with token: ID<Token>?, at now: Timestamp) {
        transaction.run(SQL.moveTickets, [id.bind, other.bind, now.bind, agent.bind, .bigint(token?.value)])
    }

    /// The other is on copy from now on where the one was, except on tickets of their own.
    package func moveCopies(from id: ID<User>, to other: ID<User>) {
        transaction.run(SQL.moveCopies, [id.bind, other.bind])
        transaction.run(SQL.dropOwnCopies, [other.bind])
    }

    /// Who was merged into the one before leads to the other.
    package func redirect(from id: ID<User>, to other: ID<User>) { transaction.run(SQL.redirect, [id.bind, other.bind]) }

    /// Answers that are kept for repeated requests may hold the user's name or address.
    package func forgetAnswers(naming user: User) {
        let words = [user.email.text, user.name].compactMap { $0 }.map { word in
            var writer = JSONWriter(capacity: 64)
            writer.string(word)
            return writer.text
        }
        transaction.run(SQL.forgetAnswers, [.texts(words)])
    }

    package enum SQL: String, TenantSQL {
        case merged = """
            select id, name, email, organization_id, registered, state, merged_into, version, created_at,
                array(
                    select usergroup_id
                    from helpdesk.user_usergroups
                    where user_usergroups.tenant_id = $1
                        and user_usergroups.user_id = users.id
                    order by usergroup_id
                ) as usergroup_ids
            from helpdesk.users
            where tenant_id = $1
                and merged_into = $2
            order by id
            """
        case revokeTokens = """
            update helpdesk.tokens
            set revoked_at = $3
            where tenant_id = $1
                and user_id = $2
                and revoked_at is null
            """
        // Visible, hidden and merged ones apart, because each are found by an index of their own.
        case moveTickets = """
            with theirs as (
                select id
                from helpdesk.tickets
                where tenant_id = $1
                    and user_id = $2
                    and hidden_at is null
                union all
                select id
                from helpdesk.tickets
                where tenant_id = $1
                    and user_id = $2
                    and status in ('spam', 'deleted')
                union all
                select id
                from helpdesk.tickets
                where tenant_id = $1
                    and user_id = $2
                    and merged_into is not null
            ), moved as (
                update helpdesk.tickets
                set user_id = $3,
                    version = version + 1,
                    updated_at = greatest(updated_at, $4)
                where tenant_id = $1
                    and user_id = $2
                    and id in (select id from theirs)
                returning id, version, updated_at
            )
            insert into helpdesk.ticket_history (tenant_id, ticket_id, version, at, actor_kind, actor_id, event, changes, token_id)
            select $1, id, version, updated_at, 'agent', $5, 'updated',
                jsonb_build_array(jsonb_build_object('field', 'user_id', 'from', $2::bigint, 'to', $3::bigint)), $6
            from moved
            """
        case moveCopies = """
            with gone as (
                delete from helpdesk.ticket_ccs
                where tenant_id = $1
                    and user_id = $2
                returning ticket_id
            )
            insert into helpdesk.ticket_ccs (tenant_id, ticket_id, user_id)
            select $1, ticket_id, $3
            from gone
            on conflict do nothing
            """
        case dropOwnCopies = """
            delete from helpdesk.ticket_ccs
            where tenant_id = $1
                and user_id = $2
                and exists (
                    select
                    from helpdesk.tickets
                    where tickets.tenant_id = $1
                        and tickets.id = ticket_ccs.ticket_id
                        and tickets.user_id = ticket_ccs.user_id
                )
            """
        case redirect = """
            update helpdesk.users
            set merged_into = $3,
                version = version + 1
            where tenant_id = $1
                and merged_into = $2
            """
        case forgetAnswers = """
            delete from helpdesk.idempotency_keys
            where tenant_id = $1
                and exists (
                    select
                    from unnest($2::text[]) as held (word)
                    where position(held.word in body) > 0
                )
            """
    }
}
