import Domain
import Postgres

/// What tickets are found by. Written in the transaction that changes a ticket, by whoever holds its lock; of one ticket or of thousands with
/// one statement. What a document says, the functions of the schema `search` put together.
package struct SearchDocuments {
    let transaction: TenantTransaction

    /// A changed user's tickets are written with the change when they are not more than this; else a job goes through them.
    package static let mostOfUser = 200

    /// Writes the documents anew from everything that is said of the tickets, or for the first time.
    package func refresh(_ ids: [ID<Ticket>], _ language: SearchLanguage) {
        guard !ids.isEmpty else { return }
        transaction.run(SQL.refresh, [.bigints(ids.map(\.value)), .text(language.rawValue)])
    }

    /// Takes over everything but the messages: subject, user, labels, fields.
    package func refreshHeads(_ ids: [ID<Ticket>], _ language: SearchLanguage) {
        guard !ids.isEmpty else { return }
        let binds: [Bind] = [.bigints(ids.map(\.value)), .text(language.rawValue)]
        if ids.count == 1 {
            transaction.run(SQL.refreshHeads, binds)
        } else {
            transaction.joiningMany { transaction.run(SQL.refreshHeads, binds) }
        }
    }

    /// The same was said on all of them.
    package func add(_ kind: Message.Kind, _ body: MessageBody, to ids: [ID<Ticket>], _ language: SearchLanguage) {
        guard !ids.isEmpty else { return }
        transaction.run(
            SQL.add,
            [
                .bigints(ids.map(\.value)), .text(language.rawValue), .text(kind.rawValue), .text(body.content),
                .text(body.format.rawValue),
            ])
    }

    /// They were hidden, or are there again.
    package func set(hidden: Bool, of ids: [ID<Ticket>]) {
        guard !ids.isEmpty else { return }
        transaction.run(SQL.hide, [.bigints(ids.map(\.value)), .bool(hidden)])
    }

    /// The tickets of a user, hidden and merged ones too, by number: the next ones behind a number.
    package func tickets(of user: ID<User>, after last: ID<Ticket>?, limit: Int) -> Pending<[ID<Ticket>]> {
        transaction.run(SQL.ofUser, [user.bind, .bigint(last?.value ?? 0), .bigint(Int64(limit))]).map { rows in
            let id = try rows.column("id", as: Int64.self)
            return try rows.map { ID(try id($0)) }
        }
    }

    package enum SQL: String, TenantSQL {
        case refresh = """
            with new as materialized (
                select tickets.id, tickets.hidden_at is not null as hidden, lower(tickets.subject) as subject,
                    lower(concat_ws(E'\\n', users.name, users.email)) as person,
                    search.joined(
                        search.head(
                            $3::text::regconfig, tickets.subject, users.name, users.email, tickets.ref, tickets.labels, tickets.fields),
                        (
                            select search.all_messages(
                                search.message($3::text::regconfig, messages.kind, messages.body, messages.format) order by messages.id)
                            from helpdesk.messages
                            where messages.tenant_id = $1
                                and messages.ticket_id = tickets.id
                        )
                    ) as words
                from helpdesk.tickets
                cross join lateral (
                    select users.name, users.email
                    from helpdesk.users
                    where users.tenant_id = $1
                        and users.id = tickets.user_id
                    offset 0
                ) as users
                where tickets.tenant_id = $1
                    and tickets.id = any ($2::bigint[])
            ), texts as (
                insert into helpdesk.search_texts (tenant_id, ticket_id, subject, person)
                select $1, id, subject, person
                from new
                on conflict (tenant_id, ticket_id) do update
                set subject = excluded.subject,
                    person = excluded.person
            )
            insert into helpdesk.search_documents (tenant_id, ticket_id, hidden, words)
            select $1, id, hidden, words
            from new
            on conflict (tenant_id, ticket_id) do update
            set hidden = excluded.hidden,
                words = excluded.words
            """
        case refreshHeads = """
            with new as materialized (
                select tickets.id, lower(tickets.subject) as subject, lower(concat_ws(E'\\n', users.name, users.email)) as person,
                    search.head(
                        $3::text::regconfig, tickets.subject, users.name, users.email, tickets.ref, tickets.labels, tickets.fields) as head
                from helpdesk.tickets
                cross join lateral (
                    select users.name, users.email
                    from helpdesk.users
                    where users.tenant_id = $1
                        and users.id = tickets.user_id
                    offset 0
                ) as users
                where tickets.tenant_id = $1
                    and tickets.id = any ($2::bigint[])
            ), texts as (
                update helpdesk.search_texts
                set subject = new.subject,
                    person = new.person
                from new
                where search_texts.tenant_id = $1
                    and search_texts.ticket_id = any ($2)
                    and search_texts.ticket_id = new.id
                    and (search_texts.subject, search_texts.person) <> (new.subject, new.person)
            )
            update helpdesk.search_documents
            set words = search.joined(new.head, ts_filter(search_documents.words, '{c,d}'))
            from new
            where search_documents.tenant_id = $1
                and search_documents.ticket_id = any ($2)
                and search_documents.ticket_id = new.id
            """
        case add = """
            with said as materialized (
                select search.message($3::text::regconfig, $4, $5, $6) as words
            )
            update helpdesk.search_documents
            set words = search.with_message(search_documents.words, said.words)
            from said
            where search_documents.tenant_id = $1
                and search_documents.ticket_id = any ($2::bigint[])
            """
        case hide = """
            update helpdesk.search_documents
            set hidden = $3
            where search_documents.tenant_id = $1
                and search_documents.ticket_id = any ($2::bigint[])
            """
        // Visible, hidden and merged ones apart, because each are found by an index of their own.
        case ofUser = """
            select id
            from (
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
            ) as theirs
            where id > $3
            order by id
            limit $4
            """
    }
}
