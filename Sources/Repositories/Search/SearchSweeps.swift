import Domain
import Postgres

/// How far somebody has come who has the search documents of all helpdesks written anew.
package struct SearchSweeps {
    let transaction: SystemTransaction

    /// Goes on with what was begun and not ended, or begins. Answers up to which helpdesk all are done; nil: none is.
    package func start(fromStart: Bool, at now: Timestamp) -> Pending<Slug?> {
        transaction.run(SQL.start, [.bool(fromStart), now.bind]).map { rows in
            let slug: String = try known(rows.first).value("last_slug")
            return slug.isEmpty ? nil : Slug(unchecked: slug)
        }
    }

    /// Up to this one all helpdesks are done.
    package func came(to slug: Slug) { transaction.run(SQL.came, [.text(slug.text)]) }

    package func end() { transaction.run(SQL.end) }

    package enum SQL: String, SystemSQL {
        case start = """
            insert into installation.search_sweeps (last_slug, started_at)
            values ('', $2)
            on conflict (is_only) do update
            set last_slug = case when $1::boolean then '' else search_sweeps.last_slug end,
                started_at = case when $1::boolean then excluded.started_at else search_sweeps.started_at end
            returning last_slug
            """
        case came = """
            update installation.search_sweeps
            set last_slug = $1
            where last_slug < $1
            """
        case end = """
            delete from installation.search_sweeps
            """
    }
}
