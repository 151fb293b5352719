import Domain
import Postgres

/// A mass action as whoever carries it out needs it.
package struct MassWork: Sendable {
    package var action: MassAction
    /// Whose rights count; nil: an operator's, who may do everything.
    package var token: ID<Token>?
    package var standing: MassStanding
}

/// Whether to go on with it.
package struct MassStanding: Equatable, Sendable {
    package var state: MassAction.State
    package var configurationVersion: Int64
    /// Else it waits.
    package var isTenantActive: Bool
}

package struct MassActions {
    let transaction: TenantTransaction

    package func insert(_ action: MassAction, token: ID<Token>?) { insert(action, token: token, preview: nil) }

    /// A snapshot that is found again by the hash of what the caller is given.
    package func insertPreview(_ action: MassAction, token: ID<Token>?, hash: [UInt8], until: Timestamp) {
        insert(action, token: token, preview: (hash, until))
    }

    private func insert(_ action: MassAction, token: ID<Token>?, preview: (hash: [UInt8], until: Timestamp)?) {
        let (undoOf, retryOf): (Int64?, Int64?) =
            switch action.origin {
            case .selection: (nil, nil)
            case .undo(let id): (id.value, nil)
            case .retry(let id): (nil, id.value)
            }
        transaction.run(
            SQL.insert,
            [
                action.id.bind, .text(preview == nil ? action.state.rawValue : "preview"), .json(ActionsColumn.json(action.actions)),
                .bigint(action.createdBy?.value), .bigint(token?.value), .bigint(undoOf), .bigint(retryOf), action.createdAt.bind,
                action.undoUntil.bind, .bytes(preview?.hash), (preview?.until).bind,
            ])
    }

    /// Once the snapshot is there.
    /// - Parameter gone: those that were asked for by number and are not in it.
    package func set(_ action: ID<MassAction>, total: Int64, gone: Int64) {
        transaction.run(SQL.setTotal, [action.bind, .bigint(total), .bigint(gone)])
    }

    /// - Parameter agent: nil: whoever asked for it.
    package func find(_ id: ID<MassAction>, by agent: ID<Agent>?) -> Pending<MassAction?> {
        list(id.value...id.value, limit: 1, by: agent).map(\.first)
    }

    /// Newest first, one more than `limit` where there is one.
    package func list(before id: ID<MassAction>?, limit: Int, by agent: ID<Agent>?) -> Pending<[MassAction]> {
        list(0...max(0, id.map { $0.value - 1 } ?? .max), limit: limit + 1, by: agent)
    }

    private func list(_ ids: ClosedRange<Int64>, limit: Int, by agent: ID<Agent>?) -> Pending<[MassAction]> {
        transaction.run(
            SQL.list, [.bigint(ids.lowerBound), .bigint(ids.upperBound), .bigint(agent?.value), .bigint(Int64(limit))]
        ).map { rows in try rows.map { try Self.action(rows, $0) } }
    }

    /// The mass action, and nobody else changes it until we are done.
    package func lock(_ id: ID<MassAction>, by agent: ID<Agent>?) -> Pending<MassAction?> {
        transaction.run(SQL.lock, [id.bind])
        return find(id, by: agent)
    }

    /// What is to be done; without figures.
    package func work(on id: ID<MassAction>) -> Pending<MassWork?> {
        transaction.run(SQL.work, [id.bind]).map { rows in
            guard let row = rows.first else { return nil }
            return MassWork(
                action: try Self.action(rows, row), token: try rows.column("token_id", as: Int64?.self)(row).map { ID($0) },
                standing: try Self.standing(row))
        }
    }

    package func standing(of id: ID<MassAction>) -> Pending<MassStanding?> {
        transaction.run(SQL.standing, [id.bind]).map { try $0.first.map(Self.standing) }
    }

    private static func standing(_ row: Row) throws -> MassStanding {
        MassStanding(
            state: try known(MassAction.State(rawValue: row.value("state"))),
            configurationVersion: try row.value("configuration_version"), isTenantActive: try row.value("is_active"))
    }

    /// It has begun.
    package func begin(_ id: ID<MassAction>, at now: Timestamp) { transaction.run(SQL.begin, [id.bind, now.bind]) }

    /// It goes no further.
    package func end(_ id: ID<MassAction>, as state: MassAction.State, at now: Timestamp) {
        transaction.run(SQL.end, [id.bind, .text(state.rawValue), now.bind])
    }

    /// What its parts came to, which are no longer needed.
    package func settle(_ id: ID<MassAction>, _ figures: MassActionFigures, _ reasons: [String: Int64]) {
        transaction.run(
            SQL.settle,
            [
                id.bind, .bigint(figures.done), .bigint(figures.skipped), .bigint(figures.failed),
                .texts(reasons.map(\.key)), .bigints(reasons.map(\.value)),
            ])
        transaction.massParts.drop(of: id)
    }

    /// Whether there is one that takes this one back, and has not failed or been stopped.
    package func isUndone(_ id: ID<MassAction>) -> Pending<Bool> { transaction.run(SQL.isUndone, [id.bind]).map { !$0.isEmpty } }

    /// Whether there is one that does again what has failed here, and has not failed as a whole or been stopped.
    package func isRetried(_ id: ID<MassAction>) -> Pending<Bool> { transaction.run(SQL.isRetried, [id.bind]).map { !$0.isEmpty } }

    /// One whose results have been kept for long enough.
    package func nextToForget(at now: Timestamp) -> Pending<ID<MassAction>?> {
        transaction.run(SQL.nextToForget, [now.bind]).map { rows in try rows.first.map { ID(try $0.value("id")) } }
    }

    /// There is no result for each of its tickets any more, nor what was said on them.
    package func forgotItems(of id: ID<MassAction>, at now: Timestamp) { transaction.run(SQL.forgotItems, [id.bind, now.bind]) }

    private static func action(_ rows: Rows, _ row: Row) throws -> MassAction {
        func time(_ name: String) throws -> Timestamp? {
            try rows.column(name, as: Int64?.self)(row).map { Timestamp(microseconds: $0) }
        }
        func id<Entity>(_ name: String) throws -> ID<Entity>? { try rows.column(name, as: Int64?.self)(row).map { ID($0) } }
        let undoOf: ID<MassAction>? = try id("undo_of")
        let retryOf: ID<MassAction>? = try id("retry_of")
        let reasons: [String] = try row.value("reason_names")
        let counts: [Int64] = try row.value("reason_counts")
        return MassAction(
            id: ID(try row.value("id")), state: try known(MassAction.State(rawValue: row.value("state"))),
            actions: try ActionsColumn.actions(row.value("actions")),
            origin: undoOf.map { .undo(of: $0) } ?? retryOf.map { .retry(of: $0) } ?? .selection, createdBy: try id("agent_id"),
            total: try row.value("total"),
            figures: MassActionFigures(done: try row.value("done"), skipped: try row.value("skipped"), failed: try row.value("failed")),
            reasons: Dictionary(zip(reasons, counts)) { $1 }, createdAt: try known(time("created_at")), startedAt: try time("started_at"),
            finishedAt: try time("finished_at"), undoUntil: try time("undo_until"), itemsUntil: try time("items_until"))
    }

    package enum SQL: String, TenantSQL {
        case insert = """
            insert into helpdesk.mass_actions (
                tenant_id, id, state, actions, agent_id, token_id, undo_of, retry_of, total, created_at, undo_until, preview_hash,
                preview_until
            )
            values ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11, $12)
            """
        case setTotal = """
            update helpdesk.mass_actions
            set total = $3,
                skipped = $4
            where tenant_id = $1
                and id = $2
            """
        case list = """
            select mass_actions.id, state, actions, agent_id, undo_of, retry_of, total, mass_actions.done + parts.done as done,
                mass_actions.skipped + parts.skipped as skipped, mass_actions.failed + parts.failed as failed, reason_names,
                reason_counts, created_at, started_at, finished_at, undo_until,
                coalesce(items_dropped_at, finished_at + make_interval(days => mass_action_days)) as items_until
            from helpdesk.mass_actions
            join helpdesk.settings on settings.tenant_id = mass_actions.tenant_id
            cross join lateral (
                select coalesce(sum(done), 0)::bigint as done, coalesce(sum(skipped), 0)::bigint as skipped,
                    coalesce(sum(failed), 0)::bigint as failed
                from helpdesk.mass_action_parts
                where tenant_id = $1
                    and mass_action_id = mass_actions.id
            ) as parts
            cross join lateral (
                select coalesce(array_agg(key), '{}') as reason_names, coalesce(array_agg(value::bigint), '{}') as reason_counts
                from jsonb_each_text(reasons)
            ) as summed
            where mass_actions.tenant_id = $1
                and mass_actions.id between $2 and $3
                and mass_actions.state <> 'preview'
                and ($4::bigint is null or agent_id = $4)
            order by mass_actions.id desc
            limit $5
            """
        case lock = """
            select
            from helpdesk.mass_actions
            where tenant_id = $1
                and id = $2
            for no key update
            """
        case work = """
            select mass_actions.id, mass_actions.state, actions, agent_id, token_id, undo_of, retry_of, total, 0 as done, 0 as skipped,
                0 as failed, '{}'::text[] as reason_names, '{}'::bigint[] as reason_counts, mass_actions.created_at, started_at,
                finished_at, undo_until, null::timestamptz as items_until, configuration_version,
                tenants.state = 'active' as is_active
            from helpdesk.mass_actions
            join helpdesk.settings on settings.tenant_id = mass_actions.tenant_id
            join installation.tenants on tenants.id = mass_actions.tenant_id
            where mass_actions.tenant_id = $1
                and mass_actions.id = $2
                and mass_actions.state <> 'preview'
            """
        case standing = """
            select mass_actions.state, configuration_version, tenants.state = 'active' as is_active
            from helpdesk.mass_actions
            join helpdesk.settings on settings.tenant_id = mass_actions.tenant_id
            join installation.tenants on tenants.id = mass_actions.tenant_id
            where mass_actions.tenant_id = $1
                and mass_actions.id = $2
                and mass_actions.state <> 'preview'
            """
        case begin = """
            update helpdesk.mass_actions
            set state = 'running',
                started_at = $3
            where tenant_id = $1
                and id = $2
                and state = 'queued'
            """
        case end = """
            update helpdesk.mass_actions
            set state = $3,
                finished_at = greatest($4, started_at, created_at)
            where tenant_id = $1
                and id = $2
            """
        case settle = """
            update helpdesk.mass_actions
            set done = done + $3,
                skipped = skipped + $4,
                failed = failed + $5,
                reasons = jsonb_object($6::text[], $7::bigint[]::text[])
            where tenant_id = $1
                and id = $2
            """
        case isUndone = """
            select
            from helpdesk.mass_actions
            where tenant_id = $1
                and undo_of = $2
                and state in ('queued', 'running', 'done')
            limit 1
            """
        case isRetried = """
            select
            from helpdesk.mass_actions
            where tenant_id = $1
                and retry_of = $2
                and state in ('queued', 'running', 'done')
            limit 1
            """
        case nextToForget = """
            select mass_actions.id
            from helpdesk.mass_actions
            join helpdesk.settings on settings.tenant_id = mass_actions.tenant_id
            where mass_actions.tenant_id = $1
                and items_dropped_at is null
                and finished_at <= $2::timestamptz - make_interval(days => mass_action_days)
            order by mass_actions.id
            limit 1
            """
        case forgotItems = """
            update helpdesk.mass_actions
            set items_dropped_at = $3,
                actions = (
                    select jsonb_agg(action - 'text' - 'html' order by place)
                    from jsonb_array_elements(actions) with ordinality as asked (action, place)
                )
            where tenant_id = $1
                and id = $2
            """
    }
}
